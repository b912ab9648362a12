"""The normalise step: what this run staged, normalised, beside what already stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from crm_clean.pipeline.deliverable import add_undeliverable
from crm_clean.pipeline.partial import is_small, may_be_partial, union
from crm_clean.pipeline.reading import reading, staged
from crm_clean.pipeline.snapshots import gone_records
from crm_clean.pipeline.standing import Tables, beside_standing, brings_nothing, new_records, of_these
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.pipeline.suppressing import REWRITTEN, without_suppressed
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, VOCABULARY

if TYPE_CHECKING:
    from crm_clean.normalise.apply import Tables as Normalised
    from crm_clean.normalise.memory import Memory

_TABLES = (RECORDS, CONTACT_POINTS, ISSUES)
# Fewer records are read as fast without what is remembered of a million values.
_FEW = 50_000


def _run(context: Context) -> Counts:
    records, points = staged(context)
    n_given = len(records)
    gone = gone_records(context, records)
    fresh, n_suppressed = None, 0
    if not brings_nothing(context, records, points):
        fresh, n_suppressed = without_suppressed(context, _normalised(context, records, points))
    del records, points
    new = pa.array([], pa.string()) if fresh is None else new_records(context, fresh.records)
    empty = tuple(table.schema.empty_table() for table in _TABLES)
    tables = empty if fresh is None else (fresh.records, fresh.contact_points, fresh.issues)
    vocabulary = context.store.read(VOCABULARY) if fresh is None else VOCABULARY.to_pandas(fresh.vocabulary)
    n_standing = _n_standing(context)
    if may_be_partial(context) and is_small(context, touched=len(new) + len(gone), standing=n_standing):
        counts = _put_part(context, of_these(tables, new), vocabulary, scope=union(new, gone), n_standing=n_standing)
    else:
        counts = _put_whole(context, beside_standing(context, tables, new=new, gone=gone), vocabulary)
    left_out = {"suppressed": n_suppressed} if n_suppressed else {}
    return {"normalised": n_given, "new": len(new), "gone": len(gone), "issues": len(tables[2]), **counts, **left_out}


def _n_standing(context: Context) -> int:
    return len(context.store.standing(RECORDS, columns=["record_id"])) if context.last else 0


def _put_whole(context: Context, tables: Tables, vocabulary: pd.DataFrame) -> Counts:
    """Put what will stand on the shelf, all of it."""
    records, points, issues = tables
    issues = add_undeliverable(context, points, issues)
    for table, arrow in zip(_TABLES, (records, points, issues), strict=True):
        context.shelf.write_table(table, arrow.combine_chunks())
    if context.last:
        vocabulary = _recounted(context, vocabulary, _words_of(records))
    context.shelf.write(VOCABULARY, vocabulary)
    return {"records": len(records), "contact_points": len(points)}


def _put_part(
    context: Context, tables: Tables, vocabulary: pd.DataFrame, *, scope: pa.Array, n_standing: int
) -> Counts:
    """Put on the shelf what is new of the records in `scope`, which replaces what stands of them."""
    for table, arrow in zip(_TABLES, tables, strict=True):
        context.shelf.write_table(table, arrow, scope=scope)
    raw = [f"{field}_raw" for field in _fields()]
    stood = context.known.take(RECORDS, "record_id", scope, columns=["record_id", *raw])
    n_points = len(context.known.take(CONTACT_POINTS, "record_id", scope, columns=["record_id"]))
    context.shelf.write(VOCABULARY, _recounted(context, vocabulary, _words_of(tables[0]), without=_words_of(stood)))
    before = json.loads(context.last["counts"])["contact_points"]
    return {
        "records": n_standing - len(stood) + len(tables[0]),
        "contact_points": before - n_points + len(tables[1]),
    }


def _normalised(context: Context, records: pa.Table, points: pa.Table) -> Normalised:
    from crm_clean.normalise.apply import normalise_tables

    memory = _memory(context) if not context.last or len(records) > _FEW else None
    fresh = normalise_tables(
        records,
        points,
        spec=context.settings.normalise,
        workers=context.workers,
        memory=memory,
        vocabulary=context.store.read(VOCABULARY),
        now=context.now,
        on_progress=lambda _n, _of: context.reporter.advanced(1),
    )
    _keep(context, memory)
    return fresh


def _fields() -> tuple[str, ...]:
    from crm_clean.normalise.wording.vocabulary import FIELDS

    return FIELDS


def _words_of(records: pa.Table) -> dict[str, pa.ChunkedArray]:
    """What records say in the fields that have a vocabulary."""
    return {field: records[f"{field}_raw"] for field in _fields()}


def _recounted(
    context: Context,
    vocabulary: pd.DataFrame,
    said: Mapping[str, pa.ChunkedArray],
    *,
    without: Mapping[str, pa.ChunkedArray] | None = None,
) -> pd.DataFrame:
    """VOCABULARY with the records counted that say each word: those of `said`, or with `without`, of all that stand and
    are not among it and of those."""
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.wording.vocabulary import recount

    folder = context.settings.normalise.lexicons
    words = load(str(folder) if folder else None)
    counted = recount(vocabulary, said, words=words)
    if without is None:
        return counted
    key = ["field", "written"]
    stood = vocabulary[key].merge(context.store.read(VOCABULARY)[[*key, "n_records"]], on=key, how="left")["n_records"]
    left = recount(vocabulary, without, words=words)["n_records"]
    return counted.assign(n_records=counted["n_records"] + stood.fillna(0).astype("Int64") - left)


def _memory(context: Context) -> Memory | None:
    """What the store remembers of values, where there is a project and so a key."""
    from crm_clean.normalise.memory import Memory
    from crm_clean.normalise.version import reading_version

    if context.key is None:
        return None
    version = reading_version(context.settings.normalise)

    def recall(kind: str, schema: pa.Schema) -> pa.Table | None:
        return context.store.recall(kind, version, schema)

    return Memory(context.key, version=version, recall=recall)


def _keep(context: Context, memory: Memory | None) -> None:
    from crm_clean.normalise.version import reading_version

    for kind, learnt in (memory.learnt if memory else {}).items():
        if len(learnt):
            context.shelf.write_memory(kind, reading_version(context.settings.normalise), learnt)


NORMALISE = Step(
    name="normalise",
    run=_run,
    inputs=("files", "quarantine", "staged_records", "staged_points"),
    outputs=("records", "contact_points", "issues", "vocabulary", *REWRITTEN),
    depends=lambda context: [
        context.settings.normalise.model_dump(mode="json"),
        reading(context),
        context.settings.sources.snapshots,
        context.accept_drop,
        may_be_partial(context),
        context.settings.link.partial,
    ],
    modules=("crm_clean.normalise.apply", "crm_clean.normalise.version", "crm_clean.sources.again"),
)
