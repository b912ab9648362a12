"""What stood before this run, and how it goes on standing beside what is new.

A record that this run does not bring stays as it is. One that it brings with the very same content stays too, so that
an export delivered again changes nothing; one that it brings changed takes the place of the old one.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.reading import is_read_alike
from crm_clean.pipeline.step import Context
from crm_clean.records.table import Table
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, RUNS
from crm_clean.store.base import Store

Tables = tuple[pa.Table, ...]  # of RECORDS, CONTACT_POINTS and ISSUES


def last_run_row(store: Store) -> dict[str, Any]:
    """The RUNS row of the last committed run as plain values, empty when there is none."""
    runs = store.read(RUNS)
    return {} if runs.empty else {name: runs[name].iloc[-1] for name in runs.columns}


def said_since(store: Store, ledger: Table) -> pd.DataFrame:
    """The rows of a ledger that were added since the last run began, which it may not have honoured.

    What somebody says while a run is at work stands in the ledger with that run; the run itself tells how much of the
    ledger it had before it, and that what it added is no person's word.
    """
    written, last = store.written(ledger), last_run_row(store)
    if not last:
        return written
    later = written["run"] > int(last["run"])
    n_heard = json.loads(last["inputs"]).get("heard", {}).get(ledger.name)
    if n_heard is not None and "decided_by" in written:
        is_a_persons = written["decided_by"].notna() & written["decided_by"].ne("import")
        later |= is_a_persons.astype(bool) & (pd.RangeIndex(len(written)) >= n_heard)
    return written[later].reset_index(drop=True)


def heard(store: Store, *ledgers: Table) -> dict[str, int]:
    """How many rows of each ledger are there for a run that begins now."""
    return {ledger.name: len(store.written(ledger)) for ledger in ledgers}


def ever_taken(context: Context, table: Table) -> pd.DataFrame:
    """Rows of a table that is only appended to: those that stand, then this run's."""
    filled = [frame for frame in (context.store.read(table), context.shelf.read(table)) if len(frame)]
    return table.frame(pd.concat(filled, ignore_index=True)) if len(filled) > 1 else (filled or [table.empty()])[0]


def brings_nothing(context: Context, records: pa.Table, points: pa.Table) -> bool:
    """Whether every staged record stands already with the very same content, read in the same way."""
    from crm_clean.normalise.content import content_hashes
    from crm_clean.normalise.flow import positions_of

    if not context.last or not is_read_alike(context):
        return False
    ids = records["record_id"].combine_chunks()
    stood = _standing_content(context, ids)
    if stood.null_count:
        return False
    hashes = content_hashes(records, points, at=positions_of(records, points))
    return pc.all(pc.equal(stood, hashes)).as_py() is not False


def new_records(context: Context, records: pa.Table) -> pa.Array:
    """The ids of those `records` (RECORDS) that do not stand already with the same content, read in the same way."""
    ids = records["record_id"].combine_chunks()
    if not context.last or not is_read_alike(context):
        return ids
    is_same = pc.equal(_standing_content(context, ids), records["content_hash"].combine_chunks())
    return ids.filter(pc.invert(pc.fill_null(is_same, False)))


def _standing_content(context: Context, ids: pa.Array) -> pa.Array:
    """The content hash with which each of these records stands, missing where it does not."""
    stands = context.store.take(RECORDS, "record_id", ids, columns=["record_id", "content_hash"])
    at = pc.index_in(ids, value_set=stands["record_id"].combine_chunks())
    return stands["content_hash"].combine_chunks().take(at)


def beside_standing(context: Context, fresh: Tables, *, new: pa.Array, gone: pa.Array) -> Tables:
    """The full new state of records, contact points and issues: what stands and is not gone, and of `fresh` the new."""
    if not context.last:
        return fresh
    return tuple(
        _joined(context.store.standing(table), frame, new, gone)
        for table, frame in zip((RECORDS, CONTACT_POINTS, ISSUES), fresh, strict=True)
    )


def of_these(tables: Tables, ids: pa.Array) -> Tables:
    """The rows of some records."""
    return tuple(table.filter(pc.is_in(table["record_id"], value_set=ids)).combine_chunks() for table in tables)


def _joined(old: pa.Table, fresh: pa.Table, new: pa.Array, gone: pa.Array) -> pa.Table:
    """The rows of `old` whose record is neither `new` nor `gone`, then those of `fresh` whose record is new."""
    left = pa.chunked_array([new, gone], pa.string()).combine_chunks()
    if not len(left):
        return old.combine_chunks()
    kept = old.filter(pc.invert(pc.is_in(old["record_id"], value_set=left)))
    told = fresh.filter(pc.is_in(fresh["record_id"], value_set=new))
    return pa.concat_tables([kept, told]).combine_chunks()
