"""Runs of a project that kill themselves at a given point, as real processes; started once, since imports take long.

Reads one request a line, `PROJECT POINT STEP NTH`, forks, lets the child run, answers with the child's exit status.
The child dies by SIGKILL when the NTH call of POINT since STEP began is about to happen. POINT is a function of the
package (`said`: what is said to a PostgreSQL server), with the words an argument must hold behind a colon; or `after`,
and STEP the seconds that the child may live.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from crm_clean.errors import CrmCleanError
from crm_clean.pipeline.reporter import Silent
from crm_clean.project import Project

PLACES = {
    "sync": ("crm_clean.files",),
    "rename": ("crm_clean.files",),
    "remove": ("crm_clean.files",),
    "statement": ("crm_clean.store.commit", "crm_clean.store.duckdb", "crm_clean.store.migrate"),
    "said": tuple(f"crm_clean.store.postgres.{name}" for name in ("commit", "store", "memory", "connection")),
}
PRELOADED = (
    *("crm_clean.sources.intake", "crm_clean.normalise.apply", "crm_clean.link.linking", "crm_clean.merge.golden"),
    *("crm_clean.publish.plan", "crm_clean.publish.write", "crm_clean.report.html", "crm_clean.review.queue"),
)


class Doom(Silent):
    """Knows which step is on, counts calls, and kills; or holds the run at a step until it is let go."""

    def __init__(self, step: str, nth: int, words: str) -> None:
        self.step, self.nth, self.words = step, nth, words
        self.is_on, self.seen = False, 0

    def step_started(self, name: str, *_: object) -> None:
        self.is_on = self.is_on or name == self.step

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **options: Any) -> Any:
            if self.is_on and any(self.words in str(arg) for arg in args):
                self.seen += 1
                if self.seen == self.nth:
                    os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **options)

        return guarded


class Hold(Silent):
    """Waits at the start of a step until the file `go` is there."""

    def __init__(self, folder: Path, step: str) -> None:
        self.folder, self.step = folder, step

    def step_started(self, name: str, *_: object) -> None:
        if name == self.step:
            (self.folder / "held").touch()
            while not (self.folder / "go").exists():
                time.sleep(0.01)


def reporter(folder: Path, point: str, step: str, nth: int) -> Silent:
    if point == "after":
        return Silent()
    if point == "hold":
        return Hold(folder.parent, step)
    name, _, words = point.partition(":")
    doom = Doom(step, nth, words)
    called = "statement" if name == "said" else name
    for place in PLACES[name]:
        module = import_module(place)
        setattr(module, called, doom.before(getattr(module, called)))
    return doom


def child(folder: Path, point: str, step: str, nth: int) -> int:
    try:
        Project(folder).run(workers=1, reporter=reporter(folder, point, step, nth))
    except CrmCleanError as error:
        return error.exit_code
    return 0


def _status(pid: int, seconds: float | None) -> int:
    """The status of a child that is killed after so many seconds, if it has not ended by then."""
    if seconds is not None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return status
            time.sleep(0.001)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


def main() -> None:
    for module in PRELOADED:
        import_module(module)
    from crm_clean.validate.suites import load_suites

    load_suites()
    print("ready", flush=True)
    for line in sys.stdin:
        folder, point, step, nth = line.rstrip("\n").split("\t")
        pid = os.fork()
        if pid == 0:
            os._exit(child(Path(folder), point, step, int(nth)))
        print(os.waitstatus_to_exitcode(_status(pid, float(step) if point == "after" else None)), flush=True)


if __name__ == "__main__":
    main()
