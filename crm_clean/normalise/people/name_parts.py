"""A name freed of what people type around it: titles, suffixes, degrees, nicknames, maiden names, remarks.

Works alike for a whole name and for the cell of one part. What is left is the bare name, never empty when the text was
not; what cannot be told apart stays with it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.civilities import are_civilities, take_civility, take_trailing
from crm_clean.normalise.people.name_kinds import is_company
from crm_clean.normalise.people.name_strays import is_remark
from crm_clean.text import fold

_ASIDE = re.compile(
    r"\s*(?:\(([^()]{1,60})\)|\[([^\[\]]{1,60})\]|[\"“”„«»‟]([^\"“”„«»‟]{1,60})[\"”“»«‟]|(?<!\S)['‘’]([^'‘’]{2,30})['’](?!\S))"
)
_ASIDE_SIGNS = frozenset("([\"“”„«»‟'‘’")
_QUOTES = re.compile('["“”„«»‟]')
_COMMA = re.compile(r"\s*,\s*")
_EDGES = " ,;:–—|"


class Part(NamedTuple):
    """The name itself, and what stood around it; empty text where nothing did."""

    name: str
    salutation: str = ""
    suffix: str = ""
    nickname: str = ""
    maiden: str = ""


def peel(text: str, *, is_whole: bool, region: str | None, words: Lexicons) -> Part:
    """The clean text of a name taken apart; `is_whole` when first and last name stand in it."""
    aside = _Asides()
    text = text.replace(";", ",")
    if not _ASIDE_SIGNS.isdisjoint(text):
        text = " ".join(_QUOTES.sub(" ", _take_asides(text, aside, region, words)).split()) or text
    if _touching(words).isdisjoint(fold(text.replace(".", "")).split()) and "/" not in text and "." not in text:
        return Part(text, aside.salutation, aside.suffix, aside.nickname, aside.maiden)
    salutation, name = take_civility(text, region=region, words=words)
    if is_whole:
        trailing, name = take_trailing(name, words=words)
        salutation = salutation or trailing
    name, nickname = _take_behind(name, "names.known_as", words)
    name, suffix = _take_suffix(name, is_whole, words)
    name, maiden = _take_behind(name, "names.maiden", words)
    return Part(
        name.strip(_EDGES) or name,
        " ".join(dict.fromkeys(filter(None, (salutation, aside.salutation)))),
        suffix or aside.suffix,
        aside.nickname or nickname,
        maiden or aside.maiden,
    )


@lru_cache(maxsize=4)
def _touching(words: Lexicons) -> frozenset[str]:
    """Every word that may stand around a name, without its dots."""
    sets = ("civilities", "dotted_civilities", "suffixes", "weak_suffixes", "maiden", "known_as")
    found = words.union(*(f"names.{name}" for name in sets))
    local = (entry.partition("=")[0] for entry in words.sets["names.local_civilities"])
    return frozenset(token for entry in (*found, *local) for token in entry.split())


class _Asides:
    """What was found in brackets and quotes."""

    def __init__(self) -> None:
        self.salutation = self.suffix = self.nickname = self.maiden = ""

    def keep(self, said: str, region: str | None, words: Lexicons) -> None:
        """Note `said` as what it is; the first nickname counts."""
        head, _, behind = said.partition(" ")
        if behind and fold(head) in words.sets["names.maiden"]:
            self.maiden = self.maiden or behind
        elif are_civilities(said, region=region, words=words) or fold(said) in words.pairs("names.local_civilities"):
            self.salutation = self.salutation or said
        elif all(_is_suffix(t, words) for t in said.replace(",", " ").split()):
            self.suffix = self.suffix or said
        elif not is_remark(said, words=words) and not is_company(said, whole=True, words=words):
            self.nickname = self.nickname or said


def _take_asides(text: str, aside: _Asides, region: str | None, words: Lexicons) -> str:
    """`text` without what stands in brackets or quotes, unless that is all there is."""
    rest = " ".join(_ASIDE.sub(" ", text).split()).replace(" ,", ",").strip(_EDGES)
    if not any(c.isalpha() for c in rest):
        return text
    for found in _ASIDE.finditer(text):
        said = next(g for g in found.groups() if g).strip(" '\"")
        if any(c.isalpha() for c in said):
            aside.keep(said, region, words)
    return rest


def _take_suffix(text: str, is_whole: bool, words: Lexicons) -> tuple[str, str]:
    """`Smith, Jr.` is `Smith` and `Jr.`; `Jack Ma` and `Smith V` have none."""
    pieces = [p for p in _COMMA.split(text) if p] or [text]
    kept: list[str] = pieces[:1]
    taken: list[str] = []
    for piece in pieces[1:]:
        (taken if _are_suffixes(piece, pieces, words) else kept).append(piece)
    tokens = ", ".join(kept).split(" ")
    shouted = text == text.upper()
    least = 1 if not is_whole or len(kept) > 1 else 2
    at = len(tokens)
    while (
        at > 1 and not tokens[at - 2].endswith(",") and _ends_as_suffix(tokens[at - 1], at - 1, least, shouted, words)
    ):
        at -= 1
    return " ".join(tokens[:at]).rstrip(_EDGES) or text, " ".join([*tokens[at:], *taken])


def _are_suffixes(piece: str, pieces: list[str], words: Lexicons) -> bool:
    """Whether what is behind a comma is suffixes only; one that may be a name needs dots, capitals, or a full name."""
    tokens = piece.split()
    if all(_is_suffix(t, words) for t in tokens):
        return True
    weak = words.sets["names.weak_suffixes"]
    loud = piece == piece.upper() and pieces[0] != pieces[0].upper()
    whole = " " in pieces[0] or len(pieces) > 2
    return all(
        _is_suffix(t, words) or (fold(t.replace(".", "")) in weak and whole and (loud or "." in t[:-1])) for t in tokens
    )


def _is_suffix(token: str, words: Lexicons) -> bool:
    return fold(token.replace(".", "")) in words.sets["names.suffixes"]


def _ends_as_suffix(token: str, before: int, least: int, shouted: bool, words: Lexicons) -> bool:
    """Whether the last word is a suffix with `before` words in front of it, `least` of which must be a name."""
    said = fold(token.replace(".", ""))
    if said in words.sets["names.suffixes"]:
        in_capitals = len(said) == 2 and token == token.upper() and "." not in token and not shouted
        return before >= least or (not in_capitals and before >= 1)
    is_marked = "." in token[:-1] or (token == token.upper() and not shouted and len(said) > 1)
    return before > 1 and is_marked and said in words.sets["names.weak_suffixes"]


def _take_behind(text: str, heading: str, words: Lexicons) -> tuple[str, str]:
    """The name before a word such as `née` or `alias`, and the one behind it."""
    known = words.sets[heading]
    tokens = text.split(" ")
    one_case = text in (text.upper(), text.lower())
    for at in range(1, len(tokens) - 1):
        said = fold(tokens[at])
        if said in known and (one_case or tokens[at][0].islower() or said in ("nee", "geb")):
            return _both(tokens[:at], tokens[at + 1 :], text)
        pair = f"{said} {fold(tokens[at + 1])}"
        if pair in known and at + 2 < len(tokens):
            return _both(tokens[:at], tokens[at + 2 :], text)
    return text, ""


def _both(before: list[str], behind: list[str], text: str) -> tuple[str, str]:
    """What stands on the two sides of a word, unless one of them is no name."""
    name, other = (" ".join(t for t in tokens if any(map(str.isalpha, t))).strip(_EDGES) for tokens in (before, behind))
    return (name, other) if name and other else (text, "")
