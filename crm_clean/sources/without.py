"""An export again, with some of its rows emptied: everybody else's bytes, and everybody else's row numbers.

A row is not cut out but emptied, so that what is behind it keeps its number: it is read as an empty row from then on.
Texts, cards, Excel's newer workbooks, Parquet and zips of these are known; the rest is said to be left as it is.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import fields

import pyarrow as pa
from pyarrow import parquet as pq

from crm_clean.errors import UnreadableInput
from crm_clean.records.ids import file_id
from crm_clean.sources import delimited, workbook_without
from crm_clean.sources.dialect import sniff
from crm_clean.sources.encoding import Text, to_text
from crm_clean.sources.lines import Lines, measure
from crm_clean.sources.locate import Location, read
from crm_clean.sources.rows import assemble
from crm_clean.sources.spec import SourcesSpec

_CARDS = (".vcf", ".vcard")
_BOOKS = (".xlsx", ".xlsm")
_WIDE = ("utf-16-le", "utf-16-be")
_GZIP = b"\x1f\x8b"
_LINE_END = re.compile(r"(\r\n|\n|\r)")


def can_empty(location: Location) -> bool:
    """Whether rows of such a table can be emptied."""
    return not location.is_book or location.suffix in _BOOKS


def content_id(location: Location, data: bytes) -> str:
    """The id that the table at `location` has where its file, member or workbook holds `data`."""
    is_one_of_several = location.sheet is not None and location.source_file.endswith(f"#{location.sheet}")
    return file_id([data, f"#{location.sheet}".encode()] if is_one_of_several else [data])


def emptied(location: Location, data: bytes, rows: Collection[int], spec: SourcesSpec) -> bytes:
    """What the file, member or workbook at `location`, now `data`, holds once `rows` (as `source_row`) are emptied.

    Raises UnreadableInput for a table that cannot be written so, or that would be read otherwise than before but for
    those rows.
    """
    if not can_empty(location):
        advice = "rows of this kind of workbook cannot be emptied; save it as .xlsx, or take the rows out yourself."
        raise UnreadableInput(location.source_file, "unknown_format", advice)
    made = _emptied(location, data, frozenset(rows), spec)
    _check(location, (data, made), frozenset(rows), spec)
    return made


def packed(location: Location, before: bytes, members: Mapping[str, bytes]) -> bytes:
    """The bytes of the file of `location` with new content.

    `before` is the file as it was. `members`: new content by name of a member; by "" where the file is no archive.
    """
    if location.member is None:
        made = members[""]
        return gzip.compress(made, mtime=0) if before[:2] == _GZIP and not made.startswith(_GZIP) else made
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(out, "w") as new:
        new.comment = old.comment
        for info in old.infolist():
            held = members.get(info.filename)
            new.writestr(info, old.read(info) if held is None else held, compress_type=info.compress_type)
    return out.getvalue()


def _emptied(location: Location, data: bytes, rows: frozenset[int], spec: SourcesSpec) -> bytes:
    if location.is_book:
        grid = read(location, spec, data)
        lines = {int(n): int(line) for n, line in zip(grid.source_rows, grid.lines, strict=True)}
        lines |= {bad.source_row: bad.line for bad in grid.bad if bad.line is not None}
        chosen = {lines[row] for row in rows if row in lines}
        return workbook_without.emptied(data, location.sheet or "", chosen)
    if location.suffix in _CARDS:
        return _cards(data, rows, name=location.source_file)
    if location.suffix == ".parquet":
        return _parquet(data, rows)
    return _delimited(data, rows, name=location.source_file)


def _check(location: Location, made: tuple[bytes, bytes], rows: frozenset[int], spec: SourcesSpec) -> None:
    """The new content has the old one's rows, cell for cell, but for those emptied."""
    before, after = (read(location, spec, data) for data in made)
    kept = [i for i, number in enumerate(before.source_rows.tolist()) if number not in rows]
    place = pa.array(kept, pa.int64())
    same = before.source_rows[kept].tolist() == after.source_rows.tolist()
    if same and location.suffix in _CARDS:  # whose columns are what any card has
        old = dict(zip(before.header, before.columns, strict=True))
        same = all(
            old[name].take(place).equals(column) for name, column in zip(after.header, after.columns, strict=True)
        )
    elif same:
        same = before.header == after.header and all(
            old.take(place).equals(new) for old, new in zip(before.columns, after.columns, strict=True)
        )
    if not same:
        advice = "rows of it cannot be emptied without a change to others; take them out yourself and save it."
        raise UnreadableInput(location.source_file, "unknown_format", advice)


