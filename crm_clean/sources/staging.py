"""A grid and its plan, staged: the frames that `records.tables` calls files, raw_rows, quarantine, staged_records and
staged_points. Raw text throughout; nothing is normalised here and nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import FILES, QUARANTINE, RAW_ROWS, STAGED_POINTS, STAGED_RECORDS
from crm_clean.sources.cells import filled, flags, json_objects, worded
from crm_clean.sources.grid import Grid
from crm_clean.sources.identity import Ids
from crm_clean.sources.plan import Feed, Plan
from crm_clean.sources.points import Filled, stage_points

_ROWS_AT_ONCE = 1 << 16
# Where several columns speak of these, all are kept.
_STRICTEST = frozenset({"email_opt_out", "do_not_call", "postal_opt_out", "email_bounced", "consent_status"})


@dataclass(frozen=True)
class Origin:
    """Where a table came from."""

    file_id: str
    source_file: str
    source: str
    default_region: str | None
    taken_at: datetime


@dataclass(frozen=True)
class Taken:
    """One file taken in, as frames of the tables of the same names; `files` has one row."""

    files: pd.DataFrame
    raw_rows: pd.DataFrame
    quarantine: pd.DataFrame
    staged_records: pd.DataFrame
    staged_points: pd.DataFrame


def stage(grid: Grid, plan: Plan, origin: Origin, ids: Ids) -> Taken:
    """The frames of one table. `ids` has seen the records of the files before it."""

    @cache
    def column(at: int) -> pa.Array:
        return filled(grid.columns[at], plan.nulls)

    native = _native_ids(plan, column, grid.n_rows)
    record_ids = ids.assign(origin.source, native, file_id=origin.file_id, rows=grid.source_rows)
    records = _records(grid, plan, origin, column, (record_ids, native))
    return Taken(
        files=_files(grid, plan, origin),
        raw_rows=_raw_rows(grid, origin.file_id, record_ids),
        quarantine=_quarantine(grid, origin),
        staged_records=STAGED_RECORDS.to_pandas(records),
        staged_points=STAGED_POINTS.to_pandas(stage_points(plan, record_ids, column)),
    )


@dataclass(frozen=True)
class Staged:
    """Rows taken before, as Arrow tables of the schemas of the tables of the same names."""

    staged_records: pa.Table
    staged_points: pa.Table


def restage(grid: Grid, plan: Plan, origin: Origin, record_ids: pa.Array) -> Staged:
    """The rows of a table that was staged before, under the ids they have."""

    @cache
    def column(at: int) -> pa.Array:
        return filled(grid.columns[at], plan.nulls)

    native = _native_ids(plan, column, grid.n_rows)
    records = _records(grid, plan, origin, column, (record_ids, native))
    return Staged(records, stage_points(plan, record_ids, column).cast(STAGED_POINTS.schema))


def _native_ids(plan: Plan, column: Filled, n_rows: int) -> pa.Array:
    """Trimmed, and without the `.0` that a spreadsheet leaves behind a number."""
    raw = _coalesced(plan.scalar_feeds("source_record_id"), column, n_rows)
    return pc.replace_substring_regex(pc.utf8_trim_whitespace(raw), r"^(\d+)\.0$", r"\1")


def _coalesced(feeds: Sequence[Feed], column: Filled, n_rows: int) -> pa.Array:
    """The first of the feeds that holds something, row by row."""
    if not feeds:
        return pa.nulls(n_rows, pa.string())
    arrays = [column(f.column) if f.when is None else worded(column(f.column), f.when) for f in feeds]
    return arrays[0] if len(arrays) == 1 else pc.coalesce(*arrays)


def _all_said(feeds: Sequence[Feed], column: Filled) -> pa.Array:
    """The different things the feeds say, row by row: of consent, the strictest counts, so none is left out."""
    first, *others = (column(f.column) if f.when is None else worded(column(f.column), f.when) for f in feeds)
    for other in others:
        differs = pc.fill_null(pc.not_equal(first, other), False)
        first = pc.coalesce(pc.if_else(differs, pc.binary_join_element_wise(first, other, "; "), first), other)
    return first


def _records(grid: Grid, plan: Plan, origin: Origin, column: Filled, ids: tuple[pa.Array, pa.Array]) -> pa.Table:
    n, constants = grid.n_rows, dict(plan.constants)

    def same(value: str | None) -> pa.Array:
        return pa.nulls(n, pa.string()) if value is None else pa.repeat(pa.scalar(value, pa.string()), n)

    def scalar(field: str) -> pa.Array:
        if field in constants:
            return same(constants[field])
        feeds = plan.scalar_feeds(field)
        return _all_said(feeds, column) if field in _STRICTEST and len(feeds) > 1 else _coalesced(feeds, column, n)

    return pa.table(
        {
            "record_id": ids[0],
            "source": same(origin.source),
            "file_id": same(origin.file_id),
            "source_file": same(origin.source_file),
            "source_row": pa.array(grid.source_rows, pa.int64()),
            "source_record_id": ids[1],
            "merged_ids": scalar("merged_ids"),
            "master_record_id": scalar("master_record_id"),
            "is_deleted": flags(scalar("is_deleted")),
            "default_region": same(plan.default_region or origin.default_region),
            **{f"{field}_raw": scalar(field) for field in SCALARS},
            "custom": _custom(grid, plan),
        },
        schema=STAGED_RECORDS.schema,
    )


def _custom(grid: Grid, plan: Plan) -> pa.Array:
    consumed = plan.consumed()
    kept = [i for i in range(len(grid.header)) if i not in consumed]
    names = distinct_names(grid.header)
    return json_objects([names[i] for i in kept], [filled(grid.columns[i]) for i in kept], grid.n_rows)


def distinct_names(header: Sequence[str]) -> list[str]:
    """Names by which each column can be told: twins numbered `Notes (2)`, the nameless `Column 3`."""
    out: list[str] = []
    reserved = {name for name in header if name.strip()}
    seen: set[str] = set()
    for place, name in enumerate(header, start=1):
        base = name if name.strip() else f"Column {place}"
        told, count = base, 1
        while told in seen or (told != name and told in reserved):
            count += 1
            told = f"{base} ({count})"
        seen.add(told)
        out.append(told)
    return out


def _files(grid: Grid, plan: Plan, origin: Origin) -> pd.DataFrame:
    return FILES.to_pandas(
        pa.table(
            {
                "file_id": [origin.file_id],
                "source_file": [origin.source_file],
                "source": [origin.source],
                "profile": [plan.profile],
                "encoding": [grid.encoding or None],
                "delimiter": [grid.delimiter or None],
                "header": [list(grid.header)],
                "mapping": [plan.mapping(len(grid.header))],
                "n_rows": [grid.n_rows],
                "n_quarantined": [len(grid.bad)],
                "taken_at": [origin.taken_at],
            },
            schema=FILES.schema,
        )
    )


def _raw_rows(grid: Grid, file_id: str, record_ids: pa.Array) -> pd.DataFrame:
    chunks = [
        pa.record_batch(
            {
                "file_id": pa.repeat(pa.scalar(file_id), stop - start),
                "source_row": pa.array(grid.source_rows[start:stop], pa.int64()),
                "record_id": record_ids.slice(start, stop - start),
                "cells": _by_row([column.slice(start, stop - start) for column in grid.columns]),
            },
            schema=RAW_ROWS.schema,
        )
        for start in range(0, grid.n_rows, _ROWS_AT_ONCE)
        for stop in (min(start + _ROWS_AT_ONCE, grid.n_rows),)
    ]
    return RAW_ROWS.to_pandas(pa.Table.from_batches(chunks, schema=RAW_ROWS.schema))


def _by_row(columns: Sequence[pa.Array]) -> pa.Array:
    """Columns turned into one list of cells a row."""
    n, width = len(columns[0]), len(columns)
    order = (np.arange(width) * n + np.arange(n)[:, None]).ravel()
    ends = np.arange(0, n * width + 1, width, dtype=np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), pa.concat_arrays(columns).take(pa.array(order)))


def _quarantine(grid: Grid, origin: Origin) -> pd.DataFrame:
    rows = [
        {
            "file_id": origin.file_id,
            "source_file": origin.source_file,
            "source_row": row.source_row,
            "source_line": row.line,
            "byte_offset": row.offset,
            "field": row.field,
            "reason": row.reason,
            "raw": row.raw,
        }
        for row in grid.bad
    ]
    return QUARANTINE.to_pandas(pa.Table.from_pylist(rows, schema=QUARANTINE.schema))
