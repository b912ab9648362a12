"""Telephone numbers: taken out of a cell, read in the right country, put in E.164 with the extension apart.

A number with an international prefix says its country itself; a national one is read in the regions given, in order. A
number that is none is kept as text with what was found, and its digits are a weak key, so that equal ones still meet.
What spreadsheets and slips did to a number is undone where a valid number comes of it, and said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.telephony.numbering import NOTHING, Reading, read_digits
from crm_clean.normalise.telephony.phone_fillers import fillers
from crm_clean.normalise.telephony.phone_text import (
    LEAST,
    SEPARATORS,
    Cell,
    dialled,
    digits_in,
    label_in,
    plain,
    slips,
    take_apart,
)
from crm_clean.text import clean

LONGEST = 200  # signs of a cell that are looked at
_SCIENTIFIC = re.compile(r"[+-]?(\d)(?:[.,](\d+))?\s*[eE]\s*\+?(\d{1,2})")
_FLOAT = re.compile(r"(\+?\d{5,})[.,]0+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3}){2,}")
_GROUP = re.compile("[0-9]+")
_WHOLE_GROUP = 5  # digits that stand together for another reason than to be read easily
SERVICES = {"premium": "phone.premium", "toll_free": "phone.toll_free", "shared_cost": "phone.shared_cost"}
_DIALLED_AS_WORDS = frozenset({"toll_free", "premium", "shared_cost", "uan"})
_ITALIAN_MOBILE = ("+393", 13)  # as they begin, and how long they are; the fixed lines of Italy keep their zero
_MASK = "xX()-./ +"  # of a form that nobody filled in: (xxx) xxx-xxxx
_REPAIRED = ("phone.number_repaired",)
_UNREADABLE = ("phone.unreadable",)


class Phone(NamedTuple):
    """One number: E.164 value, or the cleaned text of one that is none; key missing when there is nothing to compare.

    `label` is what the text or the kind of number says: `mobile`, `fax`, ...; `kind` what the numbering plan says of a
    valid number (see `plans.Found`).
    """

    value: str | None
    key: str | None
    extension: str | None
    label: str | None
    is_placeholder: bool
    kind: str | None
    codes: tuple[str, ...]


def read_phone(raw: str, *, regions: tuple[str, ...], words: Lexicons) -> Phone:
    """The number in `raw`, which holds one at most; without international prefix, `regions` are tried in order."""
    return read_plainly(raw, regions=regions, words=words) or read_at_length(raw, regions=regions, words=words)


def read_plainly(raw: str, *, regions: tuple[str, ...], words: Lexicons) -> Phone | None:
    """The phone in a plainly written cell; None leaves it to the long way, which says the same of it."""
    digits = raw.translate(SEPARATORS)
    has_plus = digits[:1] == "+"
    if has_plus:
        digits = digits[1:]
    if not (digits.isdigit() and digits.isascii()) or "(0)" in raw or len(raw) > LONGEST or is_float(raw):
        return None
    reading, known = _untorn(read_digits(digits, regions, has_plus=has_plus), raw), fillers(words)
    if reading.e164:
        return None if known.may_have(reading.e164[1:]) else _valid(reading, label=None, extension=None, codes=())
    whole, national = reading.possible, reading.national
    if known.has(digits, whole=whole, national=national, is_valid=False) or is_blank(raw, words=words):
        return None
    key = _weak_key(Cell(digits, has_plus), reading)
    return Phone(clean(raw), key, None, None, False, None, _UNREADABLE)


def is_float(raw: str) -> bool:
    """Whether digits stand with decimals of zero only, as a spreadsheet writes an amount."""
    return "." in raw and _FLOAT.fullmatch(raw.strip()) is not None


def read_at_length(raw: str, *, regions: tuple[str, ...], words: Lexicons) -> Phone:
    """The phone in any cell, with all that may have to be undone."""
    text = look(raw, limit=LONGEST)
    written = plain(text.value)
    if is_blank(written, words=words):
        return _none(text.codes, is_placeholder=bool(written))
    if not written.strip(_MASK):
        return _none((*text.codes, "phone.placeholder"), is_placeholder=True)
    written, repaired = _from_spreadsheet(written)
    if not written:
        return _none((*text.codes, "phone.scientific"))
    cell, reading = _cell_and_reading(written, regions, words)
    if _is_placeholder(cell, reading, words):
        return _none((*text.codes, "phone.placeholder"), is_placeholder=True)
    if reading.e164 is None:
        key, codes = _weak_key(cell, reading), (*text.codes, *_UNREADABLE)
        return Phone(text.value, key, None, cell.label, False, None, codes)
    return _valid(reading, label=cell.label, extension=cell.extension, codes=(*text.codes, *repaired, *cell.codes))


def _none(codes: tuple[str, ...], *, is_placeholder: bool = False) -> Phone:
    return Phone(None, None, None, None, is_placeholder, None, codes)


def _valid(reading: Reading, *, label: str | None, extension: str | None, codes: tuple[str, ...]) -> Phone:
    e164, kind = reading.e164, reading.kind
    key = f"{e164};ext={extension}" if extension else e164
    if reading.codes or codes or kind in SERVICES:
        service = (SERVICES[kind],) if kind in SERVICES else ()
        codes = tuple(dict.fromkeys((*codes, *reading.codes, *service)))
    return Phone(e164, key, extension, label or ("mobile" if kind == "mobile" else None), False, kind, codes)


def _from_spreadsheet(written: str) -> tuple[str, tuple[str, ...]]:
    """`written` as it was before a spreadsheet took it for an amount, with a code; nothing when digits are lost."""
    scientific = _SCIENTIFIC.fullmatch(written) if "e" in written or "E" in written else None
    if scientific:
        first, decimals, power = scientific.groups()
        if len(decimals or "") != int(power) or int(power) < LEAST - 1:
            return "", ()
        return f"{first}{decimals}", _REPAIRED
    whole = _FLOAT.fullmatch(written) if written[-1:] == "0" else None
    if whole:
        return whole.group(1), _REPAIRED
    if "," in written and _THOUSANDS.fullmatch(written):
        return written.replace(",", ""), _REPAIRED
    return written, ()


def _cell_and_reading(written: str, regions: tuple[str, ...], words: Lexicons) -> tuple[Cell, Reading]:
    mended = slips(written)
    if mended:
        cell, reading = _try(mended, regions, words)
        if reading.e164:
            return cell._replace(codes=(*cell.codes, "phone.letters_mended")), reading
    cell, reading = _try(written, regions, words)
    word = None if reading.e164 else dialled(written)
    if word:
        as_dialled, found = _try(word, regions, words)
        if found.e164 and not found.codes and (found.kind in _DIALLED_AS_WORDS or found.e164.startswith("+1")):
            return as_dialled, found
    return cell, reading


def _try(written: str, regions: tuple[str, ...], words: Lexicons) -> tuple[Cell, Reading]:
    cell = take_apart(written, words)
    if cell is None:
        return Cell(digits_in(written), False, label=label_in(written, words)), NOTHING
    reading = _untorn(read_digits(cell.digits, regions, has_plus=cell.has_plus), written)
    if cell.without_zero:
        other = read_digits(cell.without_zero, regions, has_plus=cell.has_plus)
        if other.e164 and (reading.e164 is None or _is_italian_mobile(other.e164)):
            return cell, other
    return cell, reading


def _untorn(reading: Reading, written: str) -> Reading:
    """No reading where a country code that has no plus ends in the midst of a short group: `415 6344-0410` is not
    Swiss."""
    if "phone.plus_restored" not in reading.codes:
        return reading
    group = _GROUP.search(written)
    code = len(reading.e164 or "") - 1 - len(reading.national or "")
    return NOTHING if group and code < len(group.group()) < _WHOLE_GROUP else reading


def _is_italian_mobile(e164: str) -> bool:
    start, length = _ITALIAN_MOBILE
    return e164.startswith(start) and len(e164) == length


def _weak_key(cell: Cell, reading: Reading) -> str | None:
    digits = reading.possible or cell.digits
    return f"raw:{digits}" if len(digits) >= LEAST else None


def _is_placeholder(cell: Cell, reading: Reading, words: Lexicons) -> bool:
    known, whole = fillers(words), reading.e164[1:] if reading.e164 else reading.possible
    if reading.e164 and not known.may_have(reading.e164[1:]):
        return False
    if known.has(cell.digits, whole=whole, national=reading.national, is_valid=reading.e164 is not None):
        return True
    return reading.e164 is None and cell.has_plus and not cell.digits.strip("0")


def normalise_phone(raw: str, *, region: str | None, words: Lexicons) -> str | None:
    """The E.164 form of `raw`, or None when it is no dialable number in `region`."""
    value = read_phone(raw, regions=(region,) if region else (), words=words).value
    return value if value and value.startswith("+") and value[1:].isdecimal() else None
