"""What stands after a commit and what stood before, in every kind of store."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.records.tables import (
    APPENDED,
    DECISIONS,
    GOLDEN,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    PAIRS,
    RAW_ROWS,
    RECORDS,
    REPLACED,
    RUNS,
    TABLES,
    VERSIONED,
)  # fmt: skip
from crm_clean.store.digests import KEPT


def test_an_unused_store_is_empty(store):
    assert store.last_run() == 0
    assert all(len(store.read(t)) == 0 for t in KEPT)


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in (*KEPT, RUNS)])
def test_the_store_has_every_column_of_the_vocabulary_in_its_type(store, table):
    assert table.check(store.read(table)).shape == (0, len(table.columns))


@pytest.mark.parametrize("table", [pytest.param(TABLES[n], id=n) for n in ("records", "golden", "membership", "pairs")])
def test_what_was_committed_is_read_back(store, commit, run_1, table):
    commit(run_1)
    expected = table.frame(run_1[table.name])
    pd.testing.assert_frame_equal(store.read(table), expected)


def test_appended_rows_come_in_the_order_they_were_written(store, commit, run_1):
    commit(run_1)
    assert store.read(RAW_ROWS)["source_row"].tolist() == [2, 1]


def test_a_later_run_closes_what_is_gone_and_opens_what_is_new(store, commit, run_1):
    commit(run_1)
    later = {"record_id": ["s:1", "s:2", "s:3"], "source": ["s"] * 3, "source_record_id": ["1", "2", "3"]}
    later |= {"first_name": ["Ada", "Bernd", "Cid"], "first_name_raw": [" ada", "BEN", None]}
    commit({"records": later})
    history = store.history(RECORDS)
    periods = list(zip(history["record_id"], history["valid_from"], history["valid_to"].fillna(0), strict=True))
    assert periods == [("s:1", 1, 0), ("s:2", 1, 2), ("s:2", 2, 0), ("s:3", 2, 0)]
    assert store.read(RECORDS, as_of=1)["first_name"].tolist() == ["Ada", "Ben"]
    assert store.read(RECORDS)["first_name"].tolist() == ["Ada", "Bernd", "Cid"]


def test_an_unchanged_state_writes_no_row(store, commit, run_1):
    before = commit(run_1)
    after = commit({name: run_1[name] for name in ("records", "contact_points", "membership", "golden")})
    assert after == before
    assert store.history(RECORDS)["valid_from"].tolist() == [1, 1]


def test_a_row_that_left_and_came_back_stands_twice_in_history(store, commit, run_1):
    commit(run_1)
    one = {"record_id": ["s:1"], "golden_id": ["G-1"], "match_probability": [1.0]}
    commit({"membership": one})
    commit({"membership": run_1["membership"]})
    assert store.history(MEMBERSHIP, where={"record_id": "s:2"})["valid_from"].tolist() == [1, 3]


def test_what_the_last_run_found_replaces_what_the_one_before_found(store, commit, run_1):
    commit(run_1)
    commit({"pairs": {"left_id": ["s:8"], "right_id": ["s:9"]}})
    assert store.read(PAIRS)["left_id"].tolist() == ["s:8"]
    with pytest.raises(UnknownThing, match="only what the last run found"):
        store.read(PAIRS, as_of=1)


def test_only_tables_with_periods_have_a_history(store):
    with pytest.raises(UnknownThing, match="raw_rows has no history"):
        store.history(RAW_ROWS)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param({"record_id": "s:2"}, ["s:2"], id="what it equals"),
        pytest.param({"record_id": ["s:2", "s:1"]}, ["s:1", "s:2"], id="one of several"),
        pytest.param({"record_id": ["s:1", "s:2"], "first_name": "Ben"}, ["s:2"], id="all of it"),
        pytest.param({"record_id": []}, [], id="one of none"),
        pytest.param({"record_id": "' OR true --"}, [], id="a value is never SQL"),
    ],
)
def test_rows_that_fit_are_read(store, commit, run_1, where, expected):
    commit(run_1)
    assert store.read(RECORDS, where=where)["record_id"].tolist() == expected
    assert store.history(RECORDS, where=where)["record_id"].tolist() == expected


def test_a_column_that_no_table_has_is_not_asked_for(store, commit, run_1):
    commit(run_1)
    with pytest.raises(UnknownThing, match="No column shoe_size"):
        store.read(RECORDS, where={"shoe_size": "44"})


def test_what_was_written_says_in_which_run(store, commit, run_1):
    commit(run_1)
    commit({"identity_events": {"golden_id": ["G-1"], "event": ["retired"], "other_id": [None]}})
    written = store.written(IDENTITY_EVENTS, where={"golden_id": "G-1"})
    assert list(zip(written["event"], written["run"], strict=True)) == [("created", 1), ("retired", 2)]
    with pytest.raises(UnknownThing, match="records is not only added to"):
        store.written(RECORDS)


def test_reads_of_one_block_see_one_state(store, commit, run_1):
    commit(run_1)
    with store.at_once():
        assert len(store.read(RECORDS)) == len(store.history(RECORDS)) == 2
        assert store.view("golden")["golden_id"].tolist() == ["G-1"]
        with store.at_once():
            assert store.last_run() == 1
        assert len(store.read(MEMBERSHIP)) == 2
    commit({"records": {"record_id": ["s:1"]}})
    assert len(store.read(RECORDS)) == 1


def test_a_block_that_fails_leaves_nothing_open(store, commit, run_1):
    commit(run_1)
    with pytest.raises(UnknownThing), store.at_once():
        store.view("shoes")
    commit({"records": {"record_id": ["s:1"]}})
    assert len(store.read(RECORDS)) == 1


def test_runs_are_numbered_without_a_gap(store, commit, run_1, row_of_run, staged, tmp_path):
    commit(run_1)
    with pytest.raises(UsageError, match="Run 3 cannot follow run 1"):
        store.commit(row_of_run(3), staged({}, tmp_path / "elsewhere"))


def test_decisions_are_appended_in_order_between_runs_and_within_them(store, commit, run_1):
    said = {"left_id": ["s:1"], "right_id": ["s:2"], "decided_by": ["kim"]}
    store.append(DECISIONS, DECISIONS.frame({**said, "verdict": ["same"]}))
    store.append(DECISIONS, DECISIONS.frame({**said, "verdict": ["different"]}))
    commit({**run_1, "decisions": {**said, "verdict": ["same"], "decided_by": ["import"]}})
    store.append(DECISIONS, DECISIONS.frame({**said, "verdict": ["undone"]}))
    assert store.read(DECISIONS)["verdict"].tolist() == ["same", "different", "same", "undone"]
    assert len(store.read(DECISIONS, as_of=1)) == 3


class TestDigest:
    def test_does_not_depend_on_the_order_rows_were_written_in(
        self, new_store, commit, run_1, tmp_path, staged, row_of_run
    ):
        turned = {
            name: {c: v[::-1] for c, v in data.items()} if TABLES[name] in VERSIONED else data
            for name, data in run_1.items()
        }
        other = new_store()
        assert other.commit(row_of_run(1), staged(turned, tmp_path / "turned")) == commit(run_1)

    def test_of_an_earlier_run_can_be_taken_again_later(self, store, commit, run_1):
        first = commit(run_1)
        commit({"records": {"record_id": ["s:7"]}, "files": {"file_id": ["g"]}, "issues": {"code": ["x"]}})
        for table in (*VERSIONED, *APPENDED):
            assert store.digest(table, as_of=1) == first[table.name]

    @pytest.mark.parametrize(
        "table", [pytest.param(TABLES[n], id=n) for n in ("records", "golden", "raw_rows", "pairs")]
    )
    def test_changes_with_one_value(self, new_store, commit, run_1, table, tmp_path, staged, row_of_run):
        column = {"records": "first_name", "golden": "n_records", "raw_rows": "source_row", "pairs": "probability"}
        data = dict(run_1[table.name])
        values = list(data[column[table.name]])
        data[column[table.name]] = [
            9 if isinstance(values[0], int) else 0.1 if isinstance(values[0], float) else "Eve",
            *values[1:],
        ]
        other = new_store()
        changed = other.commit(row_of_run(1), staged({**run_1, table.name: data}, tmp_path / "changed"))
        same = commit(run_1)
        assert {n for n in same if same[n] != changed[n]} == {table.name}

    def test_does_not_count_clocks(self, new_store, commit, run_1, tmp_path, staged, row_of_run):
        clock = {"taken_at": [pd.Timestamp("2030-01-01", tz="UTC")]}
        other = new_store()
        late = {**run_1, "files": {**run_1["files"], **clock}}
        assert other.commit(row_of_run(1), staged(late, tmp_path / "late")) == commit(run_1)

    def test_is_kept_with_the_run(self, store, commit, run_1):
        found = commit(run_1)
        assert json.loads(store.read(RUNS)["digests"].iloc[0]) == found


class TestViews:
    def test_golden_has_its_points_in_columns(self, store, commit, run_1):
        commit(run_1)
        row = store.view("golden").iloc[0]
        assert (row["golden_id"], row["first_name"], row["email"], row["phone"]) == (
            "G-1",
            "Ada",
            "ada@example.org",
            "+15550100",
        )
        assert pd.isna(row["email_2"])

    def test_crosswalk_has_every_row_read_in_input_order(self, store, commit, run_1):
        commit(run_1)
        crosswalk = store.view("crosswalk")
        assert list(crosswalk.columns) == [
            "source_file",
            "source_row",
            "source_record_id",
            "golden_id",
            "match_probability",
        ]
        assert crosswalk["source_row"].tolist() == [1, 2]
        assert crosswalk["golden_id"].tolist() == ["G-1", "G-1"]

    def test_lineage_has_every_value_offered_and_says_which_was_kept(self, store, commit, run_1):
        commit(run_1)
        lineage = store.view("lineage", where={"golden_id": "G-1", "field": "first_name"})
        assert lineage[["record_id", "raw", "value", "is_kept"]].values.tolist() == [
            ["s:1", " ada", "Ada", True],
            ["s:2", "BEN", "Ben", False],
        ]
        assert set(store.view("lineage", where={"field": "email"})["value"]) == {"ada@example.org", "ben@example.org"}

    def test_review_queue_has_the_pairs_for_people(self, store, commit, run_1):
        commit(run_1)
        assert store.view("review_queue")[["left_id", "match_probability"]].values.tolist() == [["s:1", 0.6]]

    def test_a_merged_id_redirects_to_where_it_is_now(self, store, commit, run_1):
        commit(run_1)
        moved = {"record_id": ["s:1", "s:2"], "golden_id": ["G-2", "G-2"], "match_probability": [1.0, 1.0]}
        commit(
            {"identity_events": {"golden_id": ["G-1"], "event": ["absorbed"], "other_id": ["G-2"]}, "membership": moved}
        )
        moved = {**moved, "golden_id": ["G-3", "G-3"]}
        commit(
            {"identity_events": {"golden_id": ["G-2"], "event": ["absorbed"], "other_id": ["G-3"]}, "membership": moved}
        )
        assert store.view("redirects")[["golden_id", "into_id"]].values.tolist() == [["G-1", "G-3"], ["G-2", "G-3"]]

    def test_an_unknown_one_is_refused(self, store):
        with pytest.raises(UnknownThing, match="golden, golden_contacts"):
            store.view("gold")

    def test_a_column_name_is_never_sql(self, store):
        with pytest.raises(UnknownThing, match="No column"):
            store.view("golden", where={'golden_id" = 1; DROP TABLE kept.golden; --': "x"})


def test_every_kept_table_is_one_kind_of_kept(store):
    kinds = [VERSIONED, APPENDED, REPLACED]
    assert all(sum(t in kind for kind in kinds) == 1 for t in KEPT)
    assert {GOLDEN.name, IDENTITY_EVENTS.name} <= {t.name for t in KEPT}
