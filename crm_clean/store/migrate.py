"""Brings a store file to the schema this version knows: numbered SQL files, each applied once, in order.

A file of a newer version is refused, since what we do not know we could only damage.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from crm_clean.errors import UsageError
from crm_clean.records.tables import TABLES
from crm_clean.store.connection import first_row, statement, undo
from crm_clean.store.digests import standing
from crm_clean.store.views import in_duckdb, names

if TYPE_CHECKING:
    import duckdb


@cache
def migrations() -> dict[int, str]:
    """SQL text by schema version, in order."""
    folder = resources.files("crm_clean.store") / "migrations"
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {int(name[:4]): (folder / name).read_text(encoding="utf-8") for name in files}


def newest() -> int:
    """The schema version this code works with."""
    return max(migrations())


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """The schema version of an open store, 0 for an empty file.

    Raises UsageError when it is newer than ours, and for a database that is somebody else's.
    """
    told = "count(*), count(*) FILTER (WHERE schema_name = 'main' AND table_name = 'schema_version')"
    here = "database_name = current_database() AND NOT temporary"
    tables, ours = first_row(connection, f"SELECT {told} FROM duckdb_tables() WHERE {here}")
    if tables and not ours:
        raise UsageError(
            "The database is there, but no store: it has other tables. Keep the store in a file of its own."
        )
    if not ours:
        return 0
    found = int(first_row(connection, "SELECT coalesce(max(version), 0) FROM schema_version")[0])
    if found > newest():
        raise UsageError(
            f"The store has schema version {found}, this crm-clean knows {newest()}: "
            "use the crm-clean that wrote it, or a later one."
        )
    return found


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply what is missing; each migration stands whole or not at all. The views are made anew with the last."""
    at = version(connection)
    for number, sql in migrations().items():
        if number <= at:
            continue
        statement(connection, "BEGIN TRANSACTION")
        try:
            statement(connection, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
            statement(connection, sql)
            if number == newest():
                _make_views(connection)
            statement(connection, "INSERT INTO schema_version VALUES (?)", [number])
            statement(connection, "COMMIT")
        except BaseException:
            undo(connection)
            raise


def _make_views(connection: duckdb.DuckDBPyConnection) -> None:
    for name in names():
        text = in_duckdb(name, lambda table: f"(SELECT * FROM kept.{table} WHERE {standing(TABLES[table], None)})")
        statement(connection, f"CREATE OR REPLACE VIEW main.{name} AS\n{text}")
