"""Agreement patterns: the distinct combinations of levels among pairs, and which pair shows which.

There are some thousand patterns where there are millions of pairs; what does not depend on values is computed on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Compared, Levels

# Combinations of levels up to which counting in place is cheaper than sorting, however few pairs there are.
_COUNTED = 2_000_000


@dataclass(frozen=True)
class Patterns:
    """`rows` (int8, patterns x comparisons) holds level codes, `counts` how many pairs show each pattern, `place` the
    pattern of each pair."""

    rows: npt.NDArray[np.int8]
    counts: Ints
    place: Ints

    @classmethod
    def of(cls, compared: Sequence[Compared], sizes: Sequence[int]) -> Patterns:
        """The patterns of pairs; `sizes[k]` is the number of level codes of comparison k, `null` included."""
        key = np.zeros(len(compared[0].levels), dtype=np.int64)
        for one, size in zip(compared, sizes, strict=True):
            key *= size
            key += one.levels
        distinct, counts, place = _counted(key, possible=int(np.prod(np.array(sizes, dtype=object))))
        rows = np.empty((len(distinct), len(sizes)), dtype=np.int8)
        rest = distinct
        for index in reversed(range(len(sizes))):
            rest, rows[:, index] = np.divmod(rest, sizes[index])
        return cls(rows, counts, place)

    def columns(self) -> list[Levels]:
        """The level codes of the patterns, one array a comparison."""
        return [np.ascontiguousarray(column) for column in self.rows.T]


def _counted(key: Ints, *, possible: int) -> tuple[Ints, Ints, Ints]:
    """The distinct keys in order, how often each occurs, and the place of each key among them."""
    if possible <= max(_COUNTED, 2 * len(key)):
        times = np.bincount(key, minlength=possible)
        distinct = np.flatnonzero(times)
        rank = np.empty(possible, dtype=np.int64)
        rank[distinct] = np.arange(len(distinct))
        return distinct, times[distinct].astype(np.int64), rank[key]
    distinct, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    return distinct, counts.astype(np.int64), place.astype(np.int64)
