"""What stands as files for other programs: whole or not at all, of one state, for their owner's eyes only."""

from __future__ import annotations

import stat
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crm_clean import files
from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline import export as exporting
from crm_clean.project import Project

HEAD = "Record ID,First Name,Last Name,Email,Email 2,Phone,Job Title,Last Modified Date\n"
FIRST = f"""{HEAD}m1,Ottilie,Quarrel,ottilie@quarrel.example.org,,(415) 555-0101,Baker,2024-01-05 10:00
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,oq@home.example.net,415-555-0101,Pilot,2025-02-06 10:00
z1,Zebedee,"Solitarius, Jr.",zeb@solo.example.org,,,,2024-01-01 10:00
"""
SECOND = f"""{HEAD}y1,Yolanda,Fresh,yolanda@fresh.example.org,,,Potter,2026-01-01 10:00
"""
NAMES = ("crosswalk", "golden", "lineage")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of three contacts, and a fourth in a second run; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("export") / "project")
    (project.place.landing / "hand.csv").write_text(FIRST)
    project.run(workers=1)
    (project.place.landing / "later.csv").write_text(SECOND)
    project.run(workers=1)
    return project


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("batch", [1, 2, 50_000])
def test_the_files_hold_what_the_frames_hold_in_batches_of_any_size(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(exporting, "_BATCH", batch)
    told = project.export(tmp_path / "out")
    frames = {"golden": project.golden(), "crosswalk": project.crosswalk(), "lineage": project.lineage()}
    assert told.rows == {f"{name}.csv": len(frame) for name, frame in frames.items()}
    for name, frame in frames.items():
        found = _read(tmp_path / "out", name)
        assert list(found.columns) == list(frame.columns)
        assert found["golden_id"].tolist() == frame["golden_id"].tolist()
    golden = _read(tmp_path / "out", "golden")
    assert set(golden["email_2"]) == {"", "oq@home.example.net"}
    assert "Solitarius" in set(golden["last_name"]) | {name.split(",")[0] for name in golden["last_name"]}


def test_an_earlier_run_is_exported_as_it_was(project: Project, tmp_path: Path) -> None:
    told = project.export(tmp_path / "then", as_of=1)
    assert told.run == 1
    assert "Yolanda" not in set(_read(tmp_path / "then", "golden")["first_name"])
    assert len(_read(tmp_path / "then", "crosswalk")) == 3
    assert str(told).startswith("What stood after run 1:\n")


def test_parquet_keeps_the_types(project: Project, tmp_path: Path) -> None:
    project.export(tmp_path / "out", format="parquet")
    golden = pq.read_table(tmp_path / "out" / "golden.parquet").to_pandas()
    assert golden["n_records"].tolist() == project.golden()["n_records"].tolist()
    assert str(golden["updated_at"].dtype).startswith("datetime64")


def test_files_and_folder_are_their_owner_s_alone(project: Project, tmp_path: Path) -> None:
    project.export(tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{name}.csv" for name in NAMES}
    for path in (tmp_path / "out", *(tmp_path / "out").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_disk_that_stumbles_leaves_what_was_there(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.export(tmp_path / "out", as_of=1)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def stumble(path: Path) -> None:
        if path.name.startswith(".lineage"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", stumble)
    with pytest.raises(OSError, match="No space left"):
        project.export(tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_copy_for_analysts_names_nobody(project: Project, tmp_path: Path) -> None:
    told = project.export(tmp_path / "out", pseudonymise=True)
    text = "".join(path.read_text() for path in (tmp_path / "out").iterdir())
    for word in ("Ottilie", "quarrel", "zeb@", "5550101", "555-0101", "G-"):
        assert word not in text
    assert "P-" in text
    assert "still personal data" in told.notice


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        pytest.param({"format": "xlsx"}, UsageError, "no format 'xlsx': say csv or parquet", id="no such format"),
        pytest.param({"as_of": 9}, UnknownThing, "There is no run 9: runs 1 to 2 stand", id="no such run"),
    ],
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(
    project: Project, tmp_path: Path, asked: dict[str, object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        project.export(tmp_path / "out", **asked)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_to_write_to(project: Project, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        project.export(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_before_the_first_run_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="run it first"):
        Project.init(tmp_path / "p").export(tmp_path / "out")
