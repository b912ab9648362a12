"""A run of the past, named by its number: whether it ever was, and what to say when it was not."""

from __future__ import annotations

from crm_clean.errors import UnknownThing
from crm_clean.store.base import Store


def check_any(store: Store) -> int:
    """The number of the last run; raises UnknownThing where there is none."""
    last = store.last_run()
    if not last:
        raise UnknownThing("Nothing stands in this project yet: run it first, with `crm-clean run`.")
    return last


def check_run(store: Store, run: int | None) -> int | None:
    """`run` itself, None for what stands now.

    Raises UnknownThing for a run that never was, with the runs there are.
    """
    if run is None:
        return None
    last = check_any(store)
    if not 1 <= run <= last:
        there_are = "run 1 alone stands" if last == 1 else f"runs 1 to {last} stand"
        raise UnknownThing(f"There is no run {run}: {there_are}.")
    return run
