"""The tables as a run leaves them: what stands in the store, but for what lies on the run's shelf in its place.

A partial run leaves most things alone. Here both states can be asked about, as they stood and as they will stand, for
the things one is interested in, without reading the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.known import Known
from crm_clean.pipeline.shelf import Shelf
from crm_clean.records.table import Table
from crm_clean.records.tables import RECORDS, SCOPES, TABLES

_NOTHING = pa.array([], pa.string())


def is_partial(shelf: Shelf) -> bool:
    """Whether the run of this shelf leaves most things alone; known once records are normalised."""
    return shelf.scope(RECORDS) is not None


class Part:
    """What a partial run changes, beside what stands. What was asked once is remembered, for `columns` of each table
    (all of them, where nothing is said)."""

    def __init__(self, store: Known, shelf: Shelf, *, columns: Mapping[str, Sequence[str]] | None = None) -> None:
        self._store, self._shelf, self._columns = store, shelf, columns or {}
        scopes = {name: shelf.scope(TABLES[name]) for name in SCOPES}
        self._is_whole = {name: scopes[name] is None and shelf.path(name).exists() for name in SCOPES}
        self._scopes = {name: _NOTHING if ids is None else ids for name, ids in scopes.items()}
        self._taken: dict[tuple[str, str], list[tuple[pa.Array, pa.Table]]] = {}
        self._fresh: dict[str, pa.Table] = {}

    def is_whole(self, table: Table) -> bool:
        """Whether the run brings all of `table`, which then has no scope."""
        return self._is_whole[table.name]

    def scope(self, table: Table) -> pa.Array:
        """The ids of the things of `table` that this run speaks of."""
        return self._scopes[table.name]

    def before(self, table: Table, column: str, keys: pa.Array) -> pa.Table:
        """The rows of `table` as the last run left it where `column` is one of `keys`."""
        known = self._taken.setdefault((table.name, column), [])
        for asked, rows in known:
            if asked.equals(keys):
                return rows
        names = self._names(table)
        rows = self._store.take(table, column, keys, columns=names) if len(keys) else table.part(names).empty_table()
        known.append((keys, rows))
        return rows

    def after(self, table: Table, column: str, keys: pa.Array) -> pa.Table:
        """The rows of `table` as this run leaves it where `column` is one of `keys`."""
        fresh = self.fresh(table)
        mine = fresh.filter(pc.is_in(fresh[column], value_set=keys))
        if self.is_whole(table):
            return mine
        if (column,) == SCOPES[table.name] and pc.all(pc.is_in(keys, value_set=self.scope(table))).as_py():
            return mine
        return pa.concat_tables([self._left_alone(table, self.before(table, column, keys)), mine])

    def stood(self, table: Table, among: pa.Array) -> pa.Table:
        """The rows of the things that this run speaks of, which are `among` more of the kind, as the last run left
        them; of a table with one scope."""
        (by,) = SCOPES[table.name]
        rows = self.before(table, by, among)
        return rows.filter(pc.is_in(rows[by], value_set=self.scope(table)))

    def fresh(self, table: Table) -> pa.Table:
        """The rows that this run brings."""
        if table.name not in self._fresh:
            self._fresh[table.name] = self._shelf.read_table(table, columns=self._names(table))
        return self._fresh[table.name]

    def whole(self, table: Table, columns: Sequence[str] | None = None) -> pa.Table:
        """All of `table` (or those `columns` of it) as this run leaves it."""
        names = list(dict.fromkeys([*(columns or self._names(table)), *SCOPES[table.name]]))
        fresh = self.fresh(table).select(names)
        if self.is_whole(table):
            return fresh
        return pa.concat_tables([self._left_alone(table, self._store.standing(table, columns=names)), fresh])

    def _names(self, table: Table) -> list[str]:
        return list(dict.fromkeys([*self._columns.get(table.name, table.columns), *SCOPES[table.name]]))

    def _left_alone(self, table: Table, rows: pa.Table) -> pa.Table:
        """Of rows that stood, those of things that the run does not speak of."""
        ids = self.scope(table)
        for column in SCOPES[table.name]:
            is_spoken_of = pc.is_in(rows[column], value_set=ids)
            if pc.any(is_spoken_of).as_py():  # a filter copies every column
                rows = rows.filter(pc.invert(is_spoken_of))
        return rows


def frame(table: Table, rows: pa.Table) -> pd.DataFrame:
    """Some columns of `table` as a frame of its dtypes."""
    return Table(table.name, (), {name: table.columns[name] for name in rows.column_names}).to_pandas(rows)
