"""Order of rows, number of workers and size of chunks do not change a byte of what linking hands over."""

from __future__ import annotations

import json
from unittest import mock

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.link import block, cluster
from crm_clean.link.linking import link
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, DECISIONS, PAIRS
from tests.link.conftest import Tables, tables_of
from tests.link.test_linking import population


def _bytes(found: Linked) -> bytes:
    """Everything handed over, in bytes; clusters in the order of their records."""
    clusters = found.clusters.sort_values("record_id", ignore_index=True)
    sink = pa.BufferOutputStream()
    for table, frame in ((PAIRS, found.pairs), (CLUSTERS, clusters)):
        table.check(frame)
        whole = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
    return bytes(sink.getvalue()) + json.dumps([found.model, found.report]).encode()


def _link(tables: Tables, *, workers: int = 1) -> bytes:
    return _bytes(link(*tables, DECISIONS.empty(), spec=LinkSpec(max_block=20, max_cluster=4), workers=workers))


@pytest.fixture(scope="module")
def town() -> Tables:
    rows, _ = population(900, seed=11)
    switchboard = [{**row, "phone": "+13125550100"} for row in rows[:120]]
    return tables_of([{"id": f"r{i:04d}", **row} for i, row in enumerate([*rows[120:], *switchboard])])


@pytest.fixture(scope="module")
def plain(town: Tables) -> bytes:
    return _link(town)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_changes_nothing(town: Tables, plain: bytes, seed: int) -> None:
    records, points = (frame.sample(frac=1.0, random_state=seed, ignore_index=True) for frame in town)
    assert _link((records, points)) == plain


@pytest.mark.parametrize("workers", [2, 5])
def test_the_number_of_workers_changes_nothing(town: Tables, plain: bytes, workers: int) -> None:
    assert _link(town, workers=workers) == plain


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_the_size_of_chunks_changes_nothing(town: Tables, plain: bytes, chunk: int) -> None:
    with (
        mock.patch.object(block, "_RULES_AT_ONCE", chunk),
        mock.patch.dict(block.block.__kwdefaults__, {"chunk": chunk}),
        mock.patch.object(cluster, "_ENTRIES", chunk),
        mock.patch.object(cluster, "_LINKS", chunk),
    ):
        assert _link(town) == plain


def test_the_same_again_is_the_same(town: Tables, plain: bytes) -> None:
    records, points = (pd.DataFrame(frame.copy()) for frame in town)
    assert _link((records, points)) == plain
