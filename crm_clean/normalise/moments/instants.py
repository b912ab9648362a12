"""Columns of dates: the order of day and month decided for each file, then every value read once.

What plainly cannot be a date of its field although it is one of the calendar is found by `plausible`, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pyarrow as pa

from crm_clean.normalise.distinct import over, rows
from crm_clean.normalise.moments import quick_dates
from crm_clean.normalise.moments.dates import read_birth_date, read_instant
from crm_clean.normalise.moments.orders import Files, count_votes, decide
from crm_clean.normalise.workers import Kernel, Workers

INSTANT = pa.schema({"value": pa.timestamp("us", tz="UTC"), "codes": pa.string()})
BIRTH_DATE = pa.schema({"value": pa.string(), "codes": pa.string()})


def read_columns(
    raws: Mapping[str, pa.Array], files: Files, *, birth_dates: frozenset[str] = frozenset(), workers: Workers
) -> dict[str, pa.Table]:
    """`value` and `codes` for each row of each column; those named in `birth_dates` are days, the others instants."""
    votes = {name: count_votes(raw, files, workers=workers) for name, raw in raws.items()}
    sisters = reduce(add, votes.values())
    found = {}
    for name, raw in raws.items():
        is_day = name in birth_dates
        kernel: Kernel = rows(_birth_date, BIRTH_DATE) if is_day else read_instants
        columns = [raw, decide(raw, votes[name], files, sisters=sisters)]
        found[name] = over(kernel, columns, workers=workers, is_columnar=not is_day)
    return found


def _birth_date(raw: str, order: Any) -> tuple[str | None, str | None]:
    return read_birth_date(raw, order=order)


def _instant(raw: str, order: Any) -> tuple[Any, str | None]:
    return read_instant(raw, order=order)


def read_instants(raws: pa.Array, orders: pa.Array) -> pa.Table:
    """A columnar kernel of INSTANT: plain values read as columns, the others one by one."""
    texts, ways = pa.array(raws, pa.string()), pa.array(orders, pa.string())
    at = quick_dates.read(texts, ways.to_numpy(zero_copy_only=False))
    codes = np.full(len(texts), None, dtype=object)
    rest = np.flatnonzero(np.isnat(at))
    left = pa.array(rest, pa.int64())
    slow = rows(_instant, INSTANT)(texts.take(left).to_pylist(), ways.take(left).to_pylist())
    at[rest] = slow["value"].to_numpy().astype("datetime64[us]")
    codes[rest] = slow["codes"].to_pylist()
    value = pa.array(at, pa.timestamp("us")).cast(INSTANT.field("value").type)
    return pa.table([value, pa.array(codes, pa.string())], schema=INSTANT)
