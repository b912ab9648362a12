"""People who were erased and come again with an export: their rows are left out of the run, and counted.

Nothing of such a row is kept: not in the tables, not among the rows as they came, not in what is remembered of values.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean import files
from crm_clean.pipeline.step import Context
from crm_clean.privacy.hashes import Key
from crm_clean.privacy.left_out import leave_out
from crm_clean.privacy.suppress import suppressed
from crm_clean.records.tables import (
    DECISIONS,
    FILES,
    QUARANTINE,
    RAW_ROWS,
    STAGED_RECORDS,
    SUPPRESSIONS,
    VOCABULARY,
)

if TYPE_CHECKING:
    from crm_clean.normalise.apply import Tables

_CAME = (FILES, RAW_ROWS, QUARANTINE)
# What the normalise step puts on the shelf anew when it leaves rows out.
REWRITTEN = (*(table.name for table in _CAME), DECISIONS.name)


def without_suppressed(context: Context, fresh: Tables) -> tuple[Tables, int]:
    """`fresh` without the records of people who were erased, and how many those are.

    Takes their rows off the shelf, too. Raises UsageError where the key that they were hashed with is not there.
    """
    listed = context.store.read(SUPPRESSIONS) if context.last and context.key is not None else SUPPRESSIONS.empty()
    if listed.empty or context.key is None:
        return fresh, 0
    came = context.shelf.read_table(STAGED_RECORDS, columns=["record_id"])["record_id"].combine_chunks()
    records, points = (_of(table, came) for table in (fresh.records, fresh.contact_points))
    out = suppressed(records, points, listed, key=Key(context.key))
    if not len(out):
        return fresh, 0
    context.reporter.notice(
        f"{len(out):,} row{'s were' if len(out) > 1 else ' was'} left out: they are of people who were erased."
    )
    _take_off(context, out)
    kept = {name: _without(getattr(fresh, name), out) for name in ("records", "contact_points", "issues")}
    words = _own_words(context, _of(fresh.records, out), VOCABULARY.to_pandas(fresh.vocabulary))
    return replace(fresh, **kept, vocabulary=VOCABULARY.to_arrow(words)), len(out)


def _of(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["record_id"], value_set=ids))


def _without(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["record_id"], value_set=ids))).combine_chunks()


def _take_off(context: Context, out: pa.Array) -> None:
    """Their rows as they came, what exports say of them, what was learnt of their values."""
    shelf, ids = context.shelf, out.to_pylist()
    files.remove(shelf.memory)
    for table, frame in zip(_CAME, leave_out(tuple(shelf.read(t) for t in _CAME), ids), strict=True):  # type: ignore[arg-type]
        shelf.write(table, frame)
    said = shelf.read(DECISIONS)
    shelf.write(DECISIONS, said[~(said["left_id"].isin(ids) | said["right_id"].isin(ids))].reset_index(drop=True))


def _own_words(context: Context, theirs: pa.Table, vocabulary: pd.DataFrame) -> pd.DataFrame:
    """VOCABULARY without the words that nobody else uses or ever used."""
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.wording.vocabulary import FIELDS, recount

    folder = context.settings.normalise.lexicons
    columns = {field: theirs[f"{field}_raw"] for field in FIELDS}
    n = recount(vocabulary, columns, words=load(str(folder) if folder else None))["n_records"]
    key = ["field", "written"]
    known = pd.MultiIndex.from_frame(context.store.read(VOCABULARY)[key])
    stood = pd.Series(pd.MultiIndex.from_frame(vocabulary[key]).isin(known), index=vocabulary.index)
    left = vocabulary["n_records"] - n
    alone = ((n > 0) & (left <= 0)).fillna(False).astype(bool) & ~stood
    return VOCABULARY.frame(vocabulary.assign(n_records=left)[~alone])
