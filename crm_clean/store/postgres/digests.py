"""Digests of a PostgreSQL store, which add up as those of the embedded one do.

A row is hashed by the server; hashes differ between engines, and may between their generations, so a digest names its
engine and is compared within it alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_clean.records.table import Table
from crm_clean.records.tables import RUNS, VERSIONED
from crm_clean.store.digests import CLOCKS, KEPT, standing
from crm_clean.store.postgres.address import Address
from crm_clean.store.postgres.connection import first_row

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_TEXT = re.compile(r"^(postgres\d+)-(\d+)-([0-9a-f]{32})$")
_SPACE = 1 << 64
_VERSION = "SELECT current_setting('server_version_num')"
_SUMS = "count(*), coalesce(sum(row_hash), 0)::text, coalesce(sum(hashint8extended(row_hash, 1)), 0)::text"


@dataclass(frozen=True)
class Digest:
    """How many rows, and two sums over their 64-bit hashes, each within 64 bits."""

    engine: str
    rows: int = 0
    first: int = 0
    second: int = 0

    def plus(self, other: Digest) -> Digest:
        return self._with(self.rows + other.rows, self.first + other.first, self.second + other.second)

    def less(self, other: Digest) -> Digest:
        return self._with(self.rows - other.rows, self.first - other.first, self.second - other.second)

    def _with(self, rows: int, first: int, second: int) -> Digest:
        return Digest(self.engine, rows, first % _SPACE, second % _SPACE)

    def __str__(self) -> str:
        return f"{self.engine}-{self.rows}-{self.first:016x}{self.second:016x}"


def read(text: object, engine: str) -> Digest | None:
    """What `str` of a digest says; None for one of another engine or generation."""
    found = _TEXT.match(str(text))
    if found is None or found[1] != engine:
        return None
    return Digest(engine, int(found[2]), int(found[3][:16], 16), int(found[3][16:], 16))


def engine(connection: Connection) -> str:
    """The engine and its generation, within which digests can be compared."""
    return f"postgres{int(first_row(connection, _VERSION)[0]) // 10000}"


def content(table: Table) -> str:
    """The hash of what a row of `table` says, as SQL; of all columns but clocks."""
    left_out = CLOCKS.get(table.name, ())
    return hashed([f'"{c}"' for c in table.columns if c not in left_out])


def row_hash(table: Table, of: str | None = None) -> str:
    """The hash of a whole row, as SQL: of what it says (or the column `of`, which holds that) and when it was said."""
    when = ("valid_from",) if table in VERSIONED else () if table is RUNS else ("run", "seq")
    return hashed([of or content(table), *when])


def hashed(columns: list[str]) -> str:
    """A 64-bit hash of some values together, as SQL."""
    return f"hash_record_extended(ROW({', '.join(columns)}), 0)"


def added_up(connection: Connection, row: str, source: str) -> Digest:
    """The digest of the rows of `source`, each hashed by the SQL expression `row`."""
    sums = first_row(connection, f"SELECT {_SUMS} FROM (SELECT {row} AS row_hash FROM {source}) hashed")
    return Digest(engine(connection), int(sums[0]), int(sums[1]) % _SPACE, int(sums[2]) % _SPACE)


def digest(connection: Connection, address: Address, table: Table, *, as_of: int | None = None) -> str:
    """The digest of what stands of `table` (or stood after run `as_of`), `ENGINE-ROWS-SUMS`, from its rows."""
    source = f"{address.kept}.{table.name} WHERE {standing(table, as_of)}"
    return str(added_up(connection, row_hash(table), source))


def digests(connection: Connection, address: Address, *, as_of: int | None = None) -> dict[str, str]:
    """The digest of every kept table as it stands, by name, but of `runs`, which holds them."""
    return {table.name: digest(connection, address, table, as_of=as_of) for table in KEPT}
