"""Dates that were written as plain numbers: Unix time in seconds to microseconds, and serial days of spreadsheets.

Serial days are read by the 1900 system, which every spreadsheet but old Macintosh files (1904, four years later) uses;
a number in a text file does not tell which it was.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_UNIX = re.compile(r"^(-?)(\d{9,10}|\d{12,13}|\d{15,16})(?:\.\d+)?$")
_JSON = re.compile(r"^/?Date\((-?\d{1,14})(?:[+-]\d{4})?\)/?$")
_CALENDAR = re.compile(r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d$")
_SERIAL = re.compile(r"^(\d{5})(?:[.,](\d+))?$")
_MICROSECONDS = {9: 1_000_000, 10: 1_000_000, 12: 1000, 13: 1000, 15: 1, 16: 1}


def unix_time(text: str) -> datetime | None:
    """The instant of Unix seconds, milliseconds or microseconds, by their number of digits; None for another text.

    Twelve digits that are a minute of the calendar (202401151011) are no milliseconds.
    """
    found = _UNIX.match(text)
    if found and not _CALENDAR.match(text):
        return _after(int(found[1] + found[2]) * _MICROSECONDS[len(found[2])])
    found = _JSON.match(text.replace("\\", "")) if "ate(" in text else None
    return _after(int(found[1]) * 1000) if found else None


def _after(microseconds: int) -> datetime:
    return UNIX_EPOCH + timedelta(microseconds=microseconds)


def serial_day(text: str) -> datetime | None:
    """The instant of a serial day such as 45000.75, to the second; None for another text."""
    found = _SERIAL.match(text)
    if not found:
        return None
    at = _SERIAL_EPOCH + timedelta(days=float(f"{found[1]}.{found[2] or 0}"))
    return (at + timedelta(milliseconds=500)).replace(microsecond=0)
