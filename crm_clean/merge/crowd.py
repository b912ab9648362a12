"""What all the others say, where only some of the people are merged: how many records bear a name, who works where.

A value is judged by how many other people bear it. Whoever merges a part of the people alone hears the same from the
rest of what stands as if all were merged at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from crm_clean.records.table import Table


class Standing(Protocol):
    """What stands, asked by table and column; a store answers so."""

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table: ...
    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table: ...


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody who stands but the part that is merged: without the `records` and the `golden` records it touches."""

    standing: Standing
    records: pa.Array
    golden: pa.Array
