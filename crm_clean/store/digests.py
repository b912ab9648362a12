"""Ordered digests: two stores that hold the same have the same, whatever order the rows were written in.

Every row is hashed whole, the hashes are ordered, and their sequence is digested. Instants that only say when we
looked are left out. The row hash is the engine's, so a digest names the engine's generation and is compared within
it alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm_clean.records.table import Table
from crm_clean.records.tables import APPENDED, REPLACED, RUNS, TABLES, VERSIONED
from crm_clean.store.connection import first_row

if TYPE_CHECKING:
    import duckdb

CLOCKS = {
    "files": ("taken_at",),
    "decisions": ("decided_at",),
    "mail_domains": ("checked_at",),
    "runs": ("started_at", "committed_at", "measured"),
}
KEPT = (*VERSIONED, *APPENDED, *REPLACED)


def digest(connection: duckdb.DuckDBPyConnection, table: Table, *, as_of: int | None = None) -> str:
    """The digest of what stands of `table` (or stood after run `as_of`), `ENGINE-ROWS-HASH`."""
    left_out = CLOCKS.get(table.name, ())
    names = [c for c in table.columns if c not in left_out]
    names += ["valid_from"] if table in VERSIONED else [] if table is RUNS else ["run", "seq"]
    columns = ", ".join(f'"{c}"' for c in names)
    rows, content = first_row(
        connection,
        f"SELECT count(*), md5(coalesce(string_agg(row_hash::VARCHAR, ' ' ORDER BY row_hash), '')) "
        f"FROM (SELECT hash({columns}) AS row_hash FROM kept.{table.name} WHERE {standing(table, as_of)})",
    )
    return f"duckdb{_generation()}-{rows}-{content}"


def digests(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The digest of every kept table as it stands, by name, but of `runs`, which holds them."""
    return {table.name: digest(connection, table) for table in KEPT}


def standing(table: Table, as_of: int | None) -> str:
    """The WHERE clause of the rows of a kept table that stand, or stood after run `as_of`."""
    assert TABLES[table.name] is table
    if table in VERSIONED:
        if as_of is None:
            return "valid_to IS NULL"
        return f"valid_from <= {as_of:d} AND (valid_to IS NULL OR valid_to > {as_of:d})"
    return "true" if as_of is None else f"run <= {as_of:d}"


def _generation() -> str:
    import duckdb

    return str(duckdb.__version__).split(".", maxsplit=1)[0]
