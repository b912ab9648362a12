"""Reading one number by the world's numbering plans, as libphonenumber knows them."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.plans import find

_IDD = re.compile(r"^\s*\(?\s*(?:\+\s*)?00\s*(?=[1-9(])")
_DIGITS = re.compile(r"\d")
_MIN_INTERNATIONAL = 11


class Reading(NamedTuple):
    """What the numbering plans say. `e164` is there for a valid number only; `possible` are the digits, with country
    code, of one that has the right length; `national` are those after the country code."""

    e164: str | None
    national: str | None
    extension: str | None
    is_mobile: bool
    possible: str | None


LONGEST = 16  # of E.164: a plus and fifteen digits (ITU-T E.164)
_NONE = Reading(None, None, None, False, None)


def read_number(written: str, regions: tuple[str, ...]) -> Reading:
    """The number in `written`, by its own prefix, else in the first of `regions` where it is valid.

    `00` counts as the international prefix everywhere; digits that are only valid with a plus before them are read so
    when they are as many as an international number has.
    """
    text = _IDD.sub("+", written, count=1) if len(_DIGITS.findall(written)) >= _MIN_INTERNATIONAL else written
    first = _NONE
    for region in regions or ("ZZ",):
        reading = _read(text, region)
        if reading.e164:
            return reading
        first = reading if first is _NONE else first
    return _with_plus(text) or first


def _with_plus(text: str) -> Reading | None:
    digits = _DIGITS.findall(text)
    if "+" in text or len(digits) < _MIN_INTERNATIONAL or digits[0] == "0":
        return None
    reading = _read(f"+{text.strip().lstrip('(')}", "ZZ")
    return reading if reading.e164 else None


def _read(text: str, region: str) -> Reading:
    found = find(text, region)
    if found:
        return Reading(f"+{found.country_code}{found.national}", found.national, None, found.is_mobile, None)
    return read_slowly(text, region)


def read_slowly(text: str, region: str) -> Reading:
    """What libphonenumber says of `text` in `region` (`ZZ`: nowhere)."""
    import phonenumbers as p

    try:
        number = p.parse(text, None if region == "ZZ" else region)
    except p.NumberParseException:
        return _NONE
    national = p.national_significant_number(number)
    e164 = p.format_number(number, p.PhoneNumberFormat.E164)
    # The metadata lets some German numbers with an extension dialled through be longer than any number can be.
    if p.is_valid_number(number) and len(e164) <= LONGEST:
        return Reading(e164, national, number.extension, p.number_type(number) == p.PhoneNumberType.MOBILE, None)
    possible = f"{number.country_code}{national}" if p.is_possible_number(number) else None
    return Reading(None, national, number.extension, False, possible)
