"""The validate step: the suites over what this run would make stand; a critical failure ends the run here.

A run that changed a part is judged by it: what the suites said of the last run, less what they say of the rows that
went, and what they say of those that came. The verdicts are those over everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.part import Part, frame, is_partial
from crm_clean.pipeline.partial import union
from crm_clean.pipeline.shelf import content_digest
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.table import Table
from crm_clean.records.tables import CHECKS, ERASURES, SCOPES, TABLES

if TYPE_CHECKING:
    from crm_clean.validate import adding
    from crm_clean.validate.adding import Verdicts
    from crm_clean.validate.balance_part import World
    from crm_clean.validate.model import Suite

AUDITED = ("files", "raw_rows", "quarantine", "records", "contact_points", "membership", "golden", "golden_points")
RUN_CHECKS = "run_checks"
# What the balance counted, for the next run to add to.
BALANCE = "balance"
_CAME_IN = ("files", "raw_rows", "quarantine")
_Row = dict[str, object]


def _run(context: Context) -> Counts:
    from crm_clean.validate.gate import gate
    from crm_clean.validate.suites import as_checks, looked_at, standing_suites

    suites = standing_suites(context.expectations)
    audit = _PartAudit if _adds_up(context) else _WholeAudit
    checks = as_checks(audit(context, looked_at(suites)).rows(suites))
    context.shelf.write(CHECKS, checks, name=RUN_CHECKS)
    gate(checks)
    return {"expectations": len(checks), "unmet": int((~checks["is_met"].fillna(False)).sum())}


def _adds_up(context: Context) -> bool:
    """Whether this run changes a part of what the last one judged in the same way."""
    part = Part(context.known, context.shelf)
    is_part = is_partial(context.shelf) and not any(part.is_whole(TABLES[n]) for n in AUDITED if n in SCOPES)
    return is_part and is_like_the_last(context) and kept_balance(context) is not None


def is_like_the_last(context: Context) -> bool:
    """Whether the last run's figures were found by this code and these suites, in what stands today."""
    last = context.last
    if not last or last["version"] != code_version():
        return False
    # Erasing takes rows away that were counted.
    if (context.store.written(ERASURES)["run"] > int(last["run"])).any():
        return False
    return bool(json.loads(last["inputs"]).get("suites") == suites_digest(context))


def kept_balance(context: Context) -> dict[str, int] | None:
    """What the balance of the last run counted, where it is known."""
    from crm_clean.validate.balance_part import KEPT

    measured = context.last.get("measured")
    kept = json.loads(measured).get(BALANCE) if isinstance(measured, str) else None
    return kept if isinstance(kept, dict) and set(kept) >= set(KEPT) else None


def _keep_balance(context: Context, balance: pd.DataFrame) -> None:
    from crm_clean.validate.balance_part import KEPT

    context.shelf.write_json(BALANCE, {name: int(balance[name].iloc[0]) for name in KEPT})


class _WholeAudit:
    """Every suite over the whole of its table, as this run leaves it."""

    def __init__(self, context: Context, columns: dict[str, tuple[str, ...]]) -> None:
        self._context, self._columns = context, columns
        self._part = Part(context.known, context.shelf, columns=columns)
        self._is_partial = is_partial(context.shelf)

    def rows(self, suites: list[Suite]) -> Iterator[_Row]:
        """The rows of CHECKS."""
        from crm_clean.validate.balance import RUN_BALANCE, balance
        from crm_clean.validate.suites import judged

        tables = {name: self.whole(name) for name in AUDITED}
        tables[RUN_BALANCE.name] = balance(tables)
        _keep_balance(self._context, tables[RUN_BALANCE.name])
        for suite in suites:
            if suite.table in tables:
                yield from judged(suite, tables[suite.table])

    def whole(self, name: str) -> pd.DataFrame:
        """The columns looked at of a table. What came in is of this run alone: what earlier runs took in may lead to
        records that are gone since."""
        table, columns = TABLES[name], self._columns[name]
        if name in SCOPES and self._is_partial:
            return frame(table, self._part.whole(table))
        return frame(table, self._context.shelf.read_table(table, columns=columns))


