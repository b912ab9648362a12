"""One run of a project at a time, as far as Prefect knows; the run lock of the store is what really guards it.

A slot is held by a lease of a minute, the shortest there is, which is renewed while the run goes on: the slot of a run
that was killed comes free within a minute and a half. A server that goes away takes no run with it: renewals fail in
silence, the work goes on, and a slot that cannot be given back comes free by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists
from prefect.logging import get_run_logger

from crm_clean.errors import StoreLocked
from flows import names

LEASE_SECONDS = 60
WAIT_SECONDS = 3600


def ensure(project: Path) -> int:
    """Make the limit of `project` where there is none; returns how many runs hold it now."""
    name = names.limit(project)
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):  # somebody else may make it between Prefect's look and its making
            client.upsert_global_concurrency_limit_by_name(name, limit=1)
        return client.read_global_concurrency_limit_by_name(name).active_slots


@contextmanager
def turn(project: Path) -> Iterator[None]:
    """Hold the limit of `project`; waits for its turn, and raises StoreLocked after an hour of that."""
    log = get_run_logger()
    if ensure(project):
        log.info("Another run of this project goes on; waiting for it to end.")
    slot = concurrency(
        names.limit(project),
        timeout_seconds=WAIT_SECONDS,
        lease_duration=LEASE_SECONDS,
        strict=True,
        raise_on_lease_renewal_failure=False,
    )
    if not _entered(slot):
        raise StoreLocked("Another run of this project goes on and on: look at it in Prefect, then run again.")
    try:
        yield
    finally:
        try:
            slot.__exit__(None, None, None)
        except Exception as error:
            log.warning("The slot could not be given back (%s); it comes free in a minute.", type(error).__name__)


def _entered(slot: object) -> bool:
    try:
        slot.__enter__()  # type: ignore[attr-defined]
    except TimeoutError:
        return False
    return True
