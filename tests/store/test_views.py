"""Views for people with SQL: readable, of any past run, and with an explanation of every value."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import GOLDEN, GOLDEN_POINTS
from crm_clean.store.base import VIEWS
from crm_clean.store.views import OF_THE_LAST_RUN

# Ada in two records and Ben alone; what is wrong in a field is nobody's business here.
PEOPLE = {
    "files": {"file_id": ["f"], "source_file": ["a.csv"], "source": ["s"]},
    "raw_rows": {"file_id": ["f"] * 3, "source_row": [1, 2, 3], "record_id": ["s:1", "s:2", "s:3"]},
    "records": {
        "record_id": ["s:1", "s:2", "s:3"],
        "source": ["s"] * 3,
        "source_file": ["a.csv"] * 3,
        "source_row": [1, 2, 3],
        "first_name": ["Ada", "Adda", "Ben"],
        "first_name_raw": ["ADA", "Adda", "Ben"],
        "last_name": ["Lovell", None, "Stone"],
        "tags": ["a", "b", None],
        "n_purchases": [3, 5, 1],
        "email_opt_out": [None, True, None],
    },
    "contact_points": {
        "record_id": ["s:1", "s:2", "s:3", "s:3"],
        "kind": ["email", "email", "email", "address"],
        "ordinal": [1, 1, 1, 1],
        "value": ["ada@example.org", "adda@example.org", "ben@example.org", "1 High Street"],
        "key": ["ada@example.org", "adda@example.org", "ben@example.org", "1 high street"],
    },
    "membership": {"record_id": ["s:1", "s:2", "s:3"], "golden_id": ["G-1", "G-1", "G-2"]},
    "golden": {
        "golden_id": ["G-1", "G-2"],
        "full_name": ["Ada Lovell", "Ben Stone"],
        "first_name": ["Ada", "Ben"],
        "last_name": ["Lovell", "Stone"],
        "job_title": [None, "Mason"],
        "tags": ["a; b", None],
        "n_purchases": [5, 1],
        "email_opt_out": [True, True],
        "n_records": [2, 1],
    },
    "golden_points": {
        "golden_id": ["G-1", "G-1", "G-2", "G-2"],
        "kind": ["email", "email", "email", "address"],
        "ordinal": [1, 2, 1, 1],
        "value": ["ada@example.org", "word@example.org", "ben@example.org", "1 High Street"],
        "key": ["ada@example.org", "word@example.org", "ben@example.org", "1 high street"],
        "country": [None, None, None, "GB"],
        "opt_out": [True, None, None, None],
    },
    "survivors": {
        "golden_id": ["G-1", "G-1", "G-1", "G-1", "G-1", "G-1", "G-1", "G-2", "G-2", "G-2", "G-2"],
        "field": [
            "full_name", "first_name", "last_name", "tags", "n_purchases", "email_opt_out", "email",
            "full_name", "job_title", "country", "email_opt_out",
        ],
        "record_id": ["s:1", "s:1", "s:1", "s:1", "s:2", "s:2", "s:1", "s:3", "s:3", "s:3", "t:9"],
        "rule": [
            "derived:name_parts", "most_frequent", "only", "union", "max", "strictest", "manual",
            "derived:name_parts", "manual", "derived:postal_code", "sticky",
        ],
    },
    "identity_events": {"golden_id": ["G-1", "G-2"], "event": ["created", "created"], "other_id": [None, None]},
    "quality": {
        "field": ["all", "email"],
        "dimension": ["overall", "validity"],
        "before": [0.5, 0.8],
        "after": [0.9, 1.0],
    },
}  # fmt: skip


def lineage(store, **where) -> set[tuple]:
    found = store.view("lineage", where=where)[["record_id", "value", "is_kept", "rule"]]
    return {tuple(None if pd.isna(v) else v for v in row) for row in found.itertuples(index=False)}


class TestLineage:
    @pytest.mark.parametrize(
        ("golden_id", "field", "expected"),
        [
            pytest.param(
                "G-1",
                "first_name",
                {("s:1", "Ada", True, "most_frequent"), ("s:2", "Adda", False, "most_frequent")},
                id="one was chosen",
            ),
            pytest.param("G-2", "first_name", {("s:3", "Ben", True, "only")}, id="a record alone gave it"),
            pytest.param(
                "G-1", "tags", {("s:1", "a", True, "union"), ("s:2", "b", True, "union")}, id="all of them were kept"
            ),
            pytest.param(
                "G-1", "n_purchases", {("s:1", "3", False, "max"), ("s:2", "5", True, "max")}, id="numbers as text"
            ),
            pytest.param("G-1", "full_name", {("s:1", "Ada Lovell", True, "derived:name_parts")}, id="derived"),
            pytest.param("G-2", "full_name", {("s:3", "Ben Stone", True, "derived:name_parts")}, id="derived, alone"),
            pytest.param("G-2", "job_title", {("s:3", "Mason", True, "manual")}, id="a person's word"),
            pytest.param("G-2", "email_opt_out", {("t:9", "true", True, "sticky")}, id="closed by one that is gone"),
            pytest.param("G-2", "email", {("s:3", "ben@example.org", True, "only")}, id="an address of one alone"),
            pytest.param("G-2", "country", {("s:3", "GB", True, "derived:postal_code")}, id="part of an address"),
            pytest.param(
                "G-1",
                "email",
                {
                    ("s:1", "ada@example.org", True, "manual"),
                    ("s:1", "word@example.org", True, "manual"),
                    ("s:2", "adda@example.org", False, "manual"),
                },
                id="an address that a person gave",
            ),
        ],
    )
    def test_says_who_offered_what_and_which_rule_chose(self, store, commit, golden_id, field, expected):
        commit(PEOPLE)
        assert lineage(store, golden_id=golden_id, field=field) == expected

    def test_explains_every_value_of_every_golden_record(self, store, commit):
        commit(PEOPLE)
        seen = store.view("lineage")
        kept = seen[seen["is_kept"]]
        explained = set(zip(kept["golden_id"], kept["field"], strict=True))
        golden, points = store.read(GOLDEN), store.read(GOLDEN_POINTS)
        held = {(row["golden_id"], f) for row in golden.to_dict("records") for f in SCALARS if not pd.isna(row[f])}
        assert held | set(zip(points["golden_id"], points["kind"], strict=True)) <= explained

    def test_shows_what_came_beside_what_it_became(self, store, commit):
        commit(PEOPLE)
        row = store.view("lineage", where={"golden_id": "G-1", "field": "first_name", "record_id": "s:1"}).iloc[0]
        assert (row["value"], row["raw"], row["source"], row["source_file"], row["source_row"]) == (
            "Ada",
            "ADA",
            "s",
            "a.csv",
            1,
        )


class TestOfThePast:
    @pytest.fixture
    def moved(self, store, commit):
        """After run 2 Ben is part of Ada, and one more file was read."""
        commit(PEOPLE)
        commit(
            {
                "files": {"file_id": ["g"], "source_file": ["b.csv"]},
                "raw_rows": {"file_id": ["g"], "source_row": [1], "record_id": ["s:4"]},
                "membership": {"record_id": ["s:1", "s:2", "s:3", "s:4"], "golden_id": ["G-1"] * 4},
                "golden": {"golden_id": ["G-1"], "first_name": ["Adda"], "n_records": [4]},
                "identity_events": {"golden_id": ["G-2"], "event": ["absorbed"], "other_id": ["G-1"]},
                "quality": {"field": ["all"], "dimension": ["overall"], "before": [0.6], "after": [0.95]},
            }
        )
        return store

    def test_golden_records_as_they_were(self, moved):
        assert moved.view("golden")["first_name"].tolist() == ["Adda"]
        assert moved.view("golden", as_of=1)["first_name"].tolist() == ["Ada", "Ben"]
        assert moved.view("golden_contacts", as_of=1)["email"].tolist() == ["ada@example.org", "ben@example.org"]

    def test_the_crosswalk_as_it_was(self, moved):
        assert moved.view("crosswalk")["golden_id"].tolist() == ["G-1"] * 4
        assert moved.view("crosswalk", as_of=1)["golden_id"].tolist() == ["G-1", "G-1", "G-2"]

    def test_lineage_as_it_was(self, moved):
        asked = {"golden_id": "G-2", "field": "first_name"}
        assert moved.view("lineage", where=asked).empty
        then = moved.view("lineage", where=asked, as_of=1)
        assert then[["value", "rule"]].values.tolist() == [["Ben", "only"]]

    def test_redirects_as_they_were(self, moved):
        assert moved.view("redirects")[["golden_id", "into_id"]].values.tolist() == [["G-2", "G-1"]]
        assert moved.view("redirects", as_of=1).empty

    def test_runs_and_their_quality_as_far_as_they_had_come(self, moved):
        assert moved.view("runs", as_of=1)["run"].tolist() == [1]
        assert moved.view("quality_trend", as_of=1)["run"].tolist() == [1, 1]

    def test_before_the_first_run_there_was_nothing(self, moved):
        assert all(moved.view(name, as_of=0).empty for name in VIEWS if name not in OF_THE_LAST_RUN)

    @pytest.mark.parametrize("name", OF_THE_LAST_RUN)
    def test_what_only_the_last_run_found_has_no_past(self, moved, name):
        with pytest.raises(UnknownThing, match=f"{name}: only what the last run found is kept"):
            moved.view(name, as_of=1)
        assert list(moved.view(name, as_of=2).columns) == list(moved.view(name).columns)


class TestForPeople:
    def test_a_contact_is_one_readable_row(self, store, commit):
        commit(PEOPLE)
        row = store.view("golden_contacts", where={"golden_id": "G-1"}).iloc[0]
        assert (row["full_name"], row["email"], row["email_opt_out"], row["do_not_call"]) == (
            "Ada Lovell",
            "ada@example.org",
            True,
            False,
        )

    def test_whoever_is_deleted_at_every_source_is_left_out(self, store, commit):
        commit({"golden": {"golden_id": ["G-1", "G-2"], "is_deleted": [True, False], "n_records": [1, 1]}})
        assert store.view("golden_contacts")["golden_id"].tolist() == ["G-2"]

    def test_quality_is_followed_from_run_to_run(self, store, commit):
        commit(PEOPLE)
        commit({"quality": {"field": ["all"], "dimension": ["overall"], "before": [0.6], "after": [0.95]}})
        trend = store.view("quality_trend", where={"field": "all"})
        assert trend[["run", "before", "after"]].values.tolist() == [[1, 0.5, 0.9], [2, 0.6, 0.95]]
        assert list(trend.columns[:6]) == ["run", "committed_at", "field", "dimension", "before", "after"]

    @pytest.mark.parametrize("name", VIEWS)
    def test_every_view_can_be_asked_of_an_empty_store(self, store, name):
        assert store.view(name).empty
