"""vCard 2.1, 3.0 and 4.0 as a table: one row a card, one column a property, numbered where a card has several.

Folded lines, quoted-printable, escapes, Apple's labelled groups and preferred values are resolved. Pictures, sounds
and keys are left out. A card that does not end is set aside, and the next one is read.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from crm_clean.errors import UnreadableInput
from crm_clean.sources.encoding import to_text
from crm_clean.sources.grid import BadRow, Grid, shown, text_array
from crm_clean.sources.settle import guarded
from crm_clean.sources.spec import Limits

_LINE_END = re.compile(r"\r\n|\n|\r")
_PROPERTY = re.compile(r'^(?:([\w-]+)\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)$', re.DOTALL)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_APPLE_LABEL = re.compile(r"^_\$!<(.*)>!\$_$")
_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_SILENT = frozenset({"BEGIN", "END", "PRODID", "X-ABLABEL", "KIND"})
_NO_LABEL = frozenset({"pref", "voice", "internet", "x400", "text", "uri", "smtp"})
_NUMBERED = frozenset({"EMAIL", "TEL", "ADR", "URL", "X-SOCIALPROFILE", "IMPP"})
_PARTS = {
    "N": ("N family", "N given", "N additional", "N prefix", "N suffix"),
    "ORG": ("ORG", "ORG unit"),
    "ADR": ("po box", "extended", "street", "locality", "region", "code", "country"),
}


@dataclass(frozen=True)
class _Property:
    name: str
    group: str
    types: tuple[str, ...]
    preference: int
    value: str


@dataclass
class _Card:
    line: int
    lines: list[str] = field(default_factory=list)
    is_whole: bool = False
    is_card: bool = True


def read(data: bytes, *, name: str, limits: Limits) -> Grid:
    """The cards of a vCard file. Raises UnreadableInput when there are none."""
    text = to_text(data, name=name)
    cards = list(_cards(text.data.decode("utf-8")))
    if not any(card.is_card for card in cards):
        raise UnreadableInput(name, "no_rows", "the file holds no vCard; export the contacts again.")
    rows: dict[int, dict[str, str]] = {}
    bad = []
    for number, card in enumerate(cards, start=1):
        cells = _cells(card)
        if isinstance(cells, str):
            bad.append(BadRow(number, cells, shown("\n".join(card.lines)), card.line))
        else:
            rows[number] = cells
    header = tuple(dict.fromkeys(column for cells in rows.values() for column in cells)) or ("vCard VERSION",)
    grid = Grid(
        header=header,
        columns=tuple(text_array([cells.get(column, "") for cells in rows.values()]) for column in header),
        source_rows=np.array(list(rows), dtype=np.int64),
        lines=np.array([cards[number - 1].line for number in rows], dtype=np.int64),
        bad=tuple(bad),
        encoding=text.encoding,
    )
    return guarded(grid, limits)


def _cards(text: str) -> Iterator[_Card]:
    """The cards, and what stands between them, with the line each begins on."""
    card: _Card | None = None
    for number, line in enumerate(_LINE_END.split(text), start=1):
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD":
            if card is not None:
                yield card
            card = _Card(number)
        elif card is None:
            if mark and mark != "\x1a":
                card = _Card(number, is_card=False)
            else:
                continue
        card.lines.append(line)
        if mark == "END:VCARD" and card.is_card:
            card.is_whole = True
            yield card
            card = None
    if card is not None:
        yield card


def _cells(card: _Card) -> dict[str, str] | str:
    """Column -> value of a card, or the reason it cannot be taken."""
    if not card.is_card:
        return "row.outside_card"
    if not card.is_whole:
        return "row.truncated"
    if any("\0" in line for line in card.lines):
        return "row.bad_encoding"
    properties = [found for line in _unfold(card.lines) if (found := _property(line)) is not None]
    if any(p.name == "KIND" and p.value.strip().lower() == "group" for p in properties):
        return "row.not_a_person"
    labels = {p.group: _label(p.value) for p in properties if p.name == "X-ABLABEL" and p.group}
    cells = {"vCard VERSION": next((p.value for p in properties if p.name == "VERSION"), "")}
    counts: dict[str, int] = {}
    for found in sorted(properties, key=lambda p: p.preference):
        if found.name in _SILENT | _BINARY | {"VERSION"} or "base64" in found.types or "b" in found.types:
            continue
        _put(cells, found, counts, labels.get(found.group))
    return cells


def _unfold(lines: list[str]) -> Iterator[str]:
    """Logical lines: a leading blank continues the line before, and so does what follows a quoted-printable `=`."""
    current: str | None = None
    for line in lines:
        is_soft = current is not None and current.endswith("=") and "QUOTED-PRINTABLE" in current.upper().split(":")[0]
        if current is not None and is_soft:
            current = current[:-1] + line
        elif current is not None and line[:1] in (" ", "\t"):
            current += line[1:]
        else:
            if current is not None:
                yield current
            current = line
    if current is not None:
        yield current


def _property(line: str) -> _Property | None:
    match = _PROPERTY.match(line)
    if match is None:
        return None
    group, name, parameters, value = match.groups()
    types, charset, preference = [], "utf-8", 100
    for parameter in _PARAMETER.findall(parameters):
        key, _, said = parameter.rpartition("=")
        key, words = key.upper(), [word.strip().lower() for word in said.strip('"').split(",")]
        if key in ("", "TYPE"):
            types += words
        elif key == "ENCODING":
            types += ["base64" if words[0] in ("b", "base64") else words[0]]
        elif key == "CHARSET":
            charset = words[0]
        elif key == "PREF" and words[0].isdigit():
            preference = int(words[0])
    if "quoted-printable" in types:
        value = _unquoted(value, charset)
    preference = 0 if "pref" in types else preference
    return _Property(name.upper(), group or "", tuple(types), preference, value)


def _unquoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode("utf-8"))
    try:
        return raw.decode(charset, "replace").replace("\0", "")
    except LookupError:
        return raw.decode("utf-8", "replace").replace("\0", "")


def _put(cells: dict[str, str], found: _Property, counts: dict[str, int], label: str | None) -> None:
    """Write one property into the card's cells."""
    name = found.name
    if name in _NUMBERED:
        counts[name] = counts.get(name, 0) + 1
        base = f"{name} {counts[name]}"
        words = [word for word in found.types if word not in _NO_LABEL and word != "quoted-printable"]
        if name == "ADR":
            parts = zip(_PARTS["ADR"], _structure(found.value), strict=False)
            cells.update({f"{base} {part}": value for part, value in parts if value})
        else:
            cells[base] = re.sub(r"^(tel|mailto):", "", _plain(found.value), flags=re.IGNORECASE)
        if label or words:
            cells[f"{base} TYPE"] = label or ",".join(words)
        return
    if name in _PARTS:
        cells.update(
            {c: v for c, v in zip(_PARTS[name], _structure(found.value), strict=False) if v and c not in cells}
        )
        return
    value = _plain(found.value)
    if value:
        cells[name] = f"{cells[name]}\n{value}" if name in cells else value


def _structure(value: str) -> list[str]:
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()


def _label(value: str) -> str:
    match = _APPLE_LABEL.match(value)
    return (match.group(1) if match else value).strip()
