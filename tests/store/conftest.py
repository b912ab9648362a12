"""A small store of every kind, and ways to hand it a run.

What a test asks of the fixtures `store` and `new_store` is asked of every kind of store there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crm_clean.records.tables import RUNS, TABLES
from crm_clean.store.base import Store
from crm_clean.store.duckdb import DuckDBStore
from crm_clean.store.postgres.address import address
from crm_clean.store.postgres.store import PostgresStore

Content = Mapping[str, Mapping[str, object]]
Scopes = Mapping[str, Sequence[str]]
Commit = Callable[..., dict[str, str]]

RECORDS_OF_RUN_1 = {
    "record_id": ["s:1", "s:2"],
    "source": ["s", "s"],
    "source_record_id": ["1", "2"],
    "first_name": ["Ada", "Ben"],
    "first_name_raw": [" ada", "BEN"],
}
RUN_1: Content = {
    "files": {"file_id": ["f"], "source_file": ["a.csv"], "header": [["Id", "Name"]]},
    "raw_rows": {
        "file_id": ["f", "f"],
        "source_row": [2, 1],
        "record_id": ["s:2", "s:1"],
        "cells": [["2", "BEN"], ["1", " ada"]],
    },
    "records": RECORDS_OF_RUN_1,
    "contact_points": {
        "record_id": ["s:1", "s:2", "s:2"],
        "kind": ["email", "email", "phone"],
        "ordinal": [1, 1, 1],
        "value": ["ada@example.org", "ben@example.org", "+15550100"],
        "key": ["ada@example.org", "ben@example.org", "+15550100"],
    },
    "membership": {"record_id": ["s:1", "s:2"], "golden_id": ["G-1", "G-1"], "match_probability": [0.9, 0.9]},
    "golden": {"golden_id": ["G-1"], "first_name": ["Ada"], "n_records": [2]},
    "golden_points": {
        "golden_id": ["G-1", "G-1"],
        "kind": ["email", "phone"],
        "ordinal": [1, 1],
        "value": ["ada@example.org", "+15550100"],
        "key": ["ada@example.org", "+15550100"],
        "city": [None, None],
    },
    "survivors": {"golden_id": ["G-1"], "field": ["first_name"], "record_id": ["s:1"], "rule": ["newest"]},
    "identity_events": {"golden_id": ["G-1"], "event": ["created"], "other_id": [None]},
    "pairs": {"left_id": ["s:1"], "right_id": ["s:2"], "probability": [0.6], "verdict": ["review"]},
}


@pytest.fixture(params=["duckdb", "postgres"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Makes empty stores of one kind."""
    if request.param == "postgres":
        new_postgres = request.getfixturevalue("new_postgres")
        return lambda: PostgresStore(address(new_postgres()))
    numbers = count(1)
    return lambda: DuckDBStore(tmp_path / f"store-{next(numbers)}" / "crm.duckdb")


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    return new_store()


@pytest.fixture
def embedded(tmp_path: Path) -> DuckDBStore:
    """A store in a file, for what is asked of files alone."""
    return DuckDBStore(tmp_path / "store" / "crm.duckdb")


@pytest.fixture
def commit_to(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Commit content to a store as its next run; with scopes, as a part of those tables."""

    def commit_to(store: Store, content: Content, scopes: Scopes | None = None) -> dict[str, str]:
        run = store.last_run() + 1
        at = len(list(tmp_path.glob("*.tmp")))
        return store.commit(run_row(run), stage(content, tmp_path / f"{run}-{at}.tmp", scopes))

    return commit_to


@pytest.fixture
def commit(store: Store, commit_to: Callable[..., dict[str, str]]) -> Commit:
    return lambda content, scopes=None: commit_to(store, content, scopes)


def stage(content: Content, folder: Path, scopes: Scopes | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        pq.write_table(TABLES[name].to_arrow(TABLES[name].frame(data)), folder / f"{name}.parquet")
    for name, ids in (scopes or {}).items():
        pq.write_table(pa.table({"id": pa.array(ids, pa.string())}), folder / f"{name}.scope.parquet")
    return folder


def run_row(run: int) -> pd.DataFrame:
    at = pd.Timestamp("2026-01-01T00:00:00Z") + pd.Timedelta(days=run)
    row = {"run": [run], "started_at": [at], "committed_at": [at], "version": ["1"], "counts": ["{}"]}
    return RUNS.frame(row)


@pytest.fixture
def run_1() -> Content:
    return RUN_1


@pytest.fixture
def staged() -> Callable[..., Path]:
    return stage


@pytest.fixture
def row_of_run() -> Callable[[int], pd.DataFrame]:
    return run_row
