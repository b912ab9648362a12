"""A whole name in one cell, taken apart.

Plain names are read by position, particles and case (`DUPONT Jean`, `Ana García López`, `Vincent van Gogh`); what is
written with commas, brackets, quotes, titles or degrees is nameparser's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_MAX = 200
_MAX_WORDS = 15
_PLAIN = re.compile(r"^[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*\.?$")
_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_INITIAL = re.compile(r"^[^\W\d_]\.?$")
_HISPANIC = frozenset(
    [
        "ES",
        "MX",
        "AR",
        "CO",
        "CL",
        "PE",
        "VE",
        "EC",
        "GT",
        "CU",
        "BO",
        "DO",
        "HN",
        "PY",
        "SV",
        "NI",
        "CR",
        "PA",
        "UY",
        "PR",
        "GQ",
    ]
)


class Parsed(NamedTuple):
    """The parts of a name; a part that is not there is the empty text."""

    salutation: str = ""
    first: str = ""
    middle: str = ""
    last: str = ""
    suffix: str = ""
    nickname: str = ""
    maiden: str = ""


def split_full_name(text: str, *, region: str | None, words: Lexicons) -> Parsed:
    """The parts of the clean name `text`; `region` is where the person lives, if known."""
    if len(text) > _MAX or len(text.split()) > _MAX_WORDS:
        return Parsed(last=text)
    salutation, rest = take_civility(text, region=region, words=words)
    if _PLAIN.match(rest) and not _ASIAN.search(rest) and not _is_special(rest, words):
        parsed = _by_position(rest.split(" "), region, words)
        if salutation and not parsed.last:
            parsed = Parsed(last=parsed.first)
        return parsed._replace(salutation=salutation)
    parsed = _by_library(rest)
    return parsed._replace(salutation=" ".join(filter(None, (salutation, parsed.salutation))))


def take_civility(text: str, *, region: str | None, words: Lexicons) -> tuple[str, str]:
    """The civilities before a name (`Herr Dr.`, `M. et Mme`), and the name; a civility alone is taken for a name."""
    tokens = text.split(" ")
    taken = 0
    while taken < len(tokens) - 1 and is_civility(tokens[taken], region=region, words=words):
        taken += 1
        joined = tokens[taken : taken + 2]
        if len(joined) == 2 and taken + 2 < len(tokens) and _joins(joined[0], words):
            taken += 1 if is_civility(joined[1], region=region, words=words) else 0
    return " ".join(tokens[:taken]), " ".join(tokens[taken:])


def is_civility(token: str, *, region: str | None, words: Lexicons) -> bool:
    """Whether `token` is how one addresses people, everywhere or in `region`."""
    said = fold(token)
    return said in words.sets["names.civilities"] or f"{said}={region}" in words.sets["names.local_civilities"]


def _joins(token: str, words: Lexicons) -> bool:
    return token in ("&", "+", "/") or fold(token) in words.sets["names.couples"]


def _is_special(text: str, words: Lexicons) -> bool:
    special = words.union("names.suffixes", "names.maiden")
    return any(t in special for t in fold(text).split()[1:])


def _by_position(tokens: list[str], region: str | None, words: Lexicons) -> Parsed:
    if len(tokens) == 1:
        return Parsed(first=tokens[0])
    start = _shouted(tokens) or _inverted(tokens)
    if start:
        return _parts(tokens[start:], tokens[:start])
    start = _surname_start(tokens, region, words)
    if start == 0:
        return Parsed(last=" ".join(tokens))
    given = tokens[:start]
    if _is_hispanic(tokens, region, words):
        return Parsed(first=" ".join(given), last=" ".join(tokens[start:]))
    return _parts(given, tokens[start:])


def _parts(given: list[str], family: list[str]) -> Parsed:
    return Parsed(first=given[0], middle=" ".join(given[1:]), last=" ".join(family))


def _shouted(tokens: list[str]) -> int:
    """How many words at the head are a surname because they alone are in capitals: `DUPONT Jean`."""
    loud = [t == t.upper() and t != t.lower() and len(t) > 1 and "." not in t for t in tokens]
    count = loud.index(False) if False in loud else 0
    return count if count and not any(loud[count:]) and not all(_INITIAL.match(t) for t in tokens[count:]) else 0


def _inverted(tokens: list[str]) -> int:
    """1 for a surname with an initial behind it: `Smith J.`."""
    return 1 if len(tokens) == 2 and _INITIAL.match(tokens[1]) and not _INITIAL.match(tokens[0]) else 0


def _surname_start(tokens: list[str], region: str | None, words: Lexicons) -> int:
    folded = [fold(t) for t in tokens]
    loud = [t == t.upper() and t != t.lower() and len(t) > 1 and "." not in t for t in tokens]
    if loud[-1] and not loud[0]:
        return loud.index(True)
    particles = words.sets["names.particles"]
    if folded[0] in particles and (folded[1] in particles or folded[0] not in words.sets["names.given_particles"]):
        return 0
    inside = [i for i in range(1, len(tokens) - 1) if folded[i] in particles]
    if inside:
        start = inside[0]
        return start - 1 if start > 1 and _is_surname(folded[start - 1], words) else start
    if len(tokens) > 3 and folded[-2] in ("y", "e", "i"):
        return len(tokens) - 3
    return len(tokens) - (2 if _has_two_surnames(folded, region, words) else 1)


def _is_surname(folded: str, words: Lexicons) -> bool:
    hispanic = folded in words.sets["names.hispanic_surnames"] or (folded.endswith("ez") and len(folded) > 4)
    return hispanic and folded not in words.sets["names.given"]


def _has_two_surnames(folded: list[str], region: str | None, words: Lexicons) -> bool:
    if len(folded) < 3 or len(folded[-2]) == 1:
        return False
    before = folded[-2]
    if region in _HISPANIC:
        return before not in words.sets["names.given"] or len(folded) > 3 or _is_surname(before, words)
    return folded[0] in words.sets["names.given"] and all(_is_surname(f, words) for f in folded[-2:])


def _is_hispanic(tokens: list[str], region: str | None, words: Lexicons) -> bool:
    return region in _HISPANIC or _has_two_surnames([fold(t) for t in tokens], None, words)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from nameparser import Parser

    return Parser()


def _by_library(text: str) -> Parsed:
    try:
        found = _parser().parse(text).as_dict()
    except (ValueError, TypeError, IndexError, RecursionError):
        return Parsed(last=text)
    middle = found["middle"]
    return Parsed(
        found["title"], found["given"], middle, found["family"], found["suffix"], found["nickname"], found["maiden"]
    )
