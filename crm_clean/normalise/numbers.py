"""Counts and amounts as people write them: decimal comma or point, thousands marks, currency, brackets for minus."""

from __future__ import annotations

import re

from crm_clean.text import clean

_MAX = 40
_CURRENCY = re.compile(r"(?:[€$£¥₹%]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|MXN|BRL)\b)", re.IGNORECASE)
_PLAIN = re.compile(r"^\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?$", re.IGNORECASE)
_GROUPED = re.compile(r"^\d{1,3}(?:([.,' ])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?$")
_COMMA = re.compile(r"^\d+,\d+$")
_MAX_COUNT = 2**53


def normalise_amount(raw: str) -> float | None:
    """The number in `raw`, or None when there is none.

    With both marks the last is the decimal one; a single mark followed by exactly three digits parts thousands if it
    is a comma, decimals if it is a point, as exports write `1,234` for grouped and `1.234` for plain numbers.
    """
    if len(raw) > _MAX:
        return None
    text = _CURRENCY.sub("", clean(raw).replace("’", "'")).strip()
    negative = text.startswith("-") or (text.startswith("(") and text.endswith(")"))
    digits = _plain(text.strip("()+- "))
    if digits is None:
        return None
    number = float(digits)
    return (-number if negative and number else number) if number < 1e18 else None


def _plain(text: str) -> str | None:
    if not text.isascii():
        return None
    if _PLAIN.match(text):
        return text
    grouped = _GROUPED.match(text)
    if grouped:
        return text.replace(grouped.group(1), "").replace(",", ".")
    return text.replace(",", ".") if _COMMA.match(text) else None


def normalise_count(raw: str) -> int | None:
    """The whole, non-negative number in `raw`, or None."""
    number = normalise_amount(raw)
    return int(number) if number is not None and 0 <= number < _MAX_COUNT and number == int(number) else None
