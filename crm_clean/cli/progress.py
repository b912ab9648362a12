"""How a run gets on: bars on a terminal, a plain line a step elsewhere; on stderr, so that stdout is the result."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from crm_clean.cli.screen import on_screen

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from crm_clean.pipeline.reporter import Reporter


@contextmanager
def reporter(stream: TextIO | None = None) -> Iterator[Reporter]:
    """A reporter that writes to `stream` (stderr, if not given) while the block runs."""
    target = sys.stderr if stream is None else stream
    if not target.isatty():
        yield Lines(target)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=target), transient=True) as bars:
        yield Bars(bars)


def line(name: str, counts: Mapping[str, object], seconds: float) -> str:
    """One step in one line: its name, what it took, what it counted."""
    said = ", ".join(f"{_number(value)} {key.replace('_', ' ')}" for key, value in counts.items())
    return f"{name:<10} {seconds:>7.1f} s  {said}".rstrip()


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


class Lines:
    """A line for each step that ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def step_started(self, name: str, total: int | None) -> None: ...

    def advanced(self, n: int) -> None: ...

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None:
        self._say(line(name, counts, seconds))

    def notice(self, text: str) -> None:
        self._say(text)

    def _say(self, text: str) -> None:
        print(on_screen(text), file=self._stream, flush=True)


class Bars:
    """A bar for the step at work, above it a line for each that has ended."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def step_started(self, name: str, total: int | None) -> None:
        self._task = self._bars.add_task(name, total=total)

    def advanced(self, n: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, n)

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        self._say(line(name, counts, seconds))

    def notice(self, text: str) -> None:
        self._say(text)

    def _say(self, text: str) -> None:
        # As it is: counts and names are neither markup nor worth colouring, and a narrow window may wrap them itself.
        self._bars.console.print(on_screen(text), markup=False, highlight=False, soft_wrap=True)
