"""Text fit to work on: repaired, cleaned, of bounded length, with what was found on the way.

Hostile or broken text costs no more than plain text: a value is cut before anything looks into it, piled-up accents are
cut to what a letter can bear, invisible and direction marks go. The raw value stays where it came from.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.mojibake import repair
from crm_clean.text import clean

MAX_LENGTH = 10_000
_MAX_MARKS = 4
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}")
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


class Text(NamedTuple):
    """A value fit to work on, and the codes of what was found in it."""

    value: str
    codes: tuple[str, ...]


def look(raw: str, *, limit: int = MAX_LENGTH) -> Text:
    """`raw` repaired and cleaned, at most `limit` characters of it."""
    if raw.isascii() and len(raw) <= limit:
        return Text(clean(raw), ())
    return _look(raw, limit)


def _look(raw: str, limit: int) -> Text:
    codes = []
    if len(raw) > limit:
        codes.append("text.too_long")
        raw = raw[:limit]
    if _HIDDEN.search(raw):
        codes.append("text.invisible")
    value, seen = clean(raw), ""
    while value != seen:  # taking one thing away may bring another to light; every turn makes it shorter
        seen = value
        value = repair(value)
        if value != seen:
            codes.append("text.mojibake")
        if _MARKS.search(value):
            codes.append("text.zalgo")
            value = _MARKS.sub(lambda run: run.group()[:_MAX_MARKS], value)
        value = clean(value)
    if _LOOKALIKE.search(value) and _is_mixed(value):
        codes.append("text.confusable")
    return Text(value, tuple(dict.fromkeys(codes)))


def _is_mixed(value: str) -> bool:
    """Whether one word has both Latin and Cyrillic or Greek letters, which only forgeries and slips have."""
    return any(_LATIN.search(word) and _LOOKALIKE.search(word) for word in value.split())
