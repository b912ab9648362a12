"""What people with SQL ask for, in PostgreSQL's words: views over what stands, or over what stood after a run.

A text speaks of `standing.TABLE`, the rows of a kept table that stand. The views of the database are made of it as it
is now; asked for the past, the same text is read with the periods of then.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from crm_clean.records.fields import SCALARS
from crm_clean.records.table import FLOAT, INSTANT, STRING, Table
from crm_clean.records.tables import APPENDED, RECORDS, REPLACED, RUNS, TABLES, VERSIONED
from crm_clean.store.digests import standing
from crm_clean.store.postgres.address import Address

_STANDING = re.compile(r"\bstanding\.(\w+)")
_WRITTEN_IN_ORDER = (*APPENDED, *REPLACED)


def view_texts(address: Address, *, as_of: int | None = None) -> dict[str, str]:
    """The query of every view, by name, in an order in which they can be made."""
    plain = {table.name: _plain(table) for table in (*VERSIONED, *_WRITTEN_IN_ORDER, RUNS)}
    texts = {**plain, **_written()}
    return {name: _STANDING.sub(lambda found: _rows(address, found[1], as_of), text) for name, text in texts.items()}


@cache
def _written() -> dict[str, str]:
    """The views that have a text of their own."""
    folder = resources.files("crm_clean.store.postgres") / "views"
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    texts = {name.removesuffix(".sql"): (folder / name).read_text(encoding="utf-8") for name in files}
    return {name: text.replace("{offered}", _offered()) for name, text in texts.items()}


def _plain(table: Table) -> str:
    columns = ", ".join(f'"{c}"' for c in table.columns)
    if table is RUNS:
        return f"SELECT {columns} FROM standing.runs r ORDER BY run"
    if table in VERSIONED:
        return f"SELECT {columns} FROM standing.{table.name} t"
    return f"SELECT {columns}, run FROM standing.{table.name} t ORDER BY run, seq"


def _rows(address: Address, name: str, as_of: int | None) -> str:
    return f"(SELECT * FROM {address.kept}.{name} WHERE {standing(TABLES[name], as_of)})"


def _offered() -> str:
    """One line per scalar field: its name, its value as text, and as it came."""
    return ",\n    ".join(f"('{name}', {_as_text(f'r.{name}', RECORDS, name)}, r.{name}_raw)" for name in SCALARS)


def _as_text(value: str, table: Table, name: str) -> str:
    """A column as text, written alike in every session and by every engine."""
    kind = table.columns[name]
    if kind == STRING:
        return value
    if kind == INSTANT:
        return f"({value} AT TIME ZONE 'UTC')::text || '+00'"
    if kind == FLOAT:
        return f"CASE WHEN {value}::text ~ '^-?[0-9]+$' THEN {value}::text || '.0' ELSE {value}::text END"
    return f"{value}::text"
