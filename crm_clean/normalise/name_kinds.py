"""What stands where a person's name should: nobody (`Test Test`), a company, or two people at once."""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_SYMBOLS = re.compile(r"\s*[&+]\s*")
_WORDY = frozenset({"and", "und", "et"})
_LEGAL_FORMS = (
    "inc incorporated llc ltd limited corp corporation plc llp gmbh mbh ohg sarl sas sasu eurl sci snc slu srl pty bv "
    "nv oy"
)
_LEGAL = frozenset(_LEGAL_FORMS.split())


def is_nobody(parts: list[str], *, words: Lexicons) -> bool:
    """Whether every one of `parts` (not empty) is a word people type to fill a required field."""
    return bool(parts) and all(_is_filler(fold(p), words) for p in parts)


def is_never_a_name(text: str, *, words: Lexicons) -> bool:
    """Whether `text` says outright that the name is not known."""
    if not any(c.isalpha() for c in text) or (fold(text) == "n a" and "/" in text):
        return True
    return fold(text) in words.sets["names.blanks"]


def _is_filler(folded: str, words: Lexicons) -> bool:
    known = words.union("names.placeholders", "names.blanks")
    if folded in known:
        return True
    tokens = folded.split(" ")
    return all(t in known or (len(t) > 2 and len(set(t)) == 1) or t.isdecimal() for t in tokens)


def is_company(text: str, *, whole: bool, words: Lexicons) -> bool:
    """Whether `text` names a business. `whole`: it stood in one cell, so that its trade words count, too."""
    tokens = fold(text).split()
    if len(tokens) < 2:
        return False
    if tokens[-1] in _LEGAL or fold(text.replace(".", "")).split()[-1] in _LEGAL:
        return True
    if not whole or (len(tokens) == 2 and tokens[0] in words.sets["names.given"]):
        return False
    return any(t in words.sets["names.business"] for t in tokens)


def split_couple(text: str, *, in_first: bool, words: Lexicons) -> tuple[str, str] | None:
    """The two sides of `John & Mary Smith`, or None for one person.

    `in_first`: the text stood in the first-name cell. In a whole name `y`, `e`, `i` and `en` join two people only
    when one word stands before them and more than one behind: `Ortega y Gasset` is one man.
    """
    tokens = _SYMBOLS.sub(" & ", text).split()
    for at in range(1, len(tokens) - 1):
        token, behind = tokens[at], len(tokens) - at - 1
        if token in ("&", "+") or token.lower() in _WORDY:
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
        if token in words.sets["names.couples"] and (in_first or (at == 1 and behind > 1)):
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    return None
