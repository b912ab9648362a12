"""Text fit to work on: repaired, cleaned, of bounded length, with what was found on the way.

Hostile or broken text costs no more than plain text: a value is cut before anything looks into it, piled-up accents are
cut to what a letter can bear, invisible and direction marks go. The raw value stays where it came from.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.letters.mojibake import HINTS, repair
from crm_clean.text import INVISIBLE, clean

MAX_LENGTH = 10_000
_MAX_MARKS = 4
_PILED_UP = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}"
_MARKS = re.compile(_PILED_UP)
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_JOINED = re.compile("[\u200c\u200d]")
_NEEDS_JOINERS = re.compile("[\u0590-\u1fff\u2190-\u2bff\ua000-\uabff\ufb1d-\ufeff\U00010a00-\U0001faff]")
# What makes a text that is printable worth a second look.
_ODD = re.compile(f"{HINTS}|{_LOOKALIKE.pattern}|{_PILED_UP}")


class Text(NamedTuple):
    """A value fit to work on, and the codes of what was found in it."""

    value: str
    codes: tuple[str, ...]


def look(raw: str, *, limit: int = MAX_LENGTH) -> Text:
    """`raw` repaired and cleaned, at most `limit` characters of it."""
    if len(raw) <= limit and raw.isprintable() and (raw.isascii() or not _ODD.search(raw)):
        return _text(Text, (clean(raw), ()))
    return _look(raw, limit)


_text = tuple.__new__  # a third of what it costs to call Text itself


def _look(raw: str, limit: int) -> Text:
    codes = []
    if len(raw) > limit:
        codes.append("text.too_long")
        raw = raw[:limit]
    value, seen = raw, None
    while value != seen:  # taking one thing away may bring another to light; every turn makes it shorter
        seen = value
        value = repair(value)  # before invisible characters go: some of them are halves of letters
        if value != seen:
            codes.append("text.mojibake")
        if INVISIBLE.search(value) or (_JOINED.search(value) and not _NEEDS_JOINERS.search(value)):
            codes.append("text.invisible")
        value = clean(value)
        if _MARKS.search(value):
            codes.append("text.zalgo")
            value = _MARKS.sub(lambda run: run.group()[:_MAX_MARKS], value)
        if _JOINED.search(value) and not _NEEDS_JOINERS.search(value):
            value = _JOINED.sub("", value)
    if _LOOKALIKE.search(value) and is_mixed(value):
        codes.append("text.confusable")
    return Text(value, tuple(dict.fromkeys(codes)))


def is_mixed(value: str) -> bool:
    """Whether one word has both Latin and Cyrillic or Greek letters, which only forgeries and slips have."""
    return any(_LATIN.search(word) and _LOOKALIKE.search(word) for word in value.split())
