"""Dates and instants, once it is known whether a column writes the day or the month first.

`09/06/2026` alone is undecidable: `vote` tells what a value says of its column, and the readers take the decision. A
value that only makes sense the other way round is read so; one that could be either, in a column of both orders, is not
read. Defaults that mean nothing (1900-01-01, 0/0/00) are no dates.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from unicodedata import normalize

from crm_clean.normalise.moments.date_forms import NUMERIC, Order, day_and_month, month_and_day, take_apart
from crm_clean.normalise.moments.epochs import UNIX_EPOCH, serial_day, unix_time
from crm_clean.normalise.moments.times import with_time
from crm_clean.text import clean

_MAX = 90
_NO_YEAR = re.compile(r"^(?:--(\d{2})-?(\d{2})|(\d{1,2})([-/.])(\d{1,2})\.?)$")
_HALVES = re.compile(r"(?:^|[\s\d])[ap]\.?\s?m\b", re.IGNORECASE)
# What systems write where they know no date: of spreadsheets, databases, Outlook, ERP systems.
_DEFAULTS = frozenset(
    {
        (1, 1, 1), (1600, 1, 1), (1601, 1, 1), (1753, 1, 1), (1800, 1, 1), (1899, 12, 30), (1899, 12, 31), (1900, 1, 0),
        (1900, 1, 1), (2099, 12, 31), (2999, 12, 31), (3000, 1, 1), (4501, 1, 1), (9999, 1, 1), (9999, 12, 31),
    }
)  # fmt: skip
_EMPTY = re.compile(r"^[0/\-.: T]+Z?$")
_OLDEST, _NEWEST = 1900, 2200
_NO_YEAR_KNOWN = 1604  # what some address books write for a birthday without a year
_PIVOT, _BIRTH_PIVOT = 69, 15
_WIDEST_ZONE = timedelta(hours=14)


class Moment(NamedTuple):
    """A date with its time of day in UTC, or a finding.

    `code`: `date.default`, `date.impossible`, `date.unreadable` or `date.mixed_order`.
    """

    at: datetime | None
    code: str | None


class Vote(NamedTuple):
    """What a value says of how its column orders day and month; each 1 or 0.

    `day`, `month`: it can only be read so. `is_dotted`: dots part its figures, which goes with the day first.
    `has_halves`: AM or PM, which goes with the month first.
    """

    day: int
    month: int
    is_dotted: int
    has_halves: int


def vote(raw: str) -> Vote:
    """What `raw` says of its column."""
    text = _line(raw) or ""
    short = _NO_YEAR.match(text)
    found = None if short else NUMERIC.match(text)
    if short and short[3]:
        first, mark, second = int(short[3]), short[4], int(short[5])
    elif found:
        first, mark, second = int(found[1]), found[2], int(found[3])
    else:
        return Vote(0, 0, 0, 0)
    halves = bool(found and found[5] and _HALVES.search(found[5]))
    return Vote(int(first > 12 >= second), int(second > 12 >= first), int(mark == "."), int(halves))


def evidence(raw: str) -> tuple[int, int]:
    """1 for a value that can only be read day first, 1 for month first; zeros when it could be either."""
    return vote(raw)[:2]


def has_no_year(raw: str) -> bool:
    """Whether `raw` is a birthday without a year, such as `05/13`."""
    return _NO_YEAR.match(_line(raw) or "") is not None


def is_no_date(raw: str) -> bool:
    """Whether `raw` is what a system writes where it knows no date: `0000-00-00`, `1900-01-01`."""
    return read_instant(raw, order="day_first").code == "date.default"


def read_instant(raw: str, *, order: Order) -> Moment:
    """The instant `raw` names, in UTC; a value without zone is UTC. Unix time and serial days are read too."""
    text = _line(raw)
    if text is None:
        return Moment(None, "date.unreadable")
    moment = _read(text, order, pivot=_PIVOT)
    if moment.at is not None and abs(moment.at - UNIX_EPOCH) <= _WIDEST_ZONE:
        return Moment(None, "date.default")
    return moment


def read_birth_date(raw: str, *, order: Order) -> tuple[str | None, str | None]:
    """`1980-05-01`, or `--05-01` without a year; and a finding in place of a date.

    Two-digit years up to 15 are of this century, as contacts are rarely younger or older than that tells.
    """
    text = _line(raw)
    if text is None:
        return None, "birth_date.unreadable"
    yearless = _without_year(text, order)
    if yearless is not None:
        return yearless
    moment = _read(text, order, pivot=_BIRTH_PIVOT, is_day=True)
    if moment.at is not None:
        return moment.at.date().isoformat(), None
    kept = {"date.unreadable": "birth_date.unreadable", "date.mixed_order": "date.mixed_order"}
    return None, kept.get(str(moment.code), "birth_date.impossible")


def _line(raw: str) -> str | None:
    """`raw` as one clean line of plain digits and signs, or None when it is too long for a date."""
    if len(raw) > _MAX:
        return None
    text = " ".join(raw.split()) if raw.isascii() else clean(normalize("NFKC", raw))
    return text.strip("'\" ") if text[:1] in "'\"" else text


def _without_year(text: str, order: Order) -> tuple[str | None, str | None] | None:
    """A birthday without a year; None when `text` is none."""
    short = _NO_YEAR.match(text)
    if short and short[1]:
        return _day_of_year(int(short[1]), int(short[2]))
    if short:
        pair = day_and_month(int(short[3]), int(short[5]), order, is_dotted=short[4] == ".")
        return _day_of_year(pair[1], pair[0]) if pair else (None, "date.mixed_order")
    if text.startswith(f"{_NO_YEAR_KNOWN}-"):
        parts = take_apart(text, order, pivot=_BIRTH_PIVOT)
        return _day_of_year(parts.month, parts.day) if parts and parts != "date.mixed_order" else None
    worded = month_and_day(text) if text[-1:].isalpha() or text[:1].isalpha() else None
    return _day_of_year(*worded) if worded else None


def _day_of_year(month: int, day: int) -> tuple[str | None, str | None]:
    try:
        date(2000, month, day)
    except ValueError:
        return None, "birth_date.impossible"
    return f"--{month:02d}-{day:02d}", None


def _read(text: str, order: Order, *, pivot: int, is_day: bool = False) -> Moment:
    """`is_day`: the day alone counts, as it stands there; its time and zone do not move it."""
    if not text or _EMPTY.match(text):
        return Moment(None, "date.default" if text else "date.unreadable")
    if text[-1].isdecimal() or text[-1] in ")/":
        at = unix_time(text) or serial_day(text)
        if at is not None:
            return _checked(at)
    parts = take_apart(text, order, pivot=pivot)
    if parts is None or parts == "date.mixed_order":
        return Moment(None, parts or "date.unreadable")
    return _build(*parts[:3], None if is_day else parts.time)


def _build(year: int, month: int, day: int, time: str | None) -> Moment:
    if (year, month, day) in _DEFAULTS or year == 0:
        return Moment(None, "date.default")
    try:
        at = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return Moment(None, "date.impossible")
    return _checked(with_time(at, time.strip())) if time and time.strip() else _checked(at)


def _checked(at: datetime | None) -> Moment:
    if at is None:
        return Moment(None, "date.unreadable")
    if (at.year, at.month, at.day) in _DEFAULTS:
        return Moment(None, "date.default")
    return Moment(at, None) if _OLDEST <= at.year < _NEWEST else Moment(None, "date.impossible")
