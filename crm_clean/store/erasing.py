"""Erasure: a new database file is written without what has to go, and takes the place of the old one.

Deleting in place would leave the bytes in the file, so every row that stays is written anew and nothing else is. Until
the rename nothing has happened; after it, all of it has. Whoever reads the store meanwhile goes on reading the old
file; whoever wants to write waits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from crm_clean import files
from crm_clean.errors import StoreLocked
from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, FILES, RUNS
from crm_clean.store.base import Counts
from crm_clean.store.connection import attached, connected, first_row, statement
from crm_clean.store.digests import KEPT, digests
from crm_clean.store.lock import may_change, private_files
from crm_clean.store.migrate import migrate

if TYPE_CHECKING:
    import duckdb

_NEW = "new_"
_LAST_RUN = "SELECT max(run) FROM kept.runs"
Frames = Mapping[str, Sequence[pd.DataFrame]]


def erase(
    path: Path,
    doomed: Frames,
    *,
    renamed: Mapping[str, str],
    rewritten: Mapping[str, pd.DataFrame],
    patience: float,
) -> Counts:
    """What `Store.erase` promises of the database file at `path`, which has no journal. Returns rows removed by table.

    Raises StoreLocked when somebody else is writing to the file.
    """
    with _replaced(path, patience=patience) as connection:
        migrate(connection)
        statement(connection, "BEGIN TRANSACTION")
        removed = {
            table.name: _copy(connection, table, doomed.get(table.name, ()), renamed, rewritten.get(table.name))
            for table in (*KEPT, RUNS)
        }
        last = first_row(connection, _LAST_RUN)[0]
        if last is not None:
            told = json.dumps(digests(connection, as_of=int(last)), sort_keys=True)
            statement(connection, f"UPDATE kept.runs SET digests = ? WHERE run = ({_LAST_RUN})", [told])
        statement(connection, "COMMIT")
    return {name: removed[name] for name in doomed}


def clear(path: Path) -> None:
    """Remove what a killed erasure, or a killed query, left beside the database file at `path`.

    Only for one who has the file open for writing: then nobody else is at work.
    """
    beside = files.beside(path)
    for left in (beside, _journal(beside), path.parent / "tmp"):
        files.remove(left)


@contextmanager
def _replaced(path: Path, *, patience: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database, with the one at `path` attached as `old`; at the end it has its place."""
    beside = files.beside(path)
    for left in (beside, _journal(beside)):
        files.remove(left)
    with private_files(), may_change(path.parent):
        try:
            with connected(beside, writing=True, folders=[path.parent]) as connection:
                # Who reads a file keeps writers away from it: it is held until the new one has its name.
                attached(connection, path, name="old", patience=patience)
                found = path.stat().st_ino
                with files.writing(path):
                    yield connection
                    statement(connection, "CHECKPOINT")
                    if _journal(path).exists() or path.stat().st_ino != found:
                        raise StoreLocked(f"{path} was changed meanwhile: wait until nobody writes to it, try again.")
        finally:
            for left in (beside, _journal(beside)):
                files.remove(left)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    doomed: Sequence[pd.DataFrame],
    renamed: Mapping[str, str],
    rewritten: pd.DataFrame | None,
) -> int:
    """Write the rows of `table` that stay to the new database; returns how many go."""
    source = f"old.kept.{table.name} t"
    if rewritten is not None and len(rewritten):
        source = _rewriting(connection, table, rewritten)
    stays = [_staying(connection, table, frame, f"doomed_{at}") for at, frame in enumerate(doomed)]
    named = ""
    if renamed and FILES.key[0] in table.columns:
        connection.register("renamed", pa.table({"old": list(renamed), "new": list(renamed.values())}))
        named = " REPLACE (coalesce((SELECT r.new FROM renamed r WHERE r.old = t.file_id), t.file_id) AS file_id)"
    where = " AND ".join(stays) or "true"
    statement(connection, f"INSERT INTO kept.{table.name} BY NAME SELECT t.*{named} FROM {source} WHERE {where}")
    left = first_row(connection, f"SELECT count(*) FROM kept.{table.name}")[0]
    return int(first_row(connection, f"SELECT count(*) FROM old.kept.{table.name}")[0] - left)


def _staying(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame, name: str) -> str:
    given = _arrow(table, frame, {c: c for c in frame.columns})
    connection.register(name, given)
    return f"NOT EXISTS (SELECT 1 FROM {name} d WHERE {_same('t', 'd', given, given.schema.names)})"


def _rewriting(connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame) -> str:
    """The rows of `table` as a FROM clause, with the new values where `frame` has some."""
    assert table in APPENDED
    before = [c for c in frame.columns if c in table.columns]
    new = {c: c.removeprefix(_NEW) for c in frame.columns if c not in table.columns}
    given = _arrow(table, frame, {**{c: c for c in before}, **new})
    connection.register("words", given)
    listed = ", ".join(f'"{c}"' for c in before)
    once = f"(SELECT DISTINCT ON ({listed}) *, true AS is_rewritten FROM words)"
    values = ", ".join(f'CASE WHEN w.is_rewritten THEN w."{c}" ELSE o."{of}" END AS "{of}"' for c, of in new.items())
    same = _same("o", "w", given, before)
    return f"(SELECT o.* REPLACE ({values}) FROM old.kept.{table.name} o LEFT JOIN {once} w ON {same}) t"


def _arrow(table: Table, frame: pd.DataFrame, columns: Mapping[str, str]) -> pa.Table:
    """`frame` as Arrow; each column has the type of the one of `table` that it speaks of."""
    arrays = [pa.array(frame[n], type=table.columns[of], from_pandas=True) for n, of in columns.items()]
    flat = [a.combine_chunks() if isinstance(a, pa.ChunkedArray) else a for a in arrays]
    return pa.Table.from_arrays(flat, names=list(columns))


def _same(left: str, right: str, given: pa.Table, columns: Sequence[str]) -> str:
    """Missing equals missing; said only where something is missing, since a join on it is slower."""
    equal = {c: "IS NOT DISTINCT FROM" if given[c].null_count else "=" for c in columns}
    return " AND ".join(f'{left}."{c}" {sign} {right}."{c}"' for c, sign in equal.items()) or "true"


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")
