"""A run that changed a part judges and tells as one over everything would."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.pipeline import figures, validate
from crm_clean.pipeline.figures import Figures
from crm_clean.pipeline.shelf import Shelf
from crm_clean.pipeline.standing import last_run_row
from crm_clean.pipeline.step import Context
from crm_clean.pipeline.validate import is_like_the_last
from crm_clean.project import Project, RunResult
from crm_clean.records.tables import ERASURES, RUNS
from crm_clean.sample.generate import write_sample
from crm_clean.settings import FILE_NAME
from crm_clean.validate.suites import as_checks, looked_at, standing_suites


@dataclasses.dataclass
class Seen:
    """What a partial run found by adding up, beside what it would have found in everything."""

    checks: tuple[pd.DataFrame, pd.DataFrame] | None = None
    balance: tuple[object, object] | None = None
    whole: tuple[object, object] | None = None


def _delivered(folder: Path) -> tuple[Path, Path]:
    """The exports of a company, and a small later one: some new contacts, some with another number."""
    write_sample(folder / "all", contacts=400, seed=3)
    (hub,) = (folder / "all").glob("hubspot*.csv")
    rows = pd.read_csv(hub, dtype=str, keep_default_na=False)
    late = folder / "late"
    late.mkdir()
    changed = rows.head(3).assign(**{"Phone Number": "+12125550177"})
    pd.concat([rows.tail(6), changed]).to_csv(late / "hubspot-later.csv", index=False)
    rows.head(len(rows) - 6).to_csv(hub, index=False)
    (folder / "all" / "truth.csv").unlink()
    return folder / "all", late


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, RunResult, Seen]:
    """A project after its second run, which was a partial one."""
    folder, seen = tmp_path_factory.mktemp("part"), Seen()
    first, late = _delivered(folder)
    project = Project.init(folder / "project")
    file = folder / "project" / FILE_NAME
    file.write_text(file.read_text("utf-8").replace("# partial = 0.2", "partial = 1.0"), "utf-8")
    Project(folder / "project").run([first])
    with pytest.MonkeyPatch.context() as patch:
        _watch(patch, seen)
        result = Project(folder / "project").run([late])
    return project, result, seen


def _watch(patch: pytest.MonkeyPatch, seen: Seen) -> None:
    added, told = validate._PartAudit.rows, figures.Figures.whole

    def rows(self: validate._PartAudit, suites: list) -> list:
        found = list(added(self, suites))
        context: Context = self._context
        balance = context.shelf.read_json(validate.BALANCE)
        whole = list(validate._WholeAudit(context, looked_at(suites)).rows(suites))
        seen.checks = as_checks(found), as_checks(whole)
        seen.balance = balance, context.shelf.read_json(validate.BALANCE)
        return found

    def whole(self: Figures) -> object:
        seen.whole = told(self), self._of_all()
        return seen.whole[0]

    patch.setattr(validate._PartAudit, "rows", rows)
    patch.setattr(figures.Figures, "whole", whole)


def test_its_verdicts_are_those_over_everything(ran: tuple[Project, RunResult, Seen]) -> None:
    found, whole = ran[2].checks or pytest.fail("the run was not judged by its part")
    pd.testing.assert_frame_equal(found, whole)
    assert len(standing_suites()) > found["suite"].nunique() > 5


def test_its_balance_is_that_of_everything(ran: tuple[Project, RunResult, Seen]) -> None:
    found, whole = ran[2].balance or (None, {})
    assert found == whole


def test_its_figures_are_those_of_everything(ran: tuple[Project, RunResult, Seen]) -> None:
    found, whole = ran[2].whole or pytest.fail("nothing was told")
    for field in dataclasses.fields(found):
        one, other = getattr(found, field.name), getattr(whole, field.name)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        else:
            assert one == other, field.name


def test_its_page_tells_what_was_looked_at_and_what_moved(ran: tuple[Project, RunResult, Seen]) -> None:
    _, result, _ = ran
    assert result.summary is not None
    assert result.summary.moved == {"new": 6, "changed": 3, "gone": 0}
    assert 9 <= (result.summary.looked_at or 0) < 200
    page = (result.outbox / "report.html").read_text("utf-8") if result.outbox else ""
    assert f"{result.summary.looked_at} of {result.summary.n_records} records were looked at again" in page


def test_what_it_measured_is_kept_for_the_next_run_to_add_to(ran: tuple[Project, RunResult, Seen]) -> None:
    kept = json.loads(ran[0].store.read(RUNS)["measured"].iloc[-1])
    assert set(kept) >= {"steps", "balance", "card"}
    assert kept["balance"]["n_records"] == ran[1].counts["records"]


def test_what_was_counted_is_not_added_to_once_somebody_was_erased(
    ran: tuple[Project, RunResult, Seen], tmp_path: Path
) -> None:
    shutil.copytree(ran[0].place.folder, tmp_path / "project")
    project = Project(tmp_path / "project")
    now = pd.Timestamp("2026-03-01T10:00:00Z").to_pydatetime()
    context = Context(
        settings=project.settings,
        store=project.store,
        shelf=Shelf(tmp_path / "shelf"),
        run=3,
        now=now,
        clock=lambda: now,
        last=last_run_row(project.store),
        expectations=project.place.expectations,
    )
    assert is_like_the_last(context)
    project.store.append(ERASURES, ERASURES.frame({"erasure_id": ["e1"], "erased_at": [now], "erased_by": ["kim"]}))
    assert not is_like_the_last(context)
