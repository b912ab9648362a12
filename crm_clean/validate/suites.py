"""Suites from `expectations/`, and the audit of a run's tables by them.

A suite is taken whole or refused: an expectation type, argument or column we do not know is an error that names file
and entry, because a check that is silently dropped is worse than none. A project's own suite for a table replaces ours.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from crm_clean.errors import BadSettings
from crm_clean.records.tables import CHECKS, TABLES
from crm_clean.validate import great, views
from crm_clean.validate.balance import (
    BALANCED,
    COUNTED,
    PUBLISH_BALANCE,
    PUBLISHED,
    RUN_BALANCE,
    balance,
    publish_balance,
)
from crm_clean.validate.model import Expectation, Suite

# What is asked of the files before they are handed back, with the tables of the run beside them.
PUBLISH_SUITES = ("publish_balance", "publish_changes", "publish_merges", "publish_suppressions")
ROW_COUNT = "expect_table_row_count_to_be_between"


def own_folder() -> Path:
    """Where the suites that come with crm-clean lie: in the package, or beside it in a clone."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_expectations"
    return shipped if shipped.is_dir() else package.parent / "expectations"


def load_suites(folder: Path | None = None) -> list[Suite]:
    """The suites of `folder` (ours if None), one per JSON file, by table name.

    Raises BadSettings for a folder that is not there and for anything in a file we do not understand: a type, argument,
    column or table we do not know, an entry given twice, an unreadable pattern, no demand for rows.
    """
    place = folder or own_folder()
    if not place.is_dir():
        raise BadSettings(
            f"{place}: no such folder of expectation suites. Run `crm-clean init`, or give another folder."
        )
    return [_load(path) for path in sorted(place.glob("*.json"))]


def standing_suites(folder: Path | None = None) -> list[Suite]:
    """Our suites, each replaced by the one in `folder` that is about the same table, and those it adds."""
    ours = {suite.table: suite for suite in load_suites()}
    theirs = {suite.table: suite for suite in load_suites(folder)} if folder else {}
    return [suite for _, suite in sorted((ours | theirs).items())]


def looked_at(suites: Iterable[Suite]) -> dict[str, tuple[str, ...]]:
    """The columns that suites and balances look at, by table, in the order of the table."""
    asked: dict[str, set[str]] = {table: set(columns) for table, columns in COUNTED.items()}
    for suite in suites:
        asked.setdefault(suite.table, set()).update(views.needed(suite.table, suite.columns))
    return {table: tuple(c for c in TABLES[table].columns if c in asked[table]) for table in asked if table in TABLES}


def audit(
    tables: Mapping[str, pd.DataFrame], *, folder: Path | None = None, only: Collection[str] | None = None
) -> pd.DataFrame:
    """A CHECKS frame: how each table of `tables` that has a suite does by it, ordered by suite, then as written.

    `tables` maps table names to frames; with `only`, no other suites than these are applied, and the rest of the tables
    serve to compare with. When it holds what they need, the one-row tables `run_balance` and
    `publish_balance`, about what must hold between tables, are made and audited too. `n_rows` counts the rows judged
    (those with a value, unless values are demanded), `n_unexpected` those that failed; both are missing where an
    expectation judges the table as a whole. No value of the data is in the result.

    Raises BadSettings for a suite that is not understood, BrokenCheck for one that could not be evaluated.
    """
    given = dict(tables)
    if RUN_BALANCE.name not in given and given.keys() >= set(BALANCED):
        given[RUN_BALANCE.name] = balance(given)
    if PUBLISH_BALANCE.name not in given and given.keys() >= set(PUBLISHED):
        given[PUBLISH_BALANCE.name] = publish_balance(given)
    asked = given.keys() if only is None else given.keys() & set(only)
    suites = [suite for suite in standing_suites(folder) if suite.table in asked]
    return as_checks(row for suite in suites for row in judged(suite, given[suite.table]))


