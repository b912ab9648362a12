"""What the steps of this process came to, whether Prefect heard of it or not.

When Prefect's server goes away in the middle of a run the steps go on, but the flow ends with an error of the network.
Whoever started the flow learns here how it really went.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crm_clean.errors import CrmCleanError


@dataclass(frozen=True)
class Done:
    """What a step came to, in ids, paths and counts. `run` is the run that stands now."""

    step: str
    run: int
    is_changed: bool
    counts: dict[str, int] = field(default_factory=dict)
    outbox: str | None = None  # of a run that was committed, or stands


@dataclass
class Journal:
    """The flow run of this process: its id at Prefect, and what its steps came to, the last try of each."""

    flow_run: str | None = None
    entries: dict[str, Done | CrmCleanError] = field(default_factory=dict)

    @property
    def last(self) -> Done | CrmCleanError | None:
        """What the last step came to, if there was one."""
        return list(self.entries.values())[-1] if self.entries else None


_journal = Journal()


def begin(flow_run: str) -> None:
    """Begin anew, for the flow run of that id."""
    global _journal  # noqa: PLW0603
    _journal = Journal(flow_run)


def note(step: str, entry: Done | CrmCleanError) -> None:
    """Remember what a step came to."""
    _journal.entries[step] = entry


def read() -> Journal:
    """All that was noted since the last flow run began."""
    return _journal
