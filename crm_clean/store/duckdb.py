"""The embedded store: one DuckDB file in a folder that only its owner reads.

Opens the file for the length of one call and closes it, so an open notebook never blocks the nightly run. A commit
is one explicit transaction, then a checkpoint; the file is created beside and renamed, so it is never half made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from crm_clean import files
from crm_clean.errors import UnknownThing, UsageError
from crm_clean.records.table import INT, Table
from crm_clean.records.tables import APPENDED, REPLACED, RUNS, TABLES, VERSIONED
from crm_clean.store import base, digests, erasing, memory
from crm_clean.store.commit import append, apply
from crm_clean.store.connection import PATIENCE_SECONDS, connected, first_row, statement, undo
from crm_clean.store.few import NARROWED, narrowed
from crm_clean.store.lock import may_change, private_files, run_lock
from crm_clean.store.migrate import migrate, newest, version
from crm_clean.store.views import check_as_of, in_duckdb

if TYPE_CHECKING:
    import duckdb

FILE_NAME = "crm.duckdb"
# So many values are looked for one by one.
_FEW = 50
_LAST_RUN = "SELECT coalesce(max(run), 0) FROM kept.runs"


class DuckDBStore:
    """A `Store` in the DuckDB file at `path`; the file is made by the first write."""

    def __init__(self, path: Path, *, patience: float = PATIENCE_SECONDS) -> None:
        self.path = path
        self._patience = patience  # seconds to wait while somebody else holds the file
        self._is_current = False  # the schema, once looked at
        self._open: duckdb.DuckDBPyConnection | None = None  # while a block of reads lasts

    def hold(self) -> AbstractContextManager[None]:
        return run_lock(self.path.parent)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self._reading() as connection:
            before, self._open = self._open, connection
            try:
                yield
            finally:
                self._open = before

    def patient(self, seconds: float) -> DuckDBStore:
        return DuckDBStore(self.path, patience=seconds)

    def last_run(self) -> int:
        with self._reading() as connection:
            return int(first_row(connection, _LAST_RUN)[0])

    def read(self, table: Table, *, as_of: int | None = None, where: base.Where | None = None) -> pd.DataFrame:
        if as_of is not None and table in REPLACED and as_of != self.last_run():
            raise UnknownThing(f"{table.name}: only what the last run found is kept; ask without a run number.")
        columns = ", ".join(f'"{c}"' for c in table.columns)
        clause, values = _fitting(where)
        stands = f"{digests.standing(table, as_of)} AND {clause}"
        sql = f"SELECT {columns} FROM kept.{table.name} WHERE {stands} ORDER BY {_order(table)}"
        return self._frame(table, sql, values)

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        names = list(columns or table.columns)
        chosen = ", ".join(f'"{name}"' for name in names)
        with self._reading() as connection:
            sql = f"SELECT {chosen} FROM kept.{table.name} WHERE {digests.standing(table, None)}"
            return connection.sql(sql).to_arrow_table().cast(table.part(names))

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        names = list(columns or table.columns)
        chosen = ", ".join(f'"{name}"' for name in names)
        with self._reading() as connection:
            connection.register("wanted", pa.table({"id": keys}))
            clause = f'{digests.standing(table, None)} AND "{column}" IN (SELECT id FROM wanted)'
            found = connection.sql(f"SELECT {chosen} FROM kept.{table.name} WHERE {clause}").to_arrow_table()
            connection.unregister("wanted")
        return found.cast(table.part(names))

    def history(self, table: Table, *, where: base.Where | None = None) -> pd.DataFrame:
        if table not in VERSIONED:
            raise UnknownThing(f"{table.name} has no history: its rows do not change once written.")
        full = Table(table.name, table.key, {**table.columns, "valid_from": INT, "valid_to": INT})
        clause, values = _fitting(where)
        order = ", ".join(("valid_from", *(f'"{c}"' for c in table.key)))
        return self._frame(full, f"SELECT * FROM kept.{table.name} WHERE {clause} ORDER BY {order}", values)

    def written(self, table: Table, *, where: base.Where | None = None) -> pd.DataFrame:
        if table not in APPENDED:
            raise UnknownThing(f"{table.name} is not only added to: ask for what stands, or for its history.")
        full = Table(table.name, table.key, {**table.columns, "run": INT})
        clause, values = _fitting(where)
        return self._frame(full, f"SELECT * FROM kept.{table.name} WHERE {clause} ORDER BY run, seq", values)

    def view(self, name: str, *, where: base.Where | None = None, as_of: int | None = None) -> pd.DataFrame:
        if name not in base.VIEWS:
            raise UnknownThing(f"No view {name!r}: ask for one of {', '.join(base.VIEWS)}.")
        clause, values = _fitting(where)
        with self.at_once(), self._reading() as connection:
            text = f"main.{name}"
            if as_of is not None:
                check_as_of(name, as_of, last=self.last_run())
                text = "(" + in_duckdb(name, lambda table: _then(table, as_of)) + ") v"
            if name in NARROWED and "golden_id" in (where or {}):
                text = "(" + narrowed(connection, name, _asked(where, "golden_id"), as_of=as_of) + ") v"
            found = connection.sql(f"SELECT * FROM {text} WHERE {clause}", params=values).to_arrow_table()
        return Table(name, (), dict(zip(found.schema.names, found.schema.types, strict=True))).to_pandas(found)

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:
        RUNS.check(run)
        number = int(run["run"].iloc[0])
        with self._changing(tables) as connection:
            last = int(first_row(connection, _LAST_RUN)[0])
            if number != last + 1:
                raise UsageError(f"Run {number} cannot follow run {last}: start it again.")
            found = apply(connection, tables, run=number, last=_last_digests(connection))
            memory.remember(connection, tables)
            row = run.assign(digests=json.dumps(found, sort_keys=True)).iloc[0]
            values = [None if pd.isna(row[c]) else row[c] for c in RUNS.columns]
            marks = ", ".join("?" for _ in values)
            statement(connection, f"INSERT INTO kept.runs VALUES ({marks})", [_plain(v) for v in values])
        return found

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
        with self._reading() as connection:
            return memory.recall(connection, kind, version, schema)

    def append(self, table: Table, rows: pd.DataFrame) -> None:
        if table not in APPENDED:
            raise UnknownThing(f"{table.name} is not only added to: a run alone changes it.")
        table.check(rows, unique=False)
        with self._changing() as connection:
            run = int(first_row(connection, _LAST_RUN)[0]) + 1
            connection.register("said", table.to_arrow(rows))
            numbered = "(SELECT *, row_number() OVER () - 1 AS file_row_number FROM said)"
            append(connection, table, source=numbered, run=run)
            connection.unregister("said")

    def erase(
        self,
        doomed: Mapping[str, Sequence[pd.DataFrame]],
        *,
        renamed: Mapping[str, str] | None = None,
        rewritten: Mapping[str, pd.DataFrame] | None = None,
    ) -> base.Counts:
        self.prepare()
        return erasing.erase(
            self.path, doomed, renamed=renamed or {}, rewritten=rewritten or {}, patience=self._patience
        )

    def digest(self, table: Table, *, as_of: int | None = None) -> str:
        with self._reading() as connection:
            return digests.digest(connection, table, as_of=as_of)

    def digests(self) -> dict[str, str]:
        """The digest of what stands of every kept table, by its name."""
        with self._reading() as connection:
            return digests.digests(connection)

    def prepare(self) -> None:
        """Make the file, replay what a killed run left in its journal, bring its schema up to date."""
        with self._writing() as connection:
            statement(connection, "CHECKPOINT")
            erasing.clear(self.path)

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        if self._open is not None:
            yield self._open
            return
        if not self.path.exists():
            self._create()
        if not self._is_current:
            with connected(self.path, patience=self._patience) as connection:
                self._is_current = version(connection) == newest()
            if not self._is_current:
                self.prepare()
        with connected(self.path, patience=self._patience) as connection:
            yield connection

    @contextmanager
    def _writing(self, *folders: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.path.exists():
            self._create()
        with connected(self.path, writing=True, folders=folders, patience=self._patience) as connection:
            migrate(connection)
            yield connection

    @contextmanager
    def _changing(self, *folders: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, all or nothing, then a checkpoint."""
        with self._writing(*folders) as connection:
            statement(connection, "BEGIN TRANSACTION")
            try:
                yield connection
                statement(connection, "COMMIT")
            except BaseException:
                undo(connection)
                raise
            statement(connection, "CHECKPOINT")

    def _create(self) -> None:
        with private_files(), may_change(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with files.writing(self.path) as beside:
                erasing.clear(self.path)
                with connected(beside, writing=True) as connection:
                    migrate(connection)
                    statement(connection, "CHECKPOINT")

    def _frame(self, table: Table, sql: str, values: list[object] | None = None) -> pd.DataFrame:
        with self._reading() as connection:
            return table.to_pandas(connection.sql(sql, params=values or []).to_arrow_table())


def _last_digests(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    told = f"SELECT coalesce(max(digests), '{{}}') FROM kept.runs WHERE run = ({_LAST_RUN})"
    return dict(json.loads(first_row(connection, told)[0]))


def _then(name: str, as_of: int) -> str:
    return f"(SELECT * FROM kept.{name} WHERE {digests.standing(TABLES[name], as_of)})"


def _order(table: Table) -> str:
    if table.key and table not in APPENDED:
        return ", ".join(f'"{c}"' for c in table.key)
    return "run, seq"


def _fitting(where: base.Where | None) -> tuple[str, list[object]]:
    pairs = dict(where or {})
    names = {c for table in TABLES.values() for c in table.columns} | {"match_probability", "into_id", "reason"}
    if unknown := sorted(set(pairs) - names):
        raise UnknownThing(f"No column {', '.join(unknown)}: look at the columns of the table first.")
    asked = {name: _asked(pairs, name) for name in pairs}
    clauses, values = [], list[object]()
    for name, given in asked.items():
        is_short = len(given) <= _FEW
        marks = ", ".join("?" for _ in given) if is_short else "SELECT unnest(?::VARCHAR[])"
        clauses.append(f'"{name}" IN ({marks})' if given else "false")
        values += given if is_short else [given]
    return " AND ".join(clauses) or "true", values


def _asked(where: base.Where | None, name: str) -> list[str]:
    given = (where or {})[name]
    return [given] if isinstance(given, str) else list(given)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value
