"""One made-up run, filled by hand, with names that try to be markup."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from crm_clean.records.tables import CHECKS, QUALITY
from crm_clean.report.quality import Quality
from crm_clean.report.summary import Evaluation, Linking, Output, RunSummary, SourceRows, StepCost

HOSTILE = "<script>alert(1)</script>"


def _checks() -> pd.DataFrame:
    entries = [
        ("golden", "expect_column_values_to_be_unique", "golden_id", "critical", True, 2000, 0),
        ("golden_points", "expect_column_values_to_match_regex", "email", "critical", True, 1710, 0),
        ("run_balance", "expect_column_values_to_be_in_set", "n_optouts_lost", "critical", True, 1, 0),
        ("contact_points", "expect_column_values_to_be_in_set", "phone_is_read", "warning", False, 1830, 402),
        ("records", "expect_column_values_to_be_in_set", "has_name", "warning", True, 2412, 12),
        ("contact_points", "expect_column_values_to_be_in_set", "email_is_role", "info", False, 2110, 260),
        ("golden", "expect_table_row_count_to_be_between", "", "critical", True, None, None),
    ]
    columns = ["suite", "expectation", "column", "severity", "is_met", "n_rows", "n_unexpected"]
    frame = pd.DataFrame(entries, columns=columns)
    return CHECKS.frame(frame.assign(reason="Numbers that cannot be dialled do not help to find duplicates."))


def _review() -> pd.DataFrame:
    pair = {
        "left_file": "hubspot.csv",
        "left_row": 12,
        "right_file": "salesforce.zip/Contact.csv",
        "right_row": 7,
        "match_probability": 0.52,
        "reason": "Both are called the same and write from example.com, but their birth dates differ.",
        "left_full_name": "Ada Example",
        "right_full_name": HOSTILE,
        "left_email": "ada@example.com",
        "right_email": "ada@example.com",
        "left_phone": None,
        "right_phone": None,
        "left_company": "Example Ltd",
        "right_company": "Example Limited",
        "left_birth_date": "1980-05-01",
        "right_birth_date": "1981-05-01",
        "left_updated_at": pd.Timestamp("2024-03-02T10:00:00Z"),
        "right_updated_at": pd.Timestamp("2021-11-30T00:00:00Z"),
        "verdict": "review",
        "left_id": "hubspot:12",
        "right_id": "salesforce:7",
    }
    frame = pd.DataFrame([pair] * 9)
    return frame.assign(left_row=frame["left_row"].astype("Int64"), right_row=frame["right_row"].astype("Int64"))


def _largest() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "golden_id": ["G-0a1b2c3d4e5f60718293", "G-1b2c3d4e5f6071829304", "G-2c3d4e5f607182930415"],
            "label": ["Ada Example", HOSTILE, "Søren & Søn <info>"],
            "n_records": [9, 6, 5],
            "sources": ["hubspot; mailchimp; pipedrive; salesforce", "hubspot; salesforce", "mailchimp"],
            "match_probability": [0.971, 0.99995, 1.0],
            "reason": ["email same (8), name exact (6), phone same (3)", "name nickname (4)", "email same (4)"],
        }
    )


def _members() -> pd.DataFrame:
    one = {
        "golden_id": "G-0a1b2c3d4e5f60718293",
        "source": "hubspot",
        "source_file": "exports/hubspot.csv",
        "source_row": 12,
        "record_id": "hubspot:12",
        "name": "Ada Example",
        "email": "ada@example.com; a.example@example.org",
        "phone": "+12125550100",
        "company": "Example Ltd",
        "updated_at": pd.Timestamp("2024-03-02T10:00:00Z"),
        "match_probability": 0.9999,
    }
    other = {**one, "source": "salesforce", "record_id": "salesforce:7", "name": "A. Example", "phone": None}
    weak = {**one, "record_id": "hubspot:99", "name": HOSTILE, "email": HOSTILE, "match_probability": 0.971}
    return pd.DataFrame([one, other, weak])


def _trend() -> pd.DataFrame:
    figures = {"records": [2200.0, 2300.0, 2412.0], "overall": [0.78, 0.8, 0.86], "to review": [70.0, 64.0, 61.0]}
    rows = [
        (run, pd.Timestamp(f"2026-0{run}-01T06:00:00Z"), name, values[run - 1])
        for name, values in figures.items()
        for run in (1, 2, 3)
    ]
    return pd.DataFrame(rows, columns=["run", "committed_at", "measure", "value"])


def _issue_sources() -> pd.DataFrame:
    """Phones of more systems than a page names, one of them called like markup and longer than a line."""
    many = [("phone.unreadable", f"system {n:02}", 8, 8, 0.1) for n in range(20)]
    rows = [("phone.unreadable", "hubspot", 240, 239, 0.1985), ("date.ambiguous", HOSTILE * 4, 20, 20, 0.01), *many]
    return pd.DataFrame(rows, columns=["code", "source", "n", "n_records", "share"])


def _quality() -> pd.DataFrame:
    rows = [
        ("phone", "completeness", 0.6, 0.7, 2412, 2000),
        ("phone", "validity", 0.8, 0.81, 1830, 1500),
        ("phone", "uniqueness", 0.7, 0.97, 1400, 1400),
        ("last_name", "completeness", 0.99, 0.996, 2412, 2000),
        ("updated_at", "timeliness", None, 0.4, 0, 2000),
        ("industry", "completeness", None, None, 0, 0),
        ("all", "overall", 0.699, 0.86, 2412, 2000),
    ]
    return QUALITY.frame(pd.DataFrame(rows, columns=["field", "dimension", "before", "after", "n_before", "n_after"]))


@pytest.fixture(scope="session")
def full(summary: RunSummary) -> RunSummary:
    """The same run with every part there is."""
    found = [("phone.unreadable", "phone", "555 HOME", 9), ("phone.unreadable", "phone", HOSTILE, 2)]
    kept_out = [("row.too_many_fields", None, "1,Ada,Example,,,\u202e,x\n", 1)]
    return replace(
        summary,
        sources=(SourceRows("hubspot.csv", "hubspot", 1204, 3, 700, 100, 400), *summary.sources[1:]),
        issues=summary.issues.assign(n_records=[400, 61, 20, 7]),
        examples=pd.DataFrame([*found, *kept_out], columns=["code", "field", "raw", "n"]),
        issue_sources=_issue_sources(),
        sizes=pd.DataFrame({"n_records": [1, 2, 3], "n_golden": [1700, 250, 50]}),
        doubtful=summary.largest.head(1).assign(n_records=5, reason="The names are the same."),
        members=_members(),
        scores=pd.DataFrame({"low": [0.4, 0.95], "high": [0.45, 1.0], "verdict": ["review", "merge"], "n": [61, 400]}),
        quality=_quality(),
        trend=_trend(),
        run=3,
        committed_at=pd.Timestamp("2026-03-01T06:00:00Z"),
        n_decided=4,
    )


@pytest.fixture(scope="session")
def summary() -> RunSummary:
    """A run over four exports."""
    return RunSummary(
        title="Run 3",
        sources=(
            SourceRows("hubspot.csv", "hubspot", 1204, 0),
            SourceRows("mailchimp.zip/subscribed.csv", "mailchimp", 410, 0),
            SourceRows("pipedrive.xlsx", "pipedrive", 298, 1),
            SourceRows("salesforce.csv", "salesforce", 500, 2),
        ),
        n_records=2412,
        n_golden=2000,
        n_review=61,
        before=Quality(0.713, 0.842, 0.829, 0.611, 0.48),
        after=Quality(0.861, 0.912, 0.97, 0.9996, 0.55),
        steps=(
            StepCost("ingest", 0.42, 210),
            StepCost("normalise", 2.31, 334),
            StepCost("link", 1.94, 410),
            StepCost("merge", 0.72, 390),
            StepCost("validate", 0.61, 402),
            StepCost("publish", 0.34, 380),
        ),
        linking=Linking(0.871, 0.9931, 8123, 4),
        issues=pd.DataFrame(
            {
                "field": ["phone", "email", "created_at", "full_name"],
                "code": ["phone.unreadable", "email.malformed", "date.ambiguous", "name.placeholder"],
                "n": [402, 61, 20, 7],
            }
        ),
        quarantine=pd.DataFrame({"reason": ["row.too_many_fields", "row.unclosed_quote"], "n": [2, 1]}),
        largest=_largest(),
        review=_review(),
        cuts=pd.DataFrame(
            {
                "left": ["Ada Example"],
                "right": [HOSTILE],
                "match_probability": [0.93],
                "levels": ["name=same:8.1 phone=shared:0.2"],
            }
        ),
        checks=_checks(),
        evaluation=Evaluation(0.9912, 0.9344),
        changes={"created": 12, "absorbed": 3, "split": 0},
        outputs=(
            Output("outbox/run-3/hubspot-updates.csv", "changes for HubSpot, ready to import"),
            Output("outbox/run-3/review.csv", "pairs for a person to judge"),
            Output("outbox/run-3/report.html", "this page"),
        ),
        notes={"crm-clean": "0.1.0"},
    )
