"""Which name cells are plain: words of letters, none of which could mean more than a name."""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.name_kinds import is_run
from crm_clean.normalise.people.name_strays import oddities
from crm_clean.text import fold

_PLAIN = re.compile(r"(?:[^\W\d_]['’])?[^\W\d_]{2,}(?:[ '’-](?:[^\W\d_]['’])?[^\W\d_]{2,}){0,5}|[^\W\d_]\.?")
_MAX = 60
_SPECIAL_SETS = (
    "civilities", "dotted_civilities", "suffixes", "weak_suffixes", "couples", "maiden", "known_as", "placeholders",
    "blanks", "departments", "specimens", "business", "legal_forms", "weak_legal_forms", "households",
    "surname_generations",
)  # fmt: skip


def plain_text(raw: str, *, words: Lexicons) -> str | None:
    """The clean text of a plain cell, or None when there is anything to think about."""
    special = special_words(words)
    if raw.isascii() and raw.isalpha():
        folded = raw.lower()
        return None if folded in special or is_run(folded) or len(raw) > _MAX else raw
    text = look(raw)
    value = text.value
    if text.codes or len(value) > _MAX or not _PLAIN.fullmatch(value):
        return None
    if any(t in special or is_run(t) for t in fold(value).split()):
        return None
    return None if not value.isascii() and oddities(value) else value


@lru_cache(maxsize=4)
def special_words(words: Lexicons) -> frozenset[str]:
    """Every folded word that may make more of a name than its letters."""
    listed = [w for name in _SPECIAL_SETS for w in words.sets[f"names.{name}"]]
    pairs = [e.partition("=")[0] for n in ("local_civilities", "generations") for e in words.sets[f"names.{n}"]]
    return frozenset(token for entry in (*listed, *pairs) for token in entry.split())
