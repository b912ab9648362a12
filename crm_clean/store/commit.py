"""What a commit does to each table, as set-based SQL over the run's Parquet files.

Three kinds of tables: kept with periods (rows that are gone or changed are closed, new and changed ones opened,
all others cost nothing), appended to, replaced. Must run inside one transaction; opens and ends none itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, REPLACED, SCOPES, VERSIONED
from crm_clean.store.connection import quoted, statement

if TYPE_CHECKING:
    import duckdb


def apply(connection: duckdb.DuckDBPyConnection, tables: Path, *, run: int) -> None:
    """Make the Parquet files in folder `tables` stand as run `run`."""
    for table in VERSIONED:
        if (file := tables / f"{table.name}.parquet").exists():
            replace_standing(connection, table, source=parquet(file), run=run, within=_scope(tables, table))
    for table in APPENDED:
        if (file := tables / f"{table.name}.parquet").exists():
            append(connection, table, source=parquet(file), run=run)
    for table in REPLACED:
        if (file := tables / f"{table.name}.parquet").exists():
            statement(connection, f"DELETE FROM kept.{table.name} WHERE {_scope(tables, table)}")
            append(connection, table, source=parquet(file), run=run)


def _scope(tables: Path, table: Table) -> str:
    """The WHERE clause of the rows that the file of `table` speaks of: all, unless a scope lies beside it."""
    file = tables / f"{table.name}.scope.parquet"
    if not file.exists():
        return "true"
    named = f"(SELECT id FROM read_parquet('{quoted(str(file.resolve()))}'))"
    return "(" + " OR ".join(f'"{column}" IN {named}' for column in SCOPES[table.name]) + ")"


def parquet(file: Path) -> str:
    """A Parquet file as a FROM clause, with `file_row_number` to keep its order."""
    return f"read_parquet('{quoted(str(file.resolve()))}', file_row_number = true)"


def replace_standing(
    connection: duckdb.DuckDBPyConnection, table: Table, *, source: str, run: int, within: str = "true"
) -> None:
    """Close the standing rows `within` that `source` does not repeat exactly, open those of `source` that are new."""
    columns = ", ".join(f'"{c}"' for c in table.columns)
    key = ", ".join(f'"{c}"' for c in table.key)
    # Rows are matched by key and a 64-bit hash of all columns: comparing a hundred columns directly costs ten times
    # as much, and a hash only ever stands against the one row of the same key.
    standing = f"SELECT {key}, hash({columns}) AS content FROM kept.{table.name} WHERE valid_to IS NULL AND {within}"
    incoming = f"SELECT {key}, hash({columns}) AS content FROM {source}"
    statement(connection, f"CREATE OR REPLACE TEMP TABLE unchanged AS {standing} INTERSECT {incoming}")
    same_key = " AND ".join(f'u."{c}" = t."{c}"' for c in table.key)
    changed = f"NOT EXISTS (SELECT 1 FROM unchanged u WHERE {same_key})"
    statement(
        connection,
        f"UPDATE kept.{table.name} AS t SET valid_to = {run} WHERE valid_to IS NULL AND {within} AND {changed}",
    )
    statement(
        connection,
        f"INSERT INTO kept.{table.name} ({columns}, valid_from, valid_to) "
        f"SELECT {columns}, {run}, NULL FROM {source} t WHERE {changed}",
    )
    statement(connection, "DROP TABLE unchanged")


def append(connection: duckdb.DuckDBPyConnection, table: Table, *, source: str, run: int) -> None:
    """Add the rows of `source`, numbered by its column `file_row_number` after what run `run` has already written."""
    columns = ", ".join(f'"{c}"' for c in table.columns)
    first = f"(SELECT coalesce(max(seq) + 1, 0) FROM kept.{table.name} WHERE run = {run})"
    statement(
        connection,
        f"INSERT INTO kept.{table.name} ({columns}, run, seq) "
        f"SELECT {columns}, {run}, {first} + file_row_number FROM {source}",
    )
