"""Postal codes by the pattern of their country, and the zeros that a spreadsheet took from them."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.text import clean

_MAX = 40
_FLOAT = re.compile(r"^(\d+)\.0+$")
_PREFIX = re.compile(r"^(?:[A-Z]{1,2})[- ](?=\d)")
_UNSPACED = re.compile(r"[\s.\-]+")
# Digits of countries whose codes are digits alone, with where a separator stands.
_FIVE = "DE FR ES IT MX FI HR EE LT MA TR TH UA MY PE MC SM VA RE GP MQ GF YT ID KR SA KW"
_FOUR = "AT AU BE BG CH CY DK HU LI LU NO NZ SI ZA TN PH BD GE"
_SIX = "CN IN RU SG RO CO VN KZ BY"
_DIGITS: dict[str, tuple[int, int | None, str]] = {
    **dict.fromkeys(_FIVE.split(), (5, None, "")),
    **dict.fromkeys(_FOUR.split(), (4, None, "")),
    **dict.fromkeys(_SIX.split(), (6, None, "")),
    **dict.fromkeys(["SE", "GR", "CZ", "SK"], (5, 3, " ")),
    **dict.fromkeys(["IL", "CL"], (7, None, "")),
    **{"PL": (5, 2, "-"), "PT": (7, 4, "-"), "BR": (8, 5, "-"), "JP": (7, 3, "-"), "IS": (3, None, "")},
}
_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "US": (re.compile(r"^(\d{5})(\d{4})?$"), "-"),
    "PR": (re.compile(r"^(\d{5})(\d{4})?$"), "-"),
    "GB": (re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})$"), " "),
    "CA": (re.compile(r"^([ABCEGHJ-NPRSTVXY]\d[A-Z])(\d[A-Z]\d)$"), " "),
    "NL": (re.compile(r"^(\d{4})([A-Z]{2})$"), " "),
    "IE": (re.compile(r"^([A-Z]\d[\dW])([A-Z\d]{4})$"), " "),
    "MT": (re.compile(r"^([A-Z]{3})(\d{4})$"), " "),
    "AR": (re.compile(r"^([A-Z]?\d{4})([A-Z]{3})?$"), ""),
    "AD": (re.compile(r"^(AD)(\d{3})$"), ""),
}


class Postcode(NamedTuple):
    """A postal code in its country's form, or as cleaned where it does not fit; `is_valid` is None if unknown."""

    value: str | None
    key: str | None
    is_valid: bool | None


def read_postcode(raw: str, *, country: str | None) -> Postcode:
    """The postal code in `raw`. Zeros lost at the front come back where the country's codes have a fixed length."""
    text = clean(raw[: _MAX + 1]).upper()
    if not any(c.isalnum() for c in text) or len(text) > _MAX:
        return Postcode(None, None, None if not text else False)
    text = _FLOAT.sub(r"\1", text.lstrip("'"))
    text = _PREFIX.sub("", text)
    bare = _UNSPACED.sub("", text)
    value = _in_country(bare, country) if country else None
    if value is None:
        return Postcode(text, bare.casefold(), False if country in _DIGITS or country in _PATTERNS else None)
    key = bare_key(value, country)
    return Postcode(value, key, True)


def bare_key(value: str, country: str | None) -> str:
    """The key of a postal code: without separators; of an American one the five digits that every source has."""
    bare = _UNSPACED.sub("", value).casefold()
    return bare[:5] if country in ("US", "PR") else bare


def _in_country(bare: str, country: str) -> str | None:
    if country in ("US", "PR") and bare.isdecimal() and len(bare) in (3, 4, 8):
        bare = bare.zfill(9 if len(bare) == 8 else 5)
    if country in _PATTERNS:
        pattern, mark = _PATTERNS[country]
        found = pattern.match(bare)
        return mark.join(g for g in found.groups() if g) if found else None
    if country not in _DIGITS or not bare.isascii() or not bare.isdecimal():
        return None
    length, split, mark = _DIGITS[country]
    if len(bare) == length - 1 or (length > 4 and len(bare) == length - 2 and country in ("DE", "FR", "ES", "IT")):
        bare = bare.zfill(length) if length > 4 or country in ("AU",) else bare
    if len(bare) != length:
        return None
    return bare if split is None else f"{bare[:split]}{mark}{bare[split:]}"
