"""What stood before this run, and how it goes on standing beside what is new.

A record that this run does not bring stays as it is. One that it brings with the very same content stays too, so that
an export delivered again changes nothing; one that it brings changed takes the place of the old one.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_clean.pipeline.reading import is_read_alike
from crm_clean.pipeline.step import Context
from crm_clean.records.table import Table
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, RUNS
from crm_clean.store.base import Store

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def last_run_row(store: Store) -> dict[str, Any]:
    """The RUNS row of the last committed run as plain values, empty when there is none."""
    runs = store.read(RUNS)
    return {} if runs.empty else {name: runs[name].iloc[-1] for name in runs.columns}


def ever_taken(context: Context, table: Table) -> pd.DataFrame:
    """Rows of a table that is only appended to: those that stand, then this run's."""
    filled = [frame for frame in (context.store.read(table), context.shelf.read(table)) if len(frame)]
    return table.frame(pd.concat(filled, ignore_index=True)) if len(filled) > 1 else (filled or [table.empty()])[0]


def beside_standing(context: Context, fresh: Frames) -> Frames:
    """The full new state of records, contact points and issues, from what stands and what this run normalised."""
    records, points, issues = fresh
    if not context.last:
        return fresh
    standing = context.store.read(RECORDS)
    unchanged = _unchanged(context, standing, records)
    new_ids = records["record_id"][~records["record_id"].isin(unchanged)]
    new = (_of(records, new_ids), _of(points, new_ids), _of(issues, new_ids))
    old = (standing, context.store.read(CONTACT_POINTS), context.store.read(ISSUES))
    tables = (RECORDS, CONTACT_POINTS, ISSUES)
    joined = [_joined(t, o[~o["record_id"].isin(new_ids)], n) for t, o, n in zip(tables, old, new, strict=True)]
    return joined[0], joined[1], joined[2]


def _unchanged(context: Context, standing: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """Ids of records whose content stands already, read in the same way."""
    if not is_read_alike(context):
        return standing["record_id"].iloc[:0]
    seen = records[["record_id", "content_hash"]].merge(standing[["record_id", "content_hash"]])
    return seen["record_id"]


def _of(frame: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    return frame[frame["record_id"].isin(ids)]


def _joined(table: Table, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    if old.empty:
        return table.frame(new)
    return table.frame(pd.concat([old, new], ignore_index=True)) if len(new) else table.frame(old)
