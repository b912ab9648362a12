"""One run at a time, and one writer at a time: locks that the server drops with the session that took them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from crm_clean.errors import StoreLocked, UsageError
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import session, told

if TYPE_CHECKING:
    import psycopg

RUNNING, WRITING = "run", "write"


def key(address: Address, what: str) -> int:
    """The number of a lock of a project; locks of other databases do not meet it."""
    digest = blake2b(f"crm-clean {what} {address.schema}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


@contextmanager
def run_lock(address: Address) -> Iterator[psycopg.Connection[Any]]:
    """Hold the store for one run; raises StoreLocked at once when another run holds it, from whatever machine."""
    with session(address) as connection:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [key(address, RUNNING)]).fetchone()
        if row != (True,):
            raise StoreLocked(
                f"Another run holds the store in {address.shown}: wait until it has ended, then run again."
            )
        yield connection


def check_held(connection: psycopg.Connection[Any], address: Address) -> None:
    """Raises UsageError when the session that holds the lock is no more, since another run may hold it by now."""
    with told(address):
        connection.execute("SELECT 1")
    if connection.closed:
        raise UsageError(f"The lock on the store in {address.shown} was lost: nothing was committed, run again.")
