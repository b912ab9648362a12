"""Whatever a project writes is readable by its owner alone, however its owner is set up."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from crm_clean.project import Project
from tests.privacy.conftest import ZORA, as_csv, others

pytestmark = pytest.mark.usefixtures("loose_umask")


def open_to_others(folder: Path) -> list[str]:
    """What below `folder` its group or anybody may read, write or enter; exports that users put there aside."""
    return [
        f"{path.relative_to(folder)} {stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (folder, *sorted(folder.rglob("*")))
        if not path.is_symlink()
        and not (path.is_file() and path.is_relative_to(folder / "landing"))
        and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]


def test_after_a_run_a_decision_a_report_and_an_erasure(tmp_path):
    assert os.umask(0o022) == 0o022
    project = Project.init(tmp_path / "firm")
    (project.place.landing / "people.csv").write_text(as_csv([*others()[:6], ZORA]))
    project.run(workers=1)
    one, two = project.crosswalk()[["source_file", "source_row"]].head(2).astype(str).agg(":".join, axis=1)
    project.decide("different", one, two, by="Kim")
    project.report()
    project.forget(ZORA[3], by="the office")
    project.run(workers=1)
    assert len(list(project.place.reports.glob("*"))) >= 2
    assert open_to_others(project.place.folder) == []
    assert stat.S_IMODE((project.place.landing / "people.csv").stat().st_mode) == 0o644


def test_what_is_open_would_be_seen(tmp_path):
    (tmp_path / "seen").write_text("")
    (tmp_path / "seen").chmod(0o640)
    assert "seen 640" in open_to_others(tmp_path)
