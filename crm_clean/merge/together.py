"""Fields that survive together: one record is chosen for all of them, then blanks and misspellings are mended.

Mending never mixes two things. A blank is filled only from a record that agrees on the leading field (or leaves it
blank); a value is replaced only by a variant of itself: a typo, a lost accent, the name behind a nickname.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Protocol

import numpy as np

from crm_clean.merge.agreement import Agreement, agreement
from crm_clean.merge.ballot import Ballot, Won, elect
from crm_clean.merge.chain import Candidates, best_form
from crm_clean.merge.column import Column
from crm_clean.merge.fields import NUMBER, SHORTER, numbers, undisputed
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray, dense_rank
from crm_clean.merge.spec import Rule, Together

# Ids have no spelling.
_EXACT = frozenset({"company_id"})
# Where a word for "nothing" may be a name: NA is Napoli.
_TERSE = frozenset({"company_id", "region", "unit"})


class Witnesses(Protocol):
    """Rows that speak of one thing per group: records of a person, or entries of an address."""

    @property
    def groups(self) -> Groups: ...
    @property
    def gives(self) -> BoolArray: ...
    @property
    def ranks(self) -> Mapping[Rule, IntArray]: ...
    @property
    def id_rank(self) -> IntArray: ...
    @property
    def misnamed(self) -> BoolArray: ...
    def column(self, field: str) -> Column: ...


def settle_together(witnesses: Witnesses, together: Together) -> dict[str, Won]:
    """Per field of `together`, the row that gives each group its value."""
    columns = {field: witnesses.column(field) for field in together.fields}
    won, disputed = {}, np.zeros(len(witnesses.groups), dtype=bool)
    some = np.zeros(len(witnesses.gives), dtype=bool)
    for field, column in columns.items():
        if not len(column.words):
            won[field] = Won.nobody(len(witnesses.groups))
            continue
        offered = witnesses.gives & (column.code != NONE)
        won[field], differs = undisputed(witnesses.groups, column.code, offered)
        disputed |= differs
        some |= offered
    if not disputed.any():
        return won
    ballot = Ballot.among(witnesses.groups, some & disputed[witnesses.groups.of])
    columns = {field: column.at(ballot.rows) for field, column in columns.items()}
    for field, place, rule in _Contest(witnesses, together, columns, ballot).outcome():
        row = np.where(place == NONE, NONE, ballot.rows[place])
        won[field].row[ballot.outer] = row
        won[field].rule[ballot.outer] = np.where(row == NONE, NONE, rule)
    return won


@dataclass(frozen=True, eq=False)
class _Contest:
    """The groups whose rows differ in some field. Places are numbers of rows in the ballot."""

    witnesses: Witnesses
    together: Together
    columns: dict[str, Column]
    ballot: Ballot

    @cached_property
    def invalid(self) -> BoolArray:
        if "last_name" in self.together.fields:
            return self.witnesses.misnamed[self.ballot.rows]
        return np.zeros(len(self.ballot.rows), dtype=bool)

    @cached_property
    def agreements(self) -> dict[str, Agreement]:
        return {
            field: agreement(self.ballot, column, hollow=self.invalid, shorter=SHORTER.get(field))
            for field, column in self.columns.items()
        }

    @cached_property
    def asks_majority(self) -> bool:
        """Whether the chain asks for agreement before anything else: then allies may outvote the anchor in details."""
        choosing = [rule for rule in self.together.rules if rule != "valid_first"]
        return choosing[:1] == ["most_frequent"]

    def outcome(self) -> Iterator[tuple[str, IntArray, IntArray]]:
        """Field, place of the row that gives each group its value (NONE where none does), number of the rule."""
        anchor, anchor_rule = self._choose()
        agrees = self._agrees_with(anchor)
        for field, column in self.columns.items():
            agreed = self.agreements[field]
            own = agreed.entry[anchor]
            chosen = self._mended(field, own, agrees)
            place = self._place_of(field, chosen)
            same = (chosen == own) & (own != NONE)
            kept = anchor_rule if field == self.together.lead else np.full(len(own), NUMBER["together"])
            rule = np.where(same, kept, np.where(own == NONE, NUMBER["filled"], NUMBER["spelling"]))
            code = column.code[self.ballot.rows]
            yield field, np.where(same & (code[place] == code[anchor]), anchor, place), rule

    def _choose(self) -> tuple[IntArray, IntArray]:
        """The row all fields come from - one that has the leading field, then by the rules - and the deciding rule."""
        lead = self.together.lead
        in_order = (lead, *(field for field in self.together.fields if field != lead))
        candidates = Candidates(
            ballot=self.ballot,
            columns=tuple(self.columns[field] for field in in_order),
            agreements=tuple(self.agreements[field] for field in in_order),
            by_record=self.witnesses.ranks,
            id_rank=self.witnesses.id_rank,
            invalid=self.invalid | self.columns[lead].says_nothing[self.ballot.rows],
        )
        leaderless = (self.columns[lead].code[self.ballot.rows] == NONE).astype(np.int64)
        said = dense_rank(*(self.agreements[field].entry for field in in_order))
        ranks = chain(
            [
                ("agreed", np.zeros_like(leaderless)),
                ("valid_first", candidates.invalid.astype(np.int64)),
                ("most_complete", leaderless),
            ],
            candidates.ranks(self.together.rules),
        )
        place, names, decided = elect(self.ballot, said, ranks)
        return place, numbers(names)[decided]

    def _agrees_with(self, anchor: IntArray) -> BoolArray:
        """Per row of the ballot, whether its leading field is that of the anchor, a variant of it, or blank."""
        lead = self.agreements[self.together.lead]
        own = lead.entry[anchor]
        is_near = _near(lead, own)[lead.entry]
        return np.asarray(is_near | (lead.entry == NONE) | (own == NONE)[self.ballot.groups.of])

    def _mended(self, field: str, own: IntArray, agrees: BoolArray) -> IntArray:
        """Per group the entry that wins: the anchor's own or a variant of it, or what allies say where they may."""
        agreed = self.agreements[field]
        free = np.zeros(len(agreed.group) + 1, dtype=bool) if field in _EXACT else _near(agreed, own)
        free[own] = True
        open_ = np.ones(len(own), dtype=bool) if self.asks_majority else own == NONE
        free[agreed.entry[agrees & open_[self.ballot.groups.of]]] = True
        free &= self._is_sound(field, own)
        return _best_entry(agreed, np.flatnonzero(free[:-1]), own)

    def _is_sound(self, field: str, own: IntArray) -> BoolArray:
        """Per entry, and one more for NONE: whether a row says it that may be right, or it is the anchor's own."""
        entry = self.agreements[field].entry
        sound = np.zeros(len(self.agreements[field].group) + 1, dtype=bool)
        hollow = self.invalid if field in _TERSE else self.invalid | self.columns[field].says_nothing[self.ballot.rows]
        sound[entry[~hollow]] = True
        sound[own] = True
        return sound

    def _place_of(self, field: str, chosen: IntArray) -> IntArray:
        """Per group, the place of the best written row that says the chosen entry; NONE where there is none."""
        entry = self.agreements[field].entry
        place = np.full(len(self.ballot.groups), NONE, np.int64)
        is_winner = (entry == chosen[self.ballot.groups.of]) & (entry != NONE)
        best = best_form(self.ballot, self.columns[field], is_winner, self.witnesses.ranks["newest"])
        place[self.ballot.groups.of[best]] = best
        return place


def _near(agreed: Agreement, own: IntArray) -> BoolArray:
    """Per entry, and one more for NONE: whether it is the anchor's own or a variant of it."""
    is_own = np.zeros(len(agreed.group) + 1, dtype=bool)
    is_own[own[own != NONE]] = True
    near = is_own.copy()
    near[agreed.right[is_own[agreed.left]]] = True
    near[agreed.left[is_own[agreed.right]]] = True
    return near


def _best_entry(agreed: Agreement, free: IntArray, own: IntArray) -> IntArray:
    """Per group the best of the `free` entries: unbeaten, most support, the anchor's own, first said; else NONE."""
    foreign = np.ones(len(agreed.group) + 1, dtype=bool)
    foreign[own[own != NONE]] = False
    first_said = np.full(len(agreed.group) + 1, len(agreed.entry), np.int64)
    np.minimum.at(first_said, agreed.entry, np.arange(len(agreed.entry)))
    rank = [first_said[free], foreign[free], -agreed.support[free], agreed.is_beaten[free], agreed.group[free]]
    order = free[np.lexsort(rank)]
    runs = Groups.runs(agreed.group[order])
    best = np.full(len(own), NONE, np.int64)
    best[agreed.group[order[runs.starts]]] = order[runs.starts]
    return best
