"""Survivors: which record gave a golden field its value, and by which rule.

A golden record of one member has none unless the spec asks for them: its member gave everything it has. What was
derived, what a person said and what is closed although no member says so are always listed, with the record that
proves it or that the word is anchored to. In those rows, in `union` and in a name put together, the value is the golden
record's own; by any other rule it is the one of the record named.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from crm_clean.merge.ballot import Won
from crm_clean.merge.column import whole
from crm_clean.merge.derive import Derived
from crm_clean.merge.fields import NUMBER, OUTCOMES
from crm_clean.merge.groups import NONE, IntArray
from crm_clean.merge.members import Members
from crm_clean.records.tables import SURVIVORS


def lineage(members: Members, won: dict[str, Won], derived: Iterable[Derived]) -> pa.Table:
    """SURVIVORS by golden id and field."""
    derived = list(derived)
    rules = [*OUTCOMES, *sorted({found.rule for found in derived} - set(OUTCOMES))]
    fields = sorted({*won, *(found.field for found in derived)})
    many = members.groups.size() > 1
    listed = np.ones(len(many), bool) if members.spec.lineage_of_singles else many
    parts = [_of_field(fields.index(name), outcome, listed) for name, outcome in won.items()]
    for found in derived:
        code = np.full(len(found.groups), fields.index(found.field))
        parts.append((found.groups, code, found.rows, np.full(len(found.groups), rules.index(found.rule))))
    group, field, row, rule = (np.concatenate(column) for column in zip(*parts, strict=True))
    place = group * len(fields) + field
    order = np.argsort(place, kind="stable")
    place = place[order]
    last = np.append(place[1:] != place[:-1], True)[: len(place)]
    kept = order[last]  # what was derived stands after what was given, and replaces it
    columns = [
        whole(members.golden_ids).take(pa.array(group[kept])),
        pa.array(fields).take(pa.array(field[kept])),
        members.taken("record_id", row[kept]),
        pa.array(rules).take(pa.array(rule[kept])),
    ]
    return pa.table(columns, names=[*SURVIVORS.columns]).cast(SURVIVORS.schema)


def _of_field(field: int, won: Won, listed: np.ndarray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    always = (won.rule == NUMBER["manual"]) | (won.rule == NUMBER["sticky"])
    group = np.flatnonzero((listed | always) & (won.row != NONE))
    return group, np.full(len(group), field), won.row[group], won.rule[group]
