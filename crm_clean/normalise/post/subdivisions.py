"""States, provinces and Länder in the writing of their country: `California` as `CA`, `Bavaria` as `Bayern`.

Where addresses carry a code (US, CA, AU, BR, MX, IT) the region becomes its ISO 3166-2 code without the country; German
and Indian states are written out; other regions keep their words. A region of another country is kept and told.
"""

from __future__ import annotations

from functools import lru_cache

from crm_clean.normalise.letters.mojibake import repair
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.place_case import place_case
from crm_clean.text import fold

CODED = ("US", "CA", "AU", "BR", "MX", "IT")
_SPELT = ("DE", "IN")
WITH_POSTCODES = ("US", "CA", "AU", "BR", "MX")
PREFIX = 3  # as many characters of a postal code tell the region
_LONGEST_CODE = 3


def name_region(text: str, *, country: str | None, words: Lexicons) -> str:
    """The region `text` as its `country` writes it; with case repaired where no list knows it."""
    known = region_of(text, country=country, words=words)
    if known:
        return known
    capitals = text.upper()
    fits = text.isascii() or (len(capitals) == len(text) and repair(capitals) == capitals)
    return capitals if fits and len(text) <= _LONGEST_CODE else place_case(text, words=words)


def region_of(text: str, *, country: str | None, words: Lexicons) -> str | None:
    """What the list of `country` knows the region `text` as, or None; `US-CA` and `CA - California` are read too."""
    if country not in CODED and country not in _SPELT:
        return None
    known = words.maps[f"regions.{country.lower()}"]
    said = fold(text)
    found = known.get(said)
    if found or " " not in said:
        return found
    first, _, rest = said.partition(" ")
    if first == country.lower():
        return known.get(rest)
    head, _, last = said.rpartition(" ")
    beside = known.get(last)  # the code stands behind the name, or in front of it
    if beside and known.get(head) == beside:
        return beside
    return known.get(first) if first in known and known.get(rest) == known[first] else None


def contradicts_country(text: str, *, country: str, words: Lexicons) -> bool:
    """Whether `text` names a region of another country and none of `country`; codes only between US and Canada."""
    if country not in CODED or region_of(text, country=country, words=words):
        return False
    said = fold(text)
    if len(said) > _LONGEST_CODE:
        return said in _names_elsewhere(words)
    neighbour = {"US": "CA", "CA": "US"}.get(country)
    return neighbour is not None and said in words.maps[f"regions.{neighbour.lower()}"]


def contradicts_postcode(region: str, *, country: str, prefix: str, words: Lexicons) -> bool:
    """Whether a postal code that begins with `prefix` lies in another region of `country`; not if none is known."""
    if country not in WITH_POSTCODES or len(prefix) < PREFIX:
        return False
    known = _by_prefix(words, country)
    for length in (3, 2, 1):
        places = known.get(prefix[:length].upper())
        if places is not None:
            return region not in places and region in words.maps[f"regions.{country.lower()}"].values()
    return False


@lru_cache(maxsize=4)
def _names_elsewhere(words: Lexicons) -> frozenset[str]:
    """The full names of the regions of all countries with lists, those that are towns or people elsewhere left out."""
    lists = [words.maps[f"regions.{c.lower()}"] for c in ("US", "CA", "AU", "BR", "MX", *_SPELT)]
    return frozenset(name for names in lists for name in names if len(name) > 4)


@lru_cache(maxsize=16)
def _by_prefix(words: Lexicons, country: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for region, ranges in words.maps[f"regions.{country.lower()}_postcodes"].items():
        for part in ranges.split():
            first, _, last = part.partition("-")
            prefixes = [first] if not last else [f"{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)]
            for prefix in prefixes:
                found.setdefault(prefix, set()).add(region.upper())
    return {prefix: frozenset(regions) for prefix, regions in found.items()}
