"""Unicode, white space, case and tokens: the string helpers that every stage shares.

`clean` makes a value fit to show; `fold` makes a key fit to compare. Neither guesses what the value means. Both are
called millions of times in a run, so that what is plain is told first, and what a letter folds to is found once.
"""

from __future__ import annotations

import re
import unicodedata

# Controls, format characters, surrogates and private use, but for the joiners that some scripts need to be legible.
_JOINERS = "‌‍"
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff]"
)
_SPACE = re.compile(r"\s+")
_LATIN_LOOSE = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n"}
)
_MAX_KNOWN = 20_000


def fold_letter(letter: str) -> str:
    """What one character becomes in a key: nothing, a blank, or small letters and digits without marks."""
    if letter in _JOINERS or INVISIBLE.match(letter):
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", letter).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in _JOINERS)
    return "".join(c if c.isalnum() else " " for c in plain.translate(_LATIN_LOOSE))


class _Folded(dict[int, str]):
    """Characters and what they fold to, found when first met; no more are kept than a few scripts have."""

    def __missing__(self, code: int) -> str:
        folded = fold_letter(chr(code))
        if len(self) < _MAX_KNOWN:
            self[code] = folded
        return folded


_FOLDED = _Folded()
_DROPPED = bytes(code for code in range(128) if not fold_letter(chr(code)))
_FOLDED_BYTES = bytes(ord(fold_letter(chr(code)) or " ") if code < 128 else 0 for code in range(256))


def clean(value: str) -> str:
    """`value` in NFC, without invisible characters, white space runs made one blank, ends trimmed."""
    if value.isprintable():  # then a blank is the only white space, and nothing is invisible
        if not value.isascii():
            value = unicodedata.normalize("NFC", value)
        if " " not in value or ("  " not in value and value[0] != " " and value[-1] != " "):
            return value
        return " ".join(value.split())
    return _SPACE.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", value))).strip()


def fold(value: str) -> str:
    """A key: NFKC, case folded, marks off, invisible off, punctuation to single blanks. May be empty."""
    if value.isascii():
        if value.isalnum():
            return value.lower()
        return b" ".join(value.encode().translate(_FOLDED_BYTES, _DROPPED).split()).decode()
    return " ".join(value.translate(_FOLDED).split())


def tokens(value: str) -> list[str]:
    """The words of `fold(value)`, in order."""
    return fold(value).split()


def squeeze(value: str) -> str:
    """`fold(value)` without blanks: `O'Brien`, `O Brien` and `OBrien` are one key."""
    return fold(value).replace(" ", "")
