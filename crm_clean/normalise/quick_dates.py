"""Numeric dates read as columns: `18/06/2026 17:32` and ISO, a million at a time.

Says what `dates.read_instant` says of the same value, or nothing; a test holds the two together. What is no such value,
or no such day, is left to that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_ISO = r"^(19[1-689]\d|197[1-9]|20\d\d)-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
_NUMERIC = (
    r"^(?P<a>\d{1,2})(?P<s>[./-])(?P<b>\d{1,2})(?P<t>[./-])(?P<y>20\d\d|19[1-689]\d|197[1-9])"
    r"(?:[ T](?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::(?P<x>[0-5]\d))?)?$"
)
Times = np.ndarray[Any, np.dtype[np.datetime64]]


def read(texts: pa.Array, month_first: np.ndarray[Any, Any]) -> Times:
    """The instant of each of `texts` in UTC, microseconds; NaT for what has to be read otherwise."""
    at = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    iso = pc.match_substring_regex(texts, _ISO).to_numpy(zero_copy_only=False)
    if iso.any():
        chosen = pd.Series(texts.filter(pa.array(iso)).to_pylist())
        quick = pd.to_datetime(chosen, format="ISO8601", utc=True, errors="coerce")
        at[iso] = quick.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    rest = np.flatnonzero(~iso)
    at[rest] = _numeric(texts.take(pa.array(rest)), month_first[rest])
    return at


def _numeric(texts: pa.Array, month_first: np.ndarray[Any, Any]) -> Times:
    at = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    parts = pc.extract_regex(texts, _NUMERIC)
    fits = pc.fill_null(pc.equal(pc.struct_field(parts, "s"), pc.struct_field(parts, "t")), False)
    where = np.flatnonzero(fits.to_numpy(zero_copy_only=False))
    if not len(where):
        return at
    parts = parts.take(pa.array(where))
    first, second, year, hour, minute, seconds = (_number(parts, name) for name in "abyhmx")
    day = np.where(month_first[where], second, first)
    month = np.where(month_first[where], first, second)
    swap = (month > 12) & (day <= 12)
    day, month = np.where(swap, month, day), np.where(swap, day, month)
    good = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 28)
    months = (year - 1970) * 12 + np.where(good, month, 1) - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1
    stamp = ((days * 24 + hour) * 60 + minute) * 60 + seconds
    at[where[good]] = (stamp[good] * 1_000_000).astype("datetime64[us]")
    return at


def _number(parts: pa.Array, name: str) -> np.ndarray[Any, Any]:
    text = pc.struct_field(parts, name)
    number: np.ndarray[Any, Any] = pc.cast(pc.if_else(pc.equal(text, ""), "0", text), pa.int64()).to_numpy(
        zero_copy_only=False
    )
    return number
