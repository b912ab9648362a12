"""What is looked up by a few values among millions, and what is found by its run.

A table that is still empty is filled first and indexed afterwards, which takes half the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crm_clean.records.tables import APPENDED, REPLACED
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import statement

if TYPE_CHECKING:
    import psycopg
    from adbc_driver_manager.dbapi import Connection

INDEXED = {
    "records": ("record_id",),
    "contact_points": ("record_id", "key"),
    "membership": ("record_id", "golden_id"),
    "golden": ("golden_id",),
    "golden_points": ("golden_id",),
    "survivors": ("golden_id",),
    "raw_rows": ("file_id", "record_id"),
    "pairs": ("left_id", "right_id"),
    "issues": ("record_id",),
    "identity_events": ("golden_id", "other_id"),
    "decisions": ("left_id", "right_id"),
}
_BY_RUN = tuple(table.name for table in (*APPENDED, *REPLACED))


def make(connection: Connection | psycopg.Connection[Any], address: Address, table: str) -> None:
    """Index the kept table named, where that is not done yet."""
    for name, how in _indexes(table).items():
        statement(connection, f"CREATE INDEX IF NOT EXISTS {name} ON {address.kept}.{table} {how}")


def drop(connection: Connection, address: Address, table: str) -> None:
    """Take the indexes of the kept table named away, until they are made again."""
    for name in _indexes(table):
        statement(connection, f"DROP INDEX IF EXISTS {address.kept}.{name}")


def _indexes(table: str) -> dict[str, str]:
    out = {f"{table}_by_{column}": f'("{column}")' for column in INDEXED.get(table, ())}
    # Rows lie in the order they were written: a few bytes for every stretch of them tell which runs it holds.
    return out | ({f"{table}_by_run": "USING brin (run)"} if table in _BY_RUN else {})
