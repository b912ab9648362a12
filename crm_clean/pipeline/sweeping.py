"""Files of ours that speak of a person: their lines taken out of what CRMs import, pages told again or taken away."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from crm_clean import files
from crm_clean.errors import CrmCleanError
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.retell import retell
from crm_clean.privacy.telltales import Telltales

_RUN = re.compile(r"run-(\d{6})")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_CLOSURE = ("source_system", "source_record")
_PAGES = (".html", ".htm")
_DELIMITERS = (",", ";", "\t", "|")


@dataclass
class Swept:
    """What was taken out, in counts; `pages`: paths, below the project, of pages that show the person."""

    n_files: int = 0
    n_lines: int = 0
    pages: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def sweep(place: Place, telltales: Telltales, *, passages: Collection[str]) -> Swept:
    """Take the person's lines out of every file of ours below the project but the store and the landing folder.

    `passages`: values of theirs, in small letters, by which a page is known to show them.
    """
    swept = Swept()
    for path in _ours(place):
        name = str(path.relative_to(place.folder))
        if path.suffix in _PAGES:
            if _shows(path, telltales, passages):
                swept.pages.append(name)
        elif path.suffix == ".csv":
            _note(swept, _sweep_lines(path, telltales, system=_system(path, place)))
        elif path.suffix == ".parquet":
            _note(swept, _sweep_parquet(path, telltales))
        elif _shows(path, telltales, passages):
            files.remove(path)
            swept.removed.append(name)
    return swept


def tell_again(place: Place, pages: Sequence[str], *, title: str) -> tuple[list[str], list[str]]:
    """Write the pages of runs anew, now that the person is gone; those of no run are removed. Returns both."""
    told, removed = [], []
    for name in pages:
        path, run = place.folder / name, _RUN.search(name)
        if not path.exists():
            continue
        files.remove(path)
        try:
            if run is None:
                removed.append(name)
                continue
            retell(place, int(run.group(1)), path=path, title=title)
            told.append(name)
        except CrmCleanError:  # a page of a run that is no more
            removed.append(name)
    return told, removed


def _ours(place: Place) -> Iterator[Path]:
    """The files we wrote for people: neither what they gave us, nor the store, nor how the project is set up."""
    apart = {place.landing, place.store_folder, place.lexicons, place.folder / "expectations"}
    for path in sorted(place.folder.rglob("*")):
        inside = path.relative_to(place.folder).parts
        if path.is_symlink() or not path.is_file() or path == place.settings_file:
            continue
        if any(part.startswith(".") for part in inside) or any(path.is_relative_to(one) for one in apart):
            continue
        if any(parent.is_symlink() for parent in path.parents if parent.is_relative_to(place.folder)):
            continue
        if path.name.startswith("erasure-"):
            continue
        yield path


def _system(path: Path, place: Place) -> str:
    """Whose import files lie in a folder of the outbox; nobody's in `common` and elsewhere."""
    in_outbox = path.is_relative_to(place.outbox) and path.parent.name != "common"
    return path.parent.name if in_outbox and not _RUN.fullmatch(path.parent.name) else ""


def _note(swept: Swept, n_lines: int) -> None:
    swept.n_files += bool(n_lines)
    swept.n_lines += n_lines


def _shows(path: Path, telltales: Telltales, passages: Collection[str]) -> bool:
    try:
        raw = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return False
    text = _ESCAPED.sub(lambda code: chr(int(code.group(1), 16)), html.unescape(raw))
    lower = text.casefold()
    return telltales.in_text(text) or any(one in lower for one in passages)


def _sweep_lines(path: Path, telltales: Telltales, *, system: str) -> int:
    """Take their lines out of a CSV file, byte for byte; returns how many."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    kept, n = [], 0
    delimiter = _delimiter(text)
    header: list[str] = []
    for cells, line in _lines(text, delimiter):
        if not header:
            header = [cell.removeprefix("\ufeff") for cell in cells]
        elif telltales.in_line(header, cells, system=system):
            n += 1
            kept += _closure(header, cells, telltales, delimiter, line)
            continue
        kept.append(line)
    if n:
        with files.writing(path) as beside:
            beside.write_bytes("".join(kept).encode("utf-8", "surrogateescape"))
    return n


def _closure(header: Sequence[str], cells: list[str], telltales: Telltales, delimiter: str, line: str) -> list[str]:
    """An address that others have too stays closed for them, without word of whose record closed it."""
    if not set(_CLOSURE) <= set(header) or cells[0].strip().casefold() in telltales.addresses:
        return []
    blank = ["" if name in _CLOSURE else cell for name, cell in zip(header, cells, strict=False)]
    if telltales.in_line(header, blank):
        return []
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=line[len(line.rstrip("\r\n")) :]).writerow(blank)
    return [out.getvalue()]


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """The rows of a table, each with its own text, line ends and all."""
    taken: list[str] = []

    def feed() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    csv.field_size_limit(1 << 30)
    for cells in csv.reader(feed(), delimiter=delimiter):
        yield cells, "".join(taken)
        taken.clear()


def _sweep_parquet(path: Path, telltales: Telltales) -> int:
    """Take the rows of their ids out of a table that was handed out; returns how many."""
    table = pq.read_table(path)
    texts = [name for name in table.column_names if pa.types.is_string(table.schema.field(name).type)]
    ids = pa.array(sorted(telltales.ids), pa.string())
    theirs = pa.array([False] * len(table))
    for name in texts:
        theirs = pc.or_(theirs, pc.is_in(table[name].combine_chunks(), value_set=ids))
    n = int(pc.sum(theirs).as_py() or 0)
    if n:
        with files.writing(path) as beside:
            pq.write_table(table.filter(pc.invert(theirs)), beside)
    return n
