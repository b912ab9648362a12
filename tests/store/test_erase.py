"""Erasure: rows go as if they had never been written, from the past too, and no byte of them is left in any file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean import files
from crm_clean.records.tables import (
    APPENDED,
    DECISIONS,
    FILES,
    GOLDEN,
    MEMBERSHIP,
    QUARANTINE,
    RAW_ROWS,
    RECORDS,
    RUNS,
    VERSIONED,
)
from crm_clean.store.connection import connected
from crm_clean.store.digests import KEPT

PLANTED = "Zebedee-Quillfeather"
PERSON = {
    "files": {"file_id": ["f1", "f2"], "source_file": ["a.csv", "b.csv"]},
    "raw_rows": {
        "file_id": ["f1", "f1"],
        "source_row": [1, 2],
        "record_id": ["s:1", "s:2"],
        "cells": [["1", PLANTED], ["2", "Ben"]],
    },
    "records": {"record_id": ["s:1", "s:2"], "file_id": ["f1", "f1"], "first_name": [PLANTED, "Ben"]},
    "contact_points": {
        "record_id": ["s:1", "s:2"],
        "kind": ["email", "email"],
        "ordinal": [1, 1],
        "value": [f"{PLANTED}@example.org", "ben@example.org"],
    },
    "membership": {"record_id": ["s:1", "s:2"], "golden_id": ["G-1", "G-2"]},
    "golden": {"golden_id": ["G-1", "G-2"], "first_name": [PLANTED, "Ben"]},
    "decisions": {"left_id": ["s:1"], "right_id": ["s:2"], "verdict": ["different"], "reason": [f"not {PLANTED}"]},
}
DOOMED = {
    "raw_rows": [pd.DataFrame({"file_id": ["f1"], "source_row": [1]})],
    "records": [pd.DataFrame({"record_id": ["s:1"]})],
    "contact_points": [pd.DataFrame({"record_id": ["s:1"]})],
    "membership": [pd.DataFrame({"record_id": ["s:1"]})],
    "golden": [pd.DataFrame({"golden_id": ["G-1"]})],
    "decisions": [pd.DataFrame({"left_id": ["s:1"]}), pd.DataFrame({"right_id": ["s:1"]})],
}


@pytest.fixture
def person(store, commit):
    """A store in which a person stood, changed and went."""
    commit(PERSON)
    changed = {**PERSON["records"], "first_name": [f"{PLANTED}-Changed", "Ben"]}
    commit({"records": changed})
    commit({"records": {"record_id": ["s:2"], "file_id": ["f1"], "first_name": ["Ben"]}})
    return store


def found_in_tables(store) -> int:
    """How many rows of all that was ever kept show the planted value."""
    frames = [store.history(t) for t in VERSIONED] + [store.written(t) for t in APPENDED]
    frames += [store.read(t) for t in KEPT if t not in VERSIONED and t not in APPENDED]
    return sum(PLANTED in str(row) for frame in frames for row in frame.to_dict("records"))


def found_in_bytes(folder: Path) -> int:
    """How often the planted value stands in the bytes of all files under `folder`."""
    return sum(path.read_bytes().count(PLANTED.encode()) for path in folder.rglob("*") if path.is_file())


def test_rows_go_from_every_table_and_from_the_past(person):
    assert found_in_tables(person) == 6
    removed = person.erase(DOOMED)
    assert removed == {"raw_rows": 1, "records": 2, "contact_points": 1, "membership": 1, "golden": 1, "decisions": 1}
    assert found_in_tables(person) == 0
    assert person.history(RECORDS)["record_id"].tolist() == ["s:2"]
    assert person.read(MEMBERSHIP, as_of=1)["record_id"].tolist() == ["s:2"]


def test_what_is_not_named_stays_as_it_was(person):
    before = {table.name: person.digest(table) for table in KEPT}
    history = person.history(GOLDEN, where={"golden_id": "G-2"})
    removed = person.erase({"records": [pd.DataFrame({"record_id": ["s:9"]})], "pairs": []})
    assert removed == {"records": 0, "pairs": 0}
    assert person.digests() == before
    assert person.history(GOLDEN, where={"golden_id": "G-2"}).equals(history)


def test_a_row_must_equal_all_columns_of_a_frame_and_missing_equals_missing(store, commit):
    said = {"left_id": ["s:1", "s:1", "s:2"], "right_id": ["s:2", None, None], "verdict": ["same"] * 3}
    commit({"decisions": said})
    pairs = pd.DataFrame({"left_id": ["s:1", "s:9"], "right_id": [None, "s:2"]}, dtype="string")
    assert store.erase({"decisions": [pairs]}) == {"decisions": 1}
    left = store.read(DECISIONS)
    assert list(zip(left["left_id"], left["right_id"].fillna("-"), strict=True)) == [("s:1", "s:2"), ("s:2", "-")]


def test_files_are_renamed_wherever_they_stand(person):
    person.erase({}, renamed={"f1": "f9"})
    assert person.read(FILES)["file_id"].tolist() == ["f9", "f2"]
    assert set(person.read(RAW_ROWS)["file_id"]) == {"f9"}
    assert set(person.history(RECORDS)["file_id"]) == {"f9"}


def test_words_are_taken_out_of_rows_that_stay(person):
    words = pd.DataFrame({"left_id": ["s:1"], "reason": [f"not {PLANTED}"], "new_reason": [None]})
    person.erase({}, rewritten={"decisions": words})
    row = person.read(DECISIONS).iloc[0]
    assert (row["left_id"], row["verdict"], bool(pd.isna(row["reason"]))) == ("s:1", "different", True)


def test_rows_are_rewritten_before_they_are_looked_for_and_before_files_are_renamed(store, commit):
    commit({"quarantine": {"file_id": ["f1", "f1"], "source_row": [1, 2], "raw": ["a", "b"]}})
    words = pd.DataFrame({"file_id": ["f1"], "raw": ["a"], "new_raw": ["out"]})
    gone = {"quarantine": [pd.DataFrame({"raw": ["out"]})]}
    assert store.erase(gone, renamed={"f1": "f9"}, rewritten={"quarantine": words}) == {"quarantine": 1}
    assert store.read(QUARANTINE)[["file_id", "raw"]].values.tolist() == [["f9", "b"]]


def test_the_last_run_says_the_digests_of_what_is_left(person):
    before = json.loads(person.read(RUNS)["digests"].iloc[-1])
    person.erase(DOOMED)
    after = json.loads(person.read(RUNS)["digests"].iloc[-1])
    assert after == person.digests()
    assert {name for name in before if before[name] != after[name]} == set(DOOMED) - {
        "records"
    }  # gone already, of which only the past knew


def test_the_next_run_carries_on(person, commit):
    person.erase(DOOMED)
    person.append(DECISIONS, DECISIONS.frame({"left_id": ["s:2"], "right_id": ["s:3"], "verdict": ["same"]}))
    records = {"record_id": ["s:2", "s:3"], "first_name": ["Ben", "Cid"]}
    assert commit({"records": records}) == person.digests()
    assert person.last_run() == 4


def test_what_was_said_since_the_last_run_is_kept_but_is_of_the_next(person, commit):
    person.append(DECISIONS, DECISIONS.frame({"left_id": ["s:2"], "right_id": ["s:3"], "verdict": ["same"]}))
    person.erase(DOOMED)
    assert person.written(DECISIONS)["run"].tolist() == [4]
    assert commit({}) == person.digests()


def test_a_store_without_runs_may_be_asked_too(store):
    assert store.erase(DOOMED) == dict.fromkeys(DOOMED, 0)


def test_what_is_remembered_of_values_is_forgotten(store, row_of_run, staged, tmp_path):
    folder = staged(PERSON, tmp_path / "1.tmp")
    (folder / "memory").mkdir()
    table = pa.table({"digest": [b"x"], "value": [PLANTED]})
    pa.parquet.write_table(table, folder / "memory" / "word.a1.parquet")
    store.commit(row_of_run(1), folder)
    assert store.recall("word", "a1", table.schema) is not None
    store.erase(DOOMED)
    assert store.recall("word", "a1", table.schema) is None


class TestTheFile:
    @pytest.fixture
    def person(self, embedded, commit_to):
        commit_to(embedded, PERSON)
        commit_to(embedded, {"records": {**PERSON["records"], "first_name": [f"{PLANTED}-Changed", "Ben"]}})
        return embedded

    def test_no_byte_is_left(self, person):
        folder = person.path.parent
        assert found_in_bytes(folder) > 3
        person.erase(DOOMED)
        assert found_in_bytes(folder) == 0
        assert os.listdir(folder) == [person.path.name]

    def test_deleting_in_place_would_leave_bytes(self, person):
        """Why a new file is written: this is what a scan finds otherwise."""
        with connected(person.path, writing=True) as connection:
            connection.execute("DELETE FROM kept.records WHERE record_id = 's:1'")
            connection.execute("CHECKPOINT")
        assert found_in_bytes(person.path.parent) > 3

    def test_it_is_readable_by_its_owner_alone(self, person):
        person.erase(DOOMED)
        assert person.path.stat().st_mode & 0o777 == 0o600

    def test_whatever_fails_before_the_end_leaves_everything(self, person, monkeypatch):
        from crm_clean.store import connection as connections

        stood, real, calls, limit = person.digests(), connections.statement, [0], 0

        def failing(connection, sql, values=()):
            calls[0] += 1
            if calls[0] == limit:
                raise OSError(28, "No space left on device")
            return real(connection, sql, values)

        for module in ("connection", "erasing"):
            monkeypatch.setattr(f"crm_clean.store.{module}.statement", failing)
        while True:
            limit, calls[0] = limit + 5, 0
            try:
                person.erase(DOOMED)
            except OSError:
                assert person.digests() == stood
                assert os.listdir(person.path.parent) == [person.path.name]
                continue
            break
        assert limit > 20
        assert found_in_tables(person) == 0

    def test_a_rename_that_fails_leaves_everything(self, person, monkeypatch):
        def failing(source, target):
            raise OSError(28, "No space left on device")

        stood = person.digests()
        monkeypatch.setattr(files, "rename", failing)
        with pytest.raises(OSError, match="No space"):
            person.erase(DOOMED)
        assert person.digests() == stood
        assert os.listdir(person.path.parent) == [person.path.name]

    @pytest.mark.parametrize("at", [pytest.param(n, id=f"at statement {n}") for n in (1, 12, 22)])
    def test_a_kill_leaves_everything_and_its_remains_go_with_the_next_start(self, person, at):
        stood = person.digests()
        subprocess.run([sys.executable, "-c", _KILLED, str(person.path), str(at)], check=False)
        left = set(os.listdir(person.path.parent)) - {person.path.name}
        assert left
        assert person.digests() == stood
        person.prepare()
        assert os.listdir(person.path.parent) == [person.path.name]
        person.erase(DOOMED)
        assert found_in_bytes(person.path.parent) == 0

    def test_others_read_meanwhile_and_nobody_writes(self, person, monkeypatch):
        from crm_clean.store import erasing

        real, seen = erasing.statement, []

        def looking(connection, sql, values=()):
            if sql == "COMMIT":
                for writing in ("False", "True"):
                    command = [sys.executable, "-c", _OPENED, str(person.path), writing]
                    done = subprocess.run(command, check=False, capture_output=True, text=True)
                    seen.append(done.stdout or done.stderr.splitlines()[-1])
            return real(connection, sql, values)

        monkeypatch.setattr(erasing, "statement", looking)
        person.erase(DOOMED)
        assert seen[0] == "2\n"
        assert "StoreLocked" in seen[1]
        assert found_in_tables(person) == 0

    def test_somebody_who_writes_is_in_the_way(self, person):
        with connected(person.path, writing=True):
            command = [sys.executable, "-c", _ERASED, str(person.path)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert "StoreLocked" in done.stderr.splitlines()[-1]
        assert found_in_tables(person) > 0


_OPENED = """
import sys
from pathlib import Path
from crm_clean.store.connection import connected
with connected(Path(sys.argv[1]), writing=sys.argv[2] == "True", patience=0.2) as connection:
    print(connection.execute("SELECT count(*) FROM kept.runs").fetchall()[0][0])
"""
_ERASED = """
import sys, pandas as pd
from pathlib import Path
from crm_clean.store.duckdb import DuckDBStore
gone = {"records": [pd.DataFrame({"record_id": ["s:1"]})]}
gone |= {t: [pd.DataFrame({"record_id": ["s:1"]})] for t in ("contact_points", "membership", "raw_rows")}
gone |= {"golden": [pd.DataFrame({"golden_id": ["G-1"]})], "decisions": [pd.DataFrame({"left_id": ["s:1"]})]}
print(DuckDBStore(Path(sys.argv[1]), patience=0.2).erase(gone)["golden"])
"""
_KILLED = (
    """
import os, signal
from crm_clean.store import erasing
real, calls = erasing.statement, [0]
def killing(connection, sql, values=()):
    calls[0] += 1
    if calls[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(connection, sql, values)
import sys
erasing.statement = killing
"""
    + _ERASED
)
