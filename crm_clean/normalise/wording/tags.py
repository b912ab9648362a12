"""A cell of tags taken apart: however the system writes lists, one entry after another, each fit to show.

Knows marks between entries (`;` `|` ` ::: `, line ends, else commas), quoted entries, the brackets of `["a", "b"]`
and `#one #two`. What entries mean, and which of them are one, is `tag_groups`'s.
"""

from __future__ import annotations

import re
import unicodedata

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons

JOINT = "; "
_MARKS = re.compile(r":::|[;|\n\r]")
_RARE = ("|", ":::", "\n", "\r")
_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")  # no entry ends within 10,000
_QUOTED = {'"': re.compile(r'"((?:[^"]|"")*)"'), "'": re.compile(r"'([^']*)'(?=\s*(?:,|$))")}
_CLOSING = {"[": "]", "{": "}"}
_ENDS = " ,"


def pieces(raw: str) -> list[str]:
    """The entries of a cell as they stand in it, blanks and all; at least one."""
    if raw[:1].isalnum() and not any(mark in raw for mark in _RARE):
        return raw.split(";") if ";" in raw else _COMMA.split(raw) if "," in raw else [raw]
    return parted(raw)


def parted(raw: str) -> list[str]:
    """`pieces`, the long way: for cells that begin with a sign or hold rarer marks."""
    text = raw.strip()
    text, mark = _unbracketed(text)
    if mark in _QUOTED and _QUOTED[mark].search(text):
        quoted = [q.replace('""', '"') if mark == '"' else q for q in _QUOTED[mark].findall(text)]
        rest = _QUOTED[mark].sub("", text)
        return [*quoted, *_MARKS.sub(",", rest).split(",")]
    if _MARKS.search(text):
        return _MARKS.split(text)
    if text.startswith("#") and " #" in text and all(w.startswith("#") for w in text.split()):
        return text.split()
    return _COMMA.split(text)


def _unbracketed(text: str) -> tuple[str, str]:
    """A list without its brackets, and the sign its entries may be quoted by."""
    closing = _CLOSING.get(text[:1])
    if closing and text[-1:] == closing and not any(c in text[1:-1] for c in "[]{}"):
        text = text[1:-1].strip()
        return text, text[:1]
    return text, text[:1] if text[:1] == '"' else ""


def tidy(piece: str, *, words: Lexicons) -> str | None:
    """One entry in its own writing, cleaned; None when it says nothing. Holds no semicolon, which parts entries."""
    value = look(piece).value.replace(";", ",")
    seen = None
    while value != seen:
        seen = value
        value = value.strip(_ENDS).lstrip("* ")
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
    if not value or (is_blank(value, words=words) and not _is_picture(value)):
        return None
    return value


def _is_picture(value: str) -> bool:
    return any(unicodedata.category(c) == "So" for c in value)


def normalise_list(raw: str, *, words: Lexicons) -> str | None:
    """The entries of a list cell joined by `; `, each once, in order; or None when there is none."""
    seen: dict[str, None] = {}
    for piece in pieces(raw):
        value = tidy(piece, words=words)
        if value:
            seen.setdefault(value)
    return JOINT.join(seen) or None
