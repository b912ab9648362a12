"""A CSV with a `truth` column as the linker would see it: its normalised tables, and who each record truly is."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crm_clean.pipeline.shelf import Shelf
from crm_clean.project import Project
from crm_clean.records.tables import CONTACT_POINTS, RAW_ROWS, RECORDS

WORKERS = 2


@dataclass(frozen=True)
class Normalised:
    """`records` (RECORDS), `points` (CONTACT_POINTS), and `truth`: record id -> the label of the row it comes from."""

    records: pd.DataFrame
    points: pd.DataFrame
    truth: pd.Series[str]


def without_truth(path: Path, out: Path, *, column: str = "truth", drop: tuple[str, ...] = ()) -> list[str]:
    """Copies the table at `path` to `out` without `column` and those of `drop`; returns the labels of `column`."""
    with path.open(encoding="utf-8-sig", newline="") as source, out.open("w", encoding="utf-8", newline="") as sink:
        rows = csv.reader(source)
        header = next(rows)
        at = header.index(column)
        kept = [i for i, name in enumerate(header) if name not in (column, *drop)]
        writer = csv.writer(sink)
        writer.writerow([header[i] for i in kept])
        truth = []
        for row in rows:
            writer.writerow([row[i] for i in kept])
            truth.append(row[at])
    return truth


def normalised(
    path: Path, *, column: str = "truth", drop: tuple[str, ...] = (), keep: Path | None = None
) -> Normalised:
    """Takes the table in and normalises it by default settings.

    With a folder `keep` the result is put there, and taken from there when the same table is asked for again.
    """
    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as made:
        folder = keep / _digest(path, column, *drop) if keep else Path(made)
        shelf = Shelf(folder)
        if not shelf.path("records").exists():
            folder.mkdir(parents=True, exist_ok=True)
            _normalise(path, shelf, column=column, drop=drop)
        rows, truth = shelf.read(RAW_ROWS), (folder / "truth.txt").read_text("utf-8").splitlines()
        person = pd.Series(truth).take(rows["source_row"].to_numpy(dtype="int64") - 1).to_numpy()
        label = pd.Series(person, index=rows["record_id"]).groupby(level=0).first()
        return Normalised(shelf.read(RECORDS), shelf.read(CONTACT_POINTS), label)


def _normalise(path: Path, shelf: Shelf, *, column: str, drop: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as made:
        table = Path(made) / path.with_suffix(".csv").name
        truth = without_truth(path, table, column=column, drop=drop)
        project = Project.init(Path(made) / "project")
        project.step("normalise", [table], workers=WORKERS)
        done = Shelf(next((Path(made) / "project" / "store" / "runs").iterdir()))
        for kind in (RAW_ROWS, CONTACT_POINTS, RECORDS):
            shelf.write_table(kind, done.read_table(kind))
        (shelf.folder / "truth.txt").write_text("\n".join(truth), "utf-8")


def _digest(path: Path, *words: str) -> str:
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256("|".join((whole, *words)).encode()).hexdigest()[:16]
