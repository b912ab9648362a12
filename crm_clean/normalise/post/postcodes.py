"""Postal codes by the pattern of their country: zeros a spreadsheet took come back, `O` typed for `0` is put right.

Both happen only where the country is known and the code fits its pattern afterwards; both are told.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from crm_clean.text import clean

_MAX = 40
_FLOAT = re.compile(r"^(\d+)[.,]0+$")
_PREFIX = re.compile(r"^(?:[A-Z]{1,3})(?:[- ]+(?=\d)|(?=\d{4,6}$))")
_UNSPACED = re.compile(r"[\s.\-]+")
_US = re.compile(r"^\d{5}-\d{4}$")
_CEDEX = re.compile(r"\s+CEDEX(?:\s+\d{1,2})?$")
# Digits of countries whose codes are digits alone, with where a separator stands.
_FIVE = (
    "DE FR ES IT MX FI HR EE LT MA TR TH UA MY PE MC SM VA RE GP MQ GF YT PM BL MF NC PF WF ID KR SA KW RS ME BA DZ EG "
    "JO LB IQ LK NP PK MM GT CR NI CU DO UY KE SN TW"
)
_FOUR = "AT AU BE BG CH CY DK HU LI LU NO NZ SI ZA TN PH BD GE AM MK AL XK PY BO HT VE NE GL"
_SIX = "CN IN RU SG RO CO VN KZ BY KG UZ TJ TM EC MN NG"
_DIGITS: dict[str, tuple[int, int | None, str]] = {
    **dict.fromkeys(_FIVE.split(), (5, None, "")),
    **dict.fromkeys(_FOUR.split(), (4, None, "")),
    **dict.fromkeys(_SIX.split(), (6, None, "")),
    **dict.fromkeys(["SE", "GR", "CZ", "SK"], (5, 3, " ")),
    **dict.fromkeys(["IL", "CL"], (7, None, "")),
    **{
        "PL": (5, 2, "-"),
        "PT": (7, 4, "-"),
        "BR": (8, 5, "-"),
        "JP": (7, 3, "-"),
        "IS": (3, None, ""),
        "IR": (10, 5, "-"),
    },
}
# Codes written with the letters of their country before them.
_LETTERED = {"LV": 4, "MD": 4, "AZ": 4, "AD": 3}
_LETTERED_MARK = {"LV": "LV-", "MD": "MD-", "AZ": "AZ", "AD": "AD"}
_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    **dict.fromkeys(["US", "PR", "GU", "VI", "AS", "MP"], (re.compile(r"^(\d{5})(\d{4})?$"), "-")),
    "GB": (re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)(\d[ABD-HJLNP-UW-Z]{2})$"), " "),
    **dict.fromkeys(["JE", "GG", "IM"], (re.compile(r"^([A-Z]{2}\d{1,2})(\d[ABD-HJLNP-UW-Z]{2})$"), " ")),
    "CA": (re.compile(r"^([ABCEGHJ-NPRSTVXY]\d[A-Z])(\d[A-Z]\d)$"), " "),
    "NL": (re.compile(r"^([1-9]\d{3})([A-Z]{2})$"), " "),
    "IE": (re.compile(r"^([A-Z]\d[\dW])([A-Z\d]{4})$"), " "),
    "MT": (re.compile(r"^([A-Z]{3})(\d{4})$"), " "),
    "AR": (re.compile(r"^([A-Z]?\d{4})([A-Z]{3})?$"), ""),
}
# Countries whose codes begin with zeros that get lost, and how many of them.
_TWO_ZEROS = frozenset({"DE", "FR", "ES", "IT", "US", "PR", "MX", "KR"})
_ZEROLESS = frozenset({"AT", "BE", "CH", "HU", "DK", "LU", "LI", "CY", "BG", "SI", "IS", "RU", "CN", "IN", "CO"})
_TO_DIGIT = str.maketrans("OIL", "011")
_TO_LETTER = str.maketrans("01", "OI")


class Postcode(NamedTuple):
    """A postal code in its country's form, or as cleaned where it does not fit.

    `is_valid` is None where nothing is known of the country's codes; `code` tells what was put right.
    """

    value: str | None
    key: str | None
    is_valid: bool | None
    code: str | None = None


def read_postcode(raw: str, *, country: str | None) -> Postcode:
    """The postal code in `raw`, in the form of `country`."""
    text = raw[: _MAX + 1]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("〒", " ").replace("–", "-").replace("−", "-")
    text = clean(text).upper()
    if not any(c.isalnum() for c in text) or len(text) > _MAX:
        return Postcode(None, None, None if not text else False)
    if not text.isdecimal():
        text = _CEDEX.sub("", _FLOAT.sub(r"\1", text.lstrip("'=\"").rstrip("\"'")))
        if country not in _PATTERNS or country in ("US", "AR"):
            text = _PREFIX.sub("", text)
    bare = _UNSPACED.sub("", text)
    if not bare:
        return Postcode(None, None, False)
    value = _in_country(bare, country) if country else None
    if value is not None:
        return Postcode(value, bare_key(value, country), True)
    if country:
        for repaired, code in _repairs(bare, country):
            value = _in_country(repaired, country)
            if value is not None:
                return Postcode(value, bare_key(value, country), True, code)
    key = bare[:5] if country is None and _US.match(text) else bare
    return Postcode(text, key.casefold(), False if _has_pattern(country) else None)


def bare_key(value: str, country: str | None) -> str:
    """The key of a postal code: without separators; of an American one the five digits that every source has."""
    bare = _UNSPACED.sub("", value).casefold()
    if country in _LETTERED:
        return bare[len(country or "") :]
    return bare[:5] if country in ("US", "PR", "GU", "VI", "AS", "MP") else bare


def _has_pattern(country: str | None) -> bool:
    return country in _DIGITS or country in _PATTERNS or country in _LETTERED


def _in_country(bare: str, country: str) -> str | None:
    if country in _DIGITS:
        length, split, mark = _DIGITS[country]
        if len(bare) != length or not bare.isascii() or not bare.isdecimal():
            return None
        return bare if split is None else f"{bare[:split]}{mark}{bare[split:]}"
    if country in _PATTERNS:
        pattern, mark = _PATTERNS[country]
        found = pattern.match(bare)
        return mark.join(g for g in found.groups() if g) if found else None
    if country in _LETTERED:
        digits = bare.removeprefix(country)
        fits = len(digits) == _LETTERED[country] and digits.isascii() and digits.isdecimal()
        return f"{_LETTERED_MARK[country]}{digits}" if fits else None
    return None


def _repairs(bare: str, country: str) -> list[tuple[str, str]]:
    """What `bare` may have been before a spreadsheet or a typist touched it, with the code of each repair."""
    out = []
    if bare.isascii() and bare.isdecimal():
        full = _full_length(bare, country)
        if full and len(bare) < full:
            out.append((bare.zfill(full), "postal_code.zero_lost"))
        return out
    if country == "CA" and len(bare) == 6:
        letters = "".join(c.translate(_TO_DIGIT if at % 2 else _TO_LETTER) for at, c in enumerate(bare))
        out.append((letters, "postal_code.letter_slip"))
    elif country == "GB" and 5 <= len(bare) <= 7:
        inward = bare[-3].translate(_TO_DIGIT) + bare[-2:].translate(_TO_LETTER)
        outward = bare[0].translate(_TO_LETTER) + bare[1:-3]
        if len(outward) in (2, 4):
            place = 1 if len(outward) == 2 else 2
            outward = outward[:place] + outward[place].translate(_TO_DIGIT) + outward[place + 1 :]
        out.append((outward + inward, "postal_code.letter_slip"))
    elif country in _DIGITS or country == "US":
        digits = bare.translate(_TO_DIGIT)
        if digits.isdecimal() and sum(a != b for a, b in zip(bare, digits, strict=True)) <= 2:
            out.append((digits, "postal_code.letter_slip"))
    return out


def _full_length(bare: str, country: str) -> int | None:
    """How long a code of digits alone is, where one of this length may have lost its zeros."""
    if country in ("US", "PR"):
        return {3: 5, 4: 5, 8: 9}.get(len(bare))
    if country not in _DIGITS or country in _ZEROLESS:
        return None
    length = _DIGITS[country][0]
    missing = length - len(bare)
    if length <= 4:
        return length if missing == 1 and country in ("AU", "NO", "ZA", "NZ", "PH") else None
    return length if missing == 1 or (missing == 2 and country in _TWO_ZEROS) else None
