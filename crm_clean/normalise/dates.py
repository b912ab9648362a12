"""Dates and instants, once it is known whether a column writes the day or the month first.

`09/06/2026` alone is undecidable: `evidence` counts what a column's values say, `order_of` decides, and the readers
take the decision. A value that only makes sense the other way round is read so. Defaults that mean nothing
(1900-01-01, 0/0/00) are no dates.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal, NamedTuple

from crm_clean.normalise.months import month_number

Order = Literal["day_first", "month_first"]

_MAX = 60
_NUMERIC = re.compile(r"^(\d{1,2})([./ -])(\d{1,2})\2(\d{4}|\d{2}|'\d{2})(?:[T ,]+(.+))?$")
_YEAR_FIRST = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(.+))?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?Z?)?$")
_SERIAL = re.compile(r"^(\d{5})(?:[.,](\d+))?$")
_UNIX = re.compile(r"^(\d{9,10}|\d{12,13})(?:\.\d+)?$")
_NO_YEAR = re.compile(r"^(?:--(\d{2})-?(\d{2})|(\d{1,2})[-/.](\d{1,2})\.?)$")
_TIME = re.compile(
    r"^(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap])?\.?(?:m\.?)?\s*"
    r"(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?(?:\s*\(?[a-z]{2,5}\)?)?$",
    re.IGNORECASE,
)
_WEEKDAY = r"^(?:[^\W\d]+\.?,?\s+)?"
_WORDS = re.compile(
    _WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?(?:\s+de|\s+of)?[ .-]*([^\W\d]+)\.?,?(?:\s+de)?[ .-]*(\d{4}|\d{2})"
    r"(?:[ ,T]+(?:at\s+|um\s+|à\s+)?(.+))?$"
)
_WORDS_FIRST = re.compile(_WEEKDAY + r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[ ,T]+(?:at\s+)?(.+))?$")
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEFAULTS = frozenset(
    {(1900, 1, 1), (1899, 12, 30), (1899, 12, 31), (1, 1, 1), (1753, 1, 1), (1601, 1, 1), (9999, 12, 31)}
)
_EMPTY = re.compile(r"^[0/\-.: T]+$")
_OLDEST, _NEWEST = 1900, 2200


class Moment(NamedTuple):
    """A date with its time of day in UTC, or a finding: `date.default`, `date.impossible`, `date.unreadable`."""

    at: datetime | None
    code: str | None


def evidence(raw: str) -> tuple[int, int]:
    """What `raw` says about its column: 1 for day first, 1 for month first, zeros when it could be either."""
    text = raw.strip()[:_MAX]
    short = _NO_YEAR.match(text)
    if short:
        first, second = int(short.group(3) or 0), int(short.group(4) or 0)
        return int(first > 12 >= second), int(second > 12 >= first)
    found = _NUMERIC.match(text)
    if not found:
        return 0, 0
    first, second, rest = int(found.group(1)), int(found.group(3)), found.group(5) or ""
    if first > 12 >= second or (found.group(2) == "." and second <= 12):
        return 1, 0
    return (0, 1) if second > 12 >= first or re.search(r"[ap]\.?m", rest, re.IGNORECASE) else (0, 0)


def has_no_year(raw: str) -> bool:
    """Whether `raw` is a birthday without a year, such as `05/13`."""
    return len(raw) < _MAX and _NO_YEAR.match(raw.strip()) is not None


def is_no_date(raw: str) -> bool:
    """Whether `raw` is what a system writes where it knows no date: `0000-00-00`, `1900-01-01`."""
    return read_instant(raw, order="day_first").code == "date.default"


def order_of(day_first: int, month_first: int, *, region: str | None) -> Order:
    """How a column orders day and month: what more of its values say; on a tie, as `region` writes."""
    if day_first != month_first:
        return "day_first" if day_first > month_first else "month_first"
    return "month_first" if region in ("US", "PH", "PR", "GU") else "day_first"


def read_instant(raw: str, *, order: Order) -> Moment:
    """The instant `raw` names, in UTC; a value without zone is UTC. Unix seconds and milliseconds, Excel serials."""
    text = " ".join(raw[: _MAX + 1].split())
    if len(text) > _MAX:
        return Moment(None, "date.unreadable")
    unix = _UNIX.match(text)
    if unix:
        digits = unix.group(1)
        return _checked(_UNIX_EPOCH + timedelta(milliseconds=int(digits) * (1 if len(digits) > 10 else 1000)))
    moment = _read(text, order)
    return Moment(None, "date.default") if moment.at == _UNIX_EPOCH else moment


def read_birth_date(raw: str, *, order: Order) -> tuple[str | None, str | None]:
    """`1980-05-01`, or `--05-01` without a year; and a finding in place of a date.

    Two-digit years up to 15 are of this century, as contacts are rarely younger or older than that tells.
    """
    text = " ".join(raw[: _MAX + 1].split())
    short = _NO_YEAR.match(text)
    if short and short.group(1):
        return _day_of_year(int(short.group(1)), int(short.group(2)), "month_first")
    if short:
        return _day_of_year(int(short.group(3)), int(short.group(4)), order)
    moment = _read(text, order, pivot=15, with_time=False)
    if moment.at is None:
        return None, {"date.unreadable": "birth_date.unreadable"}.get(str(moment.code), "birth_date.impossible")
    return moment.at.date().isoformat(), None


def _day_of_year(first: int, second: int, order: Order) -> tuple[str | None, str | None]:
    month, day = (first, second) if order == "month_first" else (second, first)
    if month > 12 >= day:
        month, day = day, month
    try:
        date(2000, month, day)
    except ValueError:
        return None, "birth_date.impossible"
    return f"--{month:02d}-{day:02d}", None


def _read(text: str, order: Order, *, pivot: int = 69, with_time: bool = True) -> Moment:
    if not text or _EMPTY.match(text):
        return Moment(None, "date.default" if text else "date.unreadable")
    serial = _SERIAL.match(text)
    if serial:
        days = timedelta(days=float(f"{serial.group(1)}.{serial.group(2) or 0}"))
        at = _EXCEL_EPOCH + days
        return _checked((at + timedelta(milliseconds=500)).replace(microsecond=0))
    parts = _parts(text, order, pivot)
    if parts is None:
        return Moment(None, "date.unreadable")
    year, month, day, rest = parts
    return _build(year, month, day, rest if with_time else None)


def _parts(text: str, order: Order, pivot: int) -> tuple[int, int, int, str | None] | None:
    """Year, month, day and the rest, which is the time."""
    found = _YEAR_FIRST.match(text)
    if found:
        return int(found.group(1)), int(found.group(2)), int(found.group(3)), found.group(4)
    found = _NUMERIC.match(text)
    if found:
        first, second = int(found.group(1)), int(found.group(3))
        day, month = (first, second) if order == "day_first" else (second, first)
        if month > 12 >= day:
            day, month = month, day
        return _year(found.group(4).lstrip("'"), pivot), month, day, found.group(5)
    found = _COMPACT.match(text)
    if found:
        hour, minute, second_ = found.group(4), found.group(5), found.group(6)
        return (
            int(found.group(1)),
            int(found.group(2)),
            int(found.group(3)),
            hour and f"{hour}:{minute}:{second_ or '00'}",
        )
    return _written(text, pivot)


def _written(text: str, pivot: int) -> tuple[int, int, int, str | None] | None:
    found = _WORDS.match(text)
    if found:
        month = month_number(found.group(2))
        return (_year(found.group(3), pivot), month, int(found.group(1)), found.group(4)) if month else None
    found = _WORDS_FIRST.match(text)
    month = month_number(found.group(1)) if found else None
    return (int(found.group(3)), month, int(found.group(2)), found.group(4)) if found and month else None


def _year(text: str, pivot: int) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= pivot else 1900)


def _build(year: int, month: int, day: int, rest: str | None) -> Moment:
    if (year, month, day) in _DEFAULTS or year == 0:
        return Moment(None, "date.default")
    try:
        at = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return Moment(None, "date.impossible")
    return _checked(_with_time(at, rest.strip())) if rest and rest.strip() else _checked(at)


def _with_time(at: datetime, text: str) -> datetime | None:
    found = _TIME.match(text)
    if not found:
        return None
    hour, minute, second, fraction, half, zone = found.groups()
    hours = int(hour) % 12 + (12 if half.lower() == "p" else 0) if half and int(hour) <= 12 else int(hour)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = at.replace(hour=hours, minute=int(minute), second=int(second or 0), microsecond=micro)
        return local.replace(tzinfo=_zone(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _checked(at: datetime | None) -> Moment:
    if at is None:
        return Moment(None, "date.unreadable")
    if (at.year, at.month, at.day) in _DEFAULTS:
        return Moment(None, "date.default")
    return Moment(at, None) if _OLDEST <= at.year < _NEWEST else Moment(None, "date.impossible")
