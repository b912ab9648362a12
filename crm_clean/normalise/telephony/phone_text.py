"""What stands in a telephone cell: the digits of its one number, its extension, its label, and what else is said.

Knows how people and programs write numbers, not which numbers there are; that is `numbering`'s.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

SEPARATORS = str.maketrans("", "", " ().-/")
LEAST = 7  # digits of a number that can be dialled from anywhere in its country
_LOOSE = str.maketrans("", "", " ().-/'_[]*\\·•,")
_ODD = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−ー﹣", "-"),
        **dict.fromkeys("’‘´`", "'"),
        **{chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)},
        "\u3000": " ",
        "⁄": "/",
        "∕": "/",
    }
)
_CONTEXT = re.compile(r"^([^;]+);phone-context=(\+\d{1,3})")
_SERVICE = re.compile(r"^[*#]\d{2,3}[#*]?[\s-]*(?=[+(\d])")  # *67, #31#: dialled before a number to hide one's own
_CARRIER = re.compile(r"0xx\s*(?=\d\d)", re.IGNORECASE)  # Brazil: two digits that whoever dials puts in
_STARTS = frozenset("+(0123456789")
_LEAD = re.compile(r"^(?:p:|tel:|callto:|sms:|whatsapp:|phone:|'|\"|=)+\s*", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[](?=[^)\]\d]*[^\W\d_])[^)\]\d]*[)\]]")
_EXTENSION = re.compile(
    r"[\s,;.(\[/-]*(?:;ext=|\b(?P<word>[^\W\d_]{1,15})|(?<=\d)(?P<tight>[^\W\d_]{1,15})|[#~;]|,,)"
    r"[\s.:=#-]*(?P<digits>\d{1,7})\s*[#)\]]?$"
)
_DIGIT = re.compile("[0-9]")
_NOT_DIGIT = re.compile("[^0-9]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTER = re.compile(r"[^\W\d_]")
_CORE = re.compile(r"[+(\[]*\d[\d ().\-/'_\[\]*+\\·•]*\d")
_OTHER_SIGN = re.compile(r"[^0-9oOlI| ().\-/+]")
_FEW = 5  # digits that letters must stand among to be taken for digits
_AS_DIGITS = str.maketrans("oOlI|", "00111")
_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_VANITY = re.compile(r"\+?[\d ().-]*\d{3}[ ().-]*[a-z][a-z0-9 .-]*", re.IGNORECASE)
_WRONG_PLUS = 4  # digits before a second plus: a country code that was put before a whole number


class Cell(NamedTuple):
    """What stands in a cell: the digits of the number alone, in ASCII, and what is said beside them."""

    digits: str
    has_plus: bool
    extension: str | None = None
    label: str | None = None
    codes: tuple[str, ...] = ()
    without_zero: str | None = None  # `digits` less a zero in brackets


def plain(text: str) -> str:
    """`text` with digits of any script and full-width signs in ASCII, and without what links and programs put first.

    The country code that a link gives apart (RFC 3966, `;phone-context=+33`) comes before the number.
    """
    if not text.isascii():
        text = "".join(_ascii_digit(c) for c in text.translate(_ODD))
    if text[:1] not in _STARTS:
        text = _SERVICE.sub("", _LEAD.sub("", text))
    if "xx" in text or "XX" in text:
        text = _CARRIER.sub("", text)
    return _CONTEXT.sub(r"\2 \1", text) if ";phone-context" in text else text


def _ascii_digit(sign: str) -> str:
    return sign if sign.isascii() or not sign.isdecimal() else str(unicodedata.decimal(sign))


def take_apart(text: str, words: Lexicons) -> Cell | None:
    """The one number in `text`, already made `plain`; None when none stands out."""
    has_letters = _LETTER.search(text) is not None
    rest = _ASIDE.sub("", text) if has_letters else text
    rest, extension = _without_extension(rest, words)
    core = _core(rest)
    if core is None:
        return None
    cell = _cell(core)
    if not has_letters:
        return cell._replace(extension=extension) if extension else cell
    said = [fold(word) for word in _WORD.findall(text)]
    codes = cell.codes if _naming(words).issuperset(said) else (*cell.codes, "phone.remark")
    return cell._replace(extension=extension, label=_label(said, words), codes=codes)


def label_in(text: str, words: Lexicons) -> str | None:
    """The label that a word in `text` stands for: `mobile`, `fax`, ..."""
    return _label([fold(word) for word in _WORD.findall(text)], words)


def _label(said: list[str], words: Lexicons) -> str | None:
    labels = words.maps["text.phone_labels"]
    return next((labels[word] for word in said if word in labels), None)


@lru_cache(maxsize=4)
def _naming(words: Lexicons) -> frozenset[str]:
    named = words.union("phones.number_words", "phones.extension_words")
    return named | {part for label in words.maps["text.phone_labels"] for part in label.split()}


def _without_extension(text: str, words: Lexicons) -> tuple[str, str | None]:
    match = _EXTENSION.search(text)
    if match is None or len(digits_in(text[: match.start()])) < LEAST - 2:
        return text, None
    word = match["word"] or match["tight"]
    if word and fold(word) not in words.sets["phones.extension_words"]:
        return text, None
    return text[: match.start()], match["digits"]


def _core(text: str) -> str | None:
    """The part of `text` that is the number: all of it, or the one run of digits and separators long enough."""
    if not _LETTER.search(text):
        return text if _DIGIT.search(text) else None
    runs = [run for run in _CORE.findall(text) if len(digits_in(run)) >= LEAST]
    return runs[0] if len(runs) == 1 else None


def _cell(core: str) -> Cell:
    bare = core.translate(_LOOSE)
    head, plus, tail = bare.rpartition("+")
    without = _cell(core.replace("(0)", "", 1)).digits if "(0)" in core else None
    if not plus:
        return Cell(digits_in(bare), False, without_zero=without)
    before = digits_in(head)
    if not before:
        return Cell(digits_in(tail), True, without_zero=without)
    if len(before) <= _WRONG_PLUS and len(digits_in(tail)) >= LEAST:
        return Cell(digits_in(tail), True, codes=("phone.prefix_mended",), without_zero=without)
    return Cell(digits_in(bare), head.startswith("+"), without_zero=without)


def digits_in(text: str) -> str:
    """The digits in a `plain` text."""
    return text if text.isdecimal() else _NOT_DIGIT.sub("", text)


def slips(text: str) -> str | None:
    """`text` with letters that look like digits made digits, where it has no other letters; else None."""
    if _OTHER_SIGN.search(text) or len(digits_in(text)) < _FEW:
        return None
    mended = text.translate(_AS_DIGITS)
    return mended if mended != text else None


def dialled(text: str) -> str | None:
    """`text` with the letters of a word to dial (`1-800-FLOWERS`) made digits; None where there is no such word."""
    if not _VANITY.fullmatch(text) or sum(c.isalpha() for c in text) < 3:
        return None
    return text.lower().translate(_KEYS)
