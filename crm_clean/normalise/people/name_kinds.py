"""What stands where a person's name should: nobody (`Test Test`, `Buchhaltung`), or a company."""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_AND_COMPANY = re.compile(
    r"[&+] ?(?:co|cie|sons|partners?|associates|fils|söhne|soehne|hijos|figli|filhos|zonen)\b", re.IGNORECASE
)
_ROWS = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn")
_RUNS = "|".join((*_ROWS, *(row[::-1] for row in _ROWS), *(row * 2 for row in ("asdf", "qwer", "jkl", "asd", "qwe"))))
_SHORTEST_RUN = 5
_HOME_ROW = ("asdfghjkl", "lkjhgfdsa", "qsdfghjklm", "mlkjhgfdsq")


def is_nobody(parts: list[str], *, words: Lexicons) -> bool:
    """Whether all of `parts` (none empty) together are what people type to fill a required field, or a desk."""
    if not parts:
        return False
    folded = [fold(p) for p in parts]
    desks = words.sets["names.departments"]
    if " ".join(folded) in desks or all(f in desks for f in folded):
        return True
    if not words.sets["names.specimens"].isdisjoint(" ".join(folded).split()):
        return True
    return all(_is_filler(f, words) for f in folded)


def is_never_a_name(text: str, *, words: Lexicons) -> bool:
    """Whether `text` says outright that the name is not known."""
    if text.isalpha():
        return fold(text) in words.sets["names.blanks"]
    if not any(c.isalpha() for c in text):
        return True
    said = fold(text)
    return said in words.sets["names.blanks"] or (said == "n a" and "/" in text)


def _is_filler(folded: str, words: Lexicons) -> bool:
    known = words.union("names.placeholders", "names.blanks")
    if folded in known:
        return True
    return all(t in known or is_run(t) or t.isdecimal() for t in folded.split(" "))


def is_run(token: str) -> bool:
    """Whether a folded word is one letter over and over, or keys beside each other."""
    if len(token) > 2 and token.count(token[0]) == len(token):
        return True
    return (len(token) >= _SHORTEST_RUN and token in _RUNS) or (len(token) == 4 and any(token in r for r in _HOME_ROW))


def is_company(text: str, *, whole: bool, words: Lexicons) -> bool:
    """Whether `text` names a business. `whole`: it stood in one cell, so that its trade words count, too."""
    tokens = fold(text).split()
    if len(tokens) < 2:
        return False
    if _ends_legally(text, tokens, words) or _AND_COMPANY.search(text):
        return True
    if not whole or (len(tokens) == 2 and tokens[0] in words.sets["names.given"]):
        return False
    return not words.sets["names.business"].isdisjoint(tokens)


def _ends_legally(text: str, tokens: list[str], words: Lexicons) -> bool:
    legal, weak = words.sets["names.legal_forms"], words.sets["names.weak_legal_forms"]
    end = text.rsplit(None, 1)[-1]
    closed = fold(end.replace(".", ""))
    if tokens[-1] in legal or closed in legal:
        return len(fold(text.removesuffix(end))) > 0
    in_capitals = end == end.upper() and text != text.upper()
    return closed in weak and (in_capitals or "." in end[:-1]) and len(fold(text.removesuffix(end))) > 1
