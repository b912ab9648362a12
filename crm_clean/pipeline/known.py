"""What a run has asked of the store before: the steps of a partial run all look at the same few rows, and to find few
among a million costs as much each time. What stands does not change while a run is at work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.table import Table
from crm_clean.store.base import Store

# So many rows are kept of one question at most; more are asked for again.
_MOST = 300_000
# What few rows have in common. Of a kind or a rule there are a million, of which the asked columns will do.
_TELLING = ("record_id", "golden_id", "key", "left_id")


@dataclass(frozen=True, eq=False)
class Known:
    """A store that is asked for rows by their keys, and remembers them."""

    store: Store
    _kept: dict[tuple[str, str], tuple[pa.Array, pa.Table]] = field(default_factory=dict)

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        """As of the store; not remembered."""
        return self.store.standing(table, columns=columns)

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        """As of the store."""
        names, asked = list(columns or table.columns), keys.cast(pa.string()).unique()
        if column not in _TELLING:
            return self.store.take(table, column, asked, columns=names)
        if not len(asked):
            return table.part(names).empty_table()
        known, rows = self._kept.get((table.name, column), (pa.array([], pa.string()), table.schema.empty_table()))
        new = asked.filter(pc.invert(pc.is_in(asked, value_set=known)))
        if len(known) + len(new) > _MOST:
            return self.store.take(table, column, asked, columns=names)
        if len(new):
            rows = pa.concat_tables([rows, self.store.take(table, column, new)])
            if len(rows) > _MOST:
                return rows.filter(pc.is_in(rows[column], value_set=asked)).select(names)
            self._kept[table.name, column] = pa.concat_arrays([known, new]), rows
        if len(asked) == len(known) + len(new):
            return rows.select(names)
        return rows.filter(pc.is_in(rows[column], value_set=asked)).select(names)
