"""How a flow went, by what its steps say; and the few lines to say so.

Prefect may say otherwise: a server that goes away does not make a run fail that was committed, and a failed gate is a
failed gate though nobody could be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crm_clean.errors import CrmCleanError
from flows import names
from flows.asking import STEPS
from flows.journal import Done, Journal
from flows.server import Server, ServerFailed

_STANDS = "what stood before still stands"


@dataclass(frozen=True)
class Outcome:
    """What each step came to; `page`: where Prefect shows it, as long as that server stands."""

    steps: tuple[Done, ...]
    page: str | None = None
    is_server_lost: bool = False


def judged(flow: str, stopped: BaseException | None, noted: Journal, *, on: Server, is_lost: bool) -> Outcome:
    """The outcome of `flow`, which ended with the error `stopped`, if any; raises what is to be said otherwise."""
    last = noted.last
    if isinstance(last, Done) and last.step == STEPS[flow][-1]:
        steps = tuple(entry for entry in noted.entries.values() if isinstance(entry, Done))
        return Outcome(steps, None if on.is_ours else f"{on.pages}/runs/flow-run/{noted.flow_run}", is_lost)
    if isinstance(last, CrmCleanError):
        raise last
    if isinstance(stopped, CrmCleanError | KeyboardInterrupt):
        raise stopped
    kind = type(stopped).__name__
    if kind == "TerminationSignal":
        raise KeyboardInterrupt
    if is_lost:
        said = f"The Prefect server at {on.api} went away; {_STANDS}. Run again: the run goes on."
        raise ServerFailed(said) from stopped
    said = f"Prefect did not carry out the flow ({kind}); {_STANDS}. Try it without: `crm-clean run`."
    raise ServerFailed(said) from stopped


def told(flow: str, project: Path, outcome: Outcome) -> str:
    """The outcome in a few lines."""
    return "\n".join(_lines(f"{flow} {names.shown(project)}", outcome))


def _lines(title: str, outcome: Outcome) -> Iterator[str]:
    last = outcome.steps[-1]
    if not last.is_changed:
        yield f"{title}: nothing changed, run {last.run} stands."
    else:
        yield (
            f"{title}: run {last.run} is committed." if last.step == "publish" else f"{title}: done, not yet published."
        )
        for done in outcome.steps:
            counts = ", ".join(f"{n:,} {what.replace('_', ' ')}" for what, n in done.counts.items())
            yield f"  {done.step:<11}{counts}"
    if last.outbox:
        yield f"  files      {last.outbox}"
        yield f"  report     {Path(last.outbox) / 'report.html'}"
    if outcome.is_server_lost:
        yield "  Prefect's server went away meanwhile: its pages do not show how this run ended."
    elif outcome.page:
        yield f"  in Prefect {outcome.page}"
