"""Samples written once and read back as plain text, by other libraries than the ones that wrote them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crm_clean.sample.generate import write_sample

Record = Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """A folder of exports with its records by source_file, in row order, and the truth."""

    folder: Path
    told: dict[str, object]
    records: dict[str, list[Record]]
    truth: dict[tuple[str, int], str]

    def of(self, name: str) -> list[Record]:
        """The records of all files whose name contains `name`."""
        return [record for file, records in self.records.items() if name in file for record in records]


def _table(text: str) -> list[Record]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def _sheet(path: Path) -> list[Record]:
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, header), map(str, row), strict=True)) for row in rows]


def read_folder(folder: Path) -> dict[str, list[Record]]:
    """Every export of a sample folder, by the name the truth file gives it."""
    found: dict[str, list[Record]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".xlsx":
            found[name] = _sheet(path)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {f"{name}/{m}": _table(archive.read(m).decode("utf-8")) for m in archive.namelist()}
        elif path.suffix == ".csv" and name != "truth.csv":
            found[name] = _table(path.read_bytes().decode("cp1252" if "salesforce" in name else "utf-8"))
    return found


def read_truth_rows(folder: Path) -> list[tuple[str, int, str]]:
    rows = _table((folder / "truth.csv").read_text("utf-8"))
    return [(row["source_file"], int(row["source_row"]), row["person"]) for row in rows]


def written(folder: Path, *, contacts: int, seed: int) -> Sample:
    told = write_sample(folder, contacts=contacts, seed=seed)
    truth = {(file, row): person for file, row, person in read_truth_rows(folder)}
    return Sample(folder, told, read_folder(folder), truth)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Three thousand contacts."""
    return written(tmp_path_factory.mktemp("sample"), contacts=3_000, seed=11)


@pytest.fixture
def read_back() -> object:
    return read_folder


@pytest.fixture
def truth_rows() -> object:
    return read_truth_rows
