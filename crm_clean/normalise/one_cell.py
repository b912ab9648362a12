"""A whole address in one cell, taken apart as far as its punctuation goes.

Parts are parted by two blanks (Mailchimp), line breaks or commas; the country stands last, the postal code is what
looks like one, the street stands first. What cannot be placed stays with the street, so that nothing is lost.
"""

from __future__ import annotations

import re

from crm_clean.normalise.countries import normalise_country
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import clean

_WIDE = re.compile(r"\s{2,}|[\r\n]+|\s*:::\s*")
_COMMA = re.compile(r"\s*,\s*")
_POSTCODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}-)?(\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|\d{4}\s?[A-Z]{2}"
    r"|\d{5}-\d{3}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3}\s\d{2}|\d{4})(?![\w-])"
)
_STATE = re.compile(r"^(?:[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?)$")
_HOUSE = re.compile(r"^\d{1,4}[ ,]")


def split_address(raw: str, *, words: Lexicons) -> dict[str, str]:
    """The parts of the address `raw`, under the names of ADDRESS_PARTS; parts not found are left out."""
    pieces = [clean(p).strip(" ,;") for p in _pieces(raw)]
    pieces = [p for p in pieces if p]
    out: dict[str, str] = {}
    if len(pieces) > 1 and normalise_country(pieces[-1], words=words):
        out["country"] = pieces.pop()
    at = _postcode_at(pieces)
    if at is None:
        return _without_postcode(pieces, out)
    found = _last_postcode(pieces[at])
    out["postal_code"] = found.group(1)
    before, behind = pieces[at][: found.start()].strip(" ,"), pieces[at][found.end() :].strip(" ,")
    return _around(pieces, at, (before, behind), out)


def _pieces(raw: str) -> list[str]:
    wide = [p for p in _WIDE.split(raw.strip()) if p]
    return wide if len(wide) > 1 else _COMMA.split(raw)


def _last_postcode(piece: str) -> re.Match[str]:
    return list(_POSTCODE.finditer(piece.upper()))[-1]


def _postcode_at(pieces: list[str]) -> int | None:
    for at in range(len(pieces) - 1, 0, -1):
        if _POSTCODE.search(pieces[at].upper()):
            return at
    return None


def _around(pieces: list[str], at: int, sides: tuple[str, str], out: dict[str, str]) -> dict[str, str]:
    """City and region from what stands before and behind the postal code: `75001 Paris`, `Springfield, IL 62701`."""
    before, behind = sides
    left = pieces[:at]
    if behind:
        out["city"] = behind
        left += [before] if before else []
    elif before and _STATE.match(before) and len(before) == 2 and len(left) > 1:
        out["region"], out["city"] = before, left.pop()
    elif before:
        out["city"] = before
    elif len(left) > 2 and _STATE.match(left[-1]):
        out["region"], out["city"] = left.pop(), left.pop()
    elif len(left) > 1:
        out["city"] = left.pop()
    rest = pieces[at + 1 :]
    if rest and "city" not in out:
        out["city"] = rest.pop(0)
    if rest:
        out.setdefault("region", rest.pop(0))
    out["street"] = ", ".join([*left, *rest])
    return {part: text for part, text in out.items() if text}


def _without_postcode(pieces: list[str], out: dict[str, str]) -> dict[str, str]:
    if len(pieces) > 2 and len(pieces[-1]) == 2:
        out["region"] = pieces.pop()
    if len(pieces) > 1 and not _HOUSE.match(pieces[-1]):
        out["city"] = pieces.pop()
    out["street"] = ", ".join(pieces)
    return {part: text for part, text in out.items() if text}
