"""A whole name in one cell, taken apart.

Freed of what stands around it (`name_parts`), a name is read by commas, position, particles and case: `Dupont, Jean`,
`DUPONT Jean`, `Ana García López`, `Vincent van Gogh`, `Berg, Anna van den`, `王小明`. What has other signs left in
it is nameparser's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.asian_names import is_asian, split_asian
from crm_clean.normalise.people.civilities import are_civilities, take_civility
from crm_clean.normalise.people.name_order import are_surnames, family_start, is_hispanic, is_vietnamese, leading_family
from crm_clean.normalise.people.name_parts import peel
from crm_clean.text import fold

_MAX = 200
_MAX_WORDS = 15
_PLAIN = re.compile(r"^(?:['’]?[^\W\d_][\w.'’´`·-]*|['’]t)(?: (?:['’]?[^\W\d_][\w.'’´`·-]*|[sd]/o|a/[lp]))*$")
_OPENING = ("(", "[", '"', "“", "„", "«")
_INITIAL = re.compile(r"^[^\W\d_]\.?$")


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
    if len(text) > _MAX or text.count(" ") >= _MAX_WORDS:
        return Parsed(last=text)
    part = peel(text, is_whole=True, region=region, words=words)
    bare = part.name
    if not bare.replace(" ", "").isalpha():
        bare = " ".join(t for t in bare.split() if t == "," or any(map(str.isalpha, t)))
    if part.nickname and " " not in bare and text[:1] in _OPENING:
        return Parsed(part.salutation, part.nickname, "", bare, part.suffix)
    name = _bare(bare, region, words)
    if not name.first and not name.last:
        return Parsed(last=text)
    if part.salutation and (not name.last or are_surnames([*name.first.split(), *name.last.split()], words)):
        name = name._replace(first="", last=f"{name.first} {name.last}".strip())
    return name._replace(
        salutation=" ".join(filter(None, (part.salutation, name.salutation))),
        suffix=" ".join(filter(None, (part.suffix, name.suffix))),
        nickname=part.nickname or name.nickname,
        maiden=part.maiden or name.maiden,
    )


def _bare(text: str, region: str | None, words: Lexicons) -> Parsed:
    if is_asian(text):
        first, last = split_asian(text, words=words)
        return Parsed(first=first, last=last)
    if "," in text:
        pieces = [p.strip() for p in text.split(",") if p.strip()]
        if all(_PLAIN.match(p) for p in pieces):
            return _by_comma(pieces, region, words)
    elif _PLAIN.match(text):
        return _by_position(text.split(" "), region, words)
    return _by_library(text)


def _by_comma(pieces: list[str], region: str | None, words: Lexicons) -> Parsed:
    if not pieces:
        return Parsed()
    if len(pieces) == 1:
        return _by_position(pieces[0].split(" "), region, words) if " " in pieces[0] else Parsed(last=pieces[0])
    family, given, rest = pieces[0], pieces[1], " ".join(pieces[2:])
    titles = [p for p in (given, rest) if are_civilities(p, region=region, words=words)]
    if given in titles:
        salutation = " ".join(titles)
        if rest and rest not in titles:
            return _named(rest, family, region, words)._replace(salutation=salutation)
        found = _by_position(family.split(" "), region, words)
        found = found if found.last else Parsed(last=found.first)
        return found._replace(salutation=salutation)
    found = _named(given, family, region, words)
    if rest in titles:
        return found._replace(salutation=" ".join(filter(None, (found.salutation, rest))))
    return found._replace(middle=" ".join(filter(None, (found.middle, rest)))) if rest else found


def _named(given: str, family: str, region: str | None, words: Lexicons) -> Parsed:
    """A given and a family name that a comma parts; `Berg, Anna van den` is van den Berg."""
    salutation, given = take_civility(given, region=region, words=words)
    tokens = given.split(" ")
    behind = len(tokens)
    while behind > 1 and fold(tokens[behind - 1]) in words.sets["names.particles"]:
        behind -= 1
    family = " ".join([*tokens[behind:], family])
    found = _parts(
        tokens[:behind], family.split(" "), hispanic=is_hispanic([*tokens[:behind], *family.split(" ")], region, words)
    )
    return found._replace(salutation=salutation)


def _by_position(tokens: list[str], region: str | None, words: Lexicons) -> Parsed:
    if len(tokens) == 1:
        return Parsed(first=tokens[0])
    if is_vietnamese(tokens, region, words):
        return Parsed(first=tokens[-1], middle=" ".join(tokens[1:-1]), last=tokens[0])
    start = leading_family(tokens, region, words)
    if start:
        return _parts(tokens[start:], tokens[:start], hispanic=False)
    start = family_start(tokens, region, words)
    if start == 0:
        return Parsed(last=" ".join(tokens))
    return _parts(tokens[:start], tokens[start:], hispanic=is_hispanic(tokens, region, words))


def _parts(given: list[str], family: list[str], *, hispanic: bool) -> Parsed:
    """Given names together where that is the custom, or where they are initials; else the first of them apart."""
    together = hispanic or (len(given) > 1 and all(_INITIAL.match(t) for t in given))
    head = given if together else given[:1]
    return Parsed(first=" ".join(head), middle=" ".join(given[len(head) :]), last=" ".join(family))


@lru_cache(maxsize=1)
def _parser() -> Any:
    from nameparser import Parser

    return Parser()


def _by_library(text: str) -> Parsed:
    try:
        found = _parser().parse(text).as_dict()
    except (ValueError, TypeError, IndexError, RecursionError):
        return Parsed(last=text)
    return Parsed(
        found["title"], found["given"], found["middle"], found["family"], found["suffix"], found["nickname"],
        found["maiden"],
    )  # fmt: skip
