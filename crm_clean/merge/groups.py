"""Rows in runs: what a group's rows have in common, for all groups at once.

Everything here is linear in the rows. `-1` stands for "none" wherever a row number is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NONE = -1
_BEYOND = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Groups:
    """Rows that stand together by group. `of`: group number per row, ascending from 0 without gaps."""

    of: IntArray
    starts: IntArray  # first row of each group

    @classmethod
    def runs(cls, labels: IntArray) -> Groups:
        """The runs of equal labels, in the order they stand."""
        if not len(labels):
            return cls(np.empty(0, np.int64), np.empty(0, np.int64))
        is_first = np.concatenate([[True], labels[1:] != labels[:-1]])
        return cls(np.cumsum(is_first) - 1, np.flatnonzero(is_first))

    def __len__(self) -> int:
        return len(self.starts)

    def size(self) -> IntArray:
        """Rows per group."""
        return np.bincount(self.of, minlength=len(self))

    @property
    def spans(self) -> Iterator[tuple[int, int]]:
        """First row, and the row after the last, of each group."""
        return zip(self.starts.tolist(), (self.starts + self.size()).tolist(), strict=True)

    def least(self, values: IntArray, where: BoolArray | None = None) -> IntArray:
        """The smallest value per group; the largest integer where no row counts."""
        counted = values if where is None else np.where(where, values, _BEYOND)
        return np.minimum.reduceat(counted, self.starts) if len(self) else self.starts

    def most(self, values: IntArray, where: BoolArray | None = None) -> IntArray:
        """The largest value per group; the smallest integer where no row counts."""
        counted = values if where is None else np.where(where, values, -_BEYOND)
        return np.maximum.reduceat(counted, self.starts) if len(self) else self.starts

    def count(self, where: BoolArray) -> IntArray:
        """Rows per group for which `where` holds."""
        return np.add.reduceat(where.astype(np.int64), self.starts) if len(self) else self.starts

    def any(self, where: BoolArray) -> BoolArray:
        """Whether `where` holds for some row of the group."""
        return self.count(where) > 0

    def first(self, where: BoolArray) -> IntArray:
        """The first row of each group for which `where` holds, or NONE."""
        found = self.least(np.arange(len(self.of)), where)
        return np.where(found == _BEYOND, NONE, found)


def distinct(values: IntArray) -> IntArray:
    """The values, each once, ascending."""
    ordered = np.sort(values)
    return ordered[Groups.runs(ordered).starts]


def dense_rank(*keys: IntArray) -> IntArray:
    """Ranks from 0 by several keys, the first one leading; rows equal on all keys share a rank."""
    order = np.lexsort(keys[::-1])
    if not len(order):
        return order
    differs = np.zeros(len(order), dtype=bool)
    for key in keys:
        ordered = key[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.cumsum(differs)
    return ranks
