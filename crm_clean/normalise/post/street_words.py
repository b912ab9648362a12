"""The words of a street line, folded one by one and remembered: most lines are made of words that others have too.

House numbers are one word each (`12 A` apart, `12-14` and `12/14` as `12-14`); the signs before them are no words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.po_boxes import box_words
from crm_clean.text import fold

CARE_OF = "c/o"
_KNOWN = 100_000
_SIGNED = re.compile(r"^(?:#|№|(?:no|nr|num|núm|n)[.°º]+|n[°º])\s*(?=\d)", re.IGNORECASE)
_NUMBER = re.compile(r"^\d+(?:-?[a-z]|bis|ter|quater)?(?:-\d+(?:-?[a-z])?)*$")
_LETTER_APART = re.compile(r"(?<=\d)-(?=[a-z])")
_ODD = re.compile(r"[#ºª°|;]|^/{1,2}$")
_GLUED = re.compile(r"[^\W\d_]{2,}\.?\d")
_ORDINAL = re.compile(r"(?<=\d)\.?[ºª°]")
_MARKS = str.maketrans({"–": "-", "—": "-", "/": "-", "+": "-", "&": "-"})
_NUMBER_SIGNS = frozenset({"no", "nr", "num", "numero", "n", "numbers", "nos"})
# What stands before the letters of `v.le`, `p.za`, `c/o` when their signs are dropped.
_IN_CARE = frozenset({"c/o", "a/c", "p/a", "℅", "z.hd.", "z.h.", "z.hd", "attn:", "attn", "attn."})


class Words(dict[str, tuple[str, ...]]):
    """Folded words by the token (no blanks in it) they were written as; found out when first asked for.

    A line without any of `hints` among its words and of `odd` among its tokens holds neither unit nor box.
    """

    def __init__(self, words: Lexicons) -> None:
        super().__init__()
        self.short = words.maps["addresses.street_words"]
        self.heads = words.maps["addresses.street_heads"]
        self.endings = words.maps["addresses.street_endings"]
        self.directions = words.maps["addresses.directions"]
        self.kinds = frozenset({*self.short, *self.short.values()})
        self.articles = words.sets["addresses.small_words"]
        self.boxes = box_words(words)
        self.units, self.weak = words.sets["addresses.unit_words"], words.sets["addresses.weak_unit_words"]
        self.odd: set[str] = set()
        self.glued: set[str] = set()  # those of `odd` that end in a number, such as `BP123`
        lone = {phrase.split()[0] for phrase in words.sets["addresses.lone_units"]} - {"r"}
        self.hints = self.units | words.sets["addresses.floor_words"] | lone | self.boxes | {CARE_OF}

    def __missing__(self, token: str) -> tuple[str, ...]:
        if len(self) >= _KNOWN:
            self.clear()
            self.odd.clear()
            self.glued.clear()
        if _GLUED.search(token):
            self.glued.add(token)
            self.odd.add(token)
        elif _ODD.search(token):
            self.odd.add(token)
        found = self[token] = tuple(w for part in re.split("[,;]", token) if part for w in self._folded(part))
        return found

    def of(self, tokens: list[str]) -> list[str]:
        """The folded words of `tokens`, in order."""
        found: list[str] = []
        for token in tokens:
            found += self[token]
        return found

    def _folded(self, token: str) -> list[str]:
        low = token.casefold()
        if low in _IN_CARE:
            return [CARE_OF]
        if low.startswith("c/") and not low[2:3].isdigit():
            return ["calle", *(self._folded(token[2:]) if token[2:] else [])]
        if low in ("s/n", "s/nº", "s/n."):
            return ["sn"]
        if low in ("r/c", "r/ch"):
            return ["rc"]
        if not low.isascii():
            low = _ORDINAL.sub("", low).replace("mª", "maria")
        low = _SIGNED.sub("", low)
        if low[:1].isdigit():
            number = _number(low)
            if number:
                return [number]
        return self._words(low)

    def _words(self, low: str) -> list[str]:
        if low.startswith(("o'", "o’")):
            low = low[:1] + low[2:]
        if "." in low[:-1]:
            whole = fold(low.replace(".", ""))
            if whole in self.heads or whole in self.short:
                return [whole]
        return [self._ending(w) for w in fold(low.replace("_", " ")).split()]

    def _ending(self, word: str) -> str:
        """`hauptstrasse` as `hauptstr`: what a language glues to a name and shortens."""
        if len(word) < 7 or word in self.short:
            return word
        for length in (7, 6, 5, 4):
            short = self.endings.get(word[-length:])
            if short is not None and len(word) >= length + 3:
                return word[:-length] + short
        return word


@lru_cache(maxsize=4)
def words_of(words: Lexicons) -> Words:
    """The remembered words under the lexicons `words`."""
    return Words(words)


def is_house(word: str) -> bool:
    """Whether a folded word is a house number: `12`, `12a`, `5bis`, `12-14`; no `5th`."""
    return word.isdigit() or (word[:1].isdigit() and _NUMBER.match(word) is not None)


def is_number_sign(word: str) -> bool:
    """Whether a folded word only announces a number."""
    return word in _NUMBER_SIGNS


def _number(low: str) -> str | None:
    bare = low.rstrip(".:").translate(_MARKS)
    if not bare.isascii() or not _NUMBER.match(bare):
        return None
    return _LETTER_APART.sub("", bare).lstrip("0") or "0"
