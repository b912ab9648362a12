"""Dates of birth as evidence: the normalised date, else what was written where it can still be told from another.

A date that cannot be (a lifetime and more ago, the 30th of February) is none for a golden record, yet two records that
say it are alike. What systems write where no date is known says nothing, nor does the day a record was made.
"""

from __future__ import annotations

import re

import pandas as pd

_YEAR_FIRST = re.compile(r"^(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ].*)?$")
_YEAR_LAST = re.compile(r"^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$")
_FILLERS = {"0001-01-01", "1600-01-01", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31"}
_FIRST_YEAR, _LAST_YEAR = 1000, 2200


def births(known: pd.Series[str], written: pd.Series[str], made: pd.Series[str]) -> pd.Series[str]:
    """`known` (ISO dates, missing where none was read), completed from what was `written` on records `made` at."""
    missing = known.isna() & written.notna()
    if not missing.any():
        return known
    there = written[missing]
    read = there.map({raw: _told(raw) for raw in there.unique()}).astype("string[pyarrow]")
    same_day = read.eq(made[missing].str.slice(0, 10)).fillna(False)
    out = known.copy()
    out[missing] = read.mask(same_day)
    return out


def _told(raw: str) -> str | None:
    """`1630-08-01` of a date with its year in four digits; None when it is a filler or no such date."""
    text = raw.strip()
    if found := _YEAR_FIRST.match(text):
        year, month, day = found[1], found[3], found[4]
    elif found := _YEAR_LAST.match(text):
        year, month, day = found[4], found[3].zfill(2), found[1].zfill(2)
    else:
        return None
    date = f"{year}-{month}-{day}"
    is_told = _FIRST_YEAR <= int(year) < _LAST_YEAR and date not in _FILLERS and f"{month}{day}" != "0000"
    return date if is_told and not (year == "1900" and month + day in ("0101", "0001")) else None
