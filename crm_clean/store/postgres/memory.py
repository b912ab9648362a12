"""What was made of values in earlier runs, in a PostgreSQL store: one table a kind, as in the embedded one.

Tables of a cache need no journal: after a crash of the server they are empty, and are filled again.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from crm_clean.store.memory import FOLDER, named
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import first_row, ingest, quoted, rows, statement

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_TYPES = {
    pa.string(): 'text COLLATE "C"',
    pa.bool_(): "boolean",
    pa.int64(): "bigint",
    pa.int32(): "integer",
    pa.float64(): "double precision",
}


def recall(connection: Connection, address: Address, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
    """The remembered table of `kind`, None unless it is of `version` and has the columns of `schema`."""
    if _version(connection, address, kind) != version:
        return None
    found = rows(connection, f'SELECT * FROM {address.memory}."{kind}"')
    return found.cast(schema) if found.schema.names == schema.names else None


def remember(connection: Connection, address: Address, folder: Path) -> None:
    """Add the files of `folder`/memory. Must run inside a transaction."""
    import pyarrow.parquet as pq

    for file in sorted((folder / FOLDER).glob("*.parquet")):
        kind, version = named(file)
        learnt = pq.read_table(file)
        if _version(connection, address, kind) != version:
            forget(connection, address, kind)
            columns = ", ".join(f'"{column.name}" {_type(column.type)}' for column in learnt.schema)
            statement(connection, f'CREATE UNLOGGED TABLE {address.memory}."{kind}" ({columns})')
            values = f"({quoted(kind)}, {quoted(version)})"
            statement(connection, f"INSERT INTO {address.memory}.versions VALUES {values}")
        ingest(connection, kind, learnt, schema=address.memory)


def forget(connection: Connection, address: Address, kind: str) -> None:
    """Remember nothing of `kind` any more."""
    statement(connection, f'DROP TABLE IF EXISTS {address.memory}."{kind}"')
    statement(connection, f"DELETE FROM {address.memory}.versions WHERE kind = {quoted(kind)}")


def kinds(connection: Connection, address: Address) -> list[str]:
    """The kinds that something is remembered of."""
    found = rows(connection, f"SELECT kind FROM {address.memory}.versions ORDER BY kind")
    return [str(kind) for kind in found["kind"].to_pylist()]


def _version(connection: Connection, address: Address, kind: str) -> str:
    where = f"WHERE kind = {quoted(kind)}"
    return str(first_row(connection, f"SELECT coalesce(max(version), '') FROM {address.memory}.versions {where}")[0])


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return 'text[] COLLATE "C"'
    return "bytea" if pa.types.is_fixed_size_binary(kind) or pa.types.is_binary(kind) else _TYPES[kind]
