"""Several people in one name: couples (`John & Mary Smith`, `M. et Mme Dupont`) and households (`Familie Müller`).

They are told and taken apart as far as the words go. Whether their record is one customer or two is not for here.
"""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.civilities import are_civilities
from crm_clean.normalise.people.full_names import Parsed, split_full_name
from crm_clean.text import fold

_SYMBOLS = re.compile(r"\s*[&+]\s*")
_WORDY = frozenset({"and", "und", "et"})


def read_couple(sides: tuple[str, str], *, region: str | None, words: Lexicons) -> Parsed:
    """The two people of `split_couple` in one set of parts: given names joined, surnames where there are two."""
    left, right = (split_full_name(side, region=region, words=words) for side in sides)
    if _is_address(sides[0], words):
        if _is_address(sides[1], words):
            return Parsed(salutation=" & ".join(sides))
        return right._replace(salutation=" & ".join(filter(None, (sides[0], right.salutation))))
    if left.first and left.last and right.first and right.last and fold(left.last) != fold(right.last):
        return Parsed(first=f"{left.first} & {right.first}", last=f"{left.last} & {right.last}")
    last = right.last or left.last
    firsts = [s.first or (s.last if s.last != last else "") for s in (left, right)]
    return Parsed(salutation=left.salutation, first=" & ".join(filter(None, firsts)), last=last)


def _is_address(text: str, words: Lexicons) -> bool:
    local = words.pairs("names.local_civilities")
    return all(are_civilities(t, region=None, words=words) or fold(t) in local for t in text.split())


def are_several(salutation: str, *, words: Lexicons) -> bool:
    """Whether a salutation speaks to more than one person: `Mr. and Mrs.`, `Familie`."""
    if " " not in salutation and "&" not in salutation and "+" not in salutation:
        return fold(salutation) in words.sets["names.households"]
    sides = split_couple(salutation, in_first=True, words=words)
    return bool(sides) and all(_is_address(side, words) for side in sides or ())


def household(text: str, *, words: Lexicons) -> tuple[str, str] | None:
    """The word for a household in `text` and the name beside it (`Familie`, `Müller`), or None for people."""
    tokens = [t for t in text.split() if any(map(str.isalpha, t))]
    known = words.sets["names.households"]
    if len(tokens) < 2:
        return None
    if fold(tokens[0]) in known:
        return tokens[0], " ".join(tokens[1:])
    if fold(tokens[-1]) in known:
        head = 1 if fold(tokens[0]) == "the" and len(tokens) > 2 else 0
        return tokens[-1], " ".join(tokens[head:-1])
    return None


def split_couple(text: str, *, in_first: bool, words: Lexicons) -> tuple[str, str] | None:
    """The two sides of `John & Mary Smith`, or None for one person.

    `in_first`: the text stood in the first-name cell. In a whole name `y`, `e`, `i` and `en` join two people only
    when one word stands before them and more than one behind: `Ortega y Gasset` is one man.
    """
    tokens = _SYMBOLS.sub(" & ", text).split()
    if "/" in text and not text.endswith(f"/ {tokens[-1]}"):
        tokens = [piece for t in tokens for piece in _at_slash(t, words)]
    for at in range(1, len(tokens) - 1):
        token, behind = tokens[at], len(tokens) - at - 1
        small = token.lower()
        if token in ("&", "+") or (small in _WORDY and fold(tokens[at - 1]) not in words.sets["names.particles"]):
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
        if small in words.sets["names.couples"] and (
            in_first or (at == 1 and (behind > 1 or _are_given(tokens[0], tokens[2], words)))
        ):
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
        if small in words.sets["names.either"] and _both_civilities(tokens[at - 1], tokens[at + 1], words):
            return " ".join(tokens[:at]), " ".join(tokens[at + 1 :])
    return None


def _are_given(left: str, right: str, words: Lexicons) -> bool:
    given = words.sets["names.given"]
    return fold(left) in given and fold(right) in given


def _at_slash(token: str, words: Lexicons) -> list[str]:
    """`John/Mary` as two names and what joins them; `Herr/Frau` and `s/o` stay."""
    left, slash, right = token.partition("/")
    if token == "/":
        return ["&"]
    if not slash or len(left) < 2 or len(right) < 2 or _both_civilities(left, right, words):
        return [token]
    return [left, "&", right]


def _both_civilities(left: str, right: str, words: Lexicons) -> bool:
    known = words.sets["names.civilities"]
    return fold(right) in known and (fold(left) in known or fold(left) == "m")
