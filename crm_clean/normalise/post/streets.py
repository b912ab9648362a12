"""A street line: what to show, the unit found in it, and a key shared by `12 Main Street` and `12 MAIN ST., Apt 4`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.place_case import place_case
from crm_clean.normalise.post.po_boxes import Box, find_box
from crm_clean.normalise.post.street_keys import street_key
from crm_clean.normalise.post.street_words import words_of
from crm_clean.normalise.post.units import split_unit

_SPACED_RANGE = re.compile(r"(?<=\d) - (?=\d)")
# Stand for a house number and the number of a flat; no cleaned value holds them.
_HOUSE, _DOOR = "\x01", "\x02"
_LONGEST_NUMBER = 5
_KNOWN = 50_000
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
    return _frames(words, has_unit).line(text) or read_slowly(text, has_unit=has_unit, words=words)


def read_slowly(text: str, *, has_unit: bool, words: Lexicons) -> Line:
    """What `read_line` says, without what is remembered of other lines."""
    known = words_of(words)
    text = text.strip(_ENDS)
    if " - " in text:
        text = _SPACED_RANGE.sub("-", text)
    tokens = text.split(" ")
    folded = known.of(tokens)
    if known.hints.isdisjoint(folded) and known.odd.isdisjoint(tokens):
        return Line(place_case(text, words=words) or None, None, street_key(folded, known))
    may_be_box = not known.boxes.isdisjoint(folded) or not known.glued.isdisjoint(tokens)
    box = find_box(text, words=words) if may_be_box else None
    return _apart(text, box, has_unit=has_unit, words=words)


def _apart(text: str, box: Box | None, *, has_unit: bool, words: Lexicons) -> Line:
    known = words_of(words)
    if box and (not any(c.isdigit() for c in box.rest) or find_box(box.rest, words=words)):
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


Frame = tuple[str, str, str]


class Frames:
    """Lines as they read around their numbers: many people live in one street, at different numbers.

    A frame is a line whose house number, and number of a flat behind it, are left open. It holds the street shown, the
    unit and the key likewise, or None where the numbers change more than themselves; it is made when a line of its
    kind is seen for the second time.
    """

    def __init__(self, words: Lexicons, *, has_unit: bool) -> None:
        self._words, self._has_unit = words, has_unit
        self._seen: dict[tuple[str, str], Frame | None] = {}
        self._once: set[tuple[str, str]] = set()

    def line(self, text: str) -> Line | None:
        """The reading of `text`, or None where its frame does not settle it."""
        head, _, rest = text.partition(" ")
        leads = _is_open(head)
        before, _, tail = (rest if leads else text).rpartition(" ")
        sign = "#" if tail[:1] == "#" else ""
        number = tail[1:] if sign else tail
        if before and _is_open(number):
            frame = self._frame((before, f"{_HOUSE}{sign}{_DOOR}" if leads else f"{sign}{_DOOR}"))
        elif leads and rest:
            frame, number = self._frame((rest, _HOUSE)), ""
        else:
            return None
        if frame is None:
            return None
        street, unit, key = frame
        if leads:
            street, unit, key = street.replace(_HOUSE, head), unit.replace(_HOUSE, head), key.replace(_HOUSE, head)
        if number:
            street, unit, key = street.replace(_DOOR, number), unit.replace(_DOOR, number), key.replace(_DOOR, number)
        return Line(street, unit or None, key)

    def _frame(self, kind: tuple[str, str]) -> Frame | None:
        if kind in self._seen:
            return self._seen[kind]
        if kind not in self._once:
            if len(self._once) >= _KNOWN:
                self._once.clear()
            self._once.add(kind)
            return None
        if len(self._seen) >= _KNOWN:
            self._seen.clear()
        found = self._seen[kind] = self._settled(*kind)
        return found

    def _settled(self, between: str, signs: str) -> Frame | None:
        """The frame of `between`, read with short and with long numbers, which must change nothing but themselves."""
        if any(c.isdigit() for c in between):
            return None
        text = f"{_HOUSE} {between}" if signs[0] == _HOUSE else between
        text += f" {behind}" if (behind := signs.removeprefix(_HOUSE)) else ""
        short, long = (self._opened(text, *numbers) for numbers in (("7", "5"), ("78123", "46953")))
        return short if short == long and short[0] and short[2] else None

    def _opened(self, text: str, house: str, door: str) -> Frame:
        """The reading of `text` with these numbers, the numbers left open again."""
        line = read_slowly(text.replace(_HOUSE, house).replace(_DOOR, door), has_unit=self._has_unit, words=self._words)
        street, unit, key = (
            p.replace(house, _HOUSE).replace(door, _DOOR) for p in (line.street or "", line.unit or "", line.key or "")
        )
        return street, unit, key


def _is_open(word: str) -> bool:
    return word.isdecimal() and word.isascii() and word[0] != "0" and len(word) <= _LONGEST_NUMBER


@lru_cache(maxsize=8)
def _frames(words: Lexicons, has_unit: bool) -> Frames:
    return Frames(words, has_unit=has_unit)
