"""A run that brings a part of a table: what it names is replaced, everything else goes on standing."""

from __future__ import annotations

import pytest

from crm_clean.records.tables import (
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    ISSUES,
    MEMBERSHIP,
    PAIRS,
    RECORDS,
    SCOPES,
    SURVIVORS,
    TABLES,
    VERSIONED,
)

PEOPLE = {"record_id": ["s:1", "s:2", "s:3"], "first_name": ["Ada", "Ben", "Cid"]}


def periods(store, table, column):
    history = store.history(table)
    return list(zip(history[column], history["valid_from"], history["valid_to"].fillna(0), strict=True))


def test_rows_named_are_replaced_and_others_stand(store, commit):
    commit({"records": PEOPLE})
    commit({"records": {"record_id": ["s:2"], "first_name": ["Bernd"]}}, {"records": ["s:2"]})
    assert store.read(RECORDS)["first_name"].tolist() == ["Ada", "Bernd", "Cid"]
    assert periods(store, RECORDS, "record_id") == [("s:1", 1, 0), ("s:2", 1, 2), ("s:3", 1, 0), ("s:2", 2, 0)]


def test_a_thing_that_is_named_but_has_no_rows_goes(store, commit):
    commit({"records": PEOPLE})
    commit({"records": {"record_id": []}}, {"records": ["s:1", "s:3", "s:9"]})
    assert store.read(RECORDS)["record_id"].tolist() == ["s:2"]
    assert store.read(RECORDS, as_of=1)["record_id"].tolist() == ["s:1", "s:2", "s:3"]


def test_a_thing_that_is_new_comes(store, commit):
    commit({"records": PEOPLE})
    commit({"records": {"record_id": ["s:4"]}}, {"records": ["s:4"]})
    assert store.read(RECORDS)["record_id"].tolist() == ["s:1", "s:2", "s:3", "s:4"]


def test_a_row_named_but_unchanged_writes_nothing(store, commit):
    before = commit({"records": PEOPLE})
    after = commit({"records": {"record_id": ["s:2"], "first_name": ["Ben"]}}, {"records": ["s:2"]})
    assert after == before
    assert periods(store, RECORDS, "record_id") == [("s:1", 1, 0), ("s:2", 1, 0), ("s:3", 1, 0)]


def test_naming_nothing_changes_nothing(store, commit, run_1):
    before = commit(run_1)
    empty = {name: {} for name in SCOPES}
    assert commit(empty, {name: [] for name in SCOPES}) == before


def test_a_table_without_a_file_stays(store, commit, run_1):
    before = commit(run_1)
    after = commit({"records": {"record_id": ["s:1"]}}, {"records": ["s:1"]})
    assert {name for name in before if before[name] != after[name]} == {"records"}


def test_of_a_thing_with_several_rows_only_what_changed_is_written(store, commit):
    points = {"record_id": ["s:1", "s:1", "s:2"], "kind": ["email", "phone", "email"], "ordinal": [1, 1, 1]}
    commit({"contact_points": {**points, "value": ["a@x.org", "+1555", "b@x.org"]}})
    fresh = {
        "record_id": ["s:1", "s:1"],
        "kind": ["email", "email"],
        "ordinal": [1, 2],
        "value": ["a@x.org", "c@x.org"],
    }
    commit({"contact_points": fresh}, {"contact_points": ["s:1"]})
    assert store.read(CONTACT_POINTS)["value"].tolist() == ["a@x.org", "c@x.org", "b@x.org"]
    assert store.history(CONTACT_POINTS)["valid_from"].tolist() == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("named", "stand"),
    [
        pytest.param(["s:1"], [("s:2", "s:3"), ("s:3", "s:4")], id="by the left end"),
        pytest.param(["s:4"], [("s:1", "s:2"), ("s:2", "s:3")], id="by the right end"),
        pytest.param(["s:2"], [("s:3", "s:4")], id="by either end"),
        pytest.param(["s:1", "s:2", "s:3"], [], id="by both"),
    ],
)
def test_a_pair_is_named_by_either_end(store, commit, named, stand):
    commit({"pairs": {"left_id": ["s:1", "s:2", "s:3"], "right_id": ["s:2", "s:3", "s:4"]}})
    commit({"pairs": {"left_id": [], "right_id": []}}, {"pairs": named})
    pairs = store.read(PAIRS)
    assert list(zip(pairs["left_id"], pairs["right_id"], strict=True)) == stand


def test_pairs_come_in_the_order_of_their_ids_whichever_run_found_them(store, commit):
    commit({"pairs": {"left_id": ["s:2", "s:1"], "right_id": ["s:3", "s:9"]}})
    commit({"pairs": {"left_id": ["s:1"], "right_id": ["s:9"]}}, {"pairs": ["s:9"]})
    assert store.read(PAIRS)["left_id"].tolist() == ["s:1", "s:2"]


def test_findings_of_records_named_are_replaced(store, commit):
    commit({"issues": {"record_id": ["s:1", "s:1", "s:2"], "code": ["a", "b", "c"]}})
    commit({"issues": {"record_id": ["s:1"], "code": ["d"]}}, {"issues": ["s:1"]})
    assert sorted(store.read(ISSUES)["code"]) == ["c", "d"]


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in (GOLDEN, GOLDEN_POINTS, SURVIVORS)])
def test_what_belongs_to_golden_records_is_named_by_their_ids(store, commit, table):
    rest = {c: ["x", "x"] for c in table.key if c not in ("golden_id", "ordinal")}
    rest |= {"ordinal": [1, 1]} if "ordinal" in table.key else {}
    commit({table.name: {"golden_id": ["G-1", "G-2"], **rest}})
    commit({table.name: {"golden_id": []}}, {table.name: ["G-1"]})
    assert store.read(table)["golden_id"].tolist() == ["G-2"]


def test_a_part_of_a_first_run_is_all_of_it(store, commit):
    commit({"membership": {"record_id": ["s:1"], "golden_id": ["G-1"]}}, {"membership": ["s:1"]})
    assert store.read(MEMBERSHIP)["golden_id"].tolist() == ["G-1"]


def test_parts_and_the_whole_come_to_the_same(new_store, commit_to, run_1):
    """Whether a run brings its tables whole or only what changed of them: the same rows, periods and digests."""
    later = {**run_1["records"], "first_name": ["Ada", "Bernd"]}
    part = {name: values[1:] for name, values in later.items()}
    whole, parted = new_store(), new_store()
    for each in (whole, parted):
        commit_to(each, run_1)
    assert commit_to(whole, {"records": later}) == commit_to(parted, {"records": part}, {"records": ["s:2"]})
    assert whole.history(RECORDS).equals(parted.history(RECORDS))


def test_every_table_that_can_come_in_parts_is_named_by_columns_it_has():
    assert all(set(columns) <= set(TABLES[name].columns) for name, columns in SCOPES.items())
    assert {table.name for table in VERSIONED} < set(SCOPES)
