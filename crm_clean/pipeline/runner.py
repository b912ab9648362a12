"""Runs a step, unless what an earlier attempt made of the same things still stands on the shelf."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module

from crm_clean.pipeline.fingerprint import fingerprint, recall, remember
from crm_clean.pipeline.measure import measured
from crm_clean.pipeline.part import is_partial
from crm_clean.pipeline.step import Context, Step, StepResult


def run_step(step: Step, context: Context) -> StepResult:
    """Do one step, or take over what an earlier attempt made of the same things."""
    made_from = fingerprint(step, context)
    kept = recall(step, context.shelf, made_from=made_from)
    if kept is not None:
        context.reporter.step_finished(kept.name, kept.counts, kept.seconds)
        return kept
    for module in step.modules:
        import_module(module)
    if step.warm is not None:
        step.warm()
    context.reporter.step_started(step.name, None)
    with measured() as cost, reads(context):
        counts = step.run(context)
    result = StepResult(step.name, counts, round(cost.seconds, 3), cost.peak_mb)
    remember(step, context.shelf, result, made_from=made_from)
    context.reporter.step_finished(result.name, result.counts, result.seconds)
    return result


def reads(context: Context) -> AbstractContextManager[None]:
    """The steps of a partial run ask for little many times, and are over soon: they keep the store open meanwhile."""
    return context.store.at_once() if is_partial(context.shelf) else nullcontext()
