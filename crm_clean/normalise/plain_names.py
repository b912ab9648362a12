"""The quick way through names that need no thought: a first and a last name of plain words, each in its own cell.

Says what `names` says, or nothing: a cell with any word or sign that could mean more than a name is left to it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.casing import Kind, repair_case
from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.name_keys import family_key, given_key
from crm_clean.text import fold

_PLAIN = re.compile(r"^(?:[^\W\d_]['’])?[^\W\d_]{2,}(?:[ '’-](?:[^\W\d_]['’])?[^\W\d_]{2,}){0,5}$")
_ONE_LETTER = re.compile(r"^(.)\1+$")
_MAX = 60
_SPECIAL_SETS = ("civilities", "suffixes", "couples", "maiden", "placeholders", "blanks", "business")


class PlainName(NamedTuple):
    """A plain cell: its value and key; both missing where the cell is not plain."""

    value: str | None
    key: str | None


def read_plain(raw: str, *, kind: Kind, words: Lexicons) -> PlainName:
    """The value and key of a first (`kind="first"`) or last name cell, or nothing when it is not plain."""
    text = look(raw)
    value = text.value
    if text.codes or len(value) > _MAX or not _PLAIN.match(value):
        return PlainName(None, None)
    special = _special(words)
    if any(t in special or _ONE_LETTER.match(t) for t in fold(value).split()):
        return PlainName(None, None)
    shown = repair_case(value, kind=kind)
    return PlainName(shown, family_key(shown, words=words) if kind == "last" else given_key(shown))


@lru_cache(maxsize=4)
def _special(words: Lexicons) -> frozenset[str]:
    """Every word that may make more of a name than its letters."""
    listed = [w for name in _SPECIAL_SETS for w in words.sets[f"names.{name}"]]
    pairs = [e.partition("=")[0] for n in ("local_civilities", "generations") for e in words.sets[f"names.{n}"]]
    legal = ["inc", "llc", "ltd", "limited", "corp", "plc", "llp", "gmbh", "oy", "as", "ag"]
    return frozenset(token for entry in (*listed, *pairs, *legal) for token in entry.split())
