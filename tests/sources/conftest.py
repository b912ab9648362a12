"""Ways to write a small export and take it in, with every table checked and the rows counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.records.tables import FILES, QUARANTINE, RAW_ROWS, STAGED_POINTS, STAGED_RECORDS
from crm_clean.sources.intake import Taken, take
from crm_clean.sources.spec import SourcesSpec

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def checked(taken: Taken) -> Taken:
    """`taken` itself, when its frames fit their tables and its counts agree."""
    FILES.check(taken.files)
    RAW_ROWS.check(taken.raw_rows)
    QUARANTINE.check(taken.quarantine)
    STAGED_RECORDS.check(taken.staged_records)
    STAGED_POINTS.check(taken.staged_points)
    file = taken.files.iloc[0]
    assert file["n_rows"] == len(taken.raw_rows) == len(taken.staged_records)
    assert file["n_quarantined"] == len(taken.quarantine)
    rows = sorted([*taken.raw_rows["source_row"], *taken.quarantine["source_row"]])
    assert rows == list(range(1, len(rows) + 1)), "each row is loaded or quarantined, once"
    assert taken.raw_rows["record_id"].tolist() == taken.staged_records["record_id"].tolist()
    assert taken.staged_points["record_id"].isin(taken.staged_records["record_id"]).all()
    return taken


Takes = Callable[..., list[Taken]]


@pytest.fixture
def take_all() -> Takes:
    """Take paths in and check what comes: `take_all(path, ..., spec=, taken=)`."""

    def run(*paths: Path, spec: SourcesSpec | None = None, **options: object) -> list[Taken]:
        found = take(list(paths), spec=spec or SourcesSpec(), taken_at=AT, **options)  # type: ignore[arg-type]
        return [checked(taken) for taken in found]

    return run


TakesBytes = Callable[..., Taken]


@pytest.fixture
def take_bytes(tmp_path: Path, take_all: Takes) -> TakesBytes:
    """Take one file of given bytes in: `take_bytes(b"...", name="people.csv", spec=)`."""

    def run(data: bytes, *, name: str = "people.csv", spec: SourcesSpec | None = None) -> Taken:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        (taken,) = take_all(path, spec=spec)
        return taken

    return run


@pytest.fixture
def mapping_of(take_bytes: TakesBytes) -> Callable[..., dict[str, str]]:
    """Column -> target of a table of these rows, the first being its header."""

    def run(*rows: Sequence[str], name: str = "people.csv", spec: SourcesSpec | None = None) -> dict[str, str]:
        text = "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows) + "\n"
        file = take_bytes(text.encode(), name=name, spec=spec).files.iloc[0]
        return dict(zip(file["header"], file["mapping"], strict=True))

    return run


def points(taken: Taken, kind: str) -> pd.DataFrame:
    """The points of a kind, without empty columns."""
    found = taken.staged_points[taken.staged_points["kind"] == kind]
    return found.dropna(axis=1, how="all").reset_index(drop=True)


@pytest.fixture(name="points")
def points_() -> Callable[[Taken, str], pd.DataFrame]:
    return points
