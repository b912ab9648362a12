"""From a run's tables to its summary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from crm_clean.records import tables as t
from crm_clean.report.findings import by_source, examples
from crm_clean.report.gather import NEEDED, Facts, summarise
from crm_clean.report.html import render
from crm_clean.report.merges import largest_merges, least_certain_merges, members_of, sizes
from crm_clean.report.summary import StepCost
from crm_clean.report.text import screenful

Frames = dict[str, pd.DataFrame]


@pytest.fixture
def tables() -> Frames:
    """Five records of three people: a pair by e-mail and name, another by decision, one alone."""
    ids = ["h:1", "h:2", "s:1", "s:2", "s:3"]
    people = ["G-a", "G-b", "G-a", "G-b", "G-c"]
    full: dict[str, Any] = {
        "files": {
            "file_id": ["f2", "f1"],
            "source_file": ["sales.csv", "hub.csv"],
            "source": ["salesforce", "hubspot"],
            "n_rows": [3, 2],
            "n_quarantined": [None, 1],
            "taken_at": [pd.Timestamp("2024-01-01", tz="UTC")] * 2,
        },
        "quarantine": {"file_id": ["f1"], "reason": ["row.too_many_fields"]},
        "records": {
            "record_id": ids,
            "source": ["hubspot"] * 2 + ["salesforce"] * 3,
            "full_name": ["Ada", "Bo", "Ada", "Bo", "Cy"],
            "full_name_raw": list("abcde"),
        },
        "contact_points": {},
        "issues": {
            "record_id": ids,
            "field": ["phone"] * 4 + ["email"],
            "code": ["phone.unreadable"] * 4 + ["email.x"],
        },
        "pairs": {
            "left_id": ["h:1", "h:1", "h:2"],
            "right_id": ["s:1", "s:3", "s:3"],
            "probability": [0.99, 0.5, 0.7],
            "verdict": ["merge", "review", "cut"],
            "levels": ["email=same:9.5 name=exact:8.1 phone=null:0.0", "name=close:2.0", "name=close:3.0"],
        },
        "membership": {"record_id": ids, "golden_id": people, "match_probability": [0.99, 1, 0.98, 1, 1]},
        "golden": {
            "golden_id": ["G-a", "G-b", "G-c"],
            "full_name": ["Ada", None, "Cy"],
            "n_records": [2, 2, 1],
            "sources": ["hubspot; salesforce"] * 2 + ["salesforce"],
        },
        "golden_points": {"golden_id": ["G-b"], "kind": ["email"], "ordinal": [1], "value": ["bo@example.com"]},
    }
    return {name: t.TABLES[name].frame(full[name]) for name in NEEDED}


def _review(tables: Frames) -> pd.DataFrame:
    waiting = tables["pairs"][tables["pairs"]["verdict"].isin(["review", "cut"])]
    shown = {
        "match_probability": waiting["probability"],
        "reason": "alike",
        "left_full_name": "A",
        "right_full_name": "B",
    }
    return waiting[["left_id", "right_id"]].assign(**shown)


FACTS = Facts(title="Run 1", steps=[StepCost("link", 1.0, 100)], link_report={"threshold": 0.9, "n_pairs": 3})


def test_a_summary_counts_what_the_tables_hold(tables: Frames) -> None:
    summary = summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS)
    assert [(s.source_file, s.n_rows, s.n_quarantined) for s in summary.sources] == [
        ("hub.csv", 2, 1),
        ("sales.csv", 3, 0),
    ]
    assert (summary.n_read, summary.n_records, summary.n_golden, summary.n_merged) == (5, 5, 3, 2)
    assert (summary.n_review, summary.n_quarantined, summary.linking.n_cut) == (2, 1, 1)
    assert summary.issues.to_dict("list") == {
        "field": ["phone", "email"], "code": ["phone.unreadable", "email.x"], "n": [4, 1], "n_records": [4, 1]
    }  # fmt: skip
    assert summary.quarantine.to_dict("list") == {"reason": ["row.too_many_fields"], "n": [1]}
    assert summary.cuts[["left", "right"]].to_numpy().tolist() == [["Bo", "Cy"]]
    assert (summary.linking.threshold, summary.linking.n_pairs, summary.linking.expected_precision) == (0.9, 3, None)


def test_pairs_that_wait_lower_uniqueness_once_per_person(tables: Frames) -> None:
    summary = summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS)
    # Two pairs, but both ask whether Cy is somebody else.
    assert summary.after.uniqueness == pytest.approx(2 / 3)
    assert summary.before.uniqueness == pytest.approx(2 / 5)


def test_the_largest_merges_say_what_holds_them_together(tables: Frames) -> None:
    largest = largest_merges(tables)
    assert largest["golden_id"].tolist() == ["G-a", "G-b"]
    assert largest["label"].tolist() == ["Ada", "bo@example.com"]
    assert largest["match_probability"].tolist() == [0.98, 1.0]
    assert largest["reason"].tolist() == [
        "email same (1), name exact (1)",
        "decided by a person or by the export itself",
    ]


def test_only_so_many_merges_are_listed(tables: Frames) -> None:
    assert largest_merges(tables, limit=1)["golden_id"].tolist() == ["G-a"]


def test_the_least_certain_merges_come_first_and_certain_ones_are_left_out(tables: Frames) -> None:
    found = least_certain_merges(tables)
    assert found[["golden_id", "match_probability"]].to_numpy().tolist() == [["G-a", 0.98]]


def test_the_reason_is_that_of_the_weakest_link_that_holds(tables: Frames) -> None:
    # Three records: the first two are surely one, the third hangs on by 0.98, and another pair inside says less still.
    pairs = {
        "left_id": ["h:1", "h:1", "s:1"],
        "right_id": ["s:1", "s:3", "s:3"],
        "probability": [0.9999, 0.98, 0.3],
        "verdict": ["merge"] * 3,
        "levels": ["email=same:9.5", "name=close:2.0", "phone=different:-2.0"],
    }
    people = tables["membership"]["golden_id"].replace("G-c", "G-a")
    held = [0.98, 1.0, 0.9999, 1.0, 0.98]
    three = {
        **tables,
        "pairs": t.PAIRS.frame(pairs),
        "membership": t.MEMBERSHIP.frame(tables["membership"].assign(golden_id=people, match_probability=held)),
    }
    told = least_certain_merges(three, explain=lambda levels: f"because {levels}")
    assert told["reason"].tolist() == ["because name=close:2.0"]


def test_a_merge_that_no_pair_speaks_for_was_decided(tables: Frames) -> None:
    told = largest_merges(tables, explain=lambda levels: levels)
    assert told["reason"].tolist()[1] == "decided by a person or by the export itself"


def test_members_stand_side_by_side_the_newest_first(tables: Frames) -> None:
    when = pd.to_datetime(["2020-01-01", "2021-01-01", "2024-01-01", None, None], utc=True)
    records = t.RECORDS.frame(
        tables["records"].assign(updated_at=when, source_row=range(1, 6), source=["hub"] * 2 + ["sales"] * 3)
    )
    emails = {"record_id": ["h:1"] * 2, "kind": ["email"] * 2, "ordinal": [2, 1], "raw": ["no mail", "a@x.org"]}
    points = t.CONTACT_POINTS.frame({**emails, "value": [None, "a@example.com"]})
    shown = members_of({**tables, "records": records, "contact_points": points}, pd.Series(["G-a"]))
    assert shown[["record_id", "source", "source_row", "name"]].to_numpy().tolist() == [
        ["s:1", "sales", 3, "Ada"],
        ["h:1", "hub", 1, "Ada"],
    ]
    assert shown["email"].tolist()[1] == "a@example.com; no mail"
    assert pd.isna(shown["email"].tolist()[0])


def test_a_member_without_a_usable_name_is_shown_by_the_one_that_came(tables: Frames) -> None:
    nobody = t.RECORDS.frame(tables["records"].assign(full_name=None, full_name_raw=["Test", "b", "N/A", "d", "e"]))
    assert members_of({**tables, "records": nobody}, pd.Series(["G-a"]))["name"].tolist() == ["Test", "N/A"]


def test_of_a_huge_group_only_the_first_members_are_shown(tables: Frames) -> None:
    assert members_of(tables, pd.Series(["G-a", "G-b"]), limit=1)["golden_id"].tolist() == ["G-a", "G-b"]


def test_sizes_count_golden_records_by_their_members(tables: Frames) -> None:
    assert sizes(tables["golden"]).to_dict("list") == {"n_records": [1, 2], "n_golden": [1, 2]}


def test_each_file_says_what_became_of_its_rows(tables: Frames) -> None:
    tables["records"] = tables["records"].assign(file_id=["f1", "f1", "f2", "f2", "f2"])
    tables["golden"] = tables["golden"].assign(sources=["hubspot; salesforce", "hubspot", "salesforce"])
    shown = summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS).sources
    assert [(s.source_file, s.n_alone, s.n_within, s.n_across) for s in shown] == [
        ("hub.csv", 0, 1, 1),
        ("sales.csv", 1, 1, 1),
    ]


def test_examples_are_the_most_frequent_values_of_each_finding(tables: Frames) -> None:
    raws = ["b", "b", "a", "d", "c", "z" * 900]
    issues = t.ISSUES.frame(
        {"record_id": list("uvwxyz"), "field": ["phone"] * 5 + ["email"], "code": ["p.x"] * 5 + ["e.x"], "raw": raws}
    )
    quarantine = t.QUARANTINE.frame({"reason": ["row.nul"], "raw": ["1,2"]})
    found = examples(issues, quarantine)
    assert found[["code", "raw", "n"]].to_numpy().tolist() == [
        ["e.x", "z" * 200, 1],
        ["p.x", "b", 2],
        ["p.x", "a", 1],
        ["p.x", "c", 1],
        ["row.nul", "1,2", 1],
    ]


def test_findings_are_counted_by_source_with_the_share_of_its_records(tables: Frames) -> None:
    twice = pd.concat([tables["issues"], tables["issues"].head(1).assign(field="fax"), _of_nobody()])
    found = by_source(t.ISSUES.frame(twice), tables["records"])
    assert found.to_dict("list") == {
        "code": ["phone.unreadable", "phone.unreadable", "email.x"],
        "source": ["hubspot", "salesforce", "salesforce"],
        "n": [3, 2, 1],
        "n_records": [2, 2, 1],
        "share": [1.0, pytest.approx(2 / 3), pytest.approx(1 / 3)],
    }
    assert found["n"].sum() == len(twice) - 1


def _of_nobody() -> pd.DataFrame:
    return t.ISSUES.frame({"record_id": ["h:9"], "field": ["phone"], "code": ["phone.unreadable"], "raw": ["1"]})


def test_without_findings_there_are_none_by_source(tables: Frames) -> None:
    found = by_source(t.ISSUES.empty(), tables["records"])
    assert list(found.columns) == ["code", "source", "n", "n_records", "share"]
    assert len(found) == 0


def test_the_trend_ends_with_this_run(tables: Frames) -> None:
    at = pd.Timestamp("2026-02-01", tz="UTC")
    before = pd.DataFrame(
        {
            "run": [1, 1, 3],
            "committed_at": [at] * 3,
            "measure": ["people", "of old", "people"],
            "value": [2.0, 1.0, 9.0],
        }
    )
    facts = replace(FACTS, trend=before, run=2, committed_at=at)
    trend = summarise(tables, t.CHECKS.empty(), _review(tables), facts=facts).trend
    people = trend[trend["measure"].eq("people")]
    assert people[["run", "value"]].to_numpy().tolist() == [[1, 2.0], [2, 3.0]]
    assert set(trend["measure"]) >= {"records", "to review", "quarantined", "uniqueness", "overall"}
    assert "of old" not in set(trend["measure"])


def test_a_run_without_a_number_has_no_place_in_a_trend(tables: Frames) -> None:
    assert summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS).trend.empty


def test_quality_that_was_kept_is_told_as_it_was(tables: Frames) -> None:
    kept = t.QUALITY.frame({"field": ["all"], "dimension": ["validity"], "before": [0.25], "after": [0.5]})
    summary = summarise(tables, t.CHECKS.empty(), _review(tables), facts=replace(FACTS, quality=kept))
    assert (summary.before.validity, summary.after.validity, summary.after.uniqueness) == (0.25, 0.5, None)
    assert summary.quality is kept


def test_quality_by_field_is_a_table_the_store_takes(tables: Frames) -> None:
    t.QUALITY.check(summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS).quality)


def test_a_gathered_summary_can_be_shown(tables: Frames) -> None:
    summary = summarise(tables, t.CHECKS.empty(), _review(tables), facts=FACTS)
    assert "bo@example.com" in render(summary)
    assert "5 records, 3 people" in screenful(summary)


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("rows", [pytest.param(0, id="of nothing"), pytest.param(1, id="of one record alone")])
def test_a_report_can_be_made(rows: int, partial: bool, tables: Frames) -> None:
    few = {name: frame.head(0) for name, frame in tables.items()}
    alone = {"records": 4, "membership": 4, "golden": 2}
    few |= {name: tables[name].iloc[at : at + rows].reset_index(drop=True) for name, at in alone.items()}
    facts = replace(FACTS, partial=partial, run=1, explain=lambda levels: levels)
    summary = summarise(few, t.CHECKS.empty(), _review(few), facts=facts)
    assert "Nobody was found twice" in render(summary)
    assert f"{rows} record" in screenful(summary)


def test_a_run_in_which_nobody_was_found_twice_can_be_shown(tables: Frames) -> None:
    alone = {**tables, "pairs": t.PAIRS.empty(), "issues": t.ISSUES.empty(), "quarantine": t.QUARANTINE.empty()}
    alone["golden"] = alone["golden"].assign(n_records=pd.array([1, 1, 1], dtype="Int64"))
    summary = summarise(alone, t.CHECKS.empty(), _review(alone), facts=FACTS)
    assert len(summary.largest) == 0
    assert "Nobody was found twice" in render(summary)


def test_values_too_common_to_compare_by_are_told_once_the_commonest_first(tables) -> None:  # type: ignore[no-untyped-def]
    def rule(name: str, *full: tuple[str | None, int]) -> dict[str, object]:
        return {"name": name, "fullest": [{"value": v, "n_records": n, "n_left_out": n} for v, n in full]}

    rules = [
        rule("role_mailbox", ("mailbox info@acme.example", 900), ("mailbox hi@x.example", 499), (None, 20)),
        rule("nobodys_name", ("name test test", 5000)),
        rule("name", ("name test test", 5000)),
        rule("initial+surname", ("surname like smith, initial j", 7000)),
    ]
    facts = replace(FACTS, link_report={"rules": rules})
    linking = summarise(tables, t.CHECKS.empty(), _review(tables), facts=facts).linking
    assert linking.common == (("name test test", 5000), ("mailbox info@acme.example", 900))
