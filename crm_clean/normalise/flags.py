"""Yes and no, in the words of many languages and CRMs; consent, its legal ground, and gender.

A cell may say several things (`ja; nein`, as where two columns speak of one matter): the strictest counts. It may say
when, too (`Unsubscribed 2024-05-01`), or nothing but when: the date of an opt-out is a yes. Whatever is not understood
is never taken for leave to write to somebody.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.moments.dates import read_instant
from crm_clean.text import fold

_MAX = 200
_TICKS = {"+": True, "✓": True, "✔": True, "☑": True, "✅": True, "☐": False, "✗": False, "✘": False, "❌": False}
_PIECES = re.compile(r"[;|\n]|,(?=\s*[^\W\d])")
_DATED = re.compile(r"^(.*?)[\s:,(-]*(\d[\d./:TZ+ -]{6,}\d\w?)\)?$")
# What may stand between a word and its date.
_SINCE = frozenset(
    (
        "since",
        "on",
        "as",
        "of",
        "at",
        "am",
        "seit",
        "vom",
        "le",
        "depuis",
        "du",
        "el",
        "desde",
        "dal",
        "il",
        "em",
        "op",
        "sinds",
    )
)
_STRICTNESS = {"subscribed": 0, "unknown": 1, "pending": 2, "unsubscribed": 3}


class Said(NamedTuple):
    """What a cell was found to say, and whether some of it was not understood."""

    value: str | None
    is_unclear: bool


def normalise_flag(raw: str, *, words: Lexicons) -> bool | None:
    """Whether `raw` says yes (`1`, `x`, `oui`, `Do Not Allow`, a date) or no (`0`, `non`, `Allow`); None for neither.

    Meant for fields that forbid something: `Do Not Allow` in `email_opt_out` is yes.
    """
    if len(raw) > _MAX:
        return None
    known = _flag(raw, words)
    if known is not None or is_blank(raw, words=words):
        return known
    pieces = _pieces(raw)
    said = [_flag(piece, words) if len(pieces) > 1 else None for piece in pieces]
    said = [_dated_flag(piece, words) if found is None else found for piece, found in zip(pieces, said, strict=True)]
    if True in said:
        return True
    return None if None in said or not said else False


def _flag(raw: str, words: Lexicons) -> bool | None:
    tick = _TICKS.get(raw.strip())
    if tick is not None:
        return tick
    said = fold(raw)
    if said in _yes(words):
        return True
    return False if said in _no(words) else None


@lru_cache(maxsize=8)
def _yes(words: Lexicons) -> frozenset[str]:
    return words.union("flags.yes", "flags.refused")


@lru_cache(maxsize=8)
def _no(words: Lexicons) -> frozenset[str]:
    return words.union("flags.no", "flags.allowed")


def _dated_flag(raw: str, words: Lexicons) -> bool | None:
    text, when = split_date(raw)
    if when is None:
        return None
    return _flag(text, words) if text else True


def normalise_consent(raw: str, *, words: Lexicons) -> str | None:
    """`subscribed`, `unsubscribed`, `pending` or `unknown`; None when `raw` says nothing."""
    return read_consent(raw, words=words).value


def read_consent(raw: str, *, words: Lexicons) -> Said:
    """The strictest of what `raw` says of consent: yes and no count, and a date is that of a consent.

    What is not understood is `unknown`, and unclear.
    """
    if len(raw) > _MAX:
        return Said("unknown", True)
    known = _consent(raw, words)
    if known is not None:
        return Said(known, False)
    if is_blank(raw, words=words):
        return Said(None, False)
    said = [_consent(piece, words) or _dated_consent(piece, words) for piece in _pieces(raw)]
    strictest = max((value or "unknown" for value in said), key=_STRICTNESS.__getitem__, default="unknown")
    return Said(strictest, None in said or not said)


def _consent(raw: str, words: Lexicons) -> str | None:
    said = fold(raw)
    known = words.maps["flags.consent"].get(said)
    if known is not None:
        return known
    if said in words.sets["flags.yes"] or _TICKS.get(raw.strip()):
        return "subscribed"
    return "unsubscribed" if said in words.sets["flags.no"] or _TICKS.get(raw.strip()) is False else None


def _dated_consent(raw: str, words: Lexicons) -> str | None:
    text, when = split_date(raw)
    if when is None:
        return None
    return _consent(text, words) if text else "subscribed"


def split_date(raw: str) -> tuple[str, str | None]:
    """`Unsubscribed on 2024-05-01` as its words and its date, each as written; None for no date."""
    text = raw.strip()
    if len(text) > _MAX or not any(c.isdecimal() for c in text):
        return text, None
    if read_instant(text, order="day_first").at is not None:
        return "", text
    found = _DATED.match(text)
    if not found or read_instant(found[2], order="day_first").at is None:
        return text, None
    said = found[1].rstrip(" :,(-").split()
    while said and fold(said[-1]) in _SINCE:
        said.pop()
    return " ".join(said), found[2]


def _pieces(raw: str) -> list[str]:
    return [piece for piece in _PIECES.split(raw) if fold(piece) or piece.strip() in _TICKS]


def says_bounced(raw: str, *, words: Lexicons) -> bool:
    """Whether a consent status in fact tells of an address that bounced."""
    return len(raw) <= _MAX and any(fold(piece) in words.sets["flags.bounced"] for piece in _PIECES.split(raw))


def read_basis(raw: str, *, words: Lexicons) -> Said:
    """The legal ground as the GDPR calls it; several joined by `; `, in the order given."""
    if is_blank(raw, words=words):
        return Said(None, False)
    known = words.maps["flags.basis"]
    whole = known.get(fold(raw)) if len(raw) <= _MAX else None
    found = [whole] if whole else [known.get(fold(piece)) for piece in _pieces(raw[:_MAX])]
    said = list(dict.fromkeys(basis for basis in found if basis))
    return Said("; ".join(said) or None, None in found or not said)


def normalise_gender(raw: str, *, words: Lexicons) -> str | None:
    """`m`, `f` or `x`; None when `raw` does not tell."""
    return words.maps["flags.gender"].get(fold(raw)) if len(raw) <= _MAX else None
