"""Which delimiter a text has and on which line its header stands: sniffed, then confirmed by known header words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm_clean.errors import UnreadableInput
from crm_clean.sources.lexicon import n_known
from crm_clean.sources.lines import Lines, measure
from crm_clean.sources.rows import split

_CANDIDATES = (b",", b";", b"\t", b"|")
_SAMPLE, _SAMPLE_LINES, _HEADER_WITHIN = 1 << 18, 100, 30
_SEP = re.compile(rb'^"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_NO_DELIMITER = b"\x1f"
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s.]+$")


@dataclass(frozen=True)
class Dialect:
    """`delimiter`; `begin`: first byte of the header line; `line`: its 0-based number in the file."""

    delimiter: bytes
    begin: int
    line: int

    @property
    def shown(self) -> str:
        return "" if self.delimiter == _NO_DELIMITER else self.delimiter.decode("latin-1")


def sniff(data: bytes) -> Dialect:
    """The dialect of a UTF-8 text."""
    told = _SEP.match(data)
    if told:
        return _header(data, told.group(1), told.end(), 1)[1]
    scored = [_header(data, delimiter, 0, 0) for delimiter in _CANDIDATES]
    score, best = max(scored, key=lambda pair: pair[0])
    return best if score > 0 else _header(data, _NO_DELIMITER, 0, 0)[1]


def check_header(header: tuple[str, ...], *, name: str, max_columns: int) -> None:
    """Refuse a header that is too wide, or that is a contact rather than a header."""
    if len(header) > max_columns:
        advice = f"it has {len(header)} columns, more than the {max_columns} we take; export fewer properties."
        raise UnreadableInput(name, "too_many_columns", advice)
    if any(_EMAIL.match(cell.strip()) for cell in header):
        advice = "its first row is a contact, not a header; add a row of column names on top."
        raise UnreadableInput(name, "no_header", advice)


def _header(data: bytes, delimiter: bytes, begin: int, skipped: int) -> tuple[float, Dialect]:
    """The header line under `delimiter`, and how well the text fits it; 0 when it splits nothing."""
    lines = measure(data[: begin + _SAMPLE], delimiter, begin)
    usable = [i for i in range(min(len(lines), _SAMPLE_LINES)) if _bytes(data, lines, i).strip()]
    cells = {i: _cells(data, lines, i, delimiter) for i in usable[:_HEADER_WITHIN]}
    at = _choose(cells)
    dialect = Dialect(delimiter, int(lines.start[at]) if len(lines) else begin, at + skipped)
    width = len(cells.get(at, [""]))
    if width < 2:
        return 0.0, dialect
    behind = [i for i in usable if i > at]
    share = sum(int(lines.n_fields[i]) == width for i in behind) / max(len(behind), 1)
    return 10 * n_known(cells[at]) + 5 * share + min(width, 50) / 100, dialect


def _choose(cells: dict[int, list[str]]) -> int:
    """The first line of at least two filled cells that is no comment; else the first that is no comment."""
    texts = {i: [cell.strip() for cell in row] for i, row in cells.items()}
    order = list(texts)
    for place, i in enumerate(order):
        filled = [cell for cell in texts[i] if cell]
        behind = texts[order[place + 1]] if place + 1 < len(order) else None
        if len(filled) > 1 and not _is_comment(texts[i], behind):
            return i
    plain = [i for i in order if not texts[i][0].startswith("#")]
    return (plain or order or [0])[0]


def _is_comment(row: list[str], behind: list[str] | None) -> bool:
    """A line that begins with `#` is a comment when the next line makes the better header."""
    if not row[0].startswith("#") or behind is None:
        return False
    return n_known(behind) > n_known(row) or len(behind) != len(row)


def _bytes(data: bytes, lines: Lines, i: int) -> bytes:
    return data[lines.start[i] : lines.end[i]]


def _cells(data: bytes, lines: Lines, i: int, delimiter: bytes) -> list[str]:
    return [cell.decode("utf-8", "replace") for cell in split(_bytes(data, lines, i), delimiter)]
