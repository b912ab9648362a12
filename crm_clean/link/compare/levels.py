"""What a comparison is, and how values that a record holds several of are compared.

A comparison has levels in words from the strongest to the weakest. Level 0 is `null`: one side says nothing, which is
neutral. Of several values the best combination counts; likeness is computed once for each distinct pair of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Bag, Ints, crossed
from crm_clean.link.compare.likeness import Likeness
from crm_clean.link.people import People

Levels = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
_Number = TypeVar("_Number", np.int8, np.int64)

NULL = 0
# A mailbox or a phone that this many different people hold belongs to none of them.
MANY_PEOPLE = 4
# One that so many hold says nothing at all.
A_CROWD = 100
# Levels of one bag of values.
SAME, ALIKE, DIFFERENT = 1, 2, 3


@dataclass(frozen=True)
class Compared:
    """Levels of one comparison for all pairs (int8), and how many people hold the value agreed on (0 where none)."""

    levels: Levels
    shared_by: Ints | None = None

    def at(self, pairs: Ints) -> Compared:
        """The same for some of the pairs, given by position."""
        return Compared(self.levels[pairs], None if self.shared_by is None else self.shared_by[pairs])


@dataclass(frozen=True)
class Comparison:
    """One comparison: `levels` in words, strongest first; code k + 1 in `Compared.levels` is `levels[k]`.

    `likely` and `chance` are what the model believes, before it sees data, of how often a level occurs among pairs
    that are one person and among random pairs that are not; they sum to 1 over the levels. `by_value` names the
    levels that agree on a value, to be weighed by how many people share it; `neutral` those that say nothing.
    """

    name: str
    levels: tuple[str, ...]
    likely: tuple[float, ...]
    chance: tuple[float, ...]
    compare: Callable[[People, Ints, Ints], Compared]
    by_value: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()

    def code(self, level: str) -> int:
        """The code of a level; 0 for `null`."""
        return NULL if level == "null" else self.levels.index(level) + 1


@dataclass(frozen=True)
class Crossing:
    """Each value of one record against each of another, for `n` pairs of records.

    Combination k belongs to pair `pair[k]` and sets code `a[k]` against `b[k]`; those of one pair stand together.
    """

    n: int
    pair: Ints
    a: Ints
    b: Ints

    @classmethod
    def of(cls, bag: Bag, left: Ints, right: Ints) -> Crossing:
        """All combinations of what a bag holds. Most records hold one value, which takes no crossing."""
        a, b = bag.only[left], bag.only[right]
        pair = np.flatnonzero((a >= 0) & (b >= 0))
        alone = cls(len(left), pair, a[pair], b[pair])
        if not bag.several.any():
            return alone
        many = np.flatnonzero(bag.several[left] | bag.several[right])
        of_many, i, j = crossed(bag.starts, left[many], right[many])
        pair = np.concatenate([pair, many[of_many]])
        return cls(len(left), pair, np.append(alone.a, bag.codes[i]), np.append(alone.b, bag.codes[j]))

    def best(self, levels: Levels) -> Levels:
        """The strongest level (lowest code) of each pair over its combinations; NULL where there is none."""
        return self._least(levels, self.pair, np.zeros(self.n, dtype=np.int8))

    def fewest(self, holders: Ints) -> Ints:
        """How many hold the rarest value in common, of `holders` a value; 0 where nothing is in common."""
        common = np.flatnonzero(self.a == self.b)
        return self._least(holders[self.a[common]], self.pair[common], np.zeros(self.n, dtype=np.int64))

    @staticmethod
    def _least(values: npt.NDArray[_Number], pair: Ints, out: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        """Into `out`, the least of the values of each pair; those of one pair stand together."""
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        if len(begins):
            out[pair[begins]] = values if len(begins) == len(pair) else np.minimum.reduceat(values, begins)
        return out


def fewest_holders(bag: Bag, people: People, left: Ints, right: Ints) -> Ints:
    """How many people hold the rarest value that the records of each pair have in common; 0 where there is none."""
    return Crossing.of(bag, left, right).fewest(people.holders(bag))


def bag_levels(bag: Bag, left: Ints, right: Ints, *, like: Likeness | None = None) -> Levels:
    """SAME, ALIKE (when `like` is given), DIFFERENT or NULL: the best over all combinations of values."""
    return crossed_levels(bag, Crossing.of(bag, left, right), like=like)


def crossed_levels(bag: Bag, crossing: Crossing, *, like: Likeness | None = None) -> Levels:
    """As `bag_levels`, of combinations made before."""
    same = crossing.a == crossing.b
    levels = np.where(same, SAME, DIFFERENT).astype(np.int8)
    if like is not None:
        rest = np.flatnonzero(~same)
        levels[rest[like(bag.texts, crossing.a[rest], crossing.b[rest])]] = ALIKE
    return crossing.best(levels)


def share_rare(bag: Bag, people: People, left: Ints, right: Ints, *, below: int) -> Flags:
    """Whether the records of each pair have a value in common that fewer than `below` people hold."""
    held = fewest_holders(bag, people, left, right)
    rare: Flags = (held > 0) & (held < below)
    return rare
