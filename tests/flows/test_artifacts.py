"""What the pages of Prefect say of a run: numbers and codes, in words; no names of files, no values."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_clean.errors import GateFailed
from crm_clean.records.tables import CHECKS
from crm_clean.report.quality import Quality
from crm_clean.report.summary import Evaluation, Linking, RunSummary, SourceRows, StepCost
from flows import artifacts


def checked(*rows: dict[str, object]) -> pd.DataFrame:
    usual = {"suite": "golden", "expectation": "expect_column_values_to_be_unique", "column": "golden_id"}
    usual |= {"severity": "critical", "reason": "Ids are for life.", "is_met": True, "n_rows": 90, "n_unexpected": 0}
    whole = [usual | row for row in rows]
    return CHECKS.frame({name: [row[name] for row in whole] for name in CHECKS.columns})


def summary(**other: object) -> RunSummary:
    empty = pd.DataFrame()
    frames = dict.fromkeys(("issues", "quarantine", "largest", "review", "cuts"), empty)
    usual: dict[str, object] = {
        "title": "contacts, run 3",
        "sources": (SourceRows("ann-lee.csv", "hubspot", 1200, 7), SourceRows("b.csv", "mailchimp", 34, 0)),
        "n_records": 1234,
        "n_golden": 1000,
        "n_review": 12,
        "before": Quality(0.5, 0.9, 0.8, None, None),
        "after": Quality(0.7, 1.0, 0.9995, None, None),
        "steps": (StepCost("ingest", 1.25, 300), StepCost("link", 130.0, 1100)),
        "linking": Linking(threshold=0.871, expected_precision=0.9912),
        "checks": checked({}),
    }
    return RunSummary(**{**usual, **frames, **other})


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("| Rows read | 1,234 |", id="rows"),
        pytest.param("| People | 1,000 |", id="people"),
        pytest.param("| Merged | 234 |", id="merged"),
        pytest.param("| To review | 12 |", id="what waits"),
        pytest.param("| Quarantined | 7 |", id="what could not be read"),
        pytest.param("| Merged from a probability of | 0.871 |", id="the threshold"),
        pytest.param("| Expected precision | 99.1% |", id="the promise"),
        pytest.param("All 1 are met.", id="the expectations"),
        pytest.param("| link | 130 s | 1.1 GB |", id="what a step cost"),
        pytest.param("| all | 131 s | 1.1 GB |", id="what all cost"),
    ],
)
def test_the_summary_has(line):
    shown = artifacts.summary(summary()).replace("2 min 10 s", "130 s").replace("2 min 11 s", "131 s")
    assert line in shown.splitlines()


def test_the_summary_says_what_became_of_ids_once_there_was_a_run_before():
    assert "Golden ids" not in artifacts.summary(summary())
    assert "| Golden ids retired | 4 |" in artifacts.summary(summary(changes={"created": 2, "retired": 4}))


def test_the_summary_says_how_the_run_compares_with_the_truth():
    assert "precision 0.990, recall 0.950" in artifacts.summary(summary(evaluation=Evaluation(0.99, 0.95)))


def test_names_of_files_stay_out():
    assert "ann-lee" not in artifacts.summary(summary())


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param(
            {"is_met": False, "n_unexpected": 5},
            "| critical | golden.golden&#95;id | column values to be unique | 5 |",
            id="with its place and how many rows",
        ),
        pytest.param(
            {"is_met": False, "column": "", "severity": "info", "n_unexpected": None},
            "| info | golden | column values to be unique | 0 |",
            id="of a whole table",
        ),
        pytest.param(
            {"is_met": None, "column": "<img src=x>|"},
            "| critical | golden.&#60;img src=x&#62;&#124; | column values to be unique | 0 |",
            id="without a verdict, and as text alone",
        ),
    ],
)
def test_an_expectation_that_is_not_met_is_told(row, told):
    shown = artifacts.summary(
        summary(
            checks=checked({}, {"expectation": "expect_x"}, row | {"expectation": "expect_column_values_to_be_unique"})
        )
    )
    assert "1 of 3 are not met:" in shown
    assert told in shown.splitlines()


def test_the_quality_score_before_and_after():
    rows = artifacts.quality(summary())
    assert [row["quality"] for row in rows] == ["Complete", "Valid", "Unique", "Consistent", "Timely", "Overall"]
    assert (rows[0]["before"], rows[0]["after"]) == ("50.0%", "70.0%")
    assert (rows[2]["before"], rows[2]["after"]) == ("80.0%", "99.9%")  # never all of it for less
    assert (rows[3]["before"], rows[3]["after"]) == ("n/a", "n/a")
    assert (rows[5]["before"], rows[5]["after"]) == ("73.3%", "90.0%")


def test_a_refusal_lists_what_was_not_met():
    shown = artifacts.refused(GateFailed([f"golden.email: expect_{n}, 3 of 9 rows" for n in range(25)]))
    assert shown.startswith("# Nothing was committed or published\n")
    assert "- golden.email: expect&#95;0, 3 of 9 rows" in shown.splitlines()
    assert shown.count("\n- golden") == 20
    assert "- and 5 more" in shown.splitlines()


def test_a_run_with_nothing_to_do_says_which_run_stands():
    assert "Run 3 stands" in artifacts.unchanged(3)
