"""Everything crm-clean raises on purpose: one tree, each leaf with the exit code it means.

Dirty data is a finding, never an error. What stands here is wrong usage, input that is no data at all,
a failed gate, a store that another run holds - or a mistake of ours.

    CrmCleanError
      UsageError             2   wrong option, unknown field, bad settings
        BadSettings          2   a settings file says something we do not understand
        UnknownThing         2   an id, run or project that does not exist
      UnreadableInput        2   a file that holds no table, or no rows
      GateFailed             3   a critical expectation failed: nothing was committed or published
      StoreLocked            4   another run holds the store
      BadFrame               1   a stage handed over a frame that breaks its table: our bug
      BrokenCheck            1   an expectation could not be evaluated: says nothing about the data
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import ClassVar


class CrmCleanError(Exception):
    """Base of all errors raised on purpose; its message is one sentence that says what to do."""

    exit_code: ClassVar[int] = 1

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentence alone, unless the mistake is ours."""
        return traceback.format_exception(self) if self.exit_code == 1 else [f"{type(self).__name__}: {self}"]


class UsageError(CrmCleanError):
    """The command, option or setting makes no sense as given."""

    exit_code = 2


class BadSettings(UsageError):
    """A settings file says something we do not understand."""


class UnknownThing(UsageError):
    """An id, run, table or project that does not exist."""


class UnreadableInput(CrmCleanError):
    """A file that holds no contacts table. `code` is the reason, such as `empty` or `not_csv`."""

    exit_code = 2

    def __init__(self, path: str, code: str, advice: str) -> None:
        self.path, self.code, self.advice = path, code, advice
        super().__init__(f"{path}: {advice}")


class GateFailed(CrmCleanError):
    """Critical expectations failed. `failures` holds one line each, without personal data; `report` is the page about
    the run that was refused, where one was written."""

    exit_code = 3

    def __init__(self, failures: list[str], *, report: Path | None = None) -> None:
        self.failures, self.report = failures, report
        shown = "; ".join(failures[:3]) + ("; ..." if len(failures) > 3 else "")
        seen = f" The whole of it is in {report}." if report else ""
        super().__init__(
            f"{len(failures)} critical expectation(s) failed, nothing was committed or published: {shown}. "
            f"Mend the export or the expectation, then run again.{seen}"
        )


class StoreLocked(CrmCleanError):
    """Another run holds the store."""

    exit_code = 4


class BadFrame(CrmCleanError):
    """A stage handed over a frame that breaks its table."""


class BrokenCheck(CrmCleanError):
    """An expectation could not be evaluated: the suite or the program is wrong, not the data."""
