"""The lines of a delimited text, measured: where each begins and ends, how many fields, whether its quotes hold.

Whole-file vector operations over the few bytes that mean something (delimiter, quote, line end). Each line is judged
as if it began outside quotes; `rows` joins those that do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_SEGMENT = 1 << 18
_DELIMITER, _QUOTE, _LF, _CR = 1, 2, 3, 4
_QUOTE_BYTE = 0x22


@dataclass(frozen=True)
class Lines:
    """One entry a line: `start`, `end` (without its line end), `next` (first byte of the next line), all int64;
    `n_fields`; `is_bad` (a quote where none may stand); `is_open` (a quote that does not close in the line)."""

    start: np.ndarray
    end: np.ndarray
    next: np.ndarray
    n_fields: np.ndarray
    is_bad: np.ndarray
    is_open: np.ndarray

    def __len__(self) -> int:
        return len(self.start)


def measure(data: bytes, delimiter: bytes, begin: int = 0) -> Lines:
    """The lines of `data` from byte `begin` on. A line ends with CR LF, LF or CR, or at the end of the data."""
    table = np.zeros(256, dtype=np.uint8)
    table[[delimiter[0], _QUOTE_BYTE, 10, 13]] = _DELIMITER, _QUOTE, _LF, _CR
    parts = [_measure_segment(data, table, start, end) for start, end in _segments(data, begin)]
    if not parts:
        none = np.array([], dtype=np.int64)
        return Lines(none, none, none, none, none.astype(bool), none.astype(bool))
    return Lines(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _segments(data: bytes, begin: int) -> Iterator[tuple[int, int]]:
    """Spans of a few megabytes that end behind a line feed, or a lone CR where the file has no line feed near."""
    start = begin
    while start < len(data):
        end = data.find(b"\n", start + _SEGMENT) + 1 or len(data)
        if end - start > 4 * _SEGMENT and (cr := data.find(b"\r", start + _SEGMENT, end - 2)) >= 0:
            end = cr + 1
        yield start, end
        start = end


def _measure_segment(data: bytes, table: np.ndarray, start: int, end: int) -> tuple[np.ndarray, ...]:
    view = np.frombuffer(data, dtype=np.uint8, count=end - start, offset=start)
    codes = table[view]
    at = np.flatnonzero(codes)
    kind = codes[at]
    following = np.append(view[1:], np.uint8(0))[at]
    is_break = (kind == _LF) | ((kind == _CR) & (following != 10))
    stops = at[is_break]
    line = np.cumsum(is_break) - is_break
    begins, ends, nexts = _bounds(view, stops)
    is_quote = kind == _QUOTE
    n_lines = len(begins)
    if not is_quote.any():
        n_fields = 1 + np.bincount(line[kind == _DELIMITER], minlength=n_lines)
        calm = np.zeros(n_lines, dtype=bool)
        return begins + start, ends + start, nexts + start, n_fields, calm, calm.copy()
    inside = _inside(is_quote, is_break)
    n_fields = 1 + np.bincount(line[(kind == _DELIMITER) & ~inside], minlength=n_lines)
    wrong = _misplaced(view, codes, at[is_quote], inside[is_quote])
    is_bad = np.bincount(line[is_quote][wrong], minlength=n_lines) > 0
    is_open = np.bincount(line[is_quote], minlength=n_lines) % 2 == 1
    return begins + start, ends + start, nexts + start, n_fields, is_bad, is_open


def _bounds(view: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Begin, end and next begin of each line between `stops`, the places of the line ends' last bytes."""
    begins = np.concatenate([[0], stops + 1])
    is_crlf = (view[stops] == 10) & (stops > 0) & (view[np.maximum(stops - 1, 0)] == 13)
    ends = np.append(stops - is_crlf, len(view))
    nexts = np.append(stops + 1, len(view))
    ends = np.maximum(ends, begins)
    if begins[-1] == len(view):
        return begins[:-1], ends[:-1], nexts[:-1]
    return begins, ends, nexts


def _inside(is_quote: np.ndarray, is_break: np.ndarray) -> np.ndarray:
    """Of each special byte: whether an odd number of quotes stands before it in its line."""
    before = np.cumsum(is_quote) - is_quote
    base = np.zeros(len(before), dtype=before.dtype)
    stops = np.flatnonzero(is_break)
    after = stops[stops + 1 < len(before)] + 1
    base[after] = before[after]
    inside: np.ndarray = ((before - np.maximum.accumulate(base)) & 1).astype(bool)
    return inside


def _misplaced(view: np.ndarray, codes: np.ndarray, quotes: np.ndarray, closes: np.ndarray) -> np.ndarray:
    """Of each quote: whether it opens behind text, or closes before text. A doubled quote does both, rightly."""
    at_start, at_end = quotes == 0, quotes == len(view) - 1
    before = np.where(at_start, _LF, codes[np.maximum(quotes - 1, 0)])
    after = np.where(at_end, _LF, codes[np.minimum(quotes + 1, len(view) - 1)])
    misplaced: np.ndarray = np.where(closes, after == 0, before == 0)
    return misplaced
