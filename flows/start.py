"""Runs one flow in this process, on the server there is, or on one of our own that stands as long as the run."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from flows import environment, journal, server
from flows.asking import Ask
from flows.journal import Journal
from flows.outcome import Outcome, judged
from flows.server import Server

_SETTLE_SECONDS = 30.0
_ENDED = {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]}}


def start(flow: str, ask: Ask) -> Outcome:
    """Run `flow`, wait until Prefect has it on record; raises what stopped it, as one of our errors."""
    with _server() as found:
        os.environ["PREFECT_API_URL"] = found.api
        os.environ["PREFECT_HOME"] = str(environment.home())
        # Each word to a server that went away takes a quarter of a minute then, and not a whole one: somebody waits.
        os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "3")
        stopped = _run(flow, ask)
        is_lost = not _settled(found)
        return judged(flow, stopped, journal.read(), on=found, is_lost=is_lost)


@contextmanager
def _server() -> Iterator[Server]:
    found = server.given() or server.standing()
    if found is not None:
        yield found
        return
    with server.started(environment.home(), port=server.free_port(), with_pages=False) as own:
        yield own


def _run(flow: str, ask: Ask) -> BaseException | None:
    """Run the flow of that name; returns what it ended with, if that was no good end."""
    logging.raiseExceptions = False  # or Prefect writes to the terminal what it cannot write to a server that is gone
    asked = {"project": ask.project, "inputs": list(ask.inputs) or None, "workers": ask.workers, "full": ask.full}
    if ask.truth is not None:
        asked["truth"] = ask.truth
    try:
        run: Callable[..., object] = getattr(import_module(f"flows.{flow}"), flow)
        import_module("flows.automations").ensure()
        run(**asked)
    except BaseException as error:
        return error
    return None


def _settled(found: Server) -> bool:
    """Send what Prefect still has to say, and wait until its server has it; False when that is no more."""
    from prefect.events.worker import EventsWorker

    if not server.answers(found.api):
        return False
    EventsWorker.drain_all(timeout=_SETTLE_SECONDS)
    until = time.monotonic() + _SETTLE_SECONDS
    while found.is_ours and not _is_recorded(found, journal.read()) and time.monotonic() < until:
        time.sleep(0.1)
    return True


def _is_recorded(found: Server, noted: Journal) -> bool:
    """Whether the server knows of every step that it ended; what it takes in, it writes down in batches."""
    if noted.flow_run is None:
        return True
    asked = {"flow_runs": {"id": {"any_": [noted.flow_run]}}, "task_runs": {"state": _ENDED}}
    return int(found.ask("/task_runs/count", asked)) >= len(noted.entries)