def as_checks(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """A CHECKS frame of rows as `judged` makes them."""
    return CHECKS.check(CHECKS.frame(pd.DataFrame(rows, columns=list(CHECKS.columns))))


def judged(suite: Suite, frame: pd.DataFrame) -> list[dict[str, object]]:
    """One CHECKS row per expectation of `suite`, judged over the whole of `frame`."""
    seen = views.view(suite.table, frame, suite.columns)
    if frame.empty and suite.allow_empty:
        return told(suite, [great.Outcome(True, 0, 0)] * len(suite.expectations))
    return told(suite, great.judge(suite, seen))


def told(suite: Suite, outcomes: Sequence[great.Outcome]) -> list[dict[str, object]]:
    """One CHECKS row per expectation of `suite`, from its outcomes in the same order."""
    return [
        {
            "suite": suite.table,
            "expectation": entry.label,
            "column": entry.column,
            "severity": entry.severity,
            "reason": entry.reason,
            "is_met": outcome.is_met,
            "n_rows": outcome.n_rows,
            "n_unexpected": outcome.n_unexpected,
        }
        for entry, outcome in zip(suite.expectations, outcomes, strict=True)
    ]


def _load(path: Path) -> Suite:
    """The suite in one file, understood to the last word."""
    try:
        suite = Suite.model_validate(json.loads(path.read_text("utf-8"), object_pairs_hook=_once))
    except (json.JSONDecodeError, UnicodeDecodeError, _RepeatedKey) as error:
        raise BadSettings(f"{path}: this is not JSON we can read ({error}). Mend or remove the file.") from error
    except ValidationError as error:
        raise BadSettings(f"{path}: {_first_fault(error)}. Mend the file.") from error
    fault = next(_faults(suite, path), None)
    if fault:
        raise BadSettings(f"{path}: {fault}. Mend the file.")
    return suite


class _RepeatedKey(ValueError):
    """A JSON object that says the same key twice."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise _RepeatedKey(f"{', '.join(repeated)} stands twice in one object")
    return dict(pairs)


def _first_fault(error: ValidationError) -> str:
    """The first thing pydantic found, with the entry it stands in counted from 1."""
    found = error.errors()[0]
    where = [f"entry {part + 1}" if isinstance(part, int) else str(part) for part in found["loc"]]
    return f"{' '.join(where[1:] if where[:1] == ['expectations'] and len(where) > 1 else where)}: {found['msg']}"


def _faults(suite: Suite, path: Path) -> Iterator[str]:
    """What is wrong with a suite whose shape is right."""
    if suite.table != path.stem:
        yield f"it is about the table {suite.table}, so it must be called {suite.table}.json"
    if suite.table not in views.tables():
        yield f"there is no table {suite.table}, only {', '.join(sorted(views.tables()))}"
    demands_rows = _demands_rows(suite.expectations[0])
    if not suite.allow_empty and not demands_rows:
        yield f"entry 1 must be {ROW_COUNT} with a min_value of 1 or more, or the suite must say allow_empty: true"
    if suite.allow_empty and demands_rows:
        yield "it allows an empty table and demands rows; leave out one of the two"
    seen = set[tuple[str, str]]()
    for number, entry in enumerate(suite.expectations, start=1):
        named = f"entry {number} ({entry.label} on {entry.column or 'the table'})"
        unknown = sorted(set(entry.columns) - views.columns(suite.table))
        if unknown:
            yield f"{named}: {suite.table} has no column {', '.join(unknown)}"
        if (entry.label, entry.column) in seen:
            yield f"{named} stands there twice; give one of them a name of its own"
        seen.add((entry.label, entry.column))
        problem = great.problem(entry)
        if problem:
            yield f"{named}: {problem}"


def _demands_rows(entry: Expectation) -> bool:
    least = entry.kwargs.get("min_value")
    return entry.type == ROW_COUNT and isinstance(least, int) and least >= 1
