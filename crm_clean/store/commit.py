"""What a commit does to each table, as set-based SQL over the run's Parquet files.

Three kinds of tables: kept with periods (rows that are gone or changed are closed, new and changed ones opened,
all others cost nothing), appended to, replaced. A file with a scope beside it speaks of a part of its table, and costs
what the part costs. Must run inside one transaction; opens and ends none itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, REPLACED, SCOPES, VERSIONED
from crm_clean.store.connection import first_row, quoted, statement
from crm_clean.store.digests import Digest, added_up, content, read, row_hash, standing

if TYPE_CHECKING:
    import duckdb


def apply(connection: duckdb.DuckDBPyConnection, tables: Path, *, run: int, last: Mapping[str, str]) -> dict[str, str]:
    """Make the Parquet files in folder `tables` stand as run `run`; returns the digest of every kept table.

    `last`: the digests of the last run; a table that has none of this engine there is read in full for its own.
    """
    found = {}
    for table in VERSIONED:
        change = replace_standing(connection, table, tables, run=run)
        found[table.name] = _told(connection, table, last, change)
    for table in APPENDED:
        if (file := _file(tables, table)).exists():
            append(connection, table, source=parquet(file), run=run)
        # What was added between the runs is of this one too.
        found[table.name] = _told(connection, table, last, written(connection, table, run))
    for table in REPLACED:
        change = replace_content(connection, table, tables, run=run)
        found[table.name] = _told(connection, table, last, change)
    return found


def parquet(file: Path) -> str:
    """A Parquet file as a FROM clause, with `file_row_number` to keep its order."""
    return f"read_parquet('{quoted(str(file.resolve()))}', file_row_number = true)"


def replace_standing(connection: duckdb.DuckDBPyConnection, table: Table, tables: Path, *, run: int) -> Digest:
    """Close the rows in scope that the file of `table` does not repeat exactly, open those of it that are new.

    Returns what that adds to the digest.
    """
    if not (file := _file(tables, table)).exists():
        return Digest()
    if not first_row(connection, f"SELECT count(*) FROM kept.{table.name}")[0]:
        return _open(connection, table, parquet(file), run=run)
    part = _part(connection, tables, table)
    # Rows are matched by two 64-bit hashes, of the whole row and of its key: comparing a hundred columns directly
    # costs ten times as much, and the two together never fail by chance.
    hashes = f"{content(table)} AS content, hash({_listed(table.key)}) AS named"
    beside = {
        "stood": f"SELECT rowid AS place, {hashes}, valid_from FROM {part}",
        "came": f"SELECT file_row_number AS place, {hashes}, {run} AS valid_from FROM {parquet(file)}",
        "gone": "SELECT * FROM stood s ANTI JOIN came c USING (content, named)",
        "fresh": "SELECT * FROM came c ANTI JOIN stood s USING (content, named)",
    }
    for name, sql in beside.items():
        _temporary(connection, name, sql)
    row = row_hash(table, "content")
    closed, opened = added_up(connection, row, "gone"), added_up(connection, row, "fresh")
    if closed.rows:
        at = "rowid IN (SELECT place FROM gone)"
        statement(connection, f"UPDATE kept.{table.name} SET valid_to = {run} WHERE {at}")
    if opened.rows:
        source = f"{parquet(file)} WHERE file_row_number IN (SELECT place FROM fresh)"
        _open(connection, table, source, run=run, counted=opened)
    for name in beside:
        statement(connection, f"DROP TABLE {name}")
    return opened - closed


def replace_content(connection: duckdb.DuckDBPyConnection, table: Table, tables: Path, *, run: int) -> Digest:
    """Put the rows of the file of `table` in the place of those in scope; returns what that adds to the digest."""
    if not (file := _file(tables, table)).exists():
        return Digest()
    is_part = _scope_file(tables, table).exists()
    part = _part(connection, tables, table)
    _temporary(connection, "gone", f"SELECT rowid AS place, {row_hash(table)} AS row_hash FROM {part}")
    removed = added_up(connection, "row_hash", "gone")
    if removed.rows:
        at = "rowid IN (SELECT place FROM gone)" if is_part else "true"
        statement(connection, f"DELETE FROM kept.{table.name} WHERE {at}")
    statement(connection, "DROP TABLE gone")
    append(connection, table, source=parquet(file), run=run)
    return written(connection, table, run) - removed


def append(connection: duckdb.DuckDBPyConnection, table: Table, *, source: str, run: int) -> None:
    """Add the rows of `source`, numbered by its column `file_row_number` after what run `run` has already written."""
    columns = _listed(table.columns)
    first = f"(SELECT coalesce(max(seq) + 1, 0) FROM kept.{table.name} WHERE run = {run})"
    statement(
        connection,
        f"INSERT INTO kept.{table.name} ({columns}, run, seq) "
        f"SELECT {columns}, {run}, {first} + file_row_number FROM {source}",
    )


def written(connection: duckdb.DuckDBPyConnection, table: Table, run: int) -> Digest:
    """The digest of the rows that carry the number of run `run`."""
    return added_up(connection, row_hash(table), f"kept.{table.name} WHERE run = {run}")


def _open(
    connection: duckdb.DuckDBPyConnection, table: Table, source: str, *, run: int, counted: Digest | None = None
) -> Digest:
    """Let the rows of `source` stand from run `run` on; returns their digest, `counted` where that is known."""
    columns = _listed(table.columns)
    statement(
        connection,
        f"INSERT INTO kept.{table.name} ({columns}, valid_from, valid_to) SELECT {columns}, {run}, NULL FROM {source}",
    )
    dated = f"(SELECT *, {run} AS valid_from FROM {source})"
    return counted or added_up(connection, row_hash(table), dated)


def _told(connection: duckdb.DuckDBPyConnection, table: Table, last: Mapping[str, str], change: Digest) -> str:
    before = read(last.get(table.name))
    if before is None:
        where = standing(table, None)
        return str(added_up(connection, row_hash(table), f"kept.{table.name} WHERE {where}"))
    return str(before + change)


def _part(connection: duckdb.DuckDBPyConnection, tables: Path, table: Table) -> str:
    """The standing rows that the file of `table` speaks of, as a FROM clause: all, unless a scope lies beside it."""
    stands = f"kept.{table.name} WHERE {standing(table, None)}"
    file = _scope_file(tables, table)
    if not file.exists():
        return stands
    # First which rows: only then are all columns of those rows read, and of no others.
    named = f"(SELECT id FROM {parquet(file)})"
    either = " UNION ".join(f'SELECT rowid AS place FROM {stands} AND "{c}" IN {named}' for c in SCOPES[table.name])
    _temporary(connection, "touched", either)
    return f"{stands} AND rowid IN (SELECT place FROM touched)"


def _temporary(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
    statement(connection, f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _file(tables: Path, table: Table) -> Path:
    return tables / f"{table.name}.parquet"


def _scope_file(tables: Path, table: Table) -> Path:
    return tables / f"{table.name}.scope.parquet"
