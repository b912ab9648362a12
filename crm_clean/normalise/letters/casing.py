"""Case put right where it says nothing: in words all capitals or all small. `McDonald`, `van der Berg`, `O'Brien`.

A value in mixed case was typed by somebody who cared, and stays.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["first", "last", "place", "company"]

_WORD = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*")
_ROMAN = re.compile(r"^(?:i{1,3}|iv|vi{0,3}|ix|x)$", re.IGNORECASE)
_MC = re.compile(r"^mc([^\W\d_]{2,})$", re.IGNORECASE)
_VOWELS = frozenset("aeiouyáéíóúàèìòùâêîôûäëïöüåæøœıãõ")
_PARTICLES = (
    "de del des du la las los da das do dos di della der den ter ten te het op van von vom zu zum zur y e bin ibn bint"
)
_PLACE_WORDS = (
    "de du des la le les en sur sous lès aux au et del las los el y da do dos di am an der dem im in ob bei vor zu auf "
    "upon on of the under by next van aan den d l"
)
_COMPANY_WORDS = "and of the for de du des la le les et del y e und der die das für van en"
_SMALL: dict[Kind, frozenset[str]] = {
    "first": frozenset(["de", "del", "la", "las", "los", "du", "des", "da", "das", "do", "dos", "di", "y", "e"]),
    "last": frozenset(_PARTICLES.split()),
    "place": frozenset(_PLACE_WORDS.split()),
    "company": frozenset(_COMPANY_WORDS.split()),
}
_ACRONYM_LENGTH = 4
_MCS = ("MC", "mc")
_FORMS = {
    "gmbh": "GmbH",
    "ltd": "Ltd",
    "inc": "Inc",
    "corp": "Corp",
    "ag": "AG",
    "sa": "SA",
    "sas": "SAS",
    "sarl": "SARL",
}


def is_one_case(value: str) -> bool:
    """Whether all letters are capitals or all are small, in a script that has case."""
    if value.isascii():
        return value.isupper() or value.islower()
    return value.upper() != value.lower() and (value == value.upper() or value == value.lower())


def repair_case(value: str, *, kind: Kind) -> str:
    """`value` in name case when it is all capitals or all small; unchanged otherwise.

    Companies in capitals stay when short (`IBM`, `BASF`), and those in small letters stay (`adidas`).
    """
    if not is_one_case(value):
        return value
    if kind in ("first", "last") and len(value) > 2 and value.isascii() and value.isalpha() and value[:2] not in _MCS:
        return value.capitalize()
    if kind == "company" and (value == value.lower() or len(value) <= _ACRONYM_LENGTH):
        return value
    capitals = value == value.upper()
    words = list(_WORD.finditer(value))
    out, at = [], 0
    for index, found in enumerate(words):
        before = value[found.start() - 1] if found.start() else ""
        out += [value[at : found.start()], _word(found.group(), kind, capitals, (index, len(words)), before)]
        at = found.end()
    return "".join([*out, value[at:]])


def _word(word: str, kind: Kind, capitals: bool, place: tuple[int, int], before: str) -> str:
    index, count = place
    small = word.lower()
    if "." in word:
        return ".".join(_capital(piece) for piece in word.split("."))
    if small in _SMALL[kind] and before != "'" and (index > 0 or (kind == "last" and count > 1)):
        return small
    if before in ("'", "’") and index > 0 and len(word) == 1 and (kind != "last" or small == "t"):
        return small
    if kind == "company" and small in _FORMS and index:
        return _FORMS[small]
    if _is_acronym(word, kind, capitals) or (kind == "last" and index and before == " " and _ROMAN.match(word)):
        return word.upper()
    mc = _MC.match(word)
    return "Mc" + mc.group(1).capitalize() if mc and kind in ("first", "last") else _capital(word)


def _is_acronym(word: str, kind: Kind, capitals: bool) -> bool:
    """Whether capitals were meant: two initials of a person, a company's few letters that no one can pronounce."""
    longest = {"company": _ACRONYM_LENGTH, "first": 2}.get(kind, 0)
    return (
        capitals and len(word) <= longest and (len(word) == 2 or kind == "company") and not _VOWELS & set(word.lower())
    )


def _capital(word: str) -> str:
    """First letter large, the rest small; what titling would lengthen (`ß`, ligatures) stays."""
    head = word[0].upper() if len(word[0].upper()) == 1 else word[0]
    tail = word[1:].lower()
    return head + tail if len(tail) == len(word) - 1 else head + word[1:]
