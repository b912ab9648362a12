"""CSV, TSV and their kin: a strict look at every byte, then Arrow for the rows that are whole.

No type is guessed and no value is taken for missing: `007`, `NA` and `None` stay text. A row that cannot be taken is
told with its line, its first byte and its reason, and the rows behind it are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
from pyarrow import csv

from crm_clean.errors import UnreadableInput
from crm_clean.sources.dialect import Dialect, check_header, sniff
from crm_clean.sources.encoding import Text, to_text
from crm_clean.sources.footers import TAIL, is_footer
from crm_clean.sources.grid import RAW_LIMIT, BadRow, Grid, shown, text_array
from crm_clean.sources.lexicon import n_known
from crm_clean.sources.lines import Lines, measure
from crm_clean.sources.rows import FOOTER, OK, REASONS, TOO_FEW, TOO_LONG, TRUNCATED, Rows, assemble, close, split
from crm_clean.sources.spec import Limits


@dataclass(frozen=True)
class _Scan:
    """A text, its header and the rows behind it; `first_line` is the number in the file of their line 0."""

    text: Text
    dialect: Dialect
    header: tuple[str, ...]
    rows: Rows
    first_line: int

    def cells(self, row: int) -> list[bytes]:
        return split(self.text.data[self.rows.start[row] : self.rows.end[row]], self.dialect.delimiter)


def read(data: bytes, *, name: str, limits: Limits) -> Grid:
    """The table that `data` holds. Raises UnreadableInput when it holds none, or no rows."""
    text = to_text(data, name=name)
    dialect = sniff(text.data)
    lines = measure(text.data, dialect.delimiter, dialect.begin)
    if not len(lines):
        raise UnreadableInput(name, "empty", "the file is empty; export it again.")
    header, n_lines = _header(text.data, lines, dialect)
    check_header(header, name=name, max_columns=limits.max_columns)
    body = Lines(*(getattr(lines, field.name)[n_lines:] for field in fields(lines)))
    header = _without_tail(text.data, body, header, dialect.delimiter)
    rows = assemble(text, body, delimiter=dialect.delimiter, width=len(header))
    if not len(rows):
        raise _without_rows(header, name)
    return _grid(_Scan(text, dialect, header, rows, dialect.line + n_lines + 1), limits)


def _without_rows(header: tuple[str, ...], name: str) -> UnreadableInput:
    """A header of known words has lost its contacts; anything else never had any."""
    if n_known(header):
        advice = "the file has a header and no rows; export it again with its contacts."
        return UnreadableInput(name, "no_rows", advice)
    return UnreadableInput(name, "no_contacts", "this is no table of contacts; export them as CSV or XLSX.")


def _header(data: bytes, lines: Lines, dialect: Dialect) -> tuple[tuple[str, ...], int]:
    """The header's cells as they stand, and how many lines it takes: a quoted name may hold line breaks."""
    last = 0
    if lines.is_open[0]:
        closed = close(data, lines, 0, dialect.delimiter)
        last = closed[0] if closed else 0
    cells = split(data[dialect.begin : lines.end[last]], dialect.delimiter)
    return tuple(shown(cell.decode("utf-8", "replace")) for cell in cells), last + 1


def _without_tail(data: bytes, body: Lines, header: tuple[str, ...], delimiter: bytes) -> tuple[str, ...]:
    """The header without an empty last name that is only a trailing delimiter: no row has a value under it."""
    if len(header) < 2 or header[-1].strip() or not len(body):
        return header
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    ends_in_value = bytes_[np.maximum(body.end - 1, 0)] != delimiter[0]
    return header if bool(((body.n_fields == len(header)) & ends_in_value).any()) else header[:-1]


def _grid(scan: _Scan, limits: Limits) -> Grid:
    fields_too_long = _mark_long_cells(scan, limits.max_cell_bytes)
    _mark_footers(scan)
    good = np.flatnonzero(scan.rows.state == OK)
    starts = scan.rows.start[good]
    return Grid(
        header=scan.header,
        columns=_parse(scan, good),
        source_rows=good + 1,
        lines=scan.rows.line[good] + scan.first_line,
        offsets=lambda loaded: scan.text.offsets([int(starts[i]) for i in loaded]),
        bad=_bad_rows(scan, fields_too_long),
        encoding=scan.text.encoding,
        delimiter=scan.dialect.shown,
    )


