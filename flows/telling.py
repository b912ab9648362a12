"""What Prefect may hear of an error: one sentence without data, and nothing that hangs on to it.

Prefect writes what a step raises into its database and its logs, with its causes and its notes. Our own errors are
sentences without data; of any other only the kind and the place are told, because its text may quote a value.
"""

from __future__ import annotations

from crm_clean.cli.failures import failure
from crm_clean.errors import CrmCleanError, StoreLocked

_DEBUG_HERE, _DEBUG_THERE = "Run again with --debug", "Run `crm-clean run --debug`"


class StepFailed(CrmCleanError):
    """A step ended with an error that is none of ours; `is_passing`: of the kind that may be gone the next time."""

    def __init__(self, sentence: str, *, exit_code: int, is_passing: bool) -> None:
        self.exit_code = exit_code  # type: ignore[misc]
        self.is_passing = is_passing
        super().__init__(sentence)


def spoken(error: Exception) -> CrmCleanError:
    """`error` as it may be told: to be raised where no other error is being handled."""
    if isinstance(error, CrmCleanError):
        return _bare(error)
    told = failure(error, given=())
    sentence = told.sentence.replace(_DEBUG_HERE, _DEBUG_THERE)
    return StepFailed(sentence, exit_code=told.code, is_passing=isinstance(error, OSError))


def is_locked(error: object) -> bool:
    """Whether somebody else held the store, which a second try may find free."""
    return isinstance(error, StoreLocked)


def is_passing(error: object) -> bool:
    """Whether a second try may do better: the store was held, or the machine refused to read or write."""
    return is_locked(error) or (isinstance(error, StepFailed) and error.is_passing)


def _bare(error: CrmCleanError) -> CrmCleanError:
    """Without where it came from: its causes may be errors of libraries, which quote what they choke on."""
    error.__cause__ = error.__context__ = None
    error.__traceback__ = None
    if hasattr(error, "__notes__"):
        del error.__notes__
    return error
