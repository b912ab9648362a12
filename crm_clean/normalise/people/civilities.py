"""How people are addressed: civilities and titles before a name, or in a cell of their own.

Some are names, initials or words elsewhere: those count in the countries where people write them, or with a dot behind
(`Ing. Novák`, `Rev. Hall`). Dots and case do not tell a title (`Sig.ra`, `SIGRA`).
"""

from __future__ import annotations

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_LONGEST = 2  # words of one title: `Dipl. Ing.`
_DOCTORS = frozenset(["dr", "prof", "drs", "dott", "dottssa"])


def is_civility(token: str, *, region: str | None, words: Lexicons) -> bool:
    """Whether `token` is how one addresses people, everywhere or in `region`."""
    known = words.sets["names.civilities"]
    said = fold(token)
    if said in known:
        return True
    if "/" in token:
        left, _, right = token.partition("/")
        return fold(left) in known and fold(right) in known
    closed = said if token.isalnum() else fold(token.replace(".", ""))
    if closed in known or f"{closed}={region}" in words.sets["names.local_civilities"]:
        return True
    return "." in token and len(closed) > 1 and closed in words.sets["names.dotted_civilities"]


def take_civility(text: str, *, region: str | None, words: Lexicons) -> tuple[str, str]:
    """The civilities before a name (`Herr Dr.`, `M. et Mme`), and the name; a civility alone is taken for a name."""
    tokens = text.split(" ")
    taken = 0
    while taken < len(tokens) - 1:
        n = _next(tokens[taken:], region, words) or (1 if taken and _goes_on(tokens, taken, words) else 0)
        if not n:
            break
        taken += n
        joined = tokens[taken : taken + 2]
        if len(joined) == 2 and taken + 2 < len(tokens) and _joins(joined[0], words):
            taken += 1 if is_civility(joined[1], region=region, words=words) else 0
    return " ".join(tokens[:taken]), " ".join(tokens[taken:])


def _next(tokens: list[str], region: str | None, words: Lexicons) -> int:
    """How many of `tokens`, not all of them, are the next title: none, one, or two for `Dipl. Ing.`."""
    if is_civility(tokens[0], region=region, words=words):
        return 1
    pair = fold(" ".join(tokens[:_LONGEST]))
    return _LONGEST if len(tokens) > _LONGEST and pair in words.sets["names.civilities"] else 0


def _goes_on(tokens: list[str], at: int, words: Lexicons) -> bool:
    """Whether the word at `at` says what a doctor is of: `Dr. med.`, `Dr. rer. nat.`, `Dr. h.c.`."""
    tails = words.sets["names.title_tails"]
    is_tail = "." in tokens[at] and fold(tokens[at].replace(".", "")) in tails
    return is_tail and (fold(tokens[at - 1].replace(".", "")) in tails or fold(tokens[at - 1]) in _DOCTORS)


def take_trailing(text: str, *, words: Lexicons) -> tuple[str, str]:
    """The civility behind a name of two words or more (`Smith John Mr`), and the name."""
    head, _, end = text.rpartition(" ")
    if " " in head and fold(end) in words.sets["names.trailing_civilities"]:
        return end, head
    return "", text


def are_civilities(text: str, *, region: str | None, words: Lexicons) -> bool:
    """Whether `text` is civilities and nothing else."""
    return bool(text) and all(is_civility(t, region=region, words=words) for t in text.split())


def _joins(token: str, words: Lexicons) -> bool:
    return token in ("&", "+", "/") or fold(token) in words.union("names.couples", "names.either")


def tidy(text: str, *, words: Lexicons) -> str:
    """A salutation in its usual case when it is known and all capitals or all small: `MME` is `Mme`, `dr.` is `Dr.`."""
    if text != text.upper() and text != text.lower():
        return text
    known = words.sets["names.civilities"]
    return " ".join(_capital(t) if fold(t) in known or fold(t.replace(".", "")) in known else t for t in text.split())


def _capital(token: str) -> str:
    return token[:1].upper() + token[1:].lower() if len(token[:1].upper()) == 1 else token
