"""Who wants to know how a run gets on: the command line draws bars, the default says nothing.

No message holds personal data: names of steps, counts, seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Reporter(Protocol):
    """Is told what happens, in order; may raise to stop the run, which then leaves everything as it was."""

    def step_started(self, name: str, total: int | None) -> None:
        """A step begins; `total` is how much there is to do, None where nobody knows."""

    def advanced(self, n: int) -> None:
        """`n` more of it are done."""

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None:
        """A step ended well."""

    def notice(self, text: str) -> None:
        """A sentence worth reading."""


class Silent:
    """A reporter that says nothing."""

    def step_started(self, name: str, total: int | None) -> None: ...

    def advanced(self, n: int) -> None: ...

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None: ...

    def notice(self, text: str) -> None: ...
