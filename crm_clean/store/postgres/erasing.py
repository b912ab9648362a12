"""Erasure in a PostgreSQL store: rows go as if they had never been written, the past included.

Tables that lost rows are then written anew, so that no file of theirs holds what went. What lies in the journal and
in backups of the server is beyond a client: both roll over by the server's own rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, FILES, RUNS, TABLES
from crm_clean.store.base import Counts
from crm_clean.store.digests import KEPT
from crm_clean.store.postgres import memory
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import first_row, ingest, quoted, session, statement
from crm_clean.store.postgres.digests import digests

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_NEW = "new_"


def erase(
    connection: Connection,
    address: Address,
    doomed: Mapping[str, Sequence[pd.DataFrame]],
    *,
    renamed: Mapping[str, str],
    rewritten: Mapping[str, pd.DataFrame],
) -> Counts:
    """What `Store.erase` promises, but for the files of the server: those are for `scrub`, after the transaction."""
    for name, frame in rewritten.items():
        _rewrite(connection, address, TABLES[name], frame)
    removed = {
        name: sum(_remove(connection, address, TABLES[name], frame) for frame in frames)
        for name, frames in doomed.items()
    }
    _rename(connection, address, renamed)
    for kind in memory.kinds(connection, address):
        memory.forget(connection, address, kind)
    runs = f"{address.kept}.{RUNS.name}"
    last = int(first_row(connection, f"SELECT coalesce(max(run), 0) FROM {runs}")[0])
    if last:
        text = quoted(json.dumps(digests(connection, address, as_of=last), sort_keys=True))
        statement(connection, f"UPDATE {runs} SET digests = {text} WHERE run = {last}")
    return removed


def scrub(address: Address, tables: Iterable[str], *, patience: float) -> None:
    """Write the kept tables named anew, so that nothing of the rows that went is left in their files."""
    with session(address, patience=patience) as connection:
        for name in sorted(tables):
            statement(connection, f"VACUUM (FULL, ANALYZE) {address.kept}.{name}")


def touched(
    doomed: Mapping[str, object], renamed: Mapping[str, str], rewritten: Mapping[str, object]
) -> frozenset[str]:
    """The names of the tables that an erasure may change."""
    of_files = {table.name for table in KEPT if "file_id" in table.columns} if renamed else set()
    return frozenset({*doomed, *rewritten, *of_files, RUNS.name})


def _remove(connection: Connection, address: Address, table: Table, frame: pd.DataFrame) -> int:
    given = _stage(connection, address, table, frame, {c: c for c in frame.columns})
    same = _same(given, given.schema.names)
    fits = f"FROM {address.kept}.{table.name} t WHERE EXISTS (SELECT FROM asked a WHERE {same})"
    found = int(first_row(connection, f"SELECT count(*) {fits}")[0])
    if found:
        statement(connection, f"DELETE {fits}")
    statement(connection, "DROP TABLE asked")
    return found


def _rewrite(connection: Connection, address: Address, table: Table, frame: pd.DataFrame) -> None:
    assert table in APPENDED
    before = [c for c in frame.columns if c in table.columns]
    new = {c: c.removeprefix(_NEW) for c in frame.columns if c not in table.columns}
    given = _stage(connection, address, table, frame, {**{c: c for c in before}, **new})
    values = ", ".join(f'"{column}" = a."{name}"' for name, column in new.items())
    statement(
        connection,
        f"UPDATE {address.kept}.{table.name} t SET {values} FROM asked a WHERE {_same(given, before)}",
    )
    statement(connection, "DROP TABLE asked")


def _stage(
    connection: Connection, address: Address, table: Table, frame: pd.DataFrame, columns: Mapping[str, str]
) -> pa.Table:
    """The rows of `frame` in the temporary table `asked`, each column of the type it has in `table`."""
    listed = ", ".join(f'"{column}" AS "{name}"' for name, column in columns.items())
    statement(connection, f"CREATE TEMP TABLE asked AS SELECT {listed} FROM {address.kept}.{table.name} WITH NO DATA")
    kinds = [table.columns[column] for column in columns.values()]
    arrays = [pa.array(frame[n], type=kind, from_pandas=True) for n, kind in zip(columns, kinds, strict=True)]
    flat = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    given = pa.Table.from_arrays(flat, names=list(columns))
    ingest(connection, "asked", given)
    statement(connection, "ANALYZE asked")
    return given


def _same(given: pa.Table, columns: Iterable[str]) -> str:
    """Missing equals missing; said only where something is missing, since no index helps with it."""
    equal = {c: "IS NOT DISTINCT FROM" if given[c].null_count else "=" for c in columns}
    return " AND ".join(f't."{c}" {sign} a."{c}"' for c, sign in equal.items()) or "true"


def _rename(connection: Connection, address: Address, renamed: Mapping[str, str]) -> None:
    for table in KEPT if renamed else ():
        if FILES.key[0] in table.columns:
            for old, new in renamed.items():
                statement(
                    connection,
                    f"UPDATE {address.kept}.{table.name} SET file_id = {quoted(new)} WHERE file_id = {quoted(old)}",
                )
