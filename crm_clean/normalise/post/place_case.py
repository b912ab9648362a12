"""Case of streets and towns put right where it says nothing: all capitals or all small.

`12 N MAIN ST NW` becomes `12 N Main St NW`, `VILLENEUVE-D'ASCQ` `Villeneuve-d'Ascq`. Mixed case was typed with care
and stays.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.letters.mojibake import repair
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"^[ivx]{2,5}$", re.IGNORECASE)
_MC = re.compile(r"^mc[^\W\d_]{4,}$", re.IGNORECASE)
_DIGIT_TAILS = frozenset(["st", "nd", "rd", "th", "er", "re", "eme", "ème", "bis", "ter", "quater"])
_APOSTROPHES = "'’"
_KNOWN = 50_000


def place_case(value: str, *, words: Lexicons) -> str:
    """`value` in the case of names when it is all capitals or all small; unchanged otherwise."""
    if value.isascii():
        if not value.isupper() and not value.islower():
            return value
    elif value.upper() == value.lower() or value not in (value.upper(), value.lower()):
        return value
    small, capitals = words.sets["addresses.small_words"], words.sets["addresses.capitals"]
    out, at = [], 0
    for found in _WORD.finditer(value):
        start, end = found.span()
        word, before = found.group(), value[start - 1 : start]
        out += [value[at:start], _word(word, before, (value[end : end + 1], start), (small, capitals))]
        at = end
    cased = "".join([*out, value[at:]])
    # Other capitals may look like bytes read wrongly, which would be "put right" the next time.
    return cased if cased.isascii() or repair(cased) == cased else value


def _word(word: str, before: str, around: tuple[str, int], lists: tuple[frozenset[str], frozenset[str]]) -> str:
    behind, start = around
    low = word.lower()
    if before.isdigit():
        return low if low in _DIGIT_TAILS else word
    if len(word) == 1:
        elided = (behind and behind in _APOSTROPHES and start and low != "o") or (before and before in _APOSTROPHES)
        joins = low in lists[0] and start and behind in " " and word.islower()
        return low if elided or joins else _upper(word)
    if start and before not in _APOSTROPHES and _plain(low) in lists[0]:
        return low
    if low in lists[1] or (start and _ROMAN.match(low)):
        return _upper(word)
    return "Mc" + _capital(word[2:]) if _MC.match(low) else _capital(word)


def _upper(word: str) -> str:
    return word.upper() if len(word.upper()) == len(word) else word


@lru_cache(maxsize=_KNOWN)
def _plain(low: str) -> str:
    return low if low.isascii() else fold(low)


def _capital(word: str) -> str:
    """First letter large, the rest small; what titling would lengthen (`ß`, ligatures) stays."""
    head = word[0].upper() if len(word[0].upper()) == 1 else word[0]
    tail = word[1:].lower()
    return head + tail if len(tail) == len(word) - 1 else head + word[1:]
