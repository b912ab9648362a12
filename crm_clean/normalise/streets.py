"""The street line: its unit (flat, suite, floor) apart, and a key shared by `12 Main Street` and `12 MAIN ST.`."""

from __future__ import annotations

import re

from crm_clean.normalise.casing import repair_case
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_CALLE = re.compile(r"^\s*c\s*/\s*", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)\s*[ºª°]")
_NUMBER = re.compile(r"(?:\bn\s*[º°o]\.?|№|#)\s*(?=\d)", re.IGNORECASE)
_HASH = re.compile(r"(?:,\s*|\s+)#\s*([\w-]{1,8})\s*$")
_FLOOR = re.compile(
    r"(?:,\s*|\s+)((?:\d{1,2}(?:st|nd|rd|th|e|er|eme|ème|º|ª|°|\.)?)\s+(?:floor|fl|etage|étage|stock|og|piso|planta))\s*$",
    re.IGNORECASE,
)
_GLUED_STREET = re.compile(r"^([^\W\d]{3,})(?:strasse|str)$")


def split_unit(street: str, *, words: Lexicons) -> tuple[str, str | None]:
    """The street line without its unit, and the unit; a word of units counts with a number or letter behind it only."""
    floor = _FLOOR.search(street)
    if floor:
        return street[: floor.start()], floor.group(1)
    hashed = _HASH.search(street)
    if hashed and any(c.isalpha() for c in street[: hashed.start()]):
        return street[: hashed.start()], f"#{hashed.group(1)}"
    tokens = street.split(" ")
    known = words.sets["addresses.unit_words"]
    for at in range(1, len(tokens) - 1):
        if (
            fold(tokens[at]) in known
            and _is_unit_number(tokens[at + 1])
            and any(c.isalpha() for c in "".join(tokens[:at]))
        ):
            return " ".join(tokens[:at]).rstrip(" ,-"), " ".join(tokens[at:])
    if len(tokens) > 3 and fold(tokens[0]) in known and _is_unit_number(tokens[1].rstrip(",")) and "," in tokens[1]:
        return " ".join(tokens[2:]), " ".join(tokens[:2]).rstrip(",")
    return street, None


def _is_unit_number(token: str) -> bool:
    bare = token.strip(" ,.#ºª°")
    return 0 < len(bare) <= 6 and (any(c.isdigit() for c in bare) or len(bare) == 1)


def tidy_street(text: str) -> str:
    """A street line fit to show: one line, case repaired, no comma at its ends."""
    return repair_case(text.strip(" ,;-"), kind="place")


def street_key(street: str, *, words: Lexicons) -> str | None:
    """`street` folded, kinds of street and directions in one short form, numbers without signs before them."""
    short = words.maps["addresses.street_words"]
    text = _CALLE.sub("calle ", street) if street[:1] in "cC " else street
    text = _NUMBER.sub("", _ORDINAL.sub("", text))
    tokens: list[str] = []
    for token in fold(text.replace("'", " ").replace("’", " ")).split():
        if token in ("strasse", "str") and tokens and tokens[-1].isalpha():
            tokens[-1] += "str"
            continue
        german = _GLUED_STREET.match(token)
        tokens.append(f"{german.group(1)}str" if german else short.get(token, token))
    return " ".join(t for t in tokens if t) or None


def unit_key(unit: str) -> str:
    """What tells one flat from another: the numbers and single letters in `unit`."""
    return " ".join(t for t in fold(unit.replace("#", " ")).split() if len(t) <= 2 or any(c.isdigit() for c in t))
