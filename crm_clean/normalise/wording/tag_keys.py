"""Under which key a word of a list is compared: writings that differ in case, accents, blanks and hyphens have one.

Signs that carry meaning stay: `C`, `C++` and `C#` are three, `Client?` is not `Client`, `10-50` is not `1050`, and so
do the marks of scripts in which they are letters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+|[^\w\s]")
_SILENT = frozenset("-‐‑‒–—_.,:;!'’‘`´\"“”„«»‹›()[]{}/\\|·•~^…¡¿*")
_AND = frozenset(["and", "et", "und", "y"])
_LOOSE = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_MARKED = ("LATIN", "GREEK", "ARABIC", "HEBREW")  # scripts that are read without their marks


def spelling_key(written: str) -> str:
    """What all spellings of one word share; never empty for a word that is not."""
    if written.isascii() and written.isalpha():
        return written.lower()
    return squeezed(key_words(written)) or written.casefold()


def umlaut_key(written: str) -> str | None:
    """The key of a German word spelt without dots, `haendler` for `Händler`; None when it has none."""
    small = unicodedata.normalize("NFC", written).casefold()
    spelt = small.translate(_UMLAUTS)
    return spelling_key(spelt) if spelt != small else None


def key_words(written: str) -> tuple[str, ...]:
    """The words and the telling signs of `written`, small and plain, in order."""
    found = _TOKEN.findall(_plain(written.lstrip("#* ") or written))
    last = len(found) - 1
    kept = []
    for at, token in enumerate(found):
        if token in _SILENT and not (at == 0 and _is_told(written, token)):
            continue
        kept.append("&" if token in _AND and 0 < at < last else token)
    return tuple(kept)


def squeezed(words: tuple[str, ...]) -> str:
    """`words` in one piece; a blank is left only between two figures, since `1 2` is not `12`."""
    out = ""
    for word in words:
        out += f" {word}" if out[-1:].isdigit() and word[:1].isdigit() else word
    return out


def _is_told(written: str, first: str) -> bool:
    """Whether a sign in front is part of the word: `.NET`, `-5`."""
    follows = written[1:2]
    return (first == "." and follows.isalpha()) or (first == "-" and follows.isdigit())


def _plain(text: str) -> str:
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    out: list[str] = []
    base = ""
    for c in small:
        if not unicodedata.combining(c):
            base = c
        elif _loses_marks(base):
            continue
        out.append(c)
    return unicodedata.normalize("NFC", "".join(out)).translate(_LOOSE)


@lru_cache(maxsize=4096)
def _loses_marks(base: str) -> bool:
    return bool(base) and unicodedata.name(base, "").startswith(_MARKED)
