"""What the four flows have in common: a name for each run, a turn, and steps one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prefect import Task
from prefect.runtime import flow_run

from flows import artifacts, journal, limits, names
from flows.asking import Ask
from flows.journal import Done


def run_name() -> str:
    """`refresh demo`: the flow and the project's folder."""
    return f"{flow_run.flow_name} {names.shown(Path(flow_run.parameters['project']))}"


def in_turn(steps: Sequence[Task[..., Done]], ask: Ask) -> Done:
    """Take `steps` over a project that nobody else works on; returns what the last one came to."""
    journal.begin(str(flow_run.id))
    with limits.turn(ask.project):
        done = steps[0](ask)
        for step in steps[1:]:
            done = step(ask, done)
        artifacts.tell_unchanged(done)
    return done
