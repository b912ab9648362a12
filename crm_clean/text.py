"""Unicode, white space, case and tokens: the string helpers that every stage shares.

`clean` makes a value fit to show; `fold` makes a key fit to compare. Neither guesses what the value means.
"""

from __future__ import annotations

import re
import unicodedata

# Controls, format characters, surrogates and private use, but for the joiners that some scripts need to be legible.
_JOINERS = "‌‍"
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff]"
)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")
_LATIN_LOOSE = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n"}
)


def clean(value: str) -> str:
    """`value` in NFC, without invisible characters, white space runs made one blank, ends trimmed."""
    if value.isascii() and value.isprintable():
        return " ".join(value.split()) if "  " in value or value[:1] == " " or value[-1:] == " " else value
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", value))).strip()


def fold(value: str) -> str:
    """A key: NFKC, case folded, marks off, invisible off, punctuation to single blanks. May be empty."""
    if value.isascii() and value.isprintable():
        return " ".join(_WORD.findall(value.lower()))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", _INVISIBLE.sub("", value)).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in _JOINERS)
    return " ".join(_WORD.findall(plain.translate(_LATIN_LOOSE)))


def tokens(value: str) -> list[str]:
    """The words of `fold(value)`, in order."""
    return fold(value).split()


def squeeze(value: str) -> str:
    """`fold(value)` without blanks: `O'Brien`, `O Brien` and `OBrien` are one key."""
    return fold(value).replace(" ", "")
