"""Case of company names in capitals put right: `NORTHWIND TRADERS GMBH` becomes `Northwind Traders GmbH`.

Short names (`IBX`), listed acronyms, dotted letters and letters mixed with digits stay; so do names in small letters,
which somebody meant (`lumen`), and in mixed case.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_WORD = re.compile(r"[^\W_]+(?:(?:[.&][^\W_]+)+|['’][^\W\d_]+)?")
_SHORT = 4
_KNOWN = 100_000
_MC = re.compile(r"^MC[^\W\d_]{4,}")
_ORDINAL = re.compile(r"^\d+(?:ST|ND|RD|TH|ER|EME|E)$")
_VOWELS = frozenset("AEIOUYÁÉÍÓÚÀÈÌÒÙÂÊÎÔÛÄËÏÖÜÅÆØÃÕ")


def company_case(value: str, *, words: Lexicons) -> str:
    """`value` in the case of names when it is all capitals and longer than an acronym; unchanged otherwise."""
    if (value.isascii() and not value.isupper()) or value != value.upper() or value == value.lower():
        return value
    if len(value) <= _SHORT:
        return value
    known = _words(words)
    out, at = [], 0
    for found in _WORD.finditer(value):
        word = found.group()
        out += [value[at : found.start()], known[word] if at else _capitalised(word, known[word])]
        at = found.end()
    return "".join([*out, value[at:]])


class _Words(dict[str, str]):
    """Words in capitals with what becomes of them, found out when first asked for."""

    def __init__(self, words: Lexicons) -> None:
        super().__init__()
        self._lexicons = words

    def __missing__(self, word: str) -> str:
        if len(self) >= _KNOWN:
            self.clear()
        found = self[word] = _word(word, words=self._lexicons)
        return found


@lru_cache(maxsize=4)
def _words(words: Lexicons) -> _Words:
    return _Words(words)


def _capitalised(word: str, cased: str) -> str:
    """A word at the beginning, where small words are not small."""
    return cased[:1].upper() + cased[1:] if cased.islower() and word[0].isalpha() else cased


def _word(word: str, *, words: Lexicons) -> str:
    low = word.lower()
    form = words.maps["companies.legal_forms"].get(fold(word), "").rstrip(".")
    if form.casefold() == low:
        return form
    if _ORDINAL.match(word) or low in words.sets["companies.small_words"]:
        return low
    if len(low) != len(word) or _is_acronym(word, low, words):  # lowering would lengthen it, or is wrong
        return word
    if _MC.match(word):
        return "Mc" + _capitals(word[2:])
    return _capitals(word)


def _is_acronym(word: str, low: str, words: Lexicons) -> bool:
    """Whether the capitals were meant: listed, dotted, with digits, or few letters that nobody can pronounce."""
    if "." in word or "&" in word:
        return max(map(len, re.split(r"[.&]", word))) <= 2
    if low in words.sets["companies.acronyms"] or any(c.isdigit() for c in word):
        return True
    is_short = len(word) <= _SHORT
    return is_short and (low in words.maps["companies.legal_forms"] or not _VOWELS & set(word))


def _capitals(word: str) -> str:
    """`O'Reilly`, `L'Oreal`, `McDonald's`: large behind an apostrophe, but for a lone letter."""
    parts = re.split(r"(['’.&])", word)
    out = [parts[0][:1] + parts[0][1:].lower()]
    for mark, part in zip(parts[1::2], parts[2::2], strict=True):
        out += [mark, part.lower() if len(part) == 1 and mark in "'’" else part[:1] + part[1:].lower()]
    return "".join(out)
