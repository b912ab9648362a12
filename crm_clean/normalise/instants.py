"""Columns of dates: the order of day and month decided for each file, then read.

Evidence is weighed file by file, since one export may have been saved again by a spreadsheet; a file that says nothing
follows its source, a source that says nothing the way its region writes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise import quick_dates
from crm_clean.normalise.dates import evidence, has_no_year, order_of, read_birth_date, read_instant
from crm_clean.normalise.distinct import over, rows
from crm_clean.normalise.workers import Kernel, Workers

_UNDECIDED = r"^\s*\d{1,2}[./ -]\d{1,2}([./ -]|\s*$)"
INSTANT = pa.schema({"value": pa.timestamp("us", tz="UTC"), "codes": pa.string()})
BIRTH_DATE = pa.schema({"value": pa.string(), "codes": pa.string()})
_EVIDENCE = pa.schema({"day": pa.int64(), "month": pa.int64(), "short": pa.int64()})


def read_column(raw: pa.Array, orders: pa.Array, *, is_birth_date: bool, workers: Workers) -> pa.Table:
    """`value` and `codes` for each row; `orders` says `day_first` or `month_first`."""
    kernel: Kernel = rows(_birth_date, BIRTH_DATE) if is_birth_date else _instants
    return over(kernel, [raw, orders], workers=workers)


def decide_orders(raw: pa.Array, groups: pd.DataFrame, *, region: pd.Series, workers: Workers) -> pa.Array:
    """The order for each row. `groups` has `file_id` and `source`, `region` the region of each row's source."""
    if raw.null_count == len(raw):
        return pa.nulls(len(raw), pa.string())
    said = pc.match_substring_regex(raw, _UNDECIDED)
    open_ones = pc.if_else(pc.fill_null(said, False), raw, pa.scalar(None, pa.string()))
    votes = over(rows(_votes, _EVIDENCE), [open_ones], workers=workers).to_pandas().fillna(0)
    votes[["file_id", "source"]] = groups[["file_id", "source"]].fillna("").to_numpy()
    by_file = votes.groupby("file_id", sort=True)[["day", "month", "short"]].sum()
    by_source = votes.groupby("source", sort=True)[["day", "month", "short"]].sum()
    kinds = groups.fillna("").assign(region=region.fillna("").to_numpy()).drop_duplicates("file_id")
    chosen = {r.file_id: _order(by_file.loc[r.file_id], by_source.loc[r.source], r.region) for r in kinds.itertuples()}
    return pa.array(groups["file_id"].fillna("").map(chosen), type=pa.string(), from_pandas=True)


def _order(file: Any, source: Any, region: Any) -> str:
    votes = file if file["day"] != file["month"] else source
    if votes["day"] == votes["month"] and file["short"]:
        return "month_first"  # birthdays without a year are a mailing tool's, which writes the month first
    return order_of(int(votes["day"]), int(votes["month"]), region=region or None)


def _votes(raw: str) -> tuple[int, int, int]:
    return (*evidence(raw), int(has_no_year(raw)))


def _birth_date(raw: str, order: Any) -> tuple[str | None, str | None]:
    return read_birth_date(raw, order=order)


def _instant(raw: str, order: Any) -> tuple[Any, str | None]:
    return read_instant(raw, order=order)


def _instants(raws: list[str], orders: list[str]) -> pa.Table:
    """Plain values read as columns, the others one by one."""
    at = quick_dates.read(
        pa.array(raws, pa.string()), np.array([order == "month_first" for order in orders], dtype=bool)
    )
    codes = np.full(len(raws), None, dtype=object)
    rest = np.flatnonzero(np.isnat(at))
    slow = rows(_instant, INSTANT)([raws[i] for i in rest], [orders[i] for i in rest])
    at[rest] = slow["value"].to_numpy().astype("datetime64[us]")
    codes[rest] = slow["codes"].to_pylist()
    value = pa.array(at, pa.timestamp("us")).cast(INSTANT.field("value").type)
    return pa.table([value, pa.array(codes, pa.string())], schema=INSTANT)
