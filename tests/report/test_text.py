"""The screenful: everything a person asks after a run, in 80 columns and few lines, without personal data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_clean.report.summary import RunSummary, SourceRows
from crm_clean.report.text import WIDTH, screenful


@pytest.mark.parametrize(
    "told",
    [
        pytest.param("read 2,412   people 2,000   merged 412   to review 61   quarantined 3", id="counts"),
        pytest.param("since the last run: 12 created, 3 absorbed", id="what changed"),
        pytest.param("1,204 rows", id="rows per source"),
        pytest.param("2 quarantined", id="quarantined per source"),
        pytest.param("  overall            70%     86%", id="quality before and after"),
        pytest.param("precision 0.991, recall 0.934, F1 0.962", id="against the truth"),
        pytest.param("probability of 0.871, expected precision 99.3%, 4 weak links cut", id="threshold"),
        pytest.param("7 expectations checked: not met 1 warning, 1 info", id="expectations"),
        pytest.param("normalise 2.3 s", id="seconds per step"),
        pytest.param("in all 6.3 s, 410 MB at most", id="seconds and memory"),
        pytest.param("outbox/run-3/review.csv", id="where the files are"),
    ],
)
def test_the_screenful_tells(told: str, summary: RunSummary) -> None:
    assert told in screenful(summary)


def test_a_run_over_many_files_stays_a_screenful_of_80_columns(summary: RunSummary) -> None:
    many = tuple(SourceRows(f"exports/{'deep/' * 12}file-{n:03}.csv", "hubspot", 1000, 5) for n in range(200))
    lines = screenful(replace(summary, sources=many)).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= WIDTH
    assert any("and 194 more files" in line and "194,000" in line for line in lines)
    assert any("…" in line and "000.csv" in line for line in lines)


def test_no_personal_data_is_printed(summary: RunSummary) -> None:
    shown = screenful(summary)
    assert not [word for word in ("Ada", "script", "example.com", "1980") if word in shown]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"created": 0}, "nothing changed, every golden id stands", id="nothing changed"),
        pytest.param(None, "read 2,412", id="a first run has no last one"),
    ],
)
def test_what_changed(changes: dict[str, int] | None, told: str, summary: RunSummary) -> None:
    shown = screenful(replace(summary, changes=changes))
    assert told in shown
    assert ("since the last run" in shown) is (changes is not None)


def test_no_truth_no_precision(summary: RunSummary) -> None:
    assert "against the truth" not in screenful(replace(summary, evaluation=None))


def test_all_met(summary: RunSummary) -> None:
    assert "expectations checked: all met" in screenful(
        replace(summary, checks=summary.checks[summary.checks["is_met"]])
    )
