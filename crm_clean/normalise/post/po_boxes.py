"""Post office boxes: `P.O. Box 123`, `BP 123`, `Postfach 12 34 56` and their like in a dozen countries.

A box has a key of its own (`pobox 123`), so that its number is never taken for that of a house.
"""

from __future__ import annotations

from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX_WORDS = 4
_GROUPED = frozenset({"postfach", "postf", "pf", "psf"})
_SIGNS = frozenset({"no", "nr", "n", "num", "numero", "number"})
# As short as these, the word may be something else: customers have numbers of three digits at least, `CP` before five
# digits is a Spanish postal code.
_SHORTEST = {"cs": 3}
_LONGEST = {"cp": 4, "c p": 4, "bp": 6, "pf": 8}


class Box(NamedTuple):
    """A box in a street line: its key, how it was written, and what else stands in the line."""

    key: str
    written: str
    rest: str


def box_words(words: Lexicons) -> frozenset[str]:
    """The folded words without one of which a line holds no box, `BP123` in one word left aside."""
    return frozenset(max(phrase.split(), key=lambda w: (len(w), w)) for phrase in words.maps["addresses.po_boxes"]) | {
        "box"
    }


def find_box(text: str, *, words: Lexicons) -> Box | None:
    """The first box in `text`, or None."""
    tokens = [t for t in text.replace(",", " , ").split(" ") if t]
    folded: list[str] = []
    origin: list[int] = []
    for at, token in enumerate(tokens):
        for word in fold(token).split() or [""]:
            folded.append(word)
            origin.append(at)
    for start in range(len(folded)):
        found = _box_at(folded, start, words)
        if found:
            key, end = found
            first, last = origin[start], origin[end - 1]
            rest = " ".join(tokens[:first] + tokens[last + 1 :]).replace(" ,", ",").strip(" ,;-")
            while ",," in rest:
                rest = rest.replace(",,", ",")
            return Box(key, " ".join(tokens[first : last + 1]).replace(" ,", ","), rest)
    return None


def _box_at(folded: list[str], start: int, words: Lexicons) -> tuple[str, int] | None:
    names = words.maps["addresses.po_boxes"]
    for length in range(min(_MAX_WORDS, len(folded) - start), 0, -1):
        phrase = " ".join(folded[start : start + length])
        kind = names.get(phrase) or ("pobox" if phrase == "box" and start == 0 else None)
        if kind:
            return _numbered(folded, start + length, phrase, kind)
    glued = folded[start].lstrip("abcdefghijklmnopqrstuvwxyz")
    name = folded[start].removesuffix(glued)
    if glued.isdecimal() and glued.isascii() and name in ("bp", "cs", "pob", "tsa") and len(glued) >= 2:
        return f"{names.get(name, 'pobox')} {glued.lstrip('0') or '0'}", start + 1
    return None


def _numbered(folded: list[str], at: int, phrase: str, kind: str) -> tuple[str, int] | None:
    while at < len(folded) and (folded[at] in _SIGNS or not folded[at]):
        at += 1
    if at >= len(folded) or not any(c.isdigit() for c in folded[at]) or len(folded[at]) > 10:
        return None
    number, end = folded[at], at + 1
    while phrase in _GROUPED and number.isdecimal() and end < len(folded) and folded[end].isdecimal():
        number, end = number + folded[end], end + 1
    if not _SHORTEST.get(phrase, 1) <= len(number) <= _LONGEST.get(phrase, 12):
        return None
    return f"{kind} {number.lstrip('0') or '0'}", end
