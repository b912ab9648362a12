"""The city cell: a postal code or region that stands in it taken apart, fillers found, case repaired.

`75001 Paris` and `Springfield, IL 62701` give up a part only to a cell that is empty, or that says the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.postcodes import read_postcode
from crm_clean.normalise.post.subdivisions import CODED, region_of
from crm_clean.text import clean, fold

_MAX = 120
HINTS = r"[0-9,/]| - | \(?[A-Z]{2,3}\)?\.?$|[A-Z]\.[A-Z]\.\)?$"  # a city without any of these is left as it is
_CODE_FIRST = re.compile(
    r"^((?:[A-Z]{1,3}-)?(?:\d{5}|\d{4} ?[A-Z]{2}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3} \d{2}|\d{4}))[ ,]+(?=[^\W\d])(.+)$",
    re.IGNORECASE,
)
_CODE_LAST = re.compile(
    r"^(.*[^\W\d].*?)[ ,]+"
    r"(\d{5}(?:-\d{4})?|\d{5}-?\d{3}|\d{6}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$",
    re.IGNORECASE,
)
_STATE_LAST = re.compile(r"^(.*[^\W\d].*?)(?:\s*[,/]\s*|\s+-\s+|\s+\(?)([A-Z]{2,3}|[A-Z]\.[A-Z]\.)\)?\.?$")


class CityCells(NamedTuple):
    """City, region and postal code of one address as they came, and `field|code` findings of taking them apart."""

    city: str | None
    region: str | None
    postal_code: str | None
    codes: tuple[str, ...] = ()


def take_apart(
    cells: CityCells, *, country: str | None, default_region: str | None = None, words: Lexicons
) -> CityCells:
    """`cells` with what stands in the city's moved to where it belongs.

    `country` is the one the address names; where it names none, codes of regions are those of `default_region`.
    """
    city, region, postal_code, codes = cells
    if not city or len(city) > _MAX:
        return cells
    text = clean(city)
    rest, code = _code_of(text)
    if code and (not postal_code or _same(code, postal_code)) and _fits(code, country):
        text, postal_code, codes = rest, postal_code or code, (*codes, "city|city.holds_postal_code")
    found = _STATE_LAST.match(text)
    if found:
        name, state = found.group(1).rstrip(" ,(-/"), found.group(2).replace(".", "")
        if _is_region(state, region, country or default_region, words):
            text, region, codes = name, region or state, (*codes, "city|city.holds_region")
    return CityCells(text, region, postal_code, codes) if codes != cells.codes else cells


def is_filler(city: str, *, words: Lexicons) -> bool:
    """Whether `city` is a word that fills the cell: `n/a`, `city`, `00000`."""
    said = fold(city)
    return said in words.sets["addresses.no_cities"] or not any(c.isalpha() for c in said)


def _code_of(text: str) -> tuple[str, str | None]:
    first = _CODE_FIRST.match(text)
    if first:
        return first.group(2), first.group(1)
    last = _CODE_LAST.match(text)
    return (last.group(1).rstrip(" ,"), last.group(2)) if last else (text, None)


def _same(code: str, other: str) -> bool:
    return read_postcode(code, country=None).key == read_postcode(other, country=None).key


def _fits(code: str, country: str | None) -> bool:
    return country is None or read_postcode(code, country=country).is_valid is not False


def _is_region(state: str, region: str | None, country: str | None, words: Lexicons) -> bool:
    """Whether `state` is the code of a region of `country`, and the region given beside it is none or the same.

    Where no country is known nothing is taken: `Berlin, DE` is not in Delaware.
    """
    if country not in CODED or region_of(state, country=country, words=words) != state:
        return False
    return not region or region_of(region, country=country, words=words) == state
