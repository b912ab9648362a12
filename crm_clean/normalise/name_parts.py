"""A first or last name cell, freed of what else people type into it: titles, suffixes, nicknames, maiden names."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.full_names import take_civility
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_NICKNAME = re.compile(r"\s*(?:\(([^()]{1,60})\)|[\"“„«]([^\"“”„«»]{1,60})[\"”“»]|(?<!\S)'([^']{2,30})'(?!\S))")
_COMMA = re.compile(r"\s*,\s*")


class Part(NamedTuple):
    """The name itself, and what stood around it; empty text where nothing did."""

    name: str
    salutation: str = ""
    suffix: str = ""
    nickname: str = ""
    maiden: str = ""


def strip_part(text: str, *, is_last: bool, region: str | None, words: Lexicons) -> Part:
    """The clean name cell `text` taken apart; `is_last` when it is the surname's, where suffixes are looked for."""
    nickname = ""
    found = _NICKNAME.search(text)
    if found and found.group() != text:
        nickname = next(g for g in found.groups() if g)
        text = _NICKNAME.sub(" ", text, count=1).strip(" ,").replace("  ", " ")
    local = region if " " in text and not re.match(r"^\S\.? ?$", text) else None
    salutation, name = take_civility(text, region=local, words=words)
    suffix = maiden = ""
    if is_last:
        name, suffix = _take_suffix(name, words)
        name, maiden = _take_maiden(name, words)
    return Part(name or text, salutation, suffix, nickname, maiden)


def _take_suffix(text: str, words: Lexicons) -> tuple[str, str]:
    """`Smith, Jr.` is `Smith` and `Jr.`; a single letter of Roman numerals is no suffix here."""
    pieces = [p for p in _COMMA.split(text) if p]
    tokens = " , ".join(pieces).split(" ")
    taken = len(tokens)
    while taken > 1 and (tokens[taken - 1] == "," or _is_suffix(tokens[taken - 1], words)):
        taken -= 1
    if all(t == "," for t in tokens[taken:]):
        return text, ""
    return " ".join(tokens[:taken]).replace(" ,", ","), " ".join(t for t in tokens[taken:] if t != ",")


def _is_suffix(token: str, words: Lexicons) -> bool:
    said = fold(token.replace(".", ""))
    return said in words.sets["names.suffixes"] and (len(said) > 2 or "." in token or token != token.lower())


def _take_maiden(text: str, words: Lexicons) -> tuple[str, str]:
    tokens = text.split(" ")
    for at in range(1, len(tokens) - 1):
        if fold(tokens[at]) in words.sets["names.maiden"]:
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    return text, ""
