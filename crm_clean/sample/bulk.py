"""Writing the exports: CSV in a given encoding, members of a zip, a sheet of a workbook. Same columns, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from crm_clean.files import writing
from crm_clean.sample.columns import Column, Ints

ROWS_A_BATCH = 20_000
_WRITTEN_AT = (2026, 10, 1, 6, 0, 0)


@dataclass(frozen=True)
class Sheet:
    """One table of an export. `source_file` is its name as the truth file has it; `person` says who each row is."""

    source_file: str
    columns: Mapping[str, Column]
    person: Ints


def csv_bytes(columns: Mapping[str, Column], *, encoding: str = "utf-8", quoted: bool = True) -> bytes:
    """A CSV with a header line; every field quoted, or only those that must be."""
    style = "all_valid" if quoted else "none"
    out = io.BytesIO()
    table = pa.table(dict(columns))
    pa_csv.write_csv(table, out, pa_csv.WriteOptions(quoting_style=style, batch_size=ROWS_A_BATCH))
    content = out.getvalue()
    return content if encoding == "utf-8" else content.decode("utf-8").encode(encoding, errors="replace")


def write_csv(path: Path, sheet: Sheet, *, encoding: str = "utf-8", quoted: bool = True) -> None:
    """One CSV file."""
    content = csv_bytes(sheet.columns, encoding=encoding, quoted=quoted)
    with writing(path) as temporary:
        temporary.write_bytes(content)


def write_zip(path: Path, members: Mapping[str, bytes]) -> None:
    """A zip whose members carry one fixed date."""
    with writing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, _WRITTEN_AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)


def write_xlsx(path: Path, sheet: Sheet, *, tab: str, integers: frozenset[str], tick: Callable[[float], None]) -> None:
    """A workbook of one sheet; texts as texts, the named columns as numbers, missing cells left out."""
    import xlsxwriter

    names, total = list(sheet.columns), len(sheet.person)
    with writing(path) as temporary:
        book = xlsxwriter.Workbook(str(temporary), {"constant_memory": True})
        book.set_properties({"created": datetime(*_WRITTEN_AT), "author": "Pipedrive"})  # noqa: DTZ001
        tab_sheet = book.add_worksheet(tab)
        for c, name in enumerate(names):
            tab_sheet.write_string(0, c, name)
        for start in range(0, total, ROWS_A_BATCH):
            batch = [sheet.columns[name].slice(start, ROWS_A_BATCH).to_pylist() for name in names]
            for r, cells in enumerate(zip(*batch, strict=True), start + 1):
                for c, value in enumerate(cells):
                    if value and names[c] in integers:
                        tab_sheet.write_number(r, c, int(value))
                    elif value:
                        tab_sheet.write_string(r, c, value)
            tick(min(1.0, (start + ROWS_A_BATCH) / total))
        book.close()
