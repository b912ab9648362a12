"""What people ask for, under the names they know it by: views over what stands, or over what stood after a run.

A text in `views/NAME.sql` speaks of `standing.TABLE`, the rows of a kept table that stand; every store puts its own
words in the place of that. The views of the database are made of it as it is now; asked for the past, the same text is
read with the periods of then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import resources

from crm_clean.errors import UnknownThing
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import APPENDED, REPLACED, RUNS, TABLES, VERSIONED

_STANDING = re.compile(r"\bstanding\.(\w+)")
# These show what the last run found, and nothing is kept of what those before it found.
OF_THE_LAST_RUN = ("review_queue", "issues", "vocabulary")


def check_as_of(name: str, run: int, *, last: int) -> None:
    """Raises UnknownThing for the past of a view that shows what the last run found."""
    if name in OF_THE_LAST_RUN and run != last:
        raise UnknownThing(f"{name}: only what the last run found is kept; ask without a run number.")


def query(name: str, rows: Callable[[str], str], *, offered: str, held: str) -> str:
    """The text of a view; `rows` gives the rows of a table that stand, in brackets.

    `offered` and `held` are the store's own words for one row a scalar field. Of every golden record: `golden_id`,
    `field` and `held`, its value as text. Of every member of one also `record_id`, `source`, `source_file`,
    `source_row`, `is_alone`, `value` as text and `raw`.
    """
    text = _texts()[name].replace("{offered}", offered).replace("{held}", held)
    return _STANDING.sub(lambda found: rows(found[1]), text)


@cache
def _texts() -> dict[str, str]:
    folder = resources.files("crm_clean.store") / "views"
    entries = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    written = {entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8") for entry in entries}
    plain = {table.name: _plain(table.name) for table in (*VERSIONED, *APPENDED, *REPLACED, RUNS)}
    return plain | written


def names() -> tuple[str, ...]:
    """The names of all views."""
    return tuple(_texts())


def _plain(name: str) -> str:
    """A kept table as it stands."""
    table = TABLES[name]
    columns = ", ".join(f't."{c}"' for c in table.columns)
    if table in VERSIONED:
        return f"SELECT {columns} FROM standing.{name} t"
    if table is RUNS:
        return f"SELECT {columns} FROM standing.runs t ORDER BY run"
    return f"SELECT {columns}, t.run FROM standing.{name} t ORDER BY t.run, t.seq"


def in_duckdb(name: str, rows: Callable[[str], str]) -> str:
    """The text of a view in DuckDB's words."""
    return query(name, rows, offered=_OFFERED, held=_HELD)


def _unnested(columns: str) -> str:
    rows = ",\n        ".join("{" + columns.format(c) + "}" for c in SCALARS)
    return f"unnest([\n        {rows}\n    ], recursive := true)"


_HELD_COLUMNS = "'field': '{0}', 'held': g.{0}::VARCHAR"
_COLUMNS = _HELD_COLUMNS + ", 'value': r.{0}::VARCHAR, 'raw': r.{0}_raw"
_OFFERED = f"""SELECT m.golden_id, r.record_id, r.source, r.source_file, r.source_row, g.n_records = 1 AS is_alone,
    {_unnested(_COLUMNS)}
    FROM standing.membership m
    JOIN standing.golden g ON g.golden_id = m.golden_id
    JOIN standing.records r ON r.record_id = m.record_id"""
_HELD = f"SELECT g.golden_id, {_unnested(_HELD_COLUMNS)} FROM standing.golden g"
