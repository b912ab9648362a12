"""Telephone numbers: taken out of a cell, read in the right country, put in E.164 with the extension apart.

A number with an international prefix says its country itself; a national one is read in the regions given, in order. A
number that is none is kept as text with what was found, and its digits are a weak key, so that equal ones still meet.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.numbering import Reading, read_number
from crm_clean.normalise.plain import is_blank
from crm_clean.normalise.plans import find
from crm_clean.text import fold

_MAX = 200
_MIN_DIGITS = 7
_MAX_PARTS = 10
_SCIENTIFIC = re.compile(r"^[+-]?\d(?:[.,]\d+)?\s*[eE]\s*\+?\d{1,2}$")
_FLOAT = re.compile(r"^(\+?\d{5,})[.,]0+$")
_LEAD = re.compile(r"^(?:p:|tel:|callto:|sms:|whatsapp:|'|\")+\s*", re.IGNORECASE)
_STRONG = re.compile(
    r"\s*(?:[;|\n\r]|:::|//|\s(?:or|oder|ou|o|and|und|et|y|e|bzw\.?)\s|\s&\s)\s*(?!ext=)", re.IGNORECASE
)
_WEAK = re.compile(r"\s*[,/]\s*")
_ASIDE = re.compile(r"\s*\((?=[^)\d]*[^\W\d_])[^)\d]*\)")
# How extensions are announced where libphonenumber does not look: German, French, Spanish, Italian, Dutch, Portuguese.
_EXTENSION = re.compile(
    r"[\s,;-]*\b(?:app(?:arat)?|durchwahl|dw|nst|nebenstelle|poste|extensi[oó]n|anexo|interno|int|toestel|tst|ramal)"
    r"\.?\s*:?\s*(\d{1,6})\s*$",
    re.IGNORECASE,
)
_HINT = re.compile(r"[^\W\d_]{2,}")
_DIGIT = re.compile(r"\d")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_RUN = re.compile(r"(\d)\1{6,}$")
_UP, _DOWN = "0123456789012345678901234567890", "9876543210987654321098765432109"


class Phone(NamedTuple):
    """One number: E.164 value, or the cleaned text of one that is none; key missing when there is nothing to compare.

    `label` is what the text or the kind of number says: `mobile`, `fax`, ...
    """

    value: str | None
    key: str | None
    extension: str | None
    label: str | None
    is_placeholder: bool
    codes: tuple[str, ...]


def split_phones(raw: str) -> list[str]:
    """The numbers in one cell, each as written; the cell itself unless every part can be a number of its own.

    A slash may part an area code (`030/1234567`): a part needs 7 digits, 10 with an international prefix.
    """
    if len(raw) > _MAX:
        return [raw]
    return [part for whole in _parts(raw, _STRONG) for part in _parts(whole, _WEAK)]


def _parts(raw: str, separator: re.Pattern[str]) -> list[str]:
    if not separator.search(raw):
        return [raw]
    parts = [p.strip() for p in separator.split(raw) if p.strip()]
    return parts if 2 <= len(parts) <= _MAX_PARTS and all(_is_whole(p) for p in parts) else [raw]


def _is_whole(part: str) -> bool:
    digits = len(_DIGIT.findall(part))
    return digits >= (10 if part.lstrip("(").startswith(("+", "00")) else _MIN_DIGITS)


def read_phone(raw: str, *, regions: tuple[str, ...], words: Lexicons) -> Phone:
    """The number in `raw`, which holds one at most; without international prefix, `regions` are tried in order."""
    quick = _quick(raw, regions)
    if quick:
        return quick
    text = look(raw, limit=_MAX)
    written = _LEAD.sub("", text.value)
    if is_blank(written, words=words):
        return Phone(None, None, None, None, bool(written), text.codes)
    if _SCIENTIFIC.match(written):
        return Phone(None, None, None, None, False, (*text.codes, "phone.scientific"))
    written = _FLOAT.sub(r"\1", written)
    reading = read_number(_EXTENSION.sub(r" ext. \1", _ASIDE.sub("", written)), regions)
    if is_placeholder(written, reading):
        return Phone(None, None, None, None, True, (*text.codes, "phone.placeholder"))
    label = _hint(written, words) or ("mobile" if reading.is_mobile else None)
    if reading.e164 is None:
        return Phone(text.value, _weak_key(written, reading), None, label, False, (*text.codes, "phone.unreadable"))
    extension = f";ext={reading.extension}" if reading.extension else ""
    return Phone(reading.e164, reading.e164 + extension, reading.extension, label, False, text.codes)


def _quick(raw: str, regions: tuple[str, ...]) -> Phone | None:
    """The phone in a plainly written, valid number; what is left takes the long way to the same answer."""
    found = None if raw.endswith(("0", "00")) and _FLOAT.match(raw) else find(raw, regions[0] if regions else "ZZ")
    if found is None or _is_filler(found.national) or _is_filler(_NOT_DIGIT.sub("", raw)):
        return None
    e164 = f"+{found.country_code}{found.national}"
    return Phone(e164, e164, None, "mobile" if found.is_mobile else None, False, ())


def normalise_phone(raw: str, *, region: str | None, words: Lexicons) -> str | None:
    """The E.164 form of `raw`, or None when it is no dialable number in `region`."""
    value = read_phone(raw, regions=(region,) if region else (), words=words).value
    return value if value and value.startswith("+") and value[1:].isdecimal() else None


def _hint(written: str, words: Lexicons) -> str | None:
    for word in _HINT.findall(written):
        label = words.maps["text.phone_labels"].get(fold(word))
        if label:
            return label
    return None


def _weak_key(written: str, reading: Reading) -> str | None:
    digits = reading.possible or _digits(written)
    return f"raw:{digits}" if len(digits) >= _MIN_DIGITS else None


def is_placeholder(written: str, reading: Reading) -> bool:
    """Whether the digits are nobody's: one digit over and over, or a run up or down, with or without country code."""
    digits = _digits(written)
    return _is_filler(digits) or bool(reading.national and _is_filler(reading.national))


def _digits(text: str) -> str:
    """The digits in `text`, of whatever script, as ASCII."""
    return _NOT_DIGIT.sub("", text) if text.isascii() else "".join(str(int(d)) for d in _DIGIT.findall(text))


def _is_filler(digits: str) -> bool:
    if len(digits) < _MIN_DIGITS:
        return len(digits) >= 3 and len(set(digits)) == 1
    return bool(_RUN.search(digits)) or digits in _UP or digits in _DOWN
