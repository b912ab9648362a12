"""Several telephone numbers in one cell, taken apart.

A cell is taken apart only where every part can be a number of its own; a slash or a blank alone may stand inside one.
"""

from __future__ import annotations

import re

from crm_clean.normalise.telephony.phone_text import LEAST

_MAX = 200
_MAX_PARTS = 10
_LONG = 10  # digits of a number with an international prefix
_STRONG = re.compile(
    r"\s*(?:[;|\n\r]|:::|//|\s(?:or|oder|ou|o|of|and|und|et|y|e|en|ed|bzw\.?)\s|\s&\s)\s*(?!ext=)", re.IGNORECASE
)
_WEAK = re.compile(r"\s*[,/]\s*")
_LINE = re.compile("\n")
_PLUS = re.compile(r"(?<=\d)\)?\s+(?=\+\s?\d)")
_WORD = re.compile(r"(?<=\d)\)?[\s,;.-]+(?=[^\W\d_][^\d;|/&]{0,15}[(+\d])")
# A word or an aside behind the number that it names, before the next number.
_NAMED = re.compile(r"(\([^()\d]*[^\W\d_][^()\d]*\)|[^\W\d_]+\.?)[\s,;/-]+(?=[+(]{0,2}\d)")
_BLOCKS = re.compile(r"(?<=\d)\s+(?=\d)")
_BLOCK = 9  # digits without a break that are a whole number
_DIGIT = re.compile(r"\d")


def split_phones(raw: str) -> list[str]:
    """The numbers in one cell, each as written; the cell itself unless every part can be a number of its own.

    A slash may part an area code (`030/1234567`): a part needs 7 digits, 10 with an international prefix.
    """
    if len(raw) > _MAX:
        return [raw]
    found = _named(raw)
    for separator in (_STRONG, _PLUS, _WORD, _WEAK):
        found = [part for whole in found for part in _parts(whole, separator)]
    return [part for whole in found for part in _blocks(whole)]


def _named(raw: str) -> list[str]:
    """`0199001234 (home) 0639981234 (work)`: each number with the word behind it."""
    if not (raw[:1] in "+(" or raw[:1].isdigit()) or not (raw[-1:] == ")" or raw[-1:].isalpha()):
        return [raw]
    parts = _parts(_NAMED.sub("\\1\n", raw), _LINE)
    return parts if len(parts) > 1 else [raw]


def _parts(raw: str, separator: re.Pattern[str]) -> list[str]:
    if not separator.search(raw):
        return [raw]
    parts = [p.strip() for p in separator.split(raw) if p.strip()]
    return parts if 2 <= len(parts) <= _MAX_PARTS and all(_is_whole(p) for p in parts) else [raw]


def _is_whole(part: str) -> bool:
    digits = len(_DIGIT.findall(part))
    return digits >= (_LONG if part.lstrip("(").startswith(("+", "00")) else LEAST)


def _blocks(raw: str) -> list[str]:
    """Blocks of digits with blanks between, where each is long enough to be a number."""
    parts = _BLOCKS.split(raw)
    return parts if 2 <= len(parts) <= _MAX_PARTS and all(p.isdigit() and len(p) >= _BLOCK for p in parts) else [raw]
