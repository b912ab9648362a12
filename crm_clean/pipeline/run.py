"""A whole run: locked, recovered, stepped, committed, put out. Either all of it happened or none.

The order is what makes a kill harmless: files are staged in the run's folder, the store commits everything in one
transaction, then the staged outbox is moved. Before the commit a run can be resumed; after it, it can only be finished.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean import files
from crm_clean.errors import GateFailed, UnknownThing
from crm_clean.pipeline import link, merge
from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.forget import finish
from crm_clean.pipeline.ingest import INGEST
from crm_clean.pipeline.inputs import input_digests
from crm_clean.pipeline.link import LINK, write_model
from crm_clean.pipeline.measure import measured
from crm_clean.pipeline.merge import MERGE
from crm_clean.pipeline.normalise import NORMALISE
from crm_clean.pipeline.order import Order, RunResult
from crm_clean.pipeline.outbox import STAGED, folder_of, put_out
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.publish import PUBLISH
from crm_clean.pipeline.reading import reading
from crm_clean.pipeline.recovery import recover, run_folder
from crm_clean.pipeline.refused import forget_refusal, refused
from crm_clean.pipeline.reporter import Reporter
from crm_clean.pipeline.runner import reads, run_step
from crm_clean.pipeline.shelf import Shelf
from crm_clean.pipeline.standing import heard, last_run_row
from crm_clean.pipeline.step import Context, Step, StepResult
from crm_clean.pipeline.summary import REPORT, Telling, costs, run_summary, told_of, write_report
from crm_clean.pipeline.unchanged import LEDGERS, has_new_files, is_same_but_for_files, nothing_changed
from crm_clean.pipeline.validate import VALIDATE, suites_digest
from crm_clean.records.tables import QUALITY, RUNS
from crm_clean.settings import Settings
from crm_clean.store.lock import private_files

if TYPE_CHECKING:
    from crm_clean.report.summary import RunSummary

MODEL = "model.json"
KIND = "kind"  # what the work in a run's folder is for
STEPS: tuple[Step, ...] = (INGEST, NORMALISE, LINK, MERGE, VALIDATE, PUBLISH)


def run(
    place: Place, order: Order, *, settings: Settings, clock: Callable[[], datetime], reporter: Reporter
) -> RunResult:
    """Run every step up to `order.until`; the last one commits and puts out. `clock` gives instants in UTC.

    Raises StoreLocked when another run holds the store, GateFailed when a critical expectation is not met, and
    whatever a step raises; in every case the store and the outbox stay as they were.
    """
    store = place.store()
    with store.hold(), private_files():
        store.prepare()
        last = store.last_run()
        recover(place.store_folder, place.outbox, last_run=last)
        finish(place, store, settings=settings)
        folder = run_folder(place.store_folder, last + 1)
        if Shelf(folder).read_json(KIND) not in (None, order.kind):  # begun for something else
            files.remove(folder)
        inputs = _inputs(place, order, Shelf(folder))
        context = Context(
            settings=settings,
            store=store,
            shelf=Shelf(folder),
            run=last + 1,
            clock=clock,
            now=clock(),
            last=last_run_row(store),
            inputs=inputs,
            given=input_digests(inputs),
            expectations=place.expectations,
            key=place.key(),
            workers=order.workers,
            full=order.full,
            model=order.model,
            kind=order.kind,
            to=order.to,
            accept_drop=order.accept_drop,
            heard=heard(store, *LEDGERS),
            reporter=reporter,
        )
        if is_same_but_for_files(context) and not has_new_files(context):
            return nothing_changed(place, order, context)
        folder.mkdir(parents=True, exist_ok=True)
        return _carry_out(place, order, context)


def steps_of(order: Order) -> tuple[Step, ...]:
    """The steps of a run of that kind, in order."""
    if order.kind != "rollback":
        return STEPS
    from crm_clean.pipeline.rollback import RESTORE

    return (RESTORE, VALIDATE, PUBLISH)


def _inputs(place: Place, order: Order, shelf: Shelf) -> tuple[Path, ...]:
    if order.kind != "run":
        return ()
    begun = shelf.read_json("inputs") if order.is_step else None
    return order.inputs or tuple(Path(text) for text in begun or ()) or (place.landing,)


def _carry_out(place: Place, order: Order, context: Context) -> RunResult:
    context.shelf.write_json(KIND, context.kind)
    context.shelf.write_json("inputs", [str(path.absolute()) for path in context.inputs])
    if context.inputs and not context.given and not context.last:
        raise UnknownThing(f"No exports in {context.inputs[0]}: put files there, or name some with --input.")
    steps = steps_of(order)
    results = [run_step(steps[0], context)]
    if not results[0].counts.get("files") and is_same_but_for_files(context):
        return nothing_changed(place, order, context)
    last_step = [step.name for step in steps].index(order.until)
    try:
        for step in steps[1 : last_step + 1]:
            # One by one: a refused run is told of by the steps it got through.
            results.append(run_step(step, context))  # noqa: PERF401
    except GateFailed as failed:
        if context.shelf.read_json("link_report") is None:  # there is nothing to make a page of yet
            raise
        raise refused(place, context, results, failed) from None
    if order.until != steps[-1].name:
        return _result(context, results, run=context.run - 1)
    return _conclude(place, order, context, results)


def _conclude(place: Place, order: Order, context: Context, results: list[StepResult]) -> RunResult:
    """Report, commit, put out, tidy up; counted as part of publishing."""
    folder, outbox = context.shelf.folder, folder_of(place.outbox, context.run)
    telling = Telling(_title(context), _outputs(place, outbox), order.truth, run=context.run)
    with measured() as cost:
        write_model(context.shelf, folder / STAGED / MODEL)
        with reads(context):
            summary = run_summary(context, results, telling)
        write_report(folder / STAGED / REPORT, summary)
        context.shelf.write(QUALITY, summary.quality)
        context.store.commit(_run_row(context, _counts(results), summary), folder)
        put_out(folder, place.outbox, run=context.run)
        forget_refusal(place)
    results[-1] = results[-1].with_more(cost)
    shown = replace(summary, steps=costs(results))
    result = replace(
        _result(context, results, run=context.run), outbox=outbox, summary=shown, evaluation=summary.evaluation
    )
    files.remove(folder)
    return result


def _title(context: Context) -> str:
    return f"{context.settings.project.name}, run {context.run}"


def _outputs(place: Place, outbox: Path) -> list[tuple[str, str]]:
    return [
        (str(outbox), "files for each CRM to import"),
        (str(outbox / REPORT), "what was found, for eyes"),
        (str(place.store_folder), "golden records, history and decisions"),
    ]


def _run_row(context: Context, counts: dict[str, int], summary: RunSummary) -> pd.DataFrame:
    shelf = context.shelf
    row = {
        "run": context.run,
        "started_at": pd.Timestamp(context.now),
        "committed_at": pd.Timestamp(context.clock()),
        "version": code_version(),
        "settings": _json(context.settings.model_dump(mode="json")),
        "inputs": _json(_inputs_told(context)),
        "model": _json({**(shelf.read_json("model") or {}), "report": shelf.read_json("link_report")}),
        "counts": _json(counts),
        "measured": _json(told_of(summary)),
    }
    return RUNS.frame({name: [value] for name, value in row.items()})


def _inputs_told(context: Context) -> dict[str, object]:
    """What the run went by: files, suites, how it reads, what it is for, how much of each ledger it had."""
    steps = (context.shelf.read_json(name) or {} for name in (link.HEARD, merge.HEARD))
    counted = {ledger: n for step in (context.heard, *steps) for ledger, n in step.items()}
    return {
        "files": context.given,
        "suites": suites_digest(context),
        "reading": reading(context),
        "heard": counted,
        "kind": context.kind,
        **({} if context.to is None else {"to": context.to}),
    }


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _counts(results: Sequence[StepResult]) -> dict[str, int]:
    return {name: n for result in results for name, n in result.counts.items()}


def _result(context: Context, results: Sequence[StepResult], *, run: int) -> RunResult:
    return RunResult(run, True, tuple(results), _counts(results), context.shelf.read_json("link_report") or {})
