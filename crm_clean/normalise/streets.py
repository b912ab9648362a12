"""A street line: what to show, the unit found in it, and a key shared by `12 Main Street` and `12 MAIN ST., Apt 4`."""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.place_case import place_case
from crm_clean.normalise.po_boxes import Box, find_box
from crm_clean.normalise.street_keys import street_key
from crm_clean.normalise.street_words import words_of
from crm_clean.normalise.units import split_unit

_SPACED_RANGE = re.compile(r"(?<=\d) - (?=\d)")
_ENDS = " ,;-/|"


class Line(NamedTuple):
    """A street line fit to show, the unit that stood in it, and its key; each None where there is none."""

    street: str | None
    unit: str | None
    key: str | None


def read_line(text: str, *, has_unit: bool, words: Lexicons) -> Line:
    """The street line `text`, cleaned.

    The key is always without unit; where the record has a unit of its own (`has_unit`), the line is shown as it came.
    """
    known = words_of(words)
    if " - " in text:
        text = _SPACED_RANGE.sub("-", text)
    tokens = text.split(" ")
    folded = known.of(tokens)
    if known.hints.isdisjoint(folded) and known.odd.isdisjoint(tokens):
        return Line(place_case(text.strip(_ENDS), words=words) or None, None, street_key(folded, known))
    return _apart(text, folded, has_unit=has_unit, words=words)


def _apart(text: str, folded: list[str], *, has_unit: bool, words: Lexicons) -> Line:
    known = words_of(words)
    may_be_box = not known.boxes.isdisjoint(folded) or not known.odd.isdisjoint(text.split(" "))
    box = find_box(text, words=words) if may_be_box else None
    if box and not any(c.isdigit() for c in box.rest):
        return _box_alone(text, box, words)
    street, unit = split_unit(box.rest if box else text, known=known, words=words)
    if box:
        unit = ", ".join(filter(None, (unit, box.written)))
    shown = place_case((text if has_unit else street).strip(_ENDS), words=words) or None
    unit = unit.strip(" ,") or None if unit and not has_unit else None
    return Line(shown, unit, street_key(known.of(street.split(" ")), known))


def _box_alone(text: str, box: Box, words: Lexicons) -> Line:
    """A line with a box and no house: what stands beside it (`Station A`) tells boxes of one number apart."""
    known = words_of(words)
    beside = street_key(known.of(box.rest.split(" ")), known)
    return Line(place_case(text.strip(_ENDS), words=words), None, f"{box.key} {beside}" if beside else box.key)
