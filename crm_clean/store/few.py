"""A view of few golden records: their rows and those of their records are found first, and the view's text is read over
those. Asked of the whole view, the engine would put every golden record together before it looks which are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_clean.records.tables import CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, MEMBERSHIP, RECORDS, SURVIVORS
from crm_clean.store.connection import statement
from crm_clean.store.digests import standing
from crm_clean.store.views import in_duckdb

if TYPE_CHECKING:
    import duckdb

# Views that put many rows of a golden record together.
NARROWED = ("lineage",)
_BY_PERSON = (MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS)
_BY_RECORD = (RECORDS, CONTACT_POINTS)


def narrowed(connection: duckdb.DuckDBPyConnection, name: str, golden_ids: Sequence[str], *, as_of: int | None) -> str:
    """The text of a view over the rows of these golden records alone, which are put into temporary tables."""
    marks = ", ".join("?" for _ in golden_ids) or "NULL"
    for table in _BY_PERSON:
        stood = f"SELECT * FROM kept.{table.name} WHERE {standing(table, as_of)} AND golden_id IN ({marks})"
        statement(connection, f"CREATE OR REPLACE TEMP TABLE few_{table.name} AS {stood}", golden_ids)
    # A value may be credited to a record that has left.
    theirs = "SELECT record_id FROM few_membership UNION SELECT record_id FROM few_survivors"
    for table in _BY_RECORD:
        stood = f"SELECT * FROM kept.{table.name} WHERE {standing(table, as_of)} AND record_id IN ({theirs})"
        statement(connection, f"CREATE OR REPLACE TEMP TABLE few_{table.name} AS {stood}")
    return in_duckdb(name, lambda table: f"few_{table}")
