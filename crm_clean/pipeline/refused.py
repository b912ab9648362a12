"""What is told of a run that a gate refused: a page of its own, beside a store and an outbox that stay as they were."""

from __future__ import annotations

from collections.abc import Sequence

from crm_clean import files
from crm_clean.errors import GateFailed
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.step import Context, StepResult
from crm_clean.pipeline.summary import Telling, run_summary, write_report

NAME = "refused.html"


def refused(place: Place, context: Context, results: Sequence[StepResult], failed: GateFailed) -> GateFailed:
    """The same failure with the page about it, which replaces that of an earlier refusal."""
    place.reports.mkdir(exist_ok=True)
    title = f"{context.settings.project.name}, refused after run {context.run - 1}"
    telling = Telling(title, refused=tuple(failed.failures), run=context.run)
    write_report(place.reports / NAME, run_summary(context, results, telling))
    return GateFailed(failed.failures, report=place.reports / NAME)


def forget_refusal(place: Place) -> None:
    """Take the page away: a later run was not refused."""
    files.remove(place.reports / NAME)
