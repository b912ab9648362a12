"""Written dates taken apart: numeric, with the month as a word, year first, and in Chinese, Japanese and Korean.

Day and month are told apart by the order the column was found to write, by a figure over twelve, or not at all.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from crm_clean.normalise.moments.months import month_number

Order = Literal["day_first", "month_first", "mixed"]

NUMERIC = re.compile(r"^(\d{1,2})\s?([./-]|(?<=\d) )\s?(\d{1,2})\s?\2\s?('?\d{2}|\d{4})\.?(?:(?:\s?[T,]\s?|\s)(.+))?$")
_YEAR_FIRST = re.compile(r"^(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?(?:(?:\s?[T,_]\s?|\s)(.+))?$")
_COMPACT = re.compile(
    r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?$"
)
_ASIAN = re.compile(
    r"^(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日号號일]?\s?"
    r"(?:\(?[月火水木金土日월화수목금토]\)?)?\s?(.*)$"
)
_LEAD = r"^(?:[^\W\d]+\.?,?\s+){0,2}"  # a weekday, an article
_CLOCK = r"(?:(?:\s?,\s?|\s|T)((?:at|um|à|a las|alle(?: ore)?|ore|às|as|om|kl\.?|@|-)?\s*(?:\d.*|[apAP].*)))?$"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|re|º|o|ª|a|e|\.)?"
_YEAR = r"('?\d{2}|\d{4})\.?"
_DAY_MONTH = re.compile(
    _LEAD + _DAY + r"(?:\s+(?:de|d'|of|di))?[ ./,-]*([^\W\d]+)\.?,?(?:\s+(?:de|del|of))?[ ./,-]*" + _YEAR + _CLOCK
)
_MONTH_DAY = re.compile(_LEAD + r"([^\W\d]+)\.?[ ./-]*(\d{1,2})(?:st|nd|rd|th)?(?:\s?[,./-]\s?|\s)" + _YEAR + _CLOCK)
_YEAR_MONTH = re.compile(r"^(\d{4})[ ./-]([^\W\d]+)\.?[ ./-](\d{1,2})" + _CLOCK)
_YEAR_LAST = re.compile(
    _LEAD + r"([^\W\d]+)\.?\s(\d{1,2})\s(\d{1,2}:\d{2}:\d{2})(?:\s([A-Z]{3,5}|[+-]\d{4}))?\s(\d{4})$"
)
_WORDED_DAY = re.compile(_LEAD + _DAY + r"(?:\s+(?:de|of|di))?[ ./-]*([^\W\d]+)\.?$")
_WORDED_MONTH = re.compile(_LEAD + r"([^\W\d]+)\.?[ ./-]*(\d{1,2})(?:st|nd|rd|th)?$")


class Parts(NamedTuple):
    """A date taken apart, and the text of its time of day."""

    year: int
    month: int
    day: int
    time: str | None


def take_apart(text: str, order: Order, *, pivot: int) -> Parts | Literal["date.mixed_order"] | None:
    """The parts of `text`, a clean line; a two-digit year up to `pivot` is of this century. None when it is no date.

    `date.mixed_order` when it could be two days and its column writes both orders.
    """
    found = _YEAR_FIRST.match(text)
    if found:
        return Parts(int(found[1]), int(found[3]), int(found[4]), found[5])
    found = NUMERIC.match(text)
    if found:
        pair = day_and_month(int(found[1]), int(found[3]), order, is_dotted=found[2] == ".")
        return Parts(_year(found[4], pivot), pair[1], pair[0], found[5]) if pair else "date.mixed_order"
    found = _COMPACT.match(text)
    if found:
        clock = f"{found[4]}:{found[5]}:{found[6] or '00'}{found[7] or ''}" if found[4] else None
        return Parts(int(found[1]), int(found[2]), int(found[3]), clock)
    return _worded(text, pivot)


def day_and_month(first: int, second: int, order: Order, *, is_dotted: bool = False) -> tuple[int, int] | None:
    """Day and month of two figures, or None where they could be both ways and `order` is mixed.

    In a column of both orders dots still mean the day first, which is what they go with.
    """
    if order == "mixed" and not is_dotted and first <= 12 and second <= 12 and first != second:
        return None
    day, month = (second, first) if order == "month_first" else (first, second)
    return (month, day) if month > 12 >= day else (day, month)


def _worded(text: str, pivot: int) -> Parts | None:
    if not text.isascii():
        found = _ASIAN.match(text)
        if found:
            return Parts(int(found[1]), int(found[2]), int(found[3]), found[4] or None)
    for pattern, places in ((_DAY_MONTH, (3, 2, 1, 4)), (_MONTH_DAY, (3, 1, 2, 4)), (_YEAR_MONTH, (1, 2, 3, 4))):
        found = pattern.match(text)
        month = month_number(found[places[1]]) if found else None
        if found and month:
            return Parts(_year(found[places[0]], pivot), month, int(found[places[2]]), found[places[3]])
    found = _YEAR_LAST.match(text)
    month = month_number(found[1]) if found else None
    return Parts(int(found[5]), month, int(found[2]), f"{found[3]} {found[4] or ''}") if found and month else None


def month_and_day(text: str) -> tuple[int, int] | None:
    """The month and day of a birthday without a year whose month is a word: `3 May`, `13. März`."""
    for pattern, (month_at, day_at) in ((_WORDED_DAY, (2, 1)), (_WORDED_MONTH, (1, 2))):
        found = pattern.match(text)
        month = month_number(found[month_at]) if found else None
        if found and month and int(found[day_at]) <= 31:
            return month, int(found[day_at])
    return None


def _year(text: str, pivot: int) -> int:
    digits = text.lstrip("'")
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year <= pivot else 1900)
