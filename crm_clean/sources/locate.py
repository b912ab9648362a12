"""Where the tables are: folders searched, archives and workbooks opened, each table named as the crosswalk names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crm_clean.errors import UnreadableInput
from crm_clean.sources import archive, delimited, parquet, vcard, workbook
from crm_clean.sources.grid import Grid
from crm_clean.sources.recognise import recognise
from crm_clean.sources.settle import without_empty
from crm_clean.sources.spec import SourcesSpec

_TEXTS = (".csv", ".tsv", ".tab", ".txt")
_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_CARDS = (".vcf", ".vcard")
_TABLES = (*_TEXTS, *_BOOKS, *_CARDS, ".parquet")
_TEMPORARY = (".", "~$", "#")
_UNFINISHED = (".tmp", ".part", ".crdownload", ".writing", "~")


@dataclass(frozen=True)
class Location:
    """A place that holds a table: a file, a member of a zip, a sheet of a workbook.

    `source_file` is its name in the crosswalk. `is_searched` tells that it was found in a folder or archive, not
    named by the user, so that it need not hold contacts.
    """

    path: Path
    source_file: str
    member: str | None = None
    sheet: str | None = None
    is_searched: bool = False

    @property
    def suffix(self) -> str:
        name = (self.member or self.path.name).lower().removesuffix(".gz")
        return Path(name).suffix

    @property
    def is_book(self) -> bool:
        return self.suffix in _BOOKS


def find(paths: Sequence[Path], *, spec: SourcesSpec | None = None) -> list[Location]:
    """The tables in `paths`, folders and archives searched in sorted order.

    Raises UnreadableInput for a path that is not there or is no table, and for an archive or workbook that is damaged.
    """
    spec = spec or SourcesSpec()
    files = [found for path, name in _named(paths) for found in _files(path, name)]
    return [table for file in files for table in _tables(file, spec)]


def read(location: Location, spec: SourcesSpec, data: bytes | None = None) -> Grid:
    """The table at `location`. Raises UnreadableInput when it is none."""
    data = content(location, spec) if data is None else data
    return without_empty(_read(location, spec, data))


def content(location: Location, spec: SourcesSpec) -> bytes:
    """The bytes of the file, member or workbook at `location`."""
    return archive.read(location.path, location.member, spec.limits, name=location.source_file)


def _read(location: Location, spec: SourcesSpec, data: bytes) -> Grid:
    name, limits = location.source_file, spec.limits
    if location.is_book:
        return workbook.read(data, location.sheet or "", name=name, limits=limits)
    if location.suffix in _CARDS:
        return vcard.read(data, name=name, limits=limits)
    if location.suffix == ".parquet":
        return parquet.read(data, name=name, limits=limits)
    return delimited.read(data, name=name, limits=limits)


def _named(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each path with its name: that of the file, and with its folder where two of them share one."""
    names = [path.name for path in paths]
    for path in paths:
        name = path.name if names.count(path.name) == 1 else path.as_posix().lstrip("/")
        yield path, name


def _files(path: Path, name: str) -> Iterator[Location]:
    if not path.exists():
        raise UnreadableInput(str(path), "missing", "there is no such file or folder; check the path.")
    if not path.is_dir():
        if Location(path, name).suffix not in (*_TABLES, ".zip", ""):
            advice = f"we read {', '.join((*_TABLES, '.zip'))}; export the contacts as one of these."
            raise UnreadableInput(name, "unknown_format", advice)
        yield Location(path, name)
        return
    found = [child for child in sorted(path.rglob("*")) if child.is_file() and not _is_passed_over(child, path)]
    if not found:
        advice = f"the folder holds no file we read ({', '.join((*_TABLES, '.zip'))}); put the exports there."
        raise UnreadableInput(str(path), "empty_folder", advice)
    for child in found:
        yield Location(child, child.relative_to(path).as_posix(), is_searched=True)


def _is_passed_over(file: Path, root: Path) -> bool:
    """Hidden, temporary, or of a kind that is no table."""
    parts = file.relative_to(root).parts
    hidden = any(part.startswith(_TEMPORARY) for part in parts) or file.name.endswith(_UNFINISHED)
    return hidden or Location(file, "").suffix not in (*_TABLES, ".zip")


def _tables(file: Location, spec: SourcesSpec) -> Iterator[Location]:
    if file.suffix == ".zip":
        names = archive.members(file.path, name=file.source_file)
        inside = [n for n in names if Location(file.path, "", member=n).suffix in _TABLES]
        if not inside:
            advice = "the archive holds no table we read; put CSV or XLSX exports in it."
            raise UnreadableInput(file.source_file, "unknown_format", advice)
        for member in inside:
            shown = f"{file.source_file}/{archive.display_name(member)}"
            yield from _sheets(replace(file, source_file=shown, member=member, is_searched=True), spec)
    else:
        yield from _sheets(file, spec)


def _sheets(file: Location, spec: SourcesSpec) -> Iterator[Location]:
    """The sheets of a workbook that hold contacts, by name if there are several; any other file as it is."""
    if not file.is_book:
        yield file
        return
    data = content(file, spec)
    names = workbook.sheets(data, name=file.source_file, limits=spec.limits)
    if not names:
        raise UnreadableInput(file.source_file, "empty", "the workbook has no sheet; export it again.")
    places = [replace(file, sheet=name) for name in names]
    holding = places if len(places) == 1 else [place for place in places if _holds_contacts(place, spec, data)]
    if len(holding) < 2:
        yield (holding or places)[0]
        return
    yield from (replace(place, source_file=f"{file.source_file}#{place.sheet}") for place in holding)


def _holds_contacts(place: Location, spec: SourcesSpec, data: bytes) -> bool:
    try:
        grid = read(place, spec, data)
    except UnreadableInput:
        return False
    return recognise(grid, source_file=place.source_file, spec=spec).holds_contacts
