"""A project over made-up exports and a few people whose names and companies try to be markup; run once, then copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.project import Project
from crm_clean.sample.generate import write_sample

SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(1)>"
# Two who are one by their phone, and relatives who share a phone and a home: the latter are for a person to judge.
HOSTILE = (
    "Id,Name,Email,Phone,Company,City,Country,Job Title",
    f"e1,{SCRIPT},kim.marlowe@example.com,(415) 555-0101,{IMAGE},Boston,US,",
    f"e2,{SCRIPT},k.marlowe@example.org,(415) 555-0101,{IMAGE},Denver,US,",
    f"e9,Jo Halloran,jo@example.com,(415) 555-0105,{IMAGE},Boston,US,Head of {SCRIPT}",
    f"e10,Anna Halloran,,(415) 555-0105,{IMAGE},Boston,US,Chief of {SCRIPT}",
    f"e11,Max Pellworth,,(415) 555-0106,{IMAGE},Boston,US,Head of {SCRIPT}",
    f"e12,Ines Pellworth,ines@example.com,(415) 555-0106,{IMAGE},Boston,US,Chief of {SCRIPT}",
)


@pytest.fixture(scope="session")
def _ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("ran")
    write_sample(base / "exports", contacts=300, seed=5)
    (base / "exports" / "event.csv").write_text("\n".join(HOSTILE) + "\n", encoding="utf-8")
    project = Project.init(base / "project")
    project.run([base / "exports"])
    return base / "project"


@pytest.fixture(scope="session")
def project_copy(_ran: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """A project after its first run, its own copy at every call."""
    return lambda: Project(Path(shutil.copytree(_ran, tmp_path_factory.mktemp("copy") / "project", symlinks=True)))


@pytest.fixture(scope="session")
def notebooks(root: Path) -> Path:
    return root / "notebooks"


@pytest.fixture
def home_of() -> Callable[[Project], pd.Series]:
    """The golden id of every record of a project, by record id."""
    return lambda project: project.lineage().drop_duplicates("record_id").set_index("record_id")["golden_id"]
