"""Where the family name begins among the words of a bare name.

By case (`DUPONT Jean`), particles (`Vincent van Gogh`), the surnames people have two of in Spanish, and the order of
the country where the person lives (`Nguyễn Văn An` in Vietnam, `Nagy János` in Hungary).
"""

from __future__ import annotations

import re

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_INITIAL = re.compile(r"^[^\W\d_]\.?$")
_JOINS = ("y", "e", "i")


def leading_family(tokens: list[str], region: str | None, words: Lexicons) -> int:
    """How many words at the head are the family name; 0 when it stands behind, as it mostly does."""
    return _shouted(tokens) or _inverted(tokens, words) or _at_home(tokens, region, words)


def _is_loud(token: str) -> bool:
    return token.isupper() and "." not in token and sum(map(str.isupper, token)) > 1


def _shouted(tokens: list[str]) -> int:
    """How many words at the head are a surname because they alone are in capitals: `DUPONT Jean`."""
    loud = [_is_loud(t) or t in ("'T", "’T") for t in tokens]
    count = loud.index(False) if False in loud else 0
    return count if count and not any(loud[count:]) and not all(_INITIAL.match(t) for t in tokens[count:]) else 0


def _inverted(tokens: list[str], words: Lexicons) -> int:
    """1 for a surname with initials behind it (`Smith J.`, `Smith JR`), but not for `Anna K.`."""
    if _INITIAL.match(tokens[0]) or fold(tokens[0]) in words.sets["names.given"]:
        return 0
    initials = all(_INITIAL.match(t) for t in tokens[1:])
    return 1 if initials or (tokens[1:] == ["JR"] and tokens[0] != tokens[0].upper()) else 0


def _at_home(tokens: list[str], region: str | None, words: Lexicons) -> int:
    """1 where the person's country writes the family name first, and the head alone is one."""
    if region != "HU":
        return 0
    known = words.sets["names.family_first"]
    return 1 if f"{fold(tokens[0])}=HU" in known and f"{fold(tokens[-1])}=HU" not in known else 0


def is_vietnamese(tokens: list[str], region: str | None, words: Lexicons) -> bool:
    """Whether the family name stands first and the given name last, as in `Nguyễn Văn An`."""
    known = words.sets["names.family_first"]
    if f"{fold(tokens[0])}=VN" not in known or f"{fold(tokens[-1])}=VN" in known:
        return False
    return region == "VN" or (len(tokens) > 2 and tokens[1].lower() in ("thị", "văn", "thi"))


def family_start(tokens: list[str], region: str | None, words: Lexicons) -> int:
    """At which word the family name begins; 0 when there is no given name."""
    folded = [fold(t) for t in tokens]
    if _is_loud(tokens[-1]) and not _is_loud(tokens[0]):
        return next(i for i, t in enumerate(tokens) if _is_loud(t))
    particles = words.sets["names.particles"]
    if folded[0] in particles and (folded[1] in particles or folded[0] not in words.sets["names.given_particles"]):
        return 0
    if len(tokens) == 3 and tokens[1] in _JOINS and (is_spanish(region, words) or is_surname(folded[0], words)):
        return 0
    if len(tokens) > 3 and folded[-2] in _JOINS and particles.isdisjoint(folded[1:-1]):
        return len(tokens) - 3
    head = _given_with_particles(folded, words)
    start = next((i for i in range(head, len(tokens) - 1) if folded[i] in particles), 0)
    if not start:
        return max(head, len(tokens) - _family_words(folded, region, words))
    return start - 1 if start > head and is_surname(folded[start - 1], words) else start


def _given_with_particles(folded: list[str], words: Lexicons) -> int:
    """How many words at the head are a given name such as `María del Carmen`, with a surname behind; else 1."""
    if folded[0] not in words.sets["names.given"]:
        return 1
    known = words.sets["names.given_with_particles"]
    return next((n for n in (4, 3) if len(folded) > n and " ".join(folded[1:n]) in known), 1)


def are_surnames(tokens: list[str], words: Lexicons) -> bool:
    """Whether there are two words or more, and all of them are Spanish surnames only."""
    return len(tokens) > 1 and all(is_surname(fold(t), words) for t in tokens)


def _family_words(folded: list[str], region: str | None, words: Lexicons) -> int:
    """How many words at the end are the family name: one, two surnames, and a generation behind them."""
    generation = 1 if len(folded) > 2 and folded[-1] in words.sets["names.surname_generations"] else 0
    bare = folded[: len(folded) - generation]
    return generation + (2 if _has_two_surnames(bare, region, words) else 1)


def is_surname(folded: str, words: Lexicons) -> bool:
    """Whether a folded word is a Spanish surname, and no given name."""
    hispanic = folded in words.sets["names.hispanic_surnames"] or (folded.endswith("ez") and len(folded) > 4)
    return hispanic and folded not in words.sets["names.given"]


def _has_two_surnames(folded: list[str], region: str | None, words: Lexicons) -> bool:
    if len(folded) < 3 or len(folded[-2]) == 1:
        return False
    before = folded[-2]
    if is_spanish(region, words):
        return before not in words.sets["names.given"] or len(folded) > 3 or is_surname(before, words)
    return folded[0] in words.sets["names.given"] and all(is_surname(f, words) for f in folded[-2:])


def is_hispanic(tokens: list[str], region: str | None, words: Lexicons) -> bool:
    """Whether given names are kept together, as Spanish does."""
    if is_spanish(region, words):
        return True
    folded = [fold(t) for t in tokens]
    return _given_with_particles(folded, words) > 1 or _has_two_surnames(folded, None, words)


def is_spanish(region: str | None, words: Lexicons) -> bool:
    """Whether people of that country have two surnames."""
    return bool(region) and str(region).lower() in words.sets["names.two_surname_countries"]
