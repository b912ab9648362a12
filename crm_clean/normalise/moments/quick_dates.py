"""Plain dates read as columns: ISO, `18/06/2026 17:32`, `6/18/26, 5:32 PM` and Unix time, a million at a time.

Says what `dates.read_instant` says of the same value, or nothing; a test holds the two together. What is no such value,
or no such day, is left to that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.moments.date_layouts import Bools, Ints, Parts, take_apart

_NUMERIC = (
    r"^(?P<a>\d{1,2})(?P<s>[./-])(?P<b>\d{1,2})(?P<t>[./-])(?P<y>\d{4}|\d{2})"
    r"(?:(?:, |[ T])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?::(?P<x>[0-5]\d))?(?: ?(?P<p>[AaPp])[Mm])?)?$"
)
_UNIX = r"^[1-6]\d{9}(\d{3})?$"
_SECOND, _MINUTE = 1_000_000, 60_000_000
_LENGTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
Orders = np.ndarray[Any, Any]
Times = np.ndarray[Any, np.dtype[np.datetime64]]


def read(texts: pa.Array, orders: Orders) -> Times:
    """The instant of each of `texts` in UTC, microseconds; NaT for what has to be read otherwise.

    `orders`: `day_first`, `month_first` or `mixed` for each.
    """
    at = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    for parts in take_apart(texts):
        _put(at, parts.where, _fixed(parts, orders[parts.where]))
    for reader in (_numeric, _unix):
        rest = np.flatnonzero(np.isnat(at))
        if len(rest):
            left = texts if len(rest) == len(texts) else texts.take(pa.array(rest))
            where, found = reader(left, orders[rest])
            _put(at, rest[where], found)
    return at


def _put(at: Times, where: Ints, found: tuple[Ints, Bools]) -> None:
    stamps, good = found
    at[where[good]] = stamps[good].astype("datetime64[us]")


def _fixed(parts: Parts, orders: Orders) -> tuple[Ints, Bools]:
    clock = (parts["h"] * 60 + parts["m"] - parts.east) * _MINUTE + parts["s"] * _SECOND + parts["f"]
    if parts.has_order:
        return _stamped(parts["Y"], parts["M"], parts["D"], clock)
    return _ordered(parts["Y"], parts["A"], parts["B"], (clock, orders))


def _numeric(texts: pa.Array, orders: Orders) -> tuple[Ints, tuple[Ints, Bools]]:
    found = pc.extract_regex(texts, _NUMERIC)
    where = np.flatnonzero(pc.is_valid(found).to_numpy(zero_copy_only=False))
    found = found.take(pa.array(where))
    parts = {field.name: pc.fill_null(pc.struct_field(found, field.name), "") for field in found.type}
    first, second, year, hour, minute, seconds = (_number(parts[name]) for name in "abyhmx")
    year = np.where(year > 99, year, np.where(year <= 69, 2000 + year, 1900 + year))
    half = pc.utf8_lower(parts["p"]).to_numpy(zero_copy_only=False)
    hours = np.where(half == "", hour, hour % 12 + np.where(half == "p", 12, 0))
    clock = (hours * 60 + minute) * _MINUTE + seconds * _SECOND
    stamps, good = _ordered(year, first, second, (clock, orders[where]))
    same = pc.equal(parts["s"], parts["t"]).to_numpy(zero_copy_only=False)
    return where, (stamps, good & same & ((half == "") | (hour <= 12)))


def _unix(texts: pa.Array, _orders: Orders) -> tuple[Ints, tuple[Ints, Bools]]:
    where = np.flatnonzero(pc.match_substring_regex(texts, _UNIX).to_numpy(zero_copy_only=False))
    number = texts.take(pa.array(where)).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return where, (np.where(number < 10**10, number * _SECOND, number * 1000), np.ones(len(where), dtype=bool))


def _ordered(year: Ints, first: Ints, second: Ints, clock_and_orders: tuple[Ints, Orders]) -> tuple[Ints, Bools]:
    clock, orders = clock_and_orders
    is_month_first = orders == "month_first"
    day, month = np.where(is_month_first, second, first), np.where(is_month_first, first, second)
    swap = (month > 12) & (day <= 12)
    stamps, good = _stamped(year, np.where(swap, day, month), np.where(swap, month, day), clock)
    return stamps, good & (orders != "mixed")


def _stamped(year: Ints, month: Ints, day: Ints, clock: Ints) -> tuple[Ints, Bools]:
    """Microseconds since 1970, and whether it is a day of the calendar of a year that has no days of default."""
    good = (month >= 1) & (month <= 12)
    month = np.where(good, month, 1)
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (day >= 1) & (day <= _LENGTHS[month] + (is_leap & (month == 2)))
    good &= (year > 1901) & (year < 2090) & (year != 1969) & (year != 1970)
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return (first + day - 1) * 1440 * _MINUTE + clock, good


def _number(text: pa.Array) -> Ints:
    number: Ints = pc.cast(pc.if_else(pc.equal(text, ""), "0", text), pa.int64()).to_numpy(zero_copy_only=False)
    return number
