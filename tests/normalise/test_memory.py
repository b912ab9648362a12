"""What earlier runs made of values: recalled by keyed hash, the same as if read, and never the value itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.normalise.apply import normalise_tables
from crm_clean.normalise.memory import Memory
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS

KEY = b"k" * 32
SCHEMA = pa.schema({"value": pa.string(), "length": pa.int64()})
Stage = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]


class Shelf:
    """Keeps what memories learnt, as a store would."""

    def __init__(self) -> None:
        self.kept: dict[str, pa.Table] = {}

    def recall(self, kind: str, schema: pa.Schema) -> pa.Table | None:
        found = self.kept.get(kind)
        return found if found is not None and found.schema.names == schema.names else None

    def keep(self, memory: Memory) -> None:
        for kind, learnt in memory.learnt.items():
            before = self.kept.get(kind)
            self.kept[kind] = learnt if before is None else pa.concat_tables([before, learnt])


class Reader:
    """Upper-cases and measures; counts what it is given."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, rows: list[pa.Array]) -> pa.Table:
        texts = rows[0].to_pylist()
        self.seen += texts
        return pa.table([[t.upper() for t in texts], [len(t) for t in texts]], schema=SCHEMA)


def read(shelf: Shelf, texts: list[str], **other: Any) -> tuple[pa.Table, list[str]]:
    """What a new memory gives for `texts`, and which of them had to be read."""
    memory = Memory(**{"key": KEY, "version": "1", "recall": shelf.recall} | other)  # type: ignore[arg-type]
    reader = Reader()
    found = memory.recalled("word", [pa.array(texts)], reader)
    shelf.keep(memory)
    return found, reader.seen


def test_a_value_is_read_once_and_recalled_in_any_order() -> None:
    shelf = Shelf()
    read(shelf, ["anna", "ben"])
    found, seen = read(shelf, ["carla", "ben", "anna"])
    assert seen == ["carla"]
    assert found.to_pylist() == [{"value": t.upper(), "length": len(t)} for t in ("carla", "ben", "anna")]


@pytest.mark.parametrize(
    "other", [pytest.param({"version": "2"}, id="another version"), pytest.param({"key": b"x" * 32}, id="another key")]
)
def test_nothing_is_recalled_under(other: dict[str, Any]) -> None:
    shelf = Shelf()
    read(shelf, ["anna"])
    assert read(shelf, ["anna"], **other)[1] == ["anna"]


def test_kinds_do_not_mix() -> None:
    shelf = Shelf()
    memory = Memory(KEY, version="1", recall=shelf.recall)
    for kind in ("word", "other"):
        memory.recalled(kind, [pa.array(["anna"])], Reader())
    assert memory.learnt["word"]["digest"][0] != memory.learnt["other"]["digest"][0]


def test_a_missing_part_is_not_an_empty_one() -> None:
    shelf, reader = Shelf(), Reader()
    memory = Memory(KEY, version="1", recall=shelf.recall)
    memory.recalled("word", [pa.array(["a", "a"]), pa.array(["", None])], reader)
    digests = memory.learnt["word"]["digest"].to_pylist()
    assert len(set(digests)) == 2


def test_a_value_can_not_be_tried_out_without_the_key() -> None:
    shelf = Shelf()
    read(shelf, ["anna@example.com"])
    with_key = shelf.kept["word"]["digest"].to_pylist()
    other = Shelf()
    read(other, ["anna@example.com"], key=b"x" * 32)
    assert set(with_key).isdisjoint(other.kept["word"]["digest"].to_pylist())
    assert len(with_key[0]) == 16


def test_what_is_recalled_is_what_would_be_read(stage: Stage) -> None:
    records, points = stage(
        [
            {"full_name_raw": "DUPONT Jean-Luc", "company_raw": "Blaue Welle GmbH", "job_title_raw": "VP Sales"},
            {"first_name_raw": "Ana", "last_name_raw": "García López", "created_at_raw": "31/12/2023"},
        ],
        [
            {"kind": "phone", "raw": "+49 30 2312512"},
            {"kind": "phone", "raw": "no idea", "ordinal": 2},
            {"kind": "email", "raw": "Ana@Example.com"},
            {"kind": "address", "street_raw": "12 Main Street, Apt 4", "country_raw": "US"},
            {"record_id": "s:2", "kind": "address", "raw": "Hauptstr. 5, 10115 Berlin, Germany"},
        ],
    )
    staged = STAGED_RECORDS.to_arrow(records), STAGED_POINTS.to_arrow(points)
    shelf, spec = Shelf(), NormaliseSpec()
    plain = normalise_tables(*staged, spec=spec)
    for n_learnt in (True, False):
        memory = Memory(KEY, version="1", recall=shelf.recall)
        found = normalise_tables(*staged, spec=spec, memory=memory)
        shelf.keep(memory)
        assert any(len(table) for table in memory.learnt.values()) is n_learnt
        assert found == plain
    assert {"name", "phone", "street"} <= set(shelf.kept)
