"""What is asked of a run, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from crm_clean.pipeline.step import StepResult

if TYPE_CHECKING:
    from crm_clean.link.model_file import ModelFile
    from crm_clean.report.summary import Evaluation, RunSummary


# What a run is for: to take in exports, or to obey what people said without any: a split, a word on a value; or to
# return to what stood after an earlier run.
Kind = Literal["run", "split", "override", "rollback"]


@dataclass(frozen=True)
class Order:
    """What was asked for: which files (the landing folder if none), up to which step, and how.

    A single step (`is_step`) works on what the steps before it were given, where nothing else is said. Only a `kind`
    of `run` takes files; `to` is the run that a rollback returns to. `accept_drop` believes a snapshot that lacks much.
    """

    inputs: tuple[Path, ...] = ()
    until: str = "publish"
    is_step: bool = False
    workers: int = 1
    full: bool = False
    model: ModelFile | None = None
    truth: Path | None = None
    kind: Kind = "run"
    to: int | None = None
    accept_drop: bool = False


@dataclass(frozen=True)
class RunResult:
    """What a run did. `run` is the run that stands now; `is_changed` is False when there was nothing to do.

    `report` holds what linking reports (`threshold`, `expected_precision`, ...); `outbox` is where the files are;
    `summary` is what there is to show, when a run was committed; `evaluation` is there when a truth file was given.
    """

    run: int
    is_changed: bool
    steps: tuple[StepResult, ...]
    counts: dict[str, int]
    report: dict[str, object]
    outbox: Path | None = None
    summary: RunSummary | None = None
    evaluation: Evaluation | None = None
