"""The store a team shares: a PostgreSQL database, which promises what the embedded file promises.

Opens a connection for the length of one call and closes it; a commit is one transaction. Readers never wait for a
writer nor hold one up; writers take turns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.records.table import INT, Table
from crm_clean.records.tables import APPENDED, REPLACED, RUNS, VERSIONED
from crm_clean.store import base
from crm_clean.store.digests import standing
from crm_clean.store.lock import run_lock as folder_lock
from crm_clean.store.migrate import newest
from crm_clean.store.postgres import commit, digests, erasing, locks, memory
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import (
    PATIENCE_SECONDS,
    first_row,
    ingest,
    rows,
    session,
    statement,
    transaction,
)
from crm_clean.store.postgres.fitting import fitting
from crm_clean.store.postgres.migrate import checked, migrate
from crm_clean.store.postgres.views import view_text
from crm_clean.store.views import check_as_of

if TYPE_CHECKING:
    import psycopg
    from adbc_driver_manager.dbapi import Connection


class PostgresStore:
    """A `Store` in the schemas of `address`, which are made by the first write.

    `folder`: where the project keeps its runs on this machine; held together with the lock in the database.
    """

    def __init__(self, address: Address, *, folder: Path | None = None, patience: float = PATIENCE_SECONDS) -> None:
        self.address = address
        self._folder = folder
        self._patience = patience  # seconds to wait while somebody else changes the store
        self._is_current = False  # the schema, once looked at
        self._open: Connection | None = None  # while a block of reads lasts
        self._holding: psycopg.Connection[Any] | None = None  # while a run lasts

    @contextmanager
    def hold(self) -> Iterator[None]:
        with ExitStack() as locked:
            if self._folder is not None:
                locked.enter_context(folder_lock(self._folder))
            self._holding = locked.enter_context(locks.run_lock(self.address))
            try:
                yield
            finally:
                self._holding = None

    def prepare(self) -> None:
        """Make the schemas or bring them up to date, once whoever is writing has ended, be it a run that was killed."""
        with session(self.address, patience=self._patience) as connection:
            migrate(connection, self.address)
        self._is_current = True

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self._reading(one_state=True) as connection:
            before, self._open = self._open, connection
            try:
                yield
            finally:
                self._open = before

    def patient(self, seconds: float) -> PostgresStore:
        return PostgresStore(self.address, folder=self._folder, patience=seconds)

    def last_run(self) -> int:
        with self._reading() as connection:
            return self._last_run(connection)

    def read(self, table: Table, *, as_of: int | None = None, where: base.Where | None = None) -> pd.DataFrame:
        if as_of is not None and table in REPLACED and as_of != self.last_run():
            raise UnknownThing(f"{table.name}: only what the last run found is kept; ask without a run number.")
        stands = f"{standing(table, as_of)} AND {fitting(where)}"
        return self._frame(
            table, f"SELECT {_listed(table.columns)} FROM {self._name(table)} WHERE {stands} {_order(table)}"
        )

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        names = list(columns or table.columns)
        with self._reading() as connection:
            found = rows(connection, f"SELECT {_listed(names)} FROM {self._name(table)} WHERE {standing(table, None)}")
        return found.cast(table.part(names))

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        names = list(columns or table.columns)
        with self._reading() as connection:
            statement(connection, 'CREATE TEMP TABLE wanted (id text COLLATE "C")')
            ingest(connection, "wanted", pa.table({"id": pa.chunked_array([keys]).cast(pa.string())}))
            statement(connection, "ANALYZE wanted")
            clause = f'{standing(table, None)} AND "{column}" IN (SELECT id FROM wanted)'
            found = rows(connection, f"SELECT {_listed(names)} FROM {self._name(table)} WHERE {clause}")
            statement(connection, "DROP TABLE wanted")
        return found.cast(table.part(names))

    def history(self, table: Table, *, where: base.Where | None = None) -> pd.DataFrame:
        if table not in VERSIONED:
            raise UnknownThing(f"{table.name} has no history: its rows do not change once written.")
        full = Table(table.name, table.key, {**table.columns, "valid_from": INT, "valid_to": INT})
        order = _listed(("valid_from", *table.key))
        sql = f"SELECT {_listed(full.columns)} FROM {self._name(table)} WHERE {fitting(where)} ORDER BY {order}"
        return self._frame(full, sql)

    def written(self, table: Table, *, where: base.Where | None = None) -> pd.DataFrame:
        if table not in APPENDED:
            raise UnknownThing(f"{table.name} is not only added to: ask for what stands, or for its history.")
        full = Table(table.name, table.key, {**table.columns, "run": INT})
        sql = f"SELECT {_listed(full.columns)} FROM {self._name(table)} WHERE {fitting(where)} ORDER BY run, seq"
        return self._frame(full, sql)

    def view(self, name: str, *, where: base.Where | None = None, as_of: int | None = None) -> pd.DataFrame:
        if name not in base.VIEWS:
            raise UnknownThing(f"No view {name!r}: ask for one of {', '.join(base.VIEWS)}.")
        text = view_text(self.address, name, as_of=as_of)
        with self._reading() as connection:
            if as_of is not None:
                check_as_of(name, as_of, last=self._last_run(connection))
            found = rows(connection, f"SELECT * FROM (\n{text}\n) asked WHERE {fitting(where)}")
        return Table(name, (), dict(zip(found.schema.names, found.schema.types, strict=True))).to_pandas(found)

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:
        RUNS.check(run)
        number = int(run["run"].iloc[0])
        with self._writing() as connection:
            last = self._last_run(connection)
            if number != last + 1:
                raise UsageError(f"Run {number} cannot follow run {last}: start it again.")
            found = commit.apply(connection, self.address, tables, run=number, last=self._last_digests(connection))
            memory.remember(connection, self.address, tables)
            row = run.assign(digests=json.dumps(found, sort_keys=True))
            ingest(connection, RUNS.name, RUNS.to_arrow(RUNS.frame(row)), schema=self.address.kept)
            if self._holding is not None:
                locks.check_held(self._holding, self.address)
        return found

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
        with self._reading() as connection:
            return memory.recall(connection, self.address, kind, version, schema)

    def append(self, table: Table, rows: pd.DataFrame) -> None:
        if table not in APPENDED:
            raise UnknownThing(f"{table.name} is not only added to: a run alone changes it.")
        table.check(rows, unique=False)
        with self._writing() as connection:
            run = self._last_run(connection) + 1
            first = commit.next_seq(connection, self._name(table), run)
            said = table.to_arrow(rows)
            said = said.append_column("run", pa.array([run] * len(said), INT))
            said = said.append_column("seq", pa.array(range(first, first + len(said)), INT))
            ingest(connection, table.name, said, schema=self.address.kept)

    def erase(
        self,
        doomed: Mapping[str, Sequence[pd.DataFrame]],
        *,
        renamed: Mapping[str, str] | None = None,
        rewritten: Mapping[str, pd.DataFrame] | None = None,
    ) -> base.Counts:
        with self._writing() as connection:
            removed = erasing.erase(connection, self.address, doomed, renamed=renamed or {}, rewritten=rewritten or {})
        touched = erasing.touched(doomed, renamed or {}, rewritten or {})
        erasing.scrub(self.address, touched, patience=self._patience)
        return removed

    def digest(self, table: Table, *, as_of: int | None = None) -> str:
        with self._reading() as connection:
            return digests.digest(connection, self.address, table, as_of=as_of)

    def digests(self) -> dict[str, str]:
        """The digest of what stands of every kept table, by its name."""
        with self._reading() as connection:
            return digests.digests(connection, self.address)

    @contextmanager
    def _reading(self, *, one_state: bool = False) -> Iterator[Connection]:
        if self._open is not None:
            yield self._open
            return
        self._make_current()
        with transaction(self.address, patience=self._patience, one_state=one_state) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction, all or nothing, of one writer at a time."""
        self._make_current()
        with transaction(self.address, patience=self._patience) as connection:
            statement(connection, f"SELECT pg_advisory_xact_lock({locks.key(self.address, locks.WRITING)})")
            yield connection

    def _make_current(self) -> None:
        if not self._is_current:
            with transaction(self.address, patience=self._patience) as connection:
                name = f"{self.address.kept}.schema_version"
                is_there = not first_row(connection, f"SELECT to_regclass('{name}') IS NULL")[0]
                sql = f"SELECT coalesce(max(version), 0) FROM {name}"
                found = checked(int(first_row(connection, sql)[0])) if is_there else 0
            if found == newest():
                self._is_current = True
            else:
                self.prepare()

    def _last_run(self, connection: Connection) -> int:
        return int(first_row(connection, f"SELECT coalesce(max(run), 0) FROM {self._name(RUNS)}")[0])

    def _last_digests(self, connection: Connection) -> dict[str, str]:
        found = rows(connection, f"SELECT digests FROM {self._name(RUNS)} ORDER BY run DESC LIMIT 1")
        return dict(json.loads(found["digests"][0].as_py() or "{}")) if len(found) else {}

    def _name(self, table: Table) -> str:
        return f"{self.address.kept}.{table.name}"

    def _frame(self, table: Table, sql: str) -> pd.DataFrame:
        with self._reading() as connection:
            return table.to_pandas(rows(connection, sql))


def _order(table: Table) -> str:
    names = table.key if table.key and table not in APPENDED else ("run", "seq")
    return f"ORDER BY {_listed(names)}"


def _listed(columns: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(f'"{c}"' for c in columns)
