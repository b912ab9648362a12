"""Ranks of the rows of a ballot, rule by rule, as an election asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from crm_clean.merge.agreement import Agreement
from crm_clean.merge.ballot import Ballot
from crm_clean.merge.column import Column, writing
from crm_clean.merge.groups import BoolArray, Groups, IntArray
from crm_clean.merge.spec import Rule

_STEPS = {"customer": 0, "former": 0, "prospect": 1, "lead": 2}


@dataclass(frozen=True)
class Candidates:
    """What stands for election: rows of a ballot with the figures that rules ask for.

    `by_record`: rank of each row, by rule, for rules about the record. `columns`: the fields elected together, the
    leading one first. `agreements`: what the rows say in each of them. `invalid`: rows whose value cannot be right.
    """

    ballot: Ballot
    columns: tuple[Column, ...]
    agreements: tuple[Agreement, ...]
    by_record: Mapping[Rule, IntArray]
    id_rank: IntArray
    invalid: BoolArray

    def ranks(self, chain: tuple[Rule, ...]) -> Iterator[tuple[str, IntArray]]:
        """Name and rank per row of the ballot: valid ones first, then each rule of `chain`, then the last tie-break."""
        yield "valid_first", self._rank("valid_first")
        for rule in chain:
            yield rule, self._rank(rule)
        yield "record_id", self.id_rank[self.ballot.rows]

    def _rank(self, rule: Rule) -> IntArray:
        if rule in self.by_record:
            return self.by_record[rule][self.ballot.rows]
        if rule == "valid_first":
            return self.invalid.astype(np.int64)
        if rule == "most_frequent":
            return -sum((a.of_rows(a.support) for a in self.agreements), start=self._zero())
        if rule == "attested":
            return sum((a.of_rows(a.is_beaten.astype(np.int64)) for a in self.agreements), start=self._zero())
        if rule == "longest":
            return -sum((_lengths(c, self.ballot.rows) for c in self.columns), start=self._zero())
        if rule == "furthest":
            return self.columns[0].measure_or(self.ballot.rows, lambda v: _STEPS.get(v, 3), missing=4)
        raise AssertionError(rule)

    def _zero(self) -> IntArray:
        return np.zeros(len(self.ballot.rows), np.int64)


def _lengths(column: Column, rows: IntArray) -> IntArray:
    return column.measure_or(rows, len, missing=0)


def best_form(ballot: Ballot, column: Column, is_winner: BoolArray, newest: IntArray) -> IntArray:
    """Per group that has a winner, the place in the ballot of the best written form.

    `is_winner`: rows of the ballot that say the key that won. `writing` comes first, then the form used most, the
    one most people write, the longest, the newest; `newest` ranks all rows.
    """
    places = np.flatnonzero(is_winner)
    if not len(places):
        return places
    rows, group = ballot.rows[places], ballot.groups.of[places]
    _, back, used = np.unique(group * len(column.distinct) + column.code[rows], return_inverse=True, return_counts=True)
    written, length, borne = column.measure(rows, writing), column.measure(rows, len), column.used(rows)
    rank = [places, newest[rows], -length, -borne, -used[back], written, group]
    return places[np.lexsort(rank)[Groups.runs(group).starts]]
