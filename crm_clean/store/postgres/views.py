"""The views of every store in PostgreSQL's words."""

from __future__ import annotations

from crm_clean.records.fields import SCALARS
from crm_clean.records.table import FLOAT, INSTANT, STRING
from crm_clean.records.tables import GOLDEN, TABLES
from crm_clean.store.digests import standing
from crm_clean.store.postgres.address import Address
from crm_clean.store.views import names, query


def view_text(address: Address, name: str, *, as_of: int | None = None) -> str:
    """The query of a view, over what stands or stood after run `as_of`."""

    def rows(table: str) -> str:
        return f"(SELECT * FROM {address.kept}.{table} WHERE {standing(TABLES[table], as_of)})"

    return query(name, rows, offered=_OFFERED, held=_HELD)


def view_texts(address: Address) -> dict[str, str]:
    """The query of every view by its name, over what stands."""
    return {name: view_text(address, name) for name in names()}


def _as_text(value: str, name: str) -> str:
    """A scalar field as text, written alike in every session and by every engine."""
    kind = GOLDEN.columns[name]
    if kind == STRING:
        return value
    if kind == INSTANT:
        return f"({value} AT TIME ZONE 'UTC')::text || '+00'"
    if kind == FLOAT:
        return f"CASE WHEN {value}::text ~ '^-?[0-9]+$' THEN {value}::text || '.0' ELSE {value}::text END"
    return f"{value}::text"


def _listed(line: str) -> str:
    """One row a field, for a VALUES list."""
    return ",\n    ".join(
        line.format(name=name, held=_as_text(f"g.{name}", name), value=_as_text(f"r.{name}", name)) for name in SCALARS
    )


_OFFERED = f"""SELECT m.golden_id, r.record_id, r.source, r.source_file, r.source_row, g.n_records = 1 AS is_alone,
    o.field COLLATE "C" AS field, o.held, o.value, o.raw
FROM standing.membership m
JOIN standing.golden g ON g.golden_id = m.golden_id
JOIN standing.records r ON r.record_id = m.record_id
CROSS JOIN LATERAL (VALUES
    {_listed("('{name}', {held}, {value}, r.{name}_raw)")}
) o (field, held, value, raw)"""
_HELD = f"""SELECT g.golden_id, o.field COLLATE "C" AS field, o.held
FROM standing.golden g
CROSS JOIN LATERAL (VALUES
    {_listed("('{name}', {held})")}
) o (field, held)"""
