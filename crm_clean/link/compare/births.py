"""Dates of birth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Compared
from crm_clean.link.people import People

LEVELS = ("same", "swapped", "close", "partly", "near", "different")
_NEAR_DAYS = 400


@dataclass(frozen=True)
class _Dates:
    """Distinct dates taken apart: parts, a rough day number, and the eight digits (int8, dates x 8)."""

    year: Ints
    month: Ints
    day: Ints
    ordinal: Ints
    digits: npt.NDArray[np.int8]

    @classmethod
    def of(cls, values: list[str]) -> _Dates:
        padded = [("0000" + v[1:] if v.startswith("--") else v).replace("-", "").ljust(8, "0")[:8] for v in values]
        flat = np.frombuffer("".join(padded).encode("ascii", "replace"), dtype=np.uint8)
        digits = flat.reshape(-1, 8).astype(np.int8) - 48
        number = digits.astype(np.int64) @ (10 ** np.arange(7, -1, -1))
        year, month, day = number // 10_000, number // 100 % 100, number % 100
        return cls(year, month, day, year * 365 + month * 30 + day, digits)


def compare_births(p: People, left: Ints, right: Ints) -> Compared:
    """The same, day and month swapped, one digit off, two of three parts the same, about a year apart, or different.

    A date without its year is compared by day and month.
    """
    same, swapped, close, partly, near, different = range(1, 7)
    a, b = p.birth.codes[left], p.birth.codes[right]
    known = np.flatnonzero((a >= 0) & (b >= 0))
    a, b, dates = a[known], b[known], _Dates.of(p.birth.values)
    yearless = (dates.year[a] == 0) | (dates.year[b] == 0)
    same_year = (dates.year[a] == dates.year[b]) | yearless
    parts = same_year.astype(np.int8) + (dates.month[a] == dates.month[b]) + (dates.day[a] == dates.day[b])
    wrong = (dates.digits[a] != dates.digits[b]).sum(axis=1)
    transposed = (wrong == 2) & (np.sort(dates.digits[a], axis=1) == np.sort(dates.digits[b], axis=1)).all(axis=1)
    found = np.full(len(known), different, dtype=np.int8)
    found[(np.abs(dates.ordinal[a] - dates.ordinal[b]) <= _NEAR_DAYS) & ~yearless] = near
    found[parts == 2] = partly
    found[((wrong == 1) | (transposed & (parts == 2))) & ~yearless] = close
    found[same_year & (dates.month[a] == dates.day[b]) & (dates.day[a] == dates.month[b])] = swapped
    found[parts == 3] = same
    levels = np.zeros(len(left), dtype=np.int8)
    levels[known] = found
    at = known[found == same]  # a date that people type to be left in peace is said of many
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[at] = p.holders(p.birth)[p.birth.codes[left[at]]]
    return Compared(levels, shared_by)
