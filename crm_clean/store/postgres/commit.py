"""What a commit does to each table of a PostgreSQL store, as set-based SQL over rows that came by COPY.

The same three kinds as in the embedded store, and the same bargain: a file with a scope beside it speaks of a part of
its table, and costs what the part costs. Must run inside one transaction; opens and ends none itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from crm_clean.records.table import INT, Table
from crm_clean.records.tables import APPENDED, REPLACED, SCOPES, VERSIONED
from crm_clean.store.digests import standing
from crm_clean.store.postgres import indexes
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import first_row, ingest, statement
from crm_clean.store.postgres.digests import Digest, added_up, content, engine, hashed, read, row_hash

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_BATCH = 65_536
# From here on the server is told to look at a table again before it plans what to do with it.
_MANY = 10_000


def apply(
    connection: Connection, address: Address, tables: Path, *, run: int, last: Mapping[str, str]
) -> dict[str, str]:
    """Make the Parquet files in folder `tables` stand as run `run`; returns the digest of every kept table.

    `last`: the digests of the last run; a table that has none of this engine there is read in full for its own.
    """
    commit = _Commit(connection, address, tables, run)
    return {
        **{table.name: commit.told(table, last, commit.replace_standing(table)) for table in VERSIONED},
        **{table.name: commit.told(table, last, commit.append(table)) for table in APPENDED},
        **{table.name: commit.told(table, last, commit.replace_content(table)) for table in REPLACED},
    }


class _Commit:
    def __init__(self, connection: Connection, address: Address, tables: Path, run: int) -> None:
        self.connection, self.address, self.tables, self.run = connection, address, tables, run
        self.engine = engine(connection)

    def replace_standing(self, table: Table) -> Digest:
        """Close the rows in scope that the file of `table` does not repeat exactly, open those of it that are new.

        Returns what that adds to the digest.
        """
        if not self._file(table).exists():
            return Digest(self.engine)
        if not first_row(self.connection, f"SELECT EXISTS (SELECT FROM {self._stands(table)})")[0]:
            self._copy(table, {"valid_from": self.run})
            return self._written(table)
        self._copy_beside(table)
        # Rows are matched by two 64-bit hashes, of the whole row and of its key: comparing a hundred columns directly
        # costs many times as much, and the two together never fail by chance.
        hashes = f"{content(table)} AS content, {hashed([_quoted(c) for c in table.key])} AS named"
        self._temporary("stood", f"SELECT ctid AS place, {hashes}, valid_from FROM {self._part(table)}")
        self._temporary("came", f"SELECT ctid AS place, {hashes}, {self.run}::bigint AS valid_from FROM incoming")
        self._temporary("gone", f"SELECT * FROM stood s WHERE NOT EXISTS (SELECT FROM came c WHERE {_SAME})")
        self._temporary("fresh", f"SELECT * FROM came c WHERE NOT EXISTS (SELECT FROM stood s WHERE {_SAME})")
        row = row_hash(table, "content")
        closed, opened = added_up(self.connection, row, "gone"), added_up(self.connection, row, "fresh")
        name, columns = self._name(table), _listed(table.columns)
        statement(
            self.connection,
            f"UPDATE {name} t SET valid_to = {self.run} FROM gone g WHERE t.ctid = g.place AND t.valid_to IS NULL",
        )
        statement(
            self.connection,
            f"INSERT INTO {name} ({columns}, valid_from) "
            f"SELECT {columns}, {self.run} FROM incoming WHERE ctid IN (SELECT place FROM fresh)",
        )
        self._looked_at(table, closed.rows + opened.rows)
        self._drop("stood", "came", "gone", "fresh", "incoming")
        return opened.less(closed)

    def append(self, table: Table) -> Digest:
        """Add the rows of the file of `table`; returns the digest of all rows that carry the number of the run.

        What was added between the runs is of this one too.
        """
        if self._file(table).exists():
            self._copy(table, {"run": self.run}, numbered_from=next_seq(self.connection, self._name(table), self.run))
        return self._written(table)

    def replace_content(self, table: Table) -> Digest:
        """Put the rows of the file of `table` in the place of those in scope; returns what that adds to the digest."""
        if not self._file(table).exists():
            return Digest(self.engine)
        part = self._part(table)
        self._temporary("gone", f"SELECT ctid AS place, {row_hash(table)} AS row_hash FROM {part}")
        removed = added_up(self.connection, "row_hash", "gone")
        statement(self.connection, f"DELETE FROM {self._name(table)} t USING gone g WHERE t.ctid = g.place")
        self._drop("gone")
        return self.append(table).less(removed)

    def told(self, table: Table, last: Mapping[str, str], change: Digest) -> str:
        before = read(last.get(table.name), self.engine) if self.run > 1 else Digest(self.engine)
        if before is None:
            return str(added_up(self.connection, row_hash(table), self._stands(table)))
        return str(before.plus(change))

    def _copy(self, table: Table, more: Mapping[str, int], *, numbered_from: int | None = None) -> None:
        """Copy the file of `table` into it, with the same number in all rows of a column of `more`."""
        names = [*more, *(["seq"] if numbered_from is not None else [])]
        schema = pa.schema([*table.schema, *((name, INT) for name in names)])
        reader = pa.RecordBatchReader.from_batches(
            schema, _batches(self._file(table), table, more, first=numbered_from)
        )
        is_empty = not first_row(self.connection, f"SELECT EXISTS (SELECT FROM {self._name(table)})")[0]
        if is_empty:
            indexes.drop(self.connection, self.address, table.name)
        ingest(self.connection, table.name, reader, schema=self.address.kept)
        if is_empty:
            indexes.make(self.connection, self.address, table.name)
        self._looked_at(table, _MANY)

    def _copy_beside(self, table: Table) -> None:
        """Copy the file of `table` into the temporary table `incoming`."""
        columns = _listed(table.columns)
        statement(
            self.connection, f"CREATE TEMP TABLE incoming AS SELECT {columns} FROM {self._name(table)} WITH NO DATA"
        )
        reader = pa.RecordBatchReader.from_batches(table.schema, _batches(self._file(table), table, {}, first=None))
        ingest(self.connection, "incoming", reader)

    def _part(self, table: Table) -> str:
        """The standing rows that the file of `table` speaks of, as a FROM clause: all, unless a scope is beside it."""
        file = self.tables / f"{table.name}.scope.parquet"
        if not file.exists():
            return self._stands(table)
        import pyarrow.parquet as pq

        statement(self.connection, 'CREATE TEMP TABLE IF NOT EXISTS scope (id text COLLATE "C")')
        statement(self.connection, "DELETE FROM scope")
        ids = pq.read_table(file, columns=["id"]).cast(pa.schema([("id", pa.string())]))
        ingest(self.connection, "scope", ids)
        statement(self.connection, "ANALYZE scope")
        either = " UNION ".join(
            f"SELECT t.ctid AS place FROM {self._name(table)} t WHERE {standing(table, None)} "
            f'AND t."{column}" IN (SELECT id FROM scope)'
            for column in SCOPES[table.name]
        )
        return f"{self._name(table)} WHERE ctid IN ({either}) AND {standing(table, None)}"

    def _stands(self, table: Table) -> str:
        return f"{self._name(table)} WHERE {standing(table, None)}"

    def _written(self, table: Table) -> Digest:
        """The digest of the rows that carry the number of this run."""
        column = "valid_from" if table in VERSIONED else "run"
        return added_up(self.connection, row_hash(table), f"{self._name(table)} WHERE {column} = {self.run}")

    def _looked_at(self, table: Table, changed: int) -> None:
        if changed >= _MANY:
            statement(self.connection, f"ANALYZE {self._name(table)}")

    def _temporary(self, name: str, sql: str) -> None:
        statement(self.connection, f"CREATE TEMP TABLE {name} AS {sql}")
        statement(self.connection, f"ANALYZE {name}")

    def _drop(self, *names: str) -> None:
        statement(self.connection, f"DROP TABLE {', '.join(names)}")

    def _file(self, table: Table) -> Path:
        return self.tables / f"{table.name}.parquet"

    def _name(self, table: Table) -> str:
        return f"{self.address.kept}.{table.name}"


_SAME = "s.content = c.content AND s.named = c.named"


def next_seq(connection: Connection, name: str, run: int) -> int:
    """The place after what run `run` has written to the table `name` already."""
    return int(first_row(connection, f"SELECT coalesce(max(seq) + 1, 0) FROM {name} WHERE run = {run}")[0])


def numbered(batch: pa.RecordBatch, numbers: Mapping[str, int], *, first: int | None) -> pa.RecordBatch:
    """`batch` with columns of one number each at its end, and with `first`, a column `seq` that counts from there."""
    columns = {name: pa.repeat(pa.scalar(number, INT), len(batch)) for name, number in numbers.items()}
    if first is not None:
        columns["seq"] = pa.array(np.arange(first, first + len(batch)), INT)
    return pa.RecordBatch.from_arrays([*batch.columns, *columns.values()], names=[*batch.schema.names, *columns])


def _batches(file: Path, table: Table, numbers: Mapping[str, int], *, first: int | None) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    names = list(table.columns)
    with pq.ParquetFile(file) as source:
        for read_batch in source.iter_batches(_BATCH, columns=names):
            batch = read_batch.select(names).cast(table.schema)
            yield numbered(batch, numbers, first=first)
            first = None if first is None else first + len(batch)


def _quoted(column: str) -> str:
    return f'"{column}"'


def _listed(columns: Sequence[str] | Mapping[str, object]) -> str:
    return ", ".join(_quoted(c) for c in columns)
