"""What was made of values in earlier runs, by keyed hash: one table a kind in the schema `memory`, of one version each.

A cache that lives in the store because it holds what the store holds: values of people.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from crm_clean.store.commit import parquet
from crm_clean.store.connection import first_row, statement

if TYPE_CHECKING:
    import duckdb

FOLDER = "memory"
_FILE = re.compile(r"^([a-z_]+)\.([0-9a-f]+)\.parquet$")


def recall(connection: duckdb.DuckDBPyConnection, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
    """The remembered table of `kind`, None unless it is of `version` and has the columns of `schema`."""
    if _version(connection, kind) != version:
        return None
    found = connection.sql(f'SELECT * FROM memory."{kind}"').to_arrow_table()
    return found.cast(schema) if found.schema.names == schema.names else None


def remember(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Add the files of `folder`/memory. Must run inside a transaction."""
    for file in sorted((folder / FOLDER).glob("*.parquet")):
        kind, version = named(file)
        source = f"(SELECT * EXCLUDE (file_row_number) FROM {parquet(file)})"
        if _version(connection, kind) == version:
            statement(connection, f'INSERT INTO memory."{kind}" SELECT * FROM {source}')
            continue
        statement(connection, f'DROP TABLE IF EXISTS memory."{kind}"')
        statement(connection, f'CREATE TABLE memory."{kind}" AS SELECT * FROM {source}')
        statement(connection, "DELETE FROM memory.versions WHERE kind = ?", [kind])
        statement(connection, "INSERT INTO memory.versions VALUES (?, ?)", [kind, version])


def named(file: Path) -> tuple[str, str]:
    """Of what kind and version the values in a file of memory are."""
    found = _FILE.match(file.name)
    assert found is not None
    return found[1], found[2]


def _version(connection: duckdb.DuckDBPyConnection, kind: str) -> str:
    sql = "SELECT coalesce(max(version), '') FROM memory.versions WHERE kind = ?"
    return str(first_row(connection, sql, [kind])[0])
