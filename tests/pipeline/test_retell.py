"""A run told again from the store: the same figures as when it was fresh, its trend, and what was decided since."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.pipeline import retell
from crm_clean.pipeline.trend import trend
from crm_clean.project import Project, RunResult
from crm_clean.records.tables import QUALITY
from crm_clean.report.summary import RunSummary

NEW = "First Name,Last Name,Email\nQuilla,Nobody-Else,quilla@example.org\n"


@pytest.fixture
def copied(ran: tuple[Project, RunResult], tmp_path: Path) -> Project:
    shutil.copytree(ran[0].place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunSummary]:
    """The summary behind the page that a project writes of a run."""
    seen: list[RunSummary] = []
    monkeypatch.setattr(retell, "write_report", lambda _path, summary: seen.append(summary))

    def told(project: Project, run: int | None = None) -> RunSummary:
        project.report(run)
        return seen[-1]

    return told


class TestTheLastRun:
    def test_has_the_figures_it_had_when_it_was_fresh(self, ran, told):
        project, result = ran
        again, fresh = told(project), result.summary
        for name in ("n_records", "n_golden", "n_review", "n_read", "before", "after", "linking", "changes"):
            assert getattr(again, name) == getattr(fresh, name), name
        for name in ("issues", "quarantine", "largest", "review", "quality", "checks", "trend"):
            one, other = getattr(again, name), getattr(fresh, name)
            if name == "trend":
                one, other = one.drop(columns="committed_at"), other.drop(columns="committed_at")
            pd.testing.assert_frame_equal(one, other, check_dtype=False)
        assert [step.name for step in again.steps] == [step.name for step in fresh.steps]
        assert not again.partial

    def test_counts_what_was_decided_since_and_asks_it_no_more(self, copied, told):
        asked = copied.review_queue()
        first = asked.iloc[0]
        copied.decide("different", first["left_id"], first["right_id"], by="kim")
        again = told(copied)
        assert (again.n_review, again.n_decided) == (len(asked) - 1, 1)
        assert len(copied.review_queue(limit=3)) == 3
        waiting = copied.review_queue()
        pd.testing.assert_frame_equal(waiting, asked.iloc[1:].reset_index(drop=True))

    def test_is_written_into_the_project_for_its_owner_alone(self, copied):
        page = copied.report()
        assert page == copied.place.reports / "run-000001.html"
        assert "run 1" in page.read_text()
        assert oct(page.stat().st_mode & 0o077) == "0o0"

    def test_goes_where_it_is_asked_for(self, copied, tmp_path):
        assert copied.report(path=tmp_path / "here" / "page.html").exists()


class TestAnEarlierRun:
    @pytest.fixture
    def twice(self, copied: Project) -> Project:
        (copied.place.landing / "fair.csv").write_text(NEW)
        copied.run()
        return copied

    def test_shows_the_people_of_then_and_says_what_is_not_kept(self, ran, twice, told):
        then, now = told(twice, 1), told(twice)
        assert (then.n_golden, then.partial) == (ran[1].summary.n_golden, True)
        assert (now.n_golden, now.partial) == (then.n_golden + 1, False)
        assert len(then.review) == 0
        assert [source.source_file for source in now.sources] == ["fair.csv"]

    def test_the_trend_has_every_run_so_far(self, twice, told):
        assert sorted(set(told(twice).trend["run"])) == [1, 2]
        assert sorted(set(told(twice, 1).trend["run"])) == [1]

    def test_its_page_is_whole(self, twice):
        assert "run 1" in unescape(twice.report(1).read_text())

    def test_the_page_does_not_credit_the_new_file_with_the_records_of_earlier_runs(self, ran, twice):
        page = twice.report().read_text()
        assert "this run read 1 row from 1 file." in page
        assert f"{ran[1].summary.n_records + 1} records from" not in page


def test_the_quality_of_every_field_is_kept_with_the_run(ran):
    project, result = ran
    kept = project.store.read(QUALITY)
    pd.testing.assert_frame_equal(kept, QUALITY.frame(result.summary.quality))
    assert {"overall", "completeness"} <= set(kept.loc[kept["field"] == "all", "dimension"])


def test_a_run_keeps_what_it_cost(ran):
    steps = json.loads(ran[0].runs()["measured"].iloc[0])["steps"]
    assert [step["name"] for step in steps] == ["ingest", "normalise", "link", "merge", "validate", "publish"]
    assert all(step["seconds"] > 0 and step["peak_mb"] > 0 for step in steps)


def test_the_trend_of_the_store_names_counts_and_shares(ran):
    figures = trend(ran[0].store).set_index("measure")["value"]
    summary = ran[1].summary
    assert figures["people"] == summary.n_golden
    assert figures["to review"] == summary.n_review
    assert figures["overall"] == pytest.approx(summary.after.overall)
    assert trend(ran[0].store, before=1).empty


@pytest.mark.parametrize(
    ("run", "said"),
    [pytest.param(7, "There is no run 7", id="a run that never was"), pytest.param(0, "no run 0", id="run nought")],
)
def test_refuses(ran, run, said):
    with pytest.raises(UnknownThing, match=said):
        ran[0].report(run)


def test_a_project_without_runs_says_how_to_make_one(make):
    with pytest.raises(UnknownThing, match=r"No run stands .* `crm-clean run"):
        make().report()
