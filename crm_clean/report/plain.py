"""Plain text in columns: wrapped, cut and padded by the room it takes on a terminal, and safe to show there.

What no eye sees - controls, marks of direction, characters without width - could steer a terminal or pass one value
off as another; it is named, as in `[U+202E]`, and never left out in silence.
"""

from __future__ import annotations

import textwrap
import unicodedata

_LONGEST_NAME = 200
_MOST_MARKS = 8  # on one letter; no script needs more
# Printable, as the standard has it, and blank all the same.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SIGNS = {"\n": "⏎", "\t": "⇥"}


def visible(text: str, most: int | None = None) -> str:
    """`text` on one line, all that no eye sees named; more than `most` characters, and heaps of marks, are cut."""
    text = (text if most is None or len(text) <= most else text[: most - 1] + "…").replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    marks = 0
    for c in text:
        marks = marks + 1 if unicodedata.category(c)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            out.append(c if c.isprintable() and c not in _BLANK else _SIGNS.get(c) or f"[U+{ord(c):04X}]")
        elif marks == _MOST_MARKS + 1:
            out.append("…")
    return "".join(out).replace("……", "…")


def shown(name: str) -> str:
    """A name of a file or column on one line, fit to be shown."""
    return visible(" ".join(name.split()), _LONGEST_NAME) or "(no name)"


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
