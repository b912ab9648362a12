"""A project over made-up exports of the four CRMs, run once for all tests that only look at it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.project import Project, RunResult
from crm_clean.sample.generate import write_sample

CONTACTS = 300
# The state machine has a module of its own; last, so that no library is shadowed.
sys.path.append(str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of 300 made-up contacts; `truth.csv` lies among them."""
    folder = tmp_path_factory.mktemp("exports") / "exports"
    write_sample(folder, contacts=CONTACTS, seed=3)
    return folder


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """A new, empty project at every call."""
    return lambda: Project.init(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def ran(make: Callable[[], Project], exports: Path) -> tuple[Project, RunResult]:
    """A project after its first run, and what that said; not to be changed."""
    project = make()
    return project, project.run([exports], workers=1)
