"""How much the members of one golden record support each value they offer.

Every record that says a value adds its weight to it, and a share of it to each value much like it: three spellings of
one name outvote a lone other name, and the spelling in their middle wins (a medoid by Jaro-Winkler similarity, Winkler
1990). A value that is empty of meaning has next to no weight. Two spellings a typo apart (Damerau's edits, restricted)
are *variants*; of variants, the one that far more other people bear *beats* the other, as in a noisy channel.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crm_clean.merge.ballot import Ballot
from crm_clean.merge.column import Column
from crm_clean.merge.groups import NONE, BoolArray, IntArray

Shorter = Callable[[str, str], int]

VOTE = 1000  # the weight of one record; supports are integers, so that sums do not depend on order
_HOLLOW = 10  # the weight of a record that says nothing
_ALIKE = 850  # thousandths of Jaro-Winkler similarity
_MORE_BORNE = 4  # times as many other people
_MOST_NEIGHBOURS = 64
_NO_FIGURE = re.compile(r"\D+")


@dataclass(frozen=True)
class Agreement:
    """Entries are the distinct keys of each group of a ballot.

    `entry`: entry of each row of the ballot, NONE where it has no value. `group`, `key`, `support`: per entry.
    `left`, `right`: pairs of entries of one group that are variants of one another. `is_beaten`: per entry.
    """

    entry: IntArray
    group: IntArray
    key: IntArray
    support: IntArray
    left: IntArray
    right: IntArray
    is_beaten: BoolArray

    def of_rows(self, per_entry: IntArray) -> IntArray:
        """A figure per entry, as one per row of the ballot; 0 where the row has no value."""
        return np.append(per_entry, 0)[self.entry]


def agreement(ballot: Ballot, column: Column, *, hollow: BoolArray, shorter: Shorter | None = None) -> Agreement:
    """What the rows of `ballot` say in `column`. `hollow`: rows of the ballot whose word weighs next to nothing.

    `shorter` tells of two keys which is short for the other (-1 the left, 1 the right, 0 neither): `Bob` for `Robert`.
    The full form takes over all the support of the short one, so that it wins however few records give it.
    """
    key = column.key[ballot.rows]
    said = key != NONE
    width = len(column.key_text) + 1
    packed, back = np.unique(ballot.groups.of[said] * width + key[said], return_inverse=True)
    entry = np.full(len(key), NONE, np.int64)
    entry[said] = back
    group, keys = packed // width, packed % width
    says_nothing = hollow[said] | column.says_nothing[ballot.rows[said]]
    weight = np.zeros(len(packed), np.int64)
    np.add.at(weight, back, np.where(says_nothing, _HOLLOW, VOTE))
    left, right = neighbours(group)
    alike, is_typo = likeness(column, keys[left], keys[right])
    short = _short(column, keys[left], keys[right], shorter)
    support = weight.copy()
    np.add.at(support, left, alike * weight[right] // VOTE)
    np.add.at(support, right, alike * weight[left] // VOTE)
    for _ in range(2):  # J for Jon, Jon for Jonathan
        np.maximum.at(support, right[short < 0], support[left[short < 0]] + 1)
        np.maximum.at(support, left[short > 0], support[right[short > 0]] + 1)
    is_variant = is_typo | (short != 0)
    others = _others(column, keys, np.bincount(back, minlength=len(packed)), left[is_typo], right[is_typo])
    beaten = _beaten(others, left[is_typo], right[is_typo])
    return Agreement(entry, group, keys, support, left[is_variant], right[is_variant], beaten)


def neighbours(group: IntArray) -> tuple[IntArray, IntArray]:
    """All pairs of entries of one group; in a group of many, those that stand near one another."""
    lefts, rights = [], []
    for step in range(1, _MOST_NEIGHBOURS):
        left = np.flatnonzero(group[:-step] == group[step:]) if step < len(group) else group[:0]
        if not len(left):
            break
        lefts.append(left)
        rights.append(left + step)
    none = np.empty(0, np.int64)
    return np.concatenate([none, *lefts]), np.concatenate([none, *rights])


def likeness(column: Column, left: IntArray, right: IntArray) -> tuple[IntArray, BoolArray]:
    """Per pair of keys: similarity in thousandths, 0 below what counts; and whether they are a typo apart."""
    from rapidfuzz.distance import OSA, JaroWinkler
    from rapidfuzz.process import cpdist

    if not len(left):
        return left, left.astype(bool)
    width = len(column.key_text)
    packed, back = np.unique(np.minimum(left, right) * width + np.maximum(left, right), return_inverse=True)
    ones = [column.key_text[k] for k in packed // width]
    others = [column.key_text[k] for k in packed % width]
    similar = cpdist(ones, others, scorer=JaroWinkler.normalized_similarity, dtype=np.float64)
    alike = np.round(similar * VOTE).astype(np.int64)
    near = np.flatnonzero(alike >= _ALIKE)
    ones, others = [ones[i] for i in near], [others[i] for i in near]
    edits = cpdist(ones, others, scorer=OSA.distance, dtype=np.int64)
    length = np.minimum([len(text) for text in ones], [len(text) for text in others])
    same_figures = [_figures(one) == _figures(other) for one, other in zip(ones, others, strict=True)]
    is_typo = np.zeros(len(packed), dtype=bool)
    is_typo[near] = (edits <= np.maximum(1, length // 3)) & np.array(same_figures, dtype=bool)
    return np.where(alike >= _ALIKE, alike, 0)[back], is_typo[back]


def _figures(text: str) -> str:
    return "" if text.isalpha() else _NO_FIGURE.sub("", text)


def _short(column: Column, left: IntArray, right: IntArray, shorter: Shorter | None) -> IntArray:
    """Per pair of keys: -1 where the left is short for the right, 1 the other way round, else 0."""
    if shorter is None or not len(left):
        return np.zeros(len(left), np.int64)
    width = len(column.key_text)
    packed, back = np.unique(left * width + right, return_inverse=True)
    found = [shorter(column.key_text[k // width], column.key_text[k % width]) for k in packed]
    return np.array(found, dtype=np.int64)[back]


def _others(column: Column, keys: IntArray, own: IntArray, left: IntArray, right: IntArray) -> IntArray:
    """How many others bear the key of each entry that has a variant."""
    others = np.zeros(len(keys), np.int64)
    asked = np.union1d(left, right)
    others[asked] = column.bearers(keys[asked]) - own[asked]
    return others


def _beaten(others: IntArray, left: IntArray, right: IntArray) -> BoolArray:
    beaten = np.zeros(len(others), dtype=bool)
    beaten[left[others[right] > _MORE_BORNE * others[left]]] = True
    beaten[right[others[left] > _MORE_BORNE * others[right]]] = True
    return beaten
