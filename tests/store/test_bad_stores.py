"""A store that cannot be used is told of in one sentence, and nothing in its folder is touched."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from crm_clean.errors import StoreLocked, UsageError
from crm_clean.records.tables import DECISIONS, RECORDS
from crm_clean.store.connection import connected
from crm_clean.store.duckdb import DuckDBStore
from crm_clean.store.lock import run_lock
from crm_clean.store.migrate import newest


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """`folder`, mounted for one test; skips where mounts are not allowed."""
    done = subprocess.run(["mount", *options, str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def read_only(embedded, commit_to, run_1) -> Iterator[Path]:
    """The folder of a store with one run, which nobody can write to."""
    commit_to(embedded, run_1)
    folder = embedded.path.parent
    yield from mounted(folder, "--bind", "-o", "ro", str(folder))


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 24 MB, at the place of the store."""
    folder = tmp_path / "store"
    folder.mkdir()
    yield from mounted(folder, "-t", "tmpfs", "-o", "size=24m", "tmpfs")


def whole(path: Path) -> None:
    path.write_bytes(b"id,name\n1,Ada\n" * 500)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.mkdir()


def damaged(path: Path) -> None:
    DuckDBStore(path).last_run()
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5 : 7] = b"x" * len(content[4096 * 3 : 4096 * 5 : 7])
    path.write_bytes(content)


def somebody_elses(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE invoices (number INTEGER)")


def of_a_version_to_come(path: Path) -> None:
    DuckDBStore(path).last_run()
    with connected(path, writing=True) as connection:
        connection.execute("INSERT INTO schema_version VALUES (?)", [newest() + 1])


BAD = [
    pytest.param(whole, "is no store, or is damaged", id="a file that is no database"),
    pytest.param(nothing, "is no store, or is damaged", id="an empty file"),
    pytest.param(folder, "is no store, or is damaged", id="a folder"),
    pytest.param(damaged, "is no store, or is damaged", id="a damaged file"),
    pytest.param(somebody_elses, "it has other tables", id="a database of somebody else"),
    pytest.param(of_a_version_to_come, "use the crm-clean that wrote it", id="a store of a version to come"),
]
ASKED = [
    pytest.param(lambda store: store.last_run(), id="reading"),
    pytest.param(lambda store: store.read(RECORDS), id="reading a table"),
    pytest.param(lambda store: store.prepare(), id="before a run"),
    pytest.param(lambda store: store.append(DECISIONS, DECISIONS.empty()), id="adding"),
    pytest.param(lambda store: store.erase({}), id="erasing"),
]


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(("make", "sentence"), BAD)
def test_what_is_no_store_of_ours_is_refused_and_left_alone(tmp_path, make, sentence, ask):
    path = tmp_path / "store" / "crm.duckdb"
    path.parent.mkdir()
    make(path)
    before = everything(path.parent)
    with pytest.raises(UsageError, match=sentence) as told:
        ask(DuckDBStore(path))
    assert (told.value.exit_code, str(told.value).count("\n")) == (2, 0)
    assert everything(path.parent) == before


class TestReadOnly:
    def test_what_stands_can_be_read(self, read_only):
        store = DuckDBStore(read_only / "crm.duckdb")
        assert len(store.read(RECORDS)) == 2
        assert store.view("golden", as_of=1)["golden_id"].tolist() == ["G-1"]

    @pytest.mark.parametrize("ask", ASKED[2:])
    def test_changing_it_is_refused(self, read_only, ask):
        before = everything(read_only)
        with pytest.raises(UsageError, match=r"cannot be written to \(read-only file system\)"):
            ask(DuckDBStore(read_only / "crm.duckdb"))
        assert everything(read_only) == before

    def test_no_run_begins(self, read_only):
        with pytest.raises(UsageError, match="cannot be written to"), run_lock(read_only):
            pass

    def test_no_store_is_made(self, read_only):
        with pytest.raises(UsageError, match="cannot be written to"):
            DuckDBStore(read_only / "new" / "crm.duckdb").last_run()


@pytest.mark.parametrize("number", [pytest.param(n, id=errno.errorcode[n]) for n in (errno.EACCES, errno.EPERM)])
def test_a_folder_that_is_not_ours_is_told_of(tmp_path, monkeypatch, number):
    def refused(self, *args, **kwargs):
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UsageError, match="ask for the right to it"):
        DuckDBStore(tmp_path / "store" / "crm.duckdb").last_run()


def test_a_file_in_the_place_of_the_folder_is_told_of(tmp_path):
    (tmp_path / "store").write_text("mine")
    with pytest.raises(UsageError, match="cannot be written to"):
        DuckDBStore(tmp_path / "store" / "crm.duckdb").last_run()
    with pytest.raises(UsageError, match="cannot be written to"), run_lock(tmp_path / "store"):
        pass


@pytest.mark.parametrize("ask", ASKED)
def test_a_store_that_somebody_holds_is_told_of(embedded, commit_to, run_1, ask):
    commit_to(embedded, run_1)
    with connected(embedded.path, writing=True), pytest.raises(StoreLocked, match="close what holds it") as told:
        ask(embedded.patient(0.1))
    assert told.value.exit_code == 4


class TestFullDisk:
    @pytest.fixture
    def store(self, small_disk, commit_to, run_1) -> DuckDBStore:
        store = DuckDBStore(small_disk / "crm.duckdb")
        commit_to(store, run_1)
        return store

    def test_a_commit_leaves_the_last_run(self, store, commit_to):
        stood = store.digests()
        fill(store.path.parent)
        words = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(50_000)]
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            commit_to(store, {"records": {"record_id": words, "notes": words[::-1]}})
        assert (store.last_run(), store.digests()) == (1, stood)

    def test_an_erasure_leaves_everything(self, store):
        stood = store.digests()
        fill(store.path.parent)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            store.erase({"records": [pd.DataFrame({"record_id": ["s:1"]})]})
        assert store.digests() == stood
        assert sorted(os.listdir(store.path.parent)) == ["ballast", store.path.name]


def fill(disk: Path) -> None:
    """Leave half a megabyte free."""
    free = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize - 500_000))


class TestWithinOneProcess:
    def test_many_read_at_once(self, embedded, commit_to, run_1):
        commit_to(embedded, run_1)
        with embedded.at_once():
            assert DuckDBStore(embedded.path, patience=0.1).last_run() == 1

    def test_one_writes_at_a_time(self, embedded, commit_to, run_1):
        commit_to(embedded, run_1)
        with (
            connected(embedded.path, writing=True),
            pytest.raises(StoreLocked),
            connected(embedded.path, writing=True, patience=0.1),
        ):
            pass
