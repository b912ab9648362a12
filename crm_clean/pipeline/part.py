"""The tables as a run leaves them: what stands in the store, but for what lies on the run's shelf in its place.

A partial run leaves most things alone. Here both states can be asked about, as they stood and as they will stand, for
the things one is interested in, without reading the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crm_clean.pipeline.shelf import Shelf
from crm_clean.records.table import Table
from crm_clean.records.tables import SCOPES, TABLES
from crm_clean.store.base import Store

_NOTHING = pa.array([], pa.string())


def scope(shelf: Shelf, table: Table) -> pa.Array | None:
    """The ids of the things that the file of `table` on the shelf speaks of; None where it speaks of all, or is not."""
    path = shelf.path(f"{table.name}.scope")
    return pq.read_table(path)["id"].combine_chunks().cast(pa.string()) if path.exists() else None


def is_partial(shelf: Shelf) -> bool:
    """Whether the run of this shelf left most things alone."""
    return any(shelf.path(f"{name}.scope").exists() for name in SCOPES)


class Part:
    """What a partial run changes, beside what stands."""

    def __init__(self, store: Store, shelf: Shelf) -> None:
        self._store, self._shelf = store, shelf
        scopes = {name: scope(shelf, TABLES[name]) for name in SCOPES}
        self._is_whole = {name: scopes[name] is None and shelf.path(name).exists() for name in SCOPES}
        self._scopes = {name: _NOTHING if ids is None else ids for name, ids in scopes.items()}

    def is_whole(self, table: Table) -> bool:
        """Whether the run brings all of `table`, which then has no scope."""
        return self._is_whole[table.name]

    def scope(self, table: Table) -> pa.Array:
        """The ids of the things of `table` that this run speaks of."""
        return self._scopes[table.name]

    def before(self, table: Table, column: str, keys: pa.Array, columns: Sequence[str]) -> pa.Table:
        """The rows of `table` as the last run left it where `column` is one of `keys`."""
        if not len(keys):
            return table.part(columns).empty_table()
        return self._store.take(table, column, keys, columns=columns)

    def after(self, table: Table, column: str, keys: pa.Array, columns: Sequence[str]) -> pa.Table:
        """The rows of `table` as this run leaves it where `column` is one of `keys`."""
        fresh = self.fresh(table, list(dict.fromkeys([*columns, column])))
        mine = fresh.filter(pc.is_in(fresh[column], value_set=keys)).select(columns)
        if self.is_whole(table):
            return mine
        names = list(dict.fromkeys([*columns, *SCOPES[table.name]]))
        stood = self._left_alone(table, self.before(table, column, keys, names))
        return pa.concat_tables([stood.select(columns), mine])

    def stood(self, table: Table, columns: Sequence[str]) -> pa.Table:
        """The rows of the things that this run speaks of, as the last run left them; of a table with one scope."""
        (by,) = SCOPES[table.name]
        return self.before(table, by, self.scope(table), columns)

    def fresh(self, table: Table, columns: Sequence[str]) -> pa.Table:
        """The rows that this run brings."""
        return self._shelf.read_table(table, columns=list(columns))

    def whole(self, table: Table, columns: Sequence[str]) -> pa.Table:
        """All of `table` as this run leaves it."""
        fresh = self.fresh(table, columns)
        if self.is_whole(table):
            return fresh
        names = list(dict.fromkeys([*columns, *SCOPES[table.name]]))
        stood = self._left_alone(table, self._store.standing(table, columns=names))
        return pa.concat_tables([stood.select(columns), fresh])

    def _left_alone(self, table: Table, rows: pa.Table) -> pa.Table:
        """Of rows that stood, those of things that the run does not speak of."""
        ids = self.scope(table)
        for column in SCOPES[table.name]:
            if len(ids) and len(rows):
                rows = rows.filter(pc.invert(pc.is_in(rows[column], value_set=ids)))
        return rows


def frame(table: Table, rows: pa.Table) -> pd.DataFrame:
    """Some columns of `table` as a frame of its dtypes."""
    return Table(table.name, (), {name: table.columns[name] for name in rows.column_names}).to_pandas(rows)
