"""Plain text in columns: wrapped, cut and padded by the room it takes on a terminal, and safe to show there."""

from __future__ import annotations

import textwrap
import unicodedata

from crm_clean.text import clean


def shown(name: str) -> str:
    """A name of a file or column on one line, without what could steer a terminal."""
    return clean(name) or "(no name)"


def wrapped(text: str, width: int, *, indent: str) -> list[str]:
    """`text` behind `indent`, further lines below its beginning."""
    room = width - width_of(indent)
    if room < 30:
        return [indent.rstrip(), *textwrap.wrap(text, width - 6, initial_indent="      ", subsequent_indent="      ")]
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return [(indent if at == 0 else " " * width_of(indent)) + line for at, line in enumerate(lines)]


def width_of(text: str) -> int:
    """Columns that `text` takes on a terminal: two for a wide character, none for a mark."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` columns; a long one loses its middle, since both ends tell names apart."""
    if width_of(text) <= width:
        return text + " " * (width - width_of(text))
    tail = ""
    for c in reversed(text):
        if width_of(tail) + width_of(c) > width // 3:
            break
        tail = c + tail
    head = cut(text, width - width_of(tail))
    return head + tail + " " * (width - width_of(head) - width_of(tail))


def cut(text: str, width: int) -> str:
    if width_of(text) <= width:
        return text
    out = ""
    for c in text:
        if width_of(out) + width_of(c) > width - 1:
            break
        out += c
    return out + "…"
