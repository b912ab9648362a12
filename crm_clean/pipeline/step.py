"""What a step is, what it works with, and what it cost.

A step is a function of its context to counts. It reads the tables it names from the run's shelf and what stands from
the store, and writes the tables it names. Whether it must run at all is the runner's question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_clean.pipeline.known import Known
from crm_clean.pipeline.measure import Cost
from crm_clean.pipeline.reporter import Reporter, Silent
from crm_clean.pipeline.shelf import Shelf
from crm_clean.settings import Settings
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.link.model_file import ModelFile

Counts = dict[str, int]


@dataclass(frozen=True)
class Context:
    """Everything a step may know: nothing else decides its result, and of this not the clock,
    `key`, `workers` or `reporter`."""

    settings: Settings
    store: Store
    shelf: Shelf
    run: int  # the number this run will have
    now: datetime  # when the run began, UTC
    clock: Callable[[], datetime]
    last: Mapping[str, Any] = field(default_factory=dict)  # the RUNS row of the last run, empty before the first
    inputs: tuple[Path, ...] = ()
    given: tuple[tuple[str, str], ...] = ()  # name and content digest of each input file, as the run began
    expectations: Path | None = None  # the project's own suites
    key: bytes | None = None  # the project's own secret, for hashes of values that are kept; None without a project
    workers: int = 1
    full: bool = False  # train anew although a model stands
    model: ModelFile | None = None  # link by this one
    kind: str = "run"  # what the run is for: see `order.Kind`
    to: int | None = None  # the run that a rollback returns to
    heard: Mapping[str, int] = field(default_factory=dict)  # rows that each ledger had as the run began
    accept_drop: bool = False  # an export may lack much of what its source held
    reporter: Reporter = field(default_factory=Silent)

    @cached_property
    def known(self) -> Known:
        """The store, for rows that several steps look up."""
        return Known(self.store)


@dataclass(frozen=True)
class Step:
    """A step: its name on the command line, what it does, what it takes from the shelf and puts there.

    `depends` gives whatever else decides the result, as plain JSON values. `modules` are imported and `warm` is called
    before the clock starts, so that loading libraries does not count as work.
    """

    name: str
    run: Callable[[Context], Counts]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    depends: Callable[[Context], object]
    modules: tuple[str, ...] = ()
    warm: Callable[[], object] | None = None


@dataclass(frozen=True)
class StepResult:
    """What a step did: `seconds` of work without imports, `peak_mb` of memory, `is_reused` when nothing was to do."""

    name: str
    counts: Mapping[str, int]
    seconds: float
    peak_mb: int
    is_reused: bool = False

    def with_more(self, cost: Cost) -> StepResult:
        """The same step with what finishing it cost."""
        seconds, peak_mb = round(self.seconds + cost.seconds, 3), max(self.peak_mb, cost.peak_mb)
        return replace(self, seconds=seconds, peak_mb=peak_mb)
