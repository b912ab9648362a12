"""What a run did, gathered from its folder for the page and the screenful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean import files
from crm_clean.pipeline.figures import Figures
from crm_clean.pipeline.link import ledger
from crm_clean.pipeline.partial import whole
from crm_clean.pipeline.standing import ever_taken
from crm_clean.pipeline.step import Context, StepResult
from crm_clean.pipeline.trend import trend
from crm_clean.pipeline.validate import BALANCE, RUN_CHECKS
from crm_clean.pipeline.wide import crosswalk
from crm_clean.records.tables import (
    CHECKS,
    FILES,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    RAW_ROWS,
    RECORDS,
)

if TYPE_CHECKING:
    from crm_clean.report.summary import Evaluation, RunSummary, StepCost

REPORT = "report.html"
# What a run keeps of what it found, for its page to be written again.
MOVED, LOOKED_AT = "moved", "looked_at"


@dataclass(frozen=True)
class Telling:
    """What the folder does not know: what to call the run, where its files are (path, purpose), a truth file, what a
    gate said when it refused the run, and the number of a run among others that a trend leads to."""

    title: str
    outputs: Sequence[tuple[str, str]] = ()
    truth: Path | None = None
    refused: tuple[str, ...] = ()
    run: int | None = None


def run_summary(context: Context, results: Sequence[StepResult], telling: Telling) -> RunSummary:
    """The summary of the run in `context`, once its tables are on the shelf."""
    from crm_clean.report.gather import Facts, summarise
    from crm_clean.report.summary import Output
    from crm_clean.review.explain import reason
    from crm_clean.review.ledger import contradictions

    with context.store.at_once():
        figures = Figures(context)
        checks = context.shelf.read(CHECKS)
        moved, looked_at = figures.moved(), figures.looked_at()
        facts = Facts(
            title=telling.title,
            steps=costs(results),
            link_report=figures.link_report,
            outputs=[Output(path, purpose) for path, purpose in telling.outputs],
            evaluation=_measured(context, telling.truth),
            changes=events_by_name(context.shelf.read(IDENTITY_EVENTS)) if context.last else None,
            trend=trend(context.store) if context.last else None,
            explain=reason,
            n_contradicting=len(contradictions(ledger(context))),
            run=telling.run,
            committed_at=context.now,
            refused=telling.refused,
            waiting=figures.waiting,
            kept={BALANCE: context.shelf.read_json(BALANCE), MOVED: moved, LOOKED_AT: looked_at},
            whole=figures.whole(),
            moved=moved,
            looked_at=looked_at,
            shows_part=looked_at is not None,
            returned_to=context.to if context.kind == "rollback" else None,
        )
        tables, queue = figures.shown()
    checks = checks if len(checks) else context.shelf.read(CHECKS, name=RUN_CHECKS)
    return summarise(tables, checks, queue, facts=facts)


def warm_report() -> None:
    """Load what a page needs, so that it does not count as work."""
    from crm_clean.report import charts, html  # noqa: F401
    from crm_clean.review import queue  # noqa: F401

    charts.warm()


def write_report(path: Path, summary: RunSummary) -> RunSummary:
    """Write the page about a run to `path`; returns the summary it shows."""
    from crm_clean.report.html import render

    files.write_text(path, render(summary))
    return summary


def costs(results: Sequence[StepResult]) -> tuple[StepCost, ...]:
    """What each step cost, in order."""
    from crm_clean.report.summary import StepCost

    return tuple(StepCost(result.name, result.seconds, result.peak_mb) for result in results)


def told_of(summary: RunSummary) -> dict[str, Any]:
    """What a run measured of itself, as plain JSON values: `steps`, what the next run adds to and, where a truth was
    given, `evaluation`."""
    steps = [asdict(step) for step in summary.steps]
    truth = summary.evaluation
    return {"steps": steps, **summary.kept} | ({"evaluation": asdict(truth)} if truth else {})


def measure(rows: pd.DataFrame, truth: Path) -> Evaluation:
    """How a crosswalk compares with a truth file; raises UnreadableInput for one that is none."""
    from crm_clean.link.evaluate import evaluate, read_truth
    from crm_clean.report.summary import Evaluation

    found = evaluate(rows, read_truth(truth))
    return Evaluation(precision=found.precision, recall=found.recall)


def _measured(context: Context, truth: Path | None) -> Evaluation | None:
    """Over every row that was ever taken in, this run's among them."""
    if truth is None:
        return None
    rows, taken = ever_taken(context, RAW_ROWS), ever_taken(context, FILES)
    records, members = (table.to_pandas(whole(context, table)) for table in (RECORDS, MEMBERSHIP))
    return measure(crosswalk(rows, taken, records, members), truth)


def events_by_name(events: pd.DataFrame) -> dict[str, int]:
    """How often each event occurs in an IDENTITY_EVENTS frame."""
    counted = events["event"].value_counts().sort_index()
    return {str(event): int(n) for event, n in counted.items()}