def _delimited(data: bytes, rows: frozenset[int], *, name: str) -> bytes:
    text = to_text(data, name=name)
    dialect = sniff(text.data)
    lines = measure(text.data, dialect.delimiter, dialect.begin)
    header, n_lines = delimited._header(text.data, lines, dialect)
    body = Lines(*(getattr(lines, field.name)[n_lines:] for field in fields(lines)))
    header = delimited._without_tail(text.data, body, header, dialect.delimiter)
    found = assemble(text, body, delimiter=dialect.delimiter, width=len(header))
    empty = dialect.delimiter * (len(header) - 1) if len(header) > 1 else b'""'
    chosen = [row - 1 for row in sorted(rows) if 0 < row <= len(found)]
    places = [int(place) for at in chosen for place in (found.start[at], found.end[at])]
    return _replaced(text, places, empty)


def _replaced(text: Text, places: list[int], by: bytes) -> bytes:
    """The original with the spans that begin and end at `places` of the text replaced."""
    offsets = text.offsets(places)
    said = by.decode("ascii").encode(text.encoding) if text.encoding in _WIDE else by
    pieces, at = [], 0
    for start, end in zip(offsets[::2], offsets[1::2], strict=True):
        pieces += [text.original[at:start], said]
        at = end
    return b"".join([*pieces, text.original[at:]])


def _cards(data: bytes, rows: frozenset[int], *, name: str) -> bytes:
    """Every card that is emptied becomes one that says nothing; line ends stay what they are."""
    text = to_text(data, name=name)
    codec = text.encoding if text.encoding in _WIDE else "latin-1"
    bom = text.bom
    pieces = _LINE_END.split(data[bom:].decode(codec, "surrogatepass" if codec in _WIDE else "strict"))
    lines, ends = pieces[::2], [*pieces[1::2], ""]
    out: list[str] = []
    number, inside = 0, False
    for line, end in zip(lines, ends, strict=True):
        mark = line.strip().upper()
        begins = mark == "BEGIN:VCARD" or (not inside and mark not in ("", "\x1a"))
        if begins:
            number, inside = number + 1, True
            if number in rows:
                out.append(f"BEGIN:VCARD{end or chr(10)}END:VCARD{end}")
        if number not in rows or not inside:
            out.append(line + end)
        if mark == "END:VCARD":
            inside = False
    return data[:bom] + "".join(out).encode(codec, "surrogatepass" if codec in _WIDE else "strict")


def _parquet(data: bytes, rows: frozenset[int]) -> bytes:
    file = pq.ParquetFile(pa.BufferReader(data))
    table = file.read()
    plain = [
        pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)
        if pa.types.is_dictionary(column.type)
        else column
        for column in table.columns
    ]
    held = pa.Table.from_arrays(plain, names=table.column_names)
    places = pa.array([None if at + 1 in rows else at for at in range(len(held))], pa.int64())
    schema = pa.schema([f.with_nullable(True) for f in table.schema], metadata=table.schema.metadata)
    out = pa.BufferOutputStream()
    codec = file.metadata.row_group(0).column(0).compression if file.metadata.num_row_groups else "SNAPPY"
    made = held.take(places).cast(schema)
    pq.write_table(made, out, compression="none" if codec == "UNCOMPRESSED" else codec.lower())
    return bytes(out.getvalue())
