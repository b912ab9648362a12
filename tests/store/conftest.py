"""A small store, and a way to hand it a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from crm_clean.records.tables import RUNS, TABLES
from crm_clean.store.duckdb import DuckDBStore

Content = Mapping[str, Mapping[str, object]]
Commit = Callable[[Content], dict[str, str]]

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


@pytest.fixture
def store(tmp_path: Path) -> DuckDBStore:
    return DuckDBStore(tmp_path / "store" / "crm.duckdb")


@pytest.fixture
def commit(store: DuckDBStore, tmp_path: Path) -> Commit:
    def commit(content: Content) -> dict[str, str]:
        run = store.last_run() + 1
        folder = stage(content, tmp_path / "store" / "runs" / f"{run}.tmp")
        return store.commit(run_row(run), folder)

    return commit


def stage(content: Content, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        pq.write_table(TABLES[name].to_arrow(TABLES[name].frame(data)), folder / f"{name}.parquet")
    return folder


def run_row(run: int) -> pd.DataFrame:
    at = pd.Timestamp("2026-01-01T00:00:00Z") + pd.Timedelta(days=run)
    return RUNS.frame({"run": [run], "started_at": [at], "version": ["1"], "counts": ["{}"]})


@pytest.fixture
def run_1() -> Content:
    return RUN_1


@pytest.fixture
def staged() -> Callable[[Content, Path], Path]:
    return stage


@pytest.fixture
def row_of_run() -> Callable[[int], pd.DataFrame]:
    return run_row
