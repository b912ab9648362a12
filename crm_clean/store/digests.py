"""Digests that add up: two stores that hold the same have the same, whatever order the rows were written in.

Every row is hashed whole; a digest is the number of rows and two sums over their hashes. So the digest after a commit
is the one before it, less the rows that went, plus those that came, and costs what the change costs. Instants that
only say when we looked are left out. The row hash is the engine's, so a digest names the engine's generation and is
compared within it alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, REPLACED, RUNS, TABLES, VERSIONED
from crm_clean.store.connection import first_row

if TYPE_CHECKING:
    import duckdb

CLOCKS = {
    "files": ("taken_at",),
    "decisions": ("decided_at",),
    "overrides": ("decided_at",),
    "suppressions": ("since",),
    "erasures": ("erasure_id", "erased_at"),
    "mail_domains": ("checked_at",),
    "runs": ("started_at", "committed_at", "measured"),
}
KEPT = (*VERSIONED, *APPENDED, *REPLACED)
_TEXT = re.compile(r"^([a-z]+\d+)-(\d+)-([0-9a-f]{16,}?)\.([0-9a-f]+)$")


@dataclass(frozen=True)
class Digest:
    """How many rows, and two sums over their 64-bit hashes: what one table holds, in an order that does not matter."""

    rows: int = 0
    first: int = 0
    second: int = 0

    def __add__(self, other: Digest) -> Digest:
        return Digest(self.rows + other.rows, self.first + other.first, self.second + other.second)

    def __sub__(self, other: Digest) -> Digest:
        return Digest(self.rows - other.rows, self.first - other.first, self.second - other.second)

    def __str__(self) -> str:
        return f"{engine()}-{self.rows}-{self.first:016x}.{self.second:016x}"


def read(text: object) -> Digest | None:
    """What `str` of a digest says; None for one that another engine or generation wrote."""
    found = _TEXT.match(str(text))
    if found is None or found[1] != engine():
        return None
    return Digest(int(found[2]), int(found[3], 16), int(found[4], 16))


def engine() -> str:
    """The engine and its generation, within which digests can be compared."""
    import duckdb

    return "duckdb" + str(duckdb.__version__).split(".", maxsplit=1)[0]


def content(table: Table) -> str:
    """The hash of what a row of `table` says, as SQL; of all columns but clocks."""
    left_out = CLOCKS.get(table.name, ())
    return "hash(" + ", ".join(f'"{c}"' for c in table.columns if c not in left_out) + ")"


def row_hash(table: Table, of: str | None = None) -> str:
    """The hash of a whole row, as SQL: of what it says (or the column `of`, which holds that) and when it was said."""
    when = ("valid_from",) if table in VERSIONED else () if table is RUNS else ("run", "seq")
    return "hash(" + ", ".join((of or content(table), *when)) + ")"


def added_up(connection: duckdb.DuckDBPyConnection, row: str, source: str) -> Digest:
    """The digest of the rows of `source`, each hashed by the SQL expression `row`."""
    sums = "count(*), coalesce(sum(row_hash), 0), coalesce(sum(hash(row_hash, 1)), 0)"
    found = first_row(connection, f"SELECT {sums} FROM (SELECT {row} AS row_hash FROM {source})")
    return Digest(*(int(n) for n in found))


def digest(connection: duckdb.DuckDBPyConnection, table: Table, *, as_of: int | None = None) -> str:
    """The digest of what stands of `table` (or stood after run `as_of`), `ENGINE-ROWS-SUMS`, from its rows."""
    return str(added_up(connection, row_hash(table), f"kept.{table.name} WHERE {standing(table, as_of)}"))


def digests(connection: duckdb.DuckDBPyConnection, *, as_of: int | None = None) -> dict[str, str]:
    """The digest of every kept table as it stands, by name, but of `runs`, which holds them."""
    return {table.name: digest(connection, table, as_of=as_of) for table in KEPT}


def standing(table: Table, as_of: int | None) -> str:
    """The WHERE clause of the rows of a kept table that stand, or stood after run `as_of`."""
    assert TABLES[table.name] is table
    if table in VERSIONED:
        if as_of is None:
            return "valid_to IS NULL"
        return f"valid_from <= {as_of:d} AND (valid_to IS NULL OR valid_to > {as_of:d})"
    return "true" if as_of is None else f"run <= {as_of:d}"
