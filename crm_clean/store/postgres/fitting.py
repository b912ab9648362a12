"""The rows that are asked for, as a WHERE clause in which values are quoted and names are known."""

from __future__ import annotations

from crm_clean.errors import UnknownThing
from crm_clean.records.tables import TABLES
from crm_clean.store.base import Where
from crm_clean.store.postgres.connection import quoted

_OF_VIEWS = ("match_probability", "into_id", "reason")


def fitting(where: Where | None) -> str:
    """The clause of the rows whose text columns fit all of `where`; raises UnknownThing for a column nobody has."""
    asked = {name: [given] if isinstance(given, str) else list(given) for name, given in dict(where or {}).items()}
    known = {column for table in TABLES.values() for column in table.columns}.union(_OF_VIEWS)
    if unknown := sorted(set(asked) - known):
        raise UnknownThing(f"No column {', '.join(unknown)}: look at the columns of the table first.")
    return " AND ".join(_one_of(name, given) for name, given in asked.items()) or "true"


def _one_of(name: str, given: list[str]) -> str:
    # No row of a server holds a NUL.
    values = ", ".join(quoted(value) for value in given if "\0" not in value)
    return f'"{name}" IN ({values})' if values else "false"
