"""The six steps as tasks: each is one call of the project, told to Prefect in counts.

The steps keep what they made on the project's own shelf, so that a run that was stopped goes on where it was; Prefect
keeps and caches nothing. Every step takes the store's lock, which a reviewer may hold for a moment; the first and the
last read and write outside the store as well. Those are the things worth a second try, and there is no other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from crm_clean import project as projects
from crm_clean.errors import CrmCleanError, GateFailed
from crm_clean.pipeline.reporter import Silent
from flows import artifacts, journal
from flows.asking import Ask
from flows.journal import Done
from flows.telling import is_locked, is_passing, spoken

RETRY_SECONDS = [2.0, 10.0]


class _Notices(Silent):
    def notice(self, text: str) -> None:
        get_run_logger().info("%s", text)


def carry_out(step: str, ask: Ask) -> Done:
    """Take one step; whatever it raises is raised anew as a sentence without data."""
    try:
        result = projects.open(ask.project).step(
            step, ask.inputs, workers=ask.workers, full=ask.full, truth=ask.truth, reporter=_Notices()
        )
    except Exception as error:
        stopped = spoken(error)
    else:
        artifacts.tell(ask.project, result)
        return _noted(step, result)
    # Raised out here, so that Python does not hang the error as it came on to it.
    raise _refused(step, ask.project, stopped)


def _noted(step: str, result: projects.RunResult) -> Done:
    outbox = str(result.outbox.absolute()) if result.outbox else None
    counts = dict(result.steps[-1].counts) if result.steps else {}
    done = Done(step, result.run, result.is_changed, counts, outbox)
    told = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in counts.items())
    get_run_logger().info("%s: %s", step, told or f"nothing changed, run {result.run} stands")
    journal.note(step, done)
    return done


def _refused(step: str, project: Path, error: CrmCleanError) -> CrmCleanError:
    journal.note(step, error)
    if isinstance(error, GateFailed):
        artifacts.tell_refused(project, error)
    return error


def _task(step: str, promise: str, *, worth_retrying: Callable[[object], bool] = is_locked) -> Task[..., Done]:
    def take(ask: Ask, _after: Done | None = None) -> Done:  # which draws the line between them in Prefect
        return carry_out(step, ask)

    def may_pass(_task: object, _run: object, state: Any) -> bool:
        return worth_retrying(state.data if isinstance(state.data, Exception) else state.result(raise_on_failure=False))

    take.__name__ = take.__qualname__ = step
    return Task(
        take,
        name=step,
        task_run_name=step,
        description=promise,
        retries=len(RETRY_SECONDS),
        retry_delay_seconds=RETRY_SECONDS,
        retry_condition_fn=may_pass,
        cache_policy=NO_CACHE,
        persist_result=False,
    )


INGEST = _task("ingest", "Read the exports, quarantine what cannot be read.", worth_retrying=is_passing)
NORMALISE = _task("normalise", "Bring names, phones, addresses, dates to one form.")
LINK = _task("link", "Find the records that are the same person.")
MERGE = _task("merge", "Make one golden record of each person.")
VALIDATE = _task("validate", "Check the tables against the expectations.")
PUBLISH = _task("publish", "Commit the run and write what CRMs import.", worth_retrying=is_passing)
