"""The same project in a file and in a PostgreSQL database: what stands, how it came to stand and what is put out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import BadSettings, StoreLocked, UsageError
from crm_clean.project import Project
from crm_clean.records.tables import (
    CHECKS,
    CONTACT_POINTS,
    DECISIONS,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    ISSUES,
    MEMBERSHIP,
    PAIRS,
    QUALITY,
    RAW_ROWS,
    RECORDS,
    SURVIVORS,
    VOCABULARY,
)
from crm_clean.store.base import VIEWS
from crm_clean.store.duckdb import DuckDBStore
from crm_clean.store.postgres.store import PostgresStore

FIRST = """First Name,Last Name,Email,Phone,City,Tags
Ada,Longfellow,ada.longfellow@example.org,+1 212 555 0101,Springfield,vip; gold
ada,longfellow,ADA.LONGFELLOW@example.org,(212) 555-0101,Springfield,
Ben,Shortt,ben@example.com,+1 212 555 0102,Shelbyville,
Benjamin,Shortt,b.shortt@example.net,,Shelbyville,
Cleo,Wide,cleo.wide@example.net,,Ogdenville,
Zoë,Ångström,zoe@example.net,+46 8 123 456 78,Göteborg,
"""
SECOND = """First Name,Last Name,Email,Phone,City,Tags
Benjamin,Shortt,ben@example.com,+1 212 555 0102,Shelbyville,
Dora,Neumann,dora@example.net,+1 212 555 0104,Capital City,new
Cleo,Wide,cleo.wide@example.net,+1 212 555 0105,Ogdenville,
"""


def project(folder: Path, *, store: str | None) -> Project:
    made = Project.init(folder)
    # The secret of a project goes into what it remembers; here the two are to be one project.
    (folder / ".key").write_text("00" * 32 + "\n")
    if store is not None:
        settings = folder / "crm_clean.toml"
        settings.write_text(f'store = "{store}"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")
    return made


def two_runs(made: Project, exports: Path) -> Project:
    """A run, a decision, and a run with a second export."""
    (exports / "first.csv").write_text(FIRST, encoding="utf-8")
    made.run([exports / "first.csv"])
    by_name = made.store.read(RECORDS).set_index("first_name_raw")["record_id"]
    made.decide("same", by_name["Ben"], by_name["Benjamin"], by="kim", reason="a neighbour of both")
    (exports / "second.csv").write_text(SECOND, encoding="utf-8")
    made.run([exports / "second.csv"])
    return made


def put_out(made: Project) -> dict[str, bytes]:
    top = made.place.outbox
    files = {p.relative_to(top).as_posix(): p for p in sorted(top.rglob("*")) if p.is_file() and not p.is_symlink()}
    return {name: p.read_bytes() for name, p in files.items() if p.suffix != ".html"}


@pytest.fixture(scope="module")
def both(new_postgres, tmp_path_factory) -> tuple[Project, Project]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_clean.project._now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
        exports = tmp_path_factory.mktemp("exports")
        top = tmp_path_factory.mktemp("projects")
        in_file = two_runs(project(top / "file", store=None), exports)
        in_database = two_runs(project(top / "database", store=new_postgres()), exports)
    return in_file, in_database


def test_the_setting_is_all_it_takes(both):
    in_file, in_database = both
    assert isinstance(in_file.store, DuckDBStore)
    assert isinstance(in_database.store, PostgresStore)
    assert in_file.store.last_run() == in_database.store.last_run() == 2
    assert DuckDBStore(in_database.place.store_folder / "crm.duckdb").last_run() == 0


TABLES = (
    *(RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, FILES, RAW_ROWS, DECISIONS),
    *(IDENTITY_EVENTS, CHECKS, QUALITY, ISSUES, VOCABULARY, PAIRS),
)


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in TABLES])
def test_the_same_stands(both, table):
    in_file, in_database = (made.store.read(table) for made in both)
    assert len(in_file) > 0 or table in (ISSUES,)
    pd.testing.assert_frame_equal(in_database, in_file)


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in (RECORDS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS)])
def test_it_came_to_stand_in_the_same_way(both, table):
    in_file, in_database = (made.store.history(table) for made in both)
    assert in_file["valid_from"].max() == 2
    pd.testing.assert_frame_equal(in_database, in_file)


@pytest.mark.parametrize("view", [v for v in VIEWS if v not in ("runs", "quality_trend")])
@pytest.mark.parametrize("as_of", [None, 1])
def test_people_with_sql_see_the_same(both, view, as_of):
    if as_of is not None and view in ("issues", "vocabulary", "review_queue"):
        with pytest.raises(UsageError):
            both[1].store.view(view, as_of=as_of)
        return
    in_file, in_database = (made.store.view(view, as_of=as_of) for made in both)
    pd.testing.assert_frame_equal(in_database, in_file)


def test_the_same_is_put_out(both):
    in_file, in_database = (put_out(made) for made in both)
    assert len(in_file) > 4
    assert in_database == in_file


def test_nothing_of_the_address_is_kept_with_runs(both):
    runs = both[1].store.view("runs")
    assert "postgresql" not in str(runs.to_dict("list"))


def test_a_run_on_another_machine_is_told_at_once(both, tmp_path):
    elsewhere = project(tmp_path / "elsewhere", store=(both[1].settings().store))
    with both[1].store.hold(), pytest.raises(StoreLocked, match="wait until it has ended"):
        elsewhere.run([tmp_path])


@pytest.mark.parametrize(
    ("store", "environment", "told"),
    [
        pytest.param("postgresql://kim:hunter2@db/crm", {}, "a password has no place", id="a password"),
        pytest.param("postgresql://kim@db/crm?password=hunter2", {}, "a password has no place", id="behind the ?"),
        pytest.param("postgresql://kim:hunter2@${HOST}/crm", {}, "a password has no place", id="beside a variable"),
        pytest.param("mysql://kim@db/hunter2", {}, "name a PostgreSQL database", id="another server"),
        pytest.param("store/hunter2.duckdb", {}, "name a PostgreSQL database", id="a file"),
        pytest.param("", {}, "name a PostgreSQL database", id="nothing"),
        pytest.param("${HUNTER}", {}, "HUNTER is not set", id="a variable that is not there"),
        pytest.param("${HUNTER}", {"HUNTER": "mysql://kim:hunter2@db/x"}, "PostgreSQL database", id="of another kind"),
        pytest.param("postgresql://kim@db/crm?schema=Hunter2", {}, "a schema has small letters", id="no schema"),
        pytest.param("postgresql://[hunter2/crm", {}, "no address of a PostgreSQL", id="no address"),
    ],
)
def test_an_address_that_will_not_do_is_refused_without_repeating_it(tmp_path, monkeypatch, store, environment, told):
    monkeypatch.delenv("CRM_CLEAN_STORE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = Project(tmp_path)
    made.place.settings_file.write_text(f'store = "{store}"\n', encoding="utf-8")
    with pytest.raises(BadSettings, match=told) as refused:
        made.store.last_run()
    assert refused.value.exit_code == 2
    assert "hunter2" not in str(refused.value).lower()


@pytest.mark.parametrize(
    ("store", "environment"),
    [
        pytest.param("postgresql://kim:${SECRET}@db/crm", {"SECRET": "hunter2"}, id="a password from a variable"),
        pytest.param("${WHOLE}", {"WHOLE": "postgresql://kim:hunter2@db/crm"}, id="all of it from a variable"),
        pytest.param("postgresql://x@y/z", {"CRM_CLEAN_STORE": "postgresql://kim:hunter2@db/crm"}, id="outranked"),
    ],
)
def test_a_secret_comes_from_the_environment_and_shows_nowhere(tmp_path, monkeypatch, store, environment):
    monkeypatch.delenv("CRM_CLEAN_STORE", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = Project(tmp_path)
    made.place.settings_file.write_text(f'store = "{store}"\n', encoding="utf-8")
    opened = made.store
    assert isinstance(opened, PostgresStore)
    assert opened.address.url.startswith("postgresql://kim:hunter2@db/crm?")
    assert opened.address.shown == "db/crm"
    assert "hunter2" not in f"{opened!r}{opened.address!r}{made.settings()!r}{made.settings().model_dump()}"