class _PartAudit(_WholeAudit):
    """The same rows, from those of the last run and what this run changed, wherever that adds up."""

    def rows(self, suites: list[Suite]) -> Iterator[_Row]:
        from crm_clean.validate.adding import verdicts
        from crm_clean.validate.balance import RUN_BALANCE
        from crm_clean.validate.suites import judged

        checks = self._context.store.written(CHECKS)
        last = verdicts(checks[checks["run"] == int(self._context.last["run"])])
        balance = self._balance()
        _keep_balance(self._context, balance)
        for suite in suites:
            if suite.table == RUN_BALANCE.name:
                yield from judged(suite, balance)
            elif suite.table in AUDITED:
                yield from self._of_table(suite, last)

    def _of_table(self, suite: Suite, last: Verdicts) -> list[_Row]:
        from crm_clean.validate import adding
        from crm_clean.validate.suites import judged

        if suite.table not in SCOPES:
            return judged(suite, self.whole(suite.table))
        (by,) = SCOPES[suite.table]
        if not adding.adds_up(suite, by) or not adding.are_there(suite, last):
            return judged(suite, self.whole(suite.table))
        return adding.added(suite, self._changed(suite, by), last)

    def _changed(self, suite: Suite, by: str) -> adding.Part:
        """What this run changes of the table of `suite`, whose things column `by` tells apart."""
        from crm_clean.validate import adding

        table = TABLES[suite.table]
        stood = self._part.stood(table, self._touched[by])
        n_rows = self._n_rows(table, by) if adding.asks_how_many(suite) else None
        return adding.Part(frame(table, stood), frame(table, self._part.fresh(table)), n_rows)

    def _n_rows(self, table: Table, by: str) -> int:
        counted = _SIZES.get(table.name)
        known = (self._context.shelf.read_json(BALANCE) or {}).get(counted)
        return int(known) if known is not None else len(self._part.whole(table, [by]))

    @cached_property
    def _touched(self) -> dict[str, pa.Array]:
        """The ids of all things of which any row may not be what it was, by the column that tells them apart."""
        return {
            by: union(*(self._part.scope(TABLES[name]) for name in AUDITED if SCOPES.get(name) == (by,)))
            for by in ("record_id", "golden_id")
        }

    def _balance(self) -> pd.DataFrame:
        from crm_clean.validate.balance_part import Touched, balance_of_part

        touched = Touched(self._touched["record_id"], self._touched["golden_id"])
        arrived = {name: self.whole(name) for name in _CAME_IN}
        last = kept_balance(self._context) or {}
        return balance_of_part(arrived, touched, last, before=_world(self._part.before), after=_world(self._part.after))


# How many rows a table has, as the balance calls it.
_SIZES = {"records": "n_records", "membership": "n_members", "golden": "n_golden"}


def _world(ask: Callable[[Table, str, pa.Array], pa.Table]) -> World:
    """One of the two states of a part, as the balance asks about it."""
    from crm_clean.validate.balance import COUNTED

    return lambda name, column, keys: frame(TABLES[name], ask(TABLES[name], column, keys).select(list(COUNTED[name])))


def suites_digest(context: Context) -> object:
    """What the project's own suites say; ours are part of the code."""
    return content_digest([context.expectations] if context.expectations else [])


def warm_suites() -> None:
    """Load what judging needs, which takes seconds."""
    from crm_clean.validate.suites import load_suites

    load_suites()


def _depends(context: Context) -> object:
    """What the suites say and, for what a part is added to, what the last run found."""
    return [suites_digest(context), int(context.last["run"]) if context.last else 0]


VALIDATE = Step(
    name="validate",
    run=_run,
    inputs=(*AUDITED, *(f"{name}.scope.parquet" for name in AUDITED if name in SCOPES)),
    outputs=(RUN_CHECKS, f"{BALANCE}.json"),
    depends=_depends,
    modules=("crm_clean.validate.gate", "crm_clean.validate.adding", "crm_clean.validate.balance_part"),
    warm=warm_suites,
)
