"""Survivors: which record gave a golden field its value, and by which rule.

A golden record of one member has none unless the spec asks for them: its member gave everything it has. What was
derived is always listed, with the record that proves it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa

from crm_clean.merge.ballot import Won
from crm_clean.merge.column import whole
from crm_clean.merge.derive import Derived
from crm_clean.merge.fields import OUTCOMES
from crm_clean.merge.groups import NONE, IntArray
from crm_clean.merge.members import Members
from crm_clean.records.tables import SURVIVORS


def lineage(members: Members, won: dict[str, Won], derived: Iterable[Derived]) -> pd.DataFrame:
    """A SURVIVORS frame by golden id and field."""
    derived = list(derived)
    rules = [*OUTCOMES, *sorted({found.rule for found in derived} - set(OUTCOMES))]
    number = {name: at for at, name in enumerate(rules)}
    fields = sorted({*won, *(found.field for found in derived)})
    listed = np.ones(len(members.groups), bool) if members.spec.lineage_of_singles else members.groups.size() > 1
    parts = [_of_field(fields.index(name), outcome, listed) for name, outcome in won.items()]
    for found in derived:
        code = np.full(len(found.groups), fields.index(found.field))
        parts.append((found.groups, code, found.rows, np.full(len(found.groups), number[found.rule])))
    group, field, row, rule = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(group * len(fields) + field, kind="stable")
    group, field = group[order], field[order]
    last = np.append((group[1:] != group[:-1]) | (field[1:] != field[:-1]), True)[: len(group)]
    kept = order[last]  # what was derived stands after what was given, and replaces it
    return SURVIVORS.to_pandas(
        pa.table(
            {
                "golden_id": _words(members.golden_id, group[last]),
                "field": _words(pd.Series(fields, dtype="string[pyarrow]"), field[last]),
                "record_id": _words(members.frame["record_id"], row[kept]),
                "rule": _words(pd.Series(rules, dtype="string[pyarrow]"), rule[kept]),
            }
        )
    )


def _of_field(field: int, won: Won, listed: np.ndarray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    group = np.flatnonzero(listed & (won.row != NONE))
    return group, np.full(len(group), field), won.row[group], won.rule[group]


def _words(values: pd.Series[str], at: IntArray) -> pa.Array:
    return whole(values).take(pa.array(at))
