"""The store remembers what was made of values: beside what stands, under one version, and for no digest to count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.pipeline.shelf import Shelf
from crm_clean.records.tables import RUNS
from crm_clean.store.base import EmptyStore, Store

SCHEMA = pa.schema({"digest": pa.binary(16), "value": pa.string(), "is_odd": pa.bool_()})


def learnt(*values: str) -> pa.Table:
    digests = [value.encode().ljust(16, b".") for value in values]
    return pa.table([digests, list(values), [len(v) % 2 == 1 for v in values]], schema=SCHEMA)


@pytest.fixture
def commit(store: Store, tmp_path: Path) -> Callable[..., None]:
    def make(version: str, table: pa.Table) -> None:
        run = store.last_run() + 1
        shelf, now = Shelf(tmp_path / f"run-{run}"), pd.Timestamp("2026-01-01", tz="UTC")
        shelf.write_memory("word", version, table)
        row = {"run": [run], "started_at": [now], "committed_at": [now], "version": ["1"]}
        store.commit(RUNS.frame(row), shelf.folder)

    return make


def test_what_runs_learnt_adds_up(store: Store, commit: Callable[..., None]) -> None:
    commit("a1", learnt("anna"))
    commit("a1", learnt("ben", "carla"))
    found = store.recall("word", "a1", SCHEMA)
    assert found is not None
    assert found.sort_by("value") == learnt("anna", "ben", "carla")


def test_another_version_forgets_what_was_there(store: Store, commit: Callable[..., None]) -> None:
    commit("a1", learnt("anna"))
    commit("b2", learnt("ben"))
    assert store.recall("word", "a1", SCHEMA) is None
    assert store.recall("word", "b2", SCHEMA) == learnt("ben")


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        pytest.param("other", SCHEMA, id="a kind nobody learnt"),
        pytest.param("word", pa.schema({"digest": pa.binary(16), "text": pa.string()}), id="columns of another shape"),
    ],
)
def test_nothing_is_remembered_of(kind: str, schema: pa.Schema, store: Store, commit: Callable[..., None]) -> None:
    commit("a1", learnt("anna"))
    assert store.recall(kind, "a1", schema) is None


def test_no_digest_counts_it(store: Store, commit: Callable[..., None]) -> None:
    before = store.digests()
    commit("a1", learnt("anna"))
    assert store.digests() == before


def test_where_nothing_is_kept_nothing_is_remembered() -> None:
    assert EmptyStore().recall("word", "a1", SCHEMA) is None
