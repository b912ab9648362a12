"""SIGKILL in a commit on PostgreSQL: nothing of it stands, the lock is free, and the next run makes it good."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.project import Project

from .conftest import FIRST, SECOND, files_of

# A point that no run comes to.
UNHARMED = ("said:nothing of the kind", "publish", 1)


@pytest.fixture(scope="module")
def before(postgres_server, tmp_path_factory) -> Callable[[Path, str], Project]:
    """Copies of a project after its first run, each with a database of its own."""
    folder = tmp_path_factory.mktemp("on-postgres") / "project"
    postgres_server.say("DROP DATABASE IF EXISTS scene", "CREATE DATABASE scene")
    made = Project.init(folder)
    settings = (folder / "crm_clean.toml").read_text(encoding="utf-8")

    def named(at: Path, database: str) -> Project:
        text = f'store = "{postgres_server.url(database)}"\n{settings}'
        (at / "crm_clean.toml").write_text(text, encoding="utf-8")
        return Project(at)

    def copy(to: Path, database: str) -> Project:
        shutil.copytree(folder, to, symlinks=True)
        postgres_server.say(f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database} TEMPLATE scene")
        return named(to, database)

    named(folder, "scene")
    (made.place.landing / "first.csv").write_text(FIRST)
    made.run(workers=1)
    (made.place.landing / "second.csv").write_text(SECOND)
    return copy


@pytest.fixture(scope="module")
def undisturbed(before, zygote, tmp_path_factory) -> tuple[dict[str, str], dict[str, bytes]]:
    """Digests of the store and files of the outbox after a second run that nobody harmed."""
    project = before(tmp_path_factory.mktemp("undisturbed") / "project", "undisturbed")
    zygote.start(project.place.folder, *UNHARMED)
    assert zygote.status() == 0
    return project.store.digests(), files_of(project.place.outbox / "latest")


@pytest.mark.parametrize(
    ("point", "nth", "stands"),
    [
        pytest.param("said:UPDATE", 1, 1, id="while rows are closed"),
        pytest.param("said:ANALYZE", 9, 1, id="while rows are compared"),
        pytest.param("said:COMMIT", 1, 1, id="just before the commit"),
        pytest.param("rename:run-000002", 1, 2, id="between commit and outbox"),
    ],
)
def test_a_killed_run_is_made_good_by_the_next(before, undisturbed, victim, tmp_path, point, nth, stands):
    project = before(tmp_path / "project", "killed")
    first = project.store.digests()
    assert victim(project.place.folder, point, "publish", nth) == -signal.SIGKILL
    assert project.store.last_run() == stands
    assert project.store.digests() == (first if stands == 1 else undisturbed[0])
    assert victim(project.place.folder, *UNHARMED) == 0
    assert project.store.last_run() == 2
    assert (project.store.digests(), files_of(project.place.outbox / "latest")) == undisturbed
