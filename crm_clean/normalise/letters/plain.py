"""Plain text fields: blanks told apart from words, plain text made a key."""

from __future__ import annotations

import re

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import clean, fold

_HAS_WORD = re.compile(r"[^\W_]")
_EXCEL_ERROR = re.compile(r"^#(N/A|NAME\?|REF!|VALUE!|NULL!|DIV/0!|NUM!)$", re.IGNORECASE)


def is_blank(value: str, *, words: Lexicons) -> bool:
    """Whether `value` says that nothing is known: empty, punctuation alone, `N/A`, `#REF!`, `non renseigné`."""
    if len(value) > 20:
        return not _HAS_WORD.search(value)
    if value[:1].isalnum():
        return fold(value) in words.sets["text.blanks"]
    return (
        not _HAS_WORD.search(value) or _EXCEL_ERROR.match(value) is not None or fold(value) in words.sets["text.blanks"]
    )


def normalise_text(raw: str, *, words: Lexicons) -> str | None:
    """`raw` as one clean line, or None when it says nothing."""
    value = look(raw).value
    return None if is_blank(value, words=words) else value


def normalise_note(raw: str, *, words: Lexicons) -> str | None:
    """`raw` cleaned line by line, line breaks kept, or None when it says nothing."""
    lines = [look(line).value for line in raw.splitlines()]
    value = "\n".join(lines).strip("\n")
    return None if is_blank(value, words=words) else re.sub("\n{3,}", "\n\n", value)


def text_key(value: str) -> str | None:
    """The key under which plain text is compared: folded, or what is left of it in full when folding leaves nothing."""
    return fold(value) or clean(value).casefold() or None
