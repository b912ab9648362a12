"""What a run cannot work with, from the command line: one sentence, the right code, and what stood still stands."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from crm_clean.pipeline import run as running
from crm_clean.project import Project
from crm_clean.store.lock import run_lock

PEOPLE = "First Name,Last Name,Email\nAda,Longfellow,ada@example.org\nBen,Shortt,ben@example.com\n"
MORE = "First Name,Last Name,Email\nDora,Neumann,dora@example.net\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project after its first run, a second export waiting; to be copied."""
    project = Project.init(tmp_path_factory.mktemp("refusals") / "project")
    (project.place.landing / "first.csv").write_text(PEOPLE)
    project.run(workers=1)
    (project.place.landing / "second.csv").write_text(MORE)
    return project.place.folder


@pytest.fixture
def project(loaded: Path, tmp_path: Path) -> Project:
    shutil.copytree(loaded, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.lock"
    }


def check_refused(ran, code: int, *told: str) -> None:
    assert ran.code == code, ran.err
    for words in told:
        assert words in ran.err
    assert sum("crm-clean:" in line for line in ran.err.splitlines()) == 1
    assert ran.err.splitlines()[-1].startswith("crm-clean: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param("[lnik]\n", "did you mean link?", id="a section with a typo"),
        pytest.param("[link]\npartail = 0.1\n", "did you mean partial?", id="a key with a typo"),
        pytest.param("[link]\npartial = 1.5\n", "link.partial", id="a share above one"),
        pytest.param('[merge.rules]\nowner = ["newset"]\n', "'newest'", id="an unknown rule"),
        pytest.param('[merge.rules]\nowmer = ["newest"]\n', "no such field: owmer", id="an unknown field of a rule"),
        pytest.param('[sources.mapping]\nMobile = "telefone"\n', "telefone", id="an unknown field of a mapping"),
        pytest.param('store = "mysql://there/it"\n', "postgresql://", id="a kind of store that there is not"),
        pytest.param("[link\n", "this is not TOML", id="a bracket that is missing"),
    ],
)
def test_settings_that_are_wrong_are_refused_before_anything_happens(crm_clean, project, settings, told):
    project.place.settings_file.write_text(settings)
    before = everything(project.place.folder)
    check_refused(crm_clean("run", "--project", project.place.folder), 2, "crm_clean.toml", told)
    assert everything(project.place.folder) == before


def newer(store: Path) -> None:
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE schema_version SET version = 9999")


def torn(store: Path) -> None:
    store.write_bytes(b"id,name\n1,Ada\n" * 500)


@pytest.mark.parametrize("harm", [newer, torn], ids=["of a newer version", "that is none"])
def test_a_store_that_cannot_be_used_is_left_alone(crm_clean, project, harm):
    harm(project.place.store_folder / "crm.duckdb")
    before = everything(project.place.folder)
    check_refused(crm_clean("run", "--project", project.place.folder), 2, "store")
    assert everything(project.place.folder) == before


@pytest.fixture
def read_only(project: Project) -> Iterator[Project]:
    """The project, its store on a disk that nobody can write to."""
    store = str(project.place.store_folder)
    done = subprocess.run(["mount", "--bind", "-o", "ro", store, store], check=False, capture_output=True)
    if done.returncode:
        pytest.skip("a disk can be mounted by root alone")
    yield project
    subprocess.run(["umount", store], check=True)


def test_a_store_that_is_read_only_can_be_read_and_not_run(crm_clean, read_only):
    folder = read_only.place.folder
    before = everything(folder)
    check_refused(crm_clean("run", "--project", folder), 2, "cannot be written to")
    assert everything(folder) == before
    assert len(read_only.golden()) == 2


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["run"], id="run"),
        pytest.param(["ingest"], id="a step"),
        pytest.param(["forget", "ada@example.org", "--by", "Kim Rao", "--yes"], id="forget"),
    ],
)
def test_a_store_that_is_held_is_told_of_at_once(crm_clean, project, words):
    with run_lock(project.place.store_folder):
        check_refused(crm_clean(*words, "--project", project.place.folder), 4, "wait until it has ended")
    assert project.store.last_run() == 1


@pytest.fixture
def on_a_server(tmp_path: Path, postgres: str) -> Project:
    """A project in a database, after its first run, a second export waiting."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "crm_clean.toml").write_text(f'store = "{postgres}"\n')
    project = Project.init(folder)
    (project.place.landing / "first.csv").write_text(PEOPLE)
    project.run(workers=1)
    (project.place.landing / "second.csv").write_text(MORE)
    return project


def test_a_database_that_goes_away_in_the_middle_of_a_run(
    crm_clean, on_a_server, postgres, postgres_server, monkeypatch
):
    project = on_a_server
    name = postgres.rpartition("?")[0].rpartition("/")[2]
    before = project.store.digests()
    written = running.write_report

    def and_then_it_is_gone(*args, **options):
        postgres_server.say(
            f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )
        return written(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(running, "write_report", and_then_it_is_gone)
        check_refused(crm_clean("run", "--project", project.place.folder), 2)
    postgres_server.say(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert project.store.last_run() == 1
    assert project.store.digests() == before
    assert (project.place.outbox / "latest").resolve().name == "run-000001"
    assert crm_clean("run", "--project", project.place.folder).code == 0
    assert len(project.golden()) == 3


def test_a_database_that_is_not_there(crm_clean, project):
    project.place.settings_file.write_text('store = "postgresql://nobody@127.0.0.1:9/nowhere"\n')
    before = everything(project.place.folder)
    check_refused(crm_clean("run", "--project", project.place.folder), 2, "127.0.0.1")
    assert everything(project.place.folder) == before
