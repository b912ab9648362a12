"""Letters of another alphabet that stand where Latin ones are meant: by forgery, or by a keyboard left switched."""

from __future__ import annotations

import re

_OTHER = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_WORD = re.compile(r"[^\W\d_]+")
# Small letters that cannot be told from Latin ones: Cyrillic first, then Greek.
_TWINS = frozenset("асԁеһіјорԛѕуԝх" + "ονϲϳ")


def has_lookalikes(text: str, *, among_latin: bool) -> bool:
    """Whether a word of `text` has Latin and Cyrillic or Greek letters at once.

    `among_latin` says that what stands around is Latin: then a word made of twins of Latin letters alone counts too.
    """
    if not _OTHER.search(text):
        return False
    return any(_is_mixed(w) or (among_latin and _TWINS.issuperset(w.lower())) for w in _WORD.findall(text))


def _is_mixed(word: str) -> bool:
    return _OTHER.search(word) is not None and _LATIN.search(word) is not None
