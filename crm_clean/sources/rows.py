"""The rows of a delimited text: which bytes are a whole row, and which are a row that cannot be taken, and why.

A fault costs its own line and nothing behind it: a quote that does not close within a well-formed row of the right
width is held against the line it opened in, and reading goes on with the next line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from crm_clean.sources.encoding import Text
from crm_clean.sources.lines import Lines

OK, TOO_FEW, TOO_MANY, UNCLOSED, STRAY, ENCODING, NUL, TRUNCATED, TOO_LONG, FOOTER = range(10)
REASONS = (
    "",
    "row.too_few_fields",
    "row.too_many_fields",
    "row.unclosed_quote",
    "row.stray_quote",
    "row.bad_encoding",
    "row.nul",
    "row.truncated",
    "cell.too_long",
    "row.footer",
)
_JOIN_BYTES = 1 << 26


@dataclass(frozen=True)
class Rows:
    """One entry a row, blank lines left out: its bytes `start` to `end` (without line end and trailing delimiter),
    the index of the line it begins on, its `state` (an index into REASONS). `spans_lines`: some row does."""

    start: np.ndarray
    end: np.ndarray
    line: np.ndarray
    state: np.ndarray
    spans_lines: bool

    def __len__(self) -> int:
        return len(self.start)


def assemble(text: Text, lines: Lines, *, delimiter: bytes, width: int) -> Rows:
    """The rows of `width` fields that `lines` make up."""
    end, n_fields = lines.end.copy(), lines.n_fields.copy()
    state = np.where(lines.is_bad, STRAY, np.where(lines.is_open, UNCLOSED, OK)).astype(np.int8)
    is_row = ~_is_blank(text.data, lines)
    spans_lines = _join(text.data, lines, delimiter, width, (end, n_fields, state, is_row))
    state, is_trimmed = _check_width(text.data, delimiter, width, (end, n_fields, state))
    whole_end = np.where(is_trimmed, end - 1, end)
    start, end, whole_end, line, state = (
        a[is_row] for a in (lines.start, end, whole_end, np.arange(len(lines)), state)
    )
    _mark_poison(text, (start, end, state))
    return _mark_cut(text.data, Rows(start, whole_end, line, state, spans_lines))


def _is_blank(data: bytes, lines: Lines) -> np.ndarray:
    """Lines that hold nothing but white space. Only lines of one field can."""
    is_blank: np.ndarray = lines.end == lines.start
    for i in np.flatnonzero((lines.n_fields == 1) & ~is_blank & (lines.end - lines.start < 64)):
        is_blank[i] = not data[lines.start[i] : lines.end[i]].strip()
    return is_blank


def _join(
    data: bytes,
    lines: Lines,
    delimiter: bytes,
    width: int,
    found: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> bool:
    """Write into `found` (end, n_fields, state, is_row) what the lines that open a quote become; whether any joined."""
    end, n_fields, state, is_row = found
    looks_whole = (state == OK) & (n_fields == width) & is_row
    done = -1
    for i in np.flatnonzero(state == UNCLOSED).tolist():
        if i <= done:
            continue
        closed = close(data, lines, i, delimiter)
        if closed is None:
            continue
        last, fields = closed
        swallowed = int(looks_whole[i + 1 : last + 1].sum())
        fits = fields in (width, width + 1)
        if swallowed and not (fits and swallowed < _tolerated(width)):
            continue
        end[i], n_fields[i], state[i] = lines.end[last], fields, OK
        is_row[i + 1 : last + 1] = False
        done = last
    return done >= 0


def _tolerated(width: int) -> float:
    """From how many lines inside a quoted cell, each a whole row by itself, the quote counts as never closed."""
    if width == 1:
        return float("inf")
    return 1 if width > 3 else 3


def close(data: bytes, lines: Lines, first: int, delimiter: bytes) -> tuple[int, int] | None:
    """The last line of the row that opens a quote in line `first`, and its fields; None when it never closes well."""
    mark, limit = delimiter[0], int(lines.start[first]) + _JOIN_BYTES
    fields, at, after_quote = int(lines.n_fields[first]), int(lines.end[first]), (mark, 10, 13, 34)
    while True:
        at = data.find(b'"', at, limit)
        if at < 0 or (at + 1 < len(data) and data[at + 1] not in after_quote):
            return None
        if at + 1 < len(data) and data[at + 1] == 34:
            at += 2
            continue
        line = int(np.searchsorted(lines.start, at, side="right")) - 1
        opened = _rest_of_line(data, at + 1, int(lines.end[line]), delimiter)
        if opened is None:
            return None
        fields += opened[0]
        if opened[1] is None:
            return line, fields
        at = opened[1]


def _rest_of_line(data: bytes, at: int, end: int, delimiter: bytes) -> tuple[int, int | None] | None:
    """Delimiters from `at`, outside quotes, to `end` or into a quote that stays open (then the place behind it).

    None when a quote stands where none may. `at` is a delimiter, or the end.
    """
    cell = _cell(delimiter)
    whole = _cells(delimiter).match(data, at, end)
    reached = whole.end() if whole else at
    count = len(cell.findall(data, at, reached))
    if reached == end:
        return count, None
    is_open = data[reached] == 34 and reached > at and data[reached - 1] == delimiter[0]
    return (count, reached + 1) if is_open else None


@cache
def _cell(delimiter: bytes) -> re.Pattern[bytes]:
    """A delimiter and the cell behind it, quoted or plain; an empty cell where a quote does not close."""
    mark = re.escape(delimiter)
    return re.compile(b'%s(?:"(?:[^"]|"")*+"|[^"%s]*+)' % (mark, mark))


@cache
def _cells(delimiter: bytes) -> re.Pattern[bytes]:
    return re.compile(b"(?:%s)*+" % _cell(delimiter).pattern)


def _closing(data: bytes, at: int, end: int) -> int | None:
    """The place behind the quote that closes a cell begun at `at`, or None when it is not before `end`."""
    while (at := data.find(b'"', at, end)) >= 0:
        if data[at + 1 : at + 2] != b'"' or at + 1 >= end:
            return at + 1
        at += 2
    return None


def _check_width(
    data: bytes, delimiter: bytes, width: int, found: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    end, n_fields, state = found
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    last = bytes_[np.maximum(end - 1, 0)] if len(bytes_) else np.zeros(len(end), dtype=np.uint8)
    is_trimmed = (state == OK) & (n_fields == width + 1) & (last == delimiter[0])
    state = np.where((state == OK) & (n_fields < width), TOO_FEW, state)
    state = np.where((state == OK) & (n_fields > width) & ~is_trimmed, TOO_MANY, state)
    return state.astype(np.int8), is_trimmed


def _mark_poison(text: Text, found: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    start, end, state = found
    if b"\0" in text.data:
        zeros = np.flatnonzero(np.frombuffer(text.data, dtype=np.uint8) == 0)
        state[_holding(start, end, zeros)] = NUL
    state[_holding(start, end, text.poison)] = ENCODING


def _holding(start: np.ndarray, end: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The rows that hold any of `places`."""
    if not len(places) or not len(start):
        return np.array([], dtype=np.int64)
    row = np.searchsorted(start, places, side="right") - 1
    row = row[(row >= 0) & (places < end[np.maximum(row, 0)])]
    return np.unique(row)


def _mark_cut(data: bytes, rows: Rows) -> Rows:
    """A last row that has no line end and is short, or open, is the end of a file that was cut."""
    if len(rows) and rows.end[-1] == len(data) and rows.state[-1] in (TOO_FEW, UNCLOSED):
        rows.state[-1] = TRUNCATED
    return rows


def split(row: bytes, delimiter: bytes) -> list[bytes]:
    """The cells of one well-formed row, quotes resolved. For headers and single rows; files go through Arrow."""
    cells, at = [], 0
    while True:
        behind = _closing(row, at + 1, len(row)) if row[at : at + 1] == b'"' else None
        stop = row.find(delimiter, at if behind is None else behind)
        cell = row[at:stop] if stop >= 0 else row[at:]
        quoted = behind is not None and cell.endswith(b'"') and len(cell) > 1
        cells.append(cell[1:-1].replace(b'""', b'"') if quoted else cell)
        if stop < 0:
            return cells
        at = stop + 1
