"""The key of a job title: abbreviations written out, small words and gender left out, the rank in front.

A title of one rank is `rank, field`; several offices (`CEO & Founder`) stand in one order. Whoever assists a rank does
not get it: where more than one rank is named otherwise, words stay in their order.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_GENDERS = re.compile(r"\(?\b(?:[mfwhdx]\s?[/|]\s?[mfwhdx](?:\s?[/|]\s?[mfwhdx])?|all genders)\b\)?", re.IGNORECASE)
# What is written behind a stem for the other gender: `Chargé(e)`, `Directeur/trice`, `Leiter*in`, `Consultant·e`.
_INCLUSIVE = re.compile(
    r"(?<=[^\W\d_]{3})(?:\((?:e|ne|trice|rice|euse|ère|a|in|innen)\)"
    r"|[*:·•](?:in|innen|e|ne|trice|rice|euse|es)\b|/(?:-?in|innen|trice|rice|euse|-?a|e|ne)\b)"
)
_ANDS = frozenset(["and", "et", "und", "y", "e", "en"])
_PLAIN = re.compile(r"[\w .,&+'-]*")
_OFFICES = re.compile(r"\s*[,/&|;+]\s*|\s+(?:and|et|und|y|e|en)\s+")
_RD = re.compile(r"\br\s?&\s?d\b|\br\s?\+\s?d\b|\bf\s?&\s?e\b", re.IGNORECASE)


def title_key(value: str, *, words: Lexicons) -> str | None:
    """The key of a title as it is shown; None where no letter or figure is left."""
    plain = value
    if not _PLAIN.fullmatch(value):
        plain = _INCLUSIVE.sub("", _GENDERS.sub(" ", value))
    if "&" in plain or "+" in plain:
        plain = _RD.sub(lambda found: "research development" if found.group()[:1] in "rR" else found.group(), plain)
    said = fold(plain)
    offices = _offices(plain, words) if _has_several(plain, said) else []
    if offices:
        return " ".join(offices)
    tokens = _written_out(said, words)
    return " ".join(_in_order(tokens, words)) or fold(value) or None


def _has_several(text: str, said: str) -> bool:
    """Whether anything in `text` could part two offices."""
    return not text.replace(" ", "").isalnum() or not _ANDS.isdisjoint(said.split())


def _offices(text: str, words: Lexicons) -> list[str]:
    """The offices of a title that is nothing but offices (`Founder & CEO`), in one order."""
    parts = [part for part in _OFFICES.split(text) if part]
    if len(parts) < 2:
        return []
    whole = [" ".join(_in_order(_written_out(fold(part), words), words)) for part in parts]
    return sorted(set(whole)) if all(part in _whole_offices(words) for part in whole) else []


@lru_cache(maxsize=4)
def _whole_offices(words: Lexicons) -> frozenset[str]:
    named = (_in_order(_written_out(office, words), words) for office in words.sets["job_titles.offices"])
    return frozenset(" ".join(tokens) for tokens in named)


def _written_out(said: str, words: Lexicons) -> list[str]:
    """The words of a folded title, abbreviations written out (two words together first), small words left out."""
    short = words.maps["job_titles.written_out"]
    small, pairs = words.sets["job_titles.small_words"], _begun_pairs(words)
    tokens = said.split()
    out: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        pair = " ".join(tokens[at : at + 2]) if token in pairs else ""
        if pair in short:
            out += short[pair].split()
            at += 2
            continue
        if token in short:
            out += short[token].split()
        elif token not in small and not (token in ("l", "d", "s") and len(tokens) > 1):
            out.append(token)
        at += 1
    return _in_language(out, words)


@lru_cache(maxsize=4)
def _begun_pairs(words: Lexicons) -> frozenset[str]:
    """The first words of abbreviations of two words."""
    return frozenset(word.partition(" ")[0] for word in words.maps["job_titles.written_out"] if " " in word)


def _in_language(tokens: list[str], words: Lexicons) -> list[str]:
    """`dir` written out in the language of the words beside it; in English and Spanish it is `director`."""
    if "dir" not in tokens:
        return tokens
    languages = words.maps["job_titles.languages"]
    near = {languages[token] for token in tokens if token in languages}
    whole = words.maps["job_titles.directors"].get(near.pop() if len(near) == 1 else "", "director")
    return [whole if token == "dir" else token for token in tokens]


def _in_order(tokens: list[str], words: Lexicons) -> list[str]:
    """`tokens` with their grade and rank in front, where one rank is all there is."""
    if len(tokens) < 2:
        return tokens
    found = _ranks(tokens, words)
    if len(found) != 1 or not words.sets["job_titles.helpers"].isdisjoint(tokens):
        return tokens
    start, end = found[0]
    grades = words.sets["job_titles.grades"]
    rest = tokens[:start] + tokens[end:]
    graded = sorted({token for token in rest if token in grades})
    return [*graded, *tokens[start:end], *(token for token in rest if token not in grades)]


def _ranks(tokens: list[str], words: Lexicons) -> list[tuple[int, int]]:
    """Where ranks of up to three words stand in `tokens`, of two that overlap the longer."""
    ranks, sizes = words.sets["job_titles.ranks"], _sizes(words)
    found = []
    end = 0
    for at, token in enumerate(tokens):
        if at < end or token not in sizes:
            continue
        for size in sizes[token]:
            if size == 1 or " ".join(tokens[at : at + size]) in ranks:
                end = at + size
                found.append((at, end))
                break
    return found


@lru_cache(maxsize=4)
def _sizes(words: Lexicons) -> dict[str, tuple[int, ...]]:
    """By the word that ranks begin with, of how many words they are, the most first."""
    sizes: dict[str, set[int]] = {}
    for rank in words.sets["job_titles.ranks"]:
        sizes.setdefault(rank.partition(" ")[0], set()).add(rank.count(" ") + 1)
    return {first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()}
