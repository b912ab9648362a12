"""The normalise step: what this run staged, normalised, beside what already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.deliverable import add_undeliverable
from crm_clean.pipeline.reading import reading, staged
from crm_clean.pipeline.standing import beside_standing, brings_nothing
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, VOCABULARY

if TYPE_CHECKING:
    from crm_clean.normalise.apply import Tables
    from crm_clean.normalise.memory import Memory

_TABLES = (RECORDS, CONTACT_POINTS, ISSUES, VOCABULARY)


def _run(context: Context) -> Counts:
    records, points = staged(context)
    n_records = len(records)
    if brings_nothing(context, records, points):
        found = tuple(context.store.standing(table) for table in _TABLES)
        n_issues = pc.sum(pc.is_in(found[2]["record_id"], value_set=records["record_id"].combine_chunks())).as_py() or 0
    else:
        fresh = _normalised(context, records, points)
        n_issues = len(fresh.issues)
        found = beside_standing(context, (fresh.records, fresh.contact_points, fresh.issues))
        found = (*found, _of_all(context, fresh.vocabulary, found[0]))
    del records, points
    found = (*found[:2], add_undeliverable(context, found[1], found[2]), found[3])
    for table, arrow in zip(_TABLES, found, strict=True):
        context.shelf.write_table(table, arrow.combine_chunks())
    return {"normalised": n_records, "issues": n_issues, "records": len(found[0]), "contact_points": len(found[1])}


def _normalised(context: Context, records: pa.Table, points: pa.Table) -> Tables:
    from crm_clean.normalise.apply import normalise_tables

    memory = _memory(context)
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


def _of_all(context: Context, spoken: pa.Table, records: pa.Table) -> pa.Table:
    """VOCABULARY with the records of all that stands counted, not only of what this run brought."""
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.wording.vocabulary import FIELDS, recount

    if not context.last:
        return spoken
    folder = context.settings.normalise.lexicons
    columns = {field: records[f"{field}_raw"] for field in FIELDS}
    counted = recount(VOCABULARY.to_pandas(spoken), columns, words=load(str(folder) if folder else None))
    return VOCABULARY.to_arrow(counted)


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
    inputs=("staged_records", "staged_points"),
    outputs=("records", "contact_points", "issues", "vocabulary"),
    depends=lambda context: [context.settings.normalise.model_dump(mode="json"), reading(context)],
    modules=("crm_clean.normalise.apply", "crm_clean.normalise.version", "crm_clean.sources.again"),
)