def _mark_long_cells(scan: _Scan, limit: int) -> dict[int, str]:
    """Mark rows with a cell over the limit; the column of the cell by row."""
    rows, found = scan.rows, {}
    for row in np.flatnonzero((rows.end - rows.start > limit) & (rows.state == OK)).tolist():
        long = [column for column, cell in enumerate(scan.cells(row)) if len(cell) > limit]
        if long:
            rows.state[row] = TOO_LONG
            found[row] = scan.header[long[0]]
    return found


def _mark_footers(scan: _Scan) -> None:
    for row in range(max(len(scan.rows) - TAIL, 0), len(scan.rows)):
        is_candidate = scan.rows.state[row] in (OK, TOO_FEW, TRUNCATED)
        if is_candidate and is_footer([cell.decode("utf-8", "replace") for cell in scan.cells(row)]):
            scan.rows.state[row] = FOOTER


def _bad_rows(scan: _Scan, fields_too_long: dict[int, str]) -> tuple[BadRow, ...]:
    bad = np.flatnonzero(scan.rows.state != OK).tolist()
    places = [int(place) for row in bad for place in (scan.rows.start[row], scan.rows.end[row])]
    offsets = scan.text.offsets(places)
    return tuple(
        BadRow(
            source_row=row + 1,
            reason=REASONS[scan.rows.state[row]],
            raw=shown(scan.text.as_it_came(start, end, limit=4 * RAW_LIMIT)),
            line=int(scan.rows.line[row]) + scan.first_line,
            offset=start,
            field=fields_too_long.get(row),
        )
        for row, start, end in zip(bad, offsets[::2], offsets[1::2], strict=True)
    )


def _parse(scan: _Scan, good: np.ndarray) -> tuple[pa.Array, ...]:
    """The cells of the good rows, column by column."""
    width = len(scan.header)
    if not len(good):
        return tuple(text_array([]) for _ in range(width))
    table = _by_arrow(scan, good, width)
    if table is None or table.num_rows != len(good):
        return _by_hand(scan, good)
    return tuple(_whole(column) for column in table.columns)


def _by_arrow(scan: _Scan, good: np.ndarray, width: int) -> pa.Table | None:
    rows, names = scan.rows, [str(i) for i in range(width)]
    longest = int((rows.end[good] - rows.start[good]).max())
    try:
        return csv.read_csv(
            pa.BufferReader(_clean_bytes(scan, good)),
            read_options=csv.ReadOptions(column_names=names, block_size=max(1 << 22, 2 * longest + 16)),
            parse_options=csv.ParseOptions(
                delimiter=scan.dialect.delimiter.decode("latin-1"),
                quote_char='"',
                newlines_in_values=rows.spans_lines,
                ignore_empty_lines=True,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _clean_bytes(scan: _Scan, good: np.ndarray) -> pa.Buffer:
    """The bytes of the good rows alone. Rows that stand together are taken together."""
    data, rows = scan.text.data, scan.rows
    behind = rows.end[good[:-1]]
    gap = rows.start[good[1:]] - behind
    is_trimmed = np.frombuffer(data, dtype=np.uint8)[behind] == scan.dialect.delimiter[0]
    cuts = np.flatnonzero((np.diff(good) != 1) | (gap > 2) | is_trimmed) + 1
    firsts, lasts = good[np.append(0, cuts)], good[np.append(cuts - 1, len(good) - 1)]
    if len(firsts) == 1:
        start, end = int(rows.start[firsts[0]]), int(rows.end[lasts[0]])
        return pa.py_buffer(data).slice(start, end - start)
    view = memoryview(data)
    spans = zip(rows.start[firsts].tolist(), rows.end[lasts].tolist(), strict=True)
    return pa.py_buffer(b"\n".join(view[start:end] for start, end in spans))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _by_hand(scan: _Scan, good: np.ndarray) -> tuple[pa.Array, ...]:
    """The same, cell by cell: for what Arrow's reader counts otherwise than we do."""
    cells: Sequence[list[bytes]] = [scan.cells(row) for row in good.tolist()]
    return tuple(text_array([cell.decode("utf-8") for cell in column]) for column in zip(*cells, strict=True))
