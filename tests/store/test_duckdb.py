"""What a failed commit leaves in the file of the embedded store, and what may be done to that file."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from crm_clean.errors import StoreLocked, UsageError
from crm_clean.records.tables import RECORDS
from crm_clean.store import connection as connections
from crm_clean.store.connection import connected
from crm_clean.store.duckdb import DuckDBStore
from crm_clean.store.migrate import newest


@pytest.fixture
def store(tmp_path: Path) -> DuckDBStore:
    return DuckDBStore(tmp_path / "store" / "crm.duckdb")


class TestSafety:
    def test_a_statement_that_fails_leaves_the_last_run(self, store, commit, run_1, monkeypatch):
        commit(run_1)
        stood = store.digests()
        real, calls = connections.statement, [0]

        def failing(connection, sql, values=()):
            calls[0] += 1
            if calls[0] == limit:
                raise OSError(28, "No space left on device")
            return real(connection, sql, values)

        for module in ("commit", "duckdb", "migrate"):
            monkeypatch.setattr(f"crm_clean.store.{module}.statement", failing)
        later = {**run_1, "records": {"record_id": ["s:9"]}, "pairs": {"left_id": ["s:8"], "right_id": ["s:9"]}}
        limit = 0
        while store.last_run() == 1:
            limit, calls[0] = limit + 7, 0
            with suppress(OSError):
                commit(later)
            if store.last_run() == 1:
                assert store.digests() == stood
        assert store.last_run() == 2
        assert limit > 20

    def test_everything_in_the_folder_is_readable_by_its_owner_alone(self, store, commit, run_1):
        commit(run_1)
        folder = store.path.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600

    def test_nothing_stays_open_between_calls(self, store, commit, run_1):
        commit(run_1)
        with connected(store.path, writing=True, patience=0.0):
            pass

    def test_a_reader_says_who_is_in_the_way(self, store, commit, run_1):
        commit(run_1)
        with (
            connected(store.path, writing=True),
            pytest.raises(StoreLocked, match="close what holds it"),
            connected(store.path, patience=0.1),
        ):
            pass

    @pytest.mark.parametrize(
        "sql",
        [
            pytest.param("SELECT * FROM read_text('/etc/passwd')", id="a file elsewhere"),
            pytest.param("COPY (SELECT 1) TO '{outside}'", id="a write elsewhere"),
            pytest.param("SELECT * FROM read_text('{inside}/../../secret')", id="a way out with dots"),
            pytest.param("ATTACH '{outside}'", id="another database"),
            pytest.param("SET enable_external_access = true", id="loosening the rule"),
            pytest.param("INSTALL httpfs", id="an extension from the network"),
        ],
    )
    def test_the_sandbox_refuses(self, store, commit, run_1, tmp_path, sql):
        commit(run_1)
        (tmp_path / "secret").write_text("x")
        text = sql.format(outside=tmp_path / "out", inside=store.path.parent / "runs" / "1.tmp")
        with (
            connected(store.path, writing=True, folders=[store.path.parent / "runs" / "1.tmp"]) as connection,
            pytest.raises(duckdb.Error),
        ):
            connection.execute(text).fetchall()
        assert not (tmp_path / "out").exists()

    def test_a_file_of_a_newer_version_is_refused_with_a_sentence(self, store):
        assert store.last_run() == 0
        with connected(store.path, writing=True) as connection:
            connection.execute("INSERT INTO schema_version VALUES (?)", [newest() + 1])
        with pytest.raises(UsageError, match=f"schema version {newest() + 1}, this crm-clean knows {newest()}"):
            type(store)(store.path).last_run()

    def test_a_half_made_file_of_a_killed_start_is_made_anew(self, store):
        store.path.parent.mkdir(parents=True)
        for name in (f".{store.path.name}.writing", f".{store.path.name}.writing.wal"):
            (store.path.parent / name).write_bytes(b"torn")
        assert store.last_run() == 0
        assert sorted(os.listdir(store.path.parent)) == [store.path.name]


def test_a_path_with_a_quote_in_it_works(tmp_path: Path, run_1, staged, row_of_run):
    store = DuckDBStore(tmp_path / "o'hara" / "crm.duckdb")
    store.commit(row_of_run(1), staged(run_1, tmp_path / "o'hara" / "1.tmp"))
    assert len(store.read(RECORDS)) == 2
