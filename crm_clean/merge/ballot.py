"""An election per group: rules are asked in turn, each leaves only those rows it likes best.

A group is decided as soon as one value is left. What is still tied after all rules goes to the smaller record id.
The rule that decided is kept, for the lineage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray

Ranks = Iterable[tuple[str, IntArray]]


@dataclass(frozen=True)
class Ballot:
    """`rows`: numbers of the rows that stand for election, by group. `outer`: each group's number out there."""

    rows: IntArray
    groups: Groups
    outer: IntArray

    @classmethod
    def among(cls, groups: Groups, standing: BoolArray) -> Ballot:
        """The rows for which `standing` holds."""
        rows = np.flatnonzero(standing)
        local = Groups.runs(groups.of[rows])
        return cls(rows, local, groups.of[rows[local.starts]])


@dataclass(frozen=True)
class Won:
    """Per group: the row that gave the value (NONE where nobody had one) and the name of the rule, as a number."""

    row: IntArray
    rule: IntArray

    @classmethod
    def nobody(cls, n_groups: int) -> Won:
        return cls(np.full(n_groups, NONE, np.int64), np.full(n_groups, NONE, np.int64))


def elect(ballot: Ballot, value: IntArray, ranks: Ranks) -> tuple[IntArray, list[str], IntArray]:
    """Per group, the place in the ballot of the row that wins; names of rules; which of them decided, by number.

    `value`: what each row of the ballot says; groups are decided when it is the same for all rows left. `ranks`: name
    and rank of each row of the ballot (smaller is better), leading rule first; taken lazily, while needed.
    """
    groups = ballot.groups
    alive = np.ones(len(ballot.rows), dtype=bool)
    decided = np.full(len(groups), NONE, np.int64)
    names: list[str] = []
    for name, rank in ranks:
        alive &= rank == groups.least(rank, alive)[groups.of]
        is_one = groups.least(value, alive) == groups.most(value, alive)
        decided = np.where((decided == NONE) & is_one, len(names), decided)
        names.append(name)
        if (decided != NONE).all():
            break
    return groups.first(alive), names, decided
