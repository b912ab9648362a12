"""Who has a claim to which golden id: clusters by the members that bear it, or bore it earlier.

Clusters, golden ids and rows are numbers here. Which claim is granted never depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.groups import NONE, BoolArray, IntArray

Question = Callable[[IntArray], BoolArray]


@dataclass(frozen=True, eq=False)
class Past:
    """Golden ids that rows bear or bore: `row`, `golden`, the run that `ended` it; `stands` where it has not ended.

    `native`: whether it is the first one the row ever bore.
    """

    row: IntArray
    golden: IntArray
    ended: IntArray
    stands: BoolArray
    native: BoolArray

    @classmethod
    def of(cls, row: IntArray, golden: IntArray, ended: IntArray, *, latest: int, n_rows: int) -> Past:
        """`latest` is the `ended` of what has not ended."""
        first = np.full(n_rows, latest, np.int64)
        np.minimum.at(first, row, ended)
        birth = np.full(n_rows, NONE, np.int64)
        is_first = ended == first[row]
        birth[row[is_first]] = golden[is_first]
        return cls(row, golden, ended, ended == latest, birth[row] == golden)


@dataclass(frozen=True, eq=False)
class Tally:
    """Claims, the strongest first: `n` members of `cluster` bear `golden`."""

    cluster: IntArray
    golden: IntArray
    n: IntArray

    @classmethod
    def of(cls, cluster: IntArray, golden: IntArray) -> Tally:
        """From one row a member."""
        width = int(golden.max(initial=0)) + 1
        packed, n = np.unique(cluster * width + golden, return_counts=True)
        order = np.lexsort([packed // width, -n])
        return cls(packed[order] // width, packed[order] % width, n[order])


def granted(tally: Tally, leaves: BoolArray, names: pa.Array, *, n_clusters: int) -> IntArray:
    """The golden id each cluster keeps, or NONE: one id a cluster, one cluster an id, the strongest claim first.

    `leaves`: per claim, whether the cluster would rather go home, and leaves the id to whoever else claims it.
    """
    n_ids = len(names)
    alone = np.bincount(tally.cluster, minlength=n_clusters)[tally.cluster] == 1
    alone &= np.bincount(tally.golden, minlength=n_ids)[tally.golden] == 1
    kept = np.full(n_clusters, NONE, np.int64)
    kept[tally.cluster[alone]] = tally.golden[alone]
    disputed = np.flatnonzero(~alone)
    name = _rank(names, tally.golden[disputed])
    rank = [tally.cluster[disputed], name, -tally.n[disputed], leaves[disputed]]
    given: set[int] = set()
    for at in disputed[np.lexsort(rank)].tolist():
        cluster, golden = int(tally.cluster[at]), int(tally.golden[at])
        if kept[cluster] == NONE and golden not in given and not leaves[at]:
            kept[cluster] = golden
            given.add(golden)
    return kept


def _rank(names: pa.Array, numbers: IntArray) -> IntArray:
    """Rank of each of `numbers` by its name."""
    which, back = np.unique(numbers, return_inverse=True)
    rank = np.empty(len(which), np.int64)
    rank[pc.sort_indices(names.take(pa.array(which))).to_numpy()] = np.arange(len(which))
    return rank[back]


def go_home(tally: Tally, past: Past, cluster: IntArray, size: IntArray, *, elsewhere: Question) -> BoolArray:
    """Per claim, whether the cluster has a home of its own and only came to this id with others, who claim it too.

    Such a cluster holds no row whose first id this is, while another one does; and it bore an id earlier that nobody
    has now.
    """
    leaves = np.zeros(len(tally.n), dtype=bool)
    several = np.bincount(tally.golden, minlength=int(past.golden.max(initial=0)) + 1) > 1
    if not several[tally.golden].any():
        return leaves
    width = len(several)
    mine = past.stands & several[past.golden]
    packed = cluster[past.row[mine]] * width + past.golden[mine]
    claims = tally.cluster * width + tally.golden
    is_native = np.isin(claims, packed[past.native[mine]])
    has_native = np.isin(tally.golden, tally.golden[is_native])
    stood = np.zeros(width, dtype=bool)
    stood[past.golden[past.stands]] = True
    homes = _homes(past, cluster, size, among=tally.cluster[several[tally.golden] & ~is_native & has_native])
    free = ~stood[homes.golden]
    free[free] = ~elsewhere(homes.golden[free])
    leaves = several[tally.golden] & ~is_native & has_native & np.isin(tally.cluster, homes.cluster[free])
    return np.asarray(leaves)


@dataclass(frozen=True, eq=False)
class _Homes:
    """Golden ids that at least half of a cluster bore earlier."""

    cluster: IntArray
    golden: IntArray
    n: IntArray
    natives: IntArray
    ended: IntArray


def _homes(past: Past, cluster: IntArray, size: IntArray, *, among: IntArray) -> _Homes:
    width = int(past.golden.max(initial=0)) + 1
    mine = np.flatnonzero(np.isin(cluster[past.row], among))
    each = np.unique(past.row[mine] * width + past.golden[mine], return_index=True)[1]  # once, however often it went
    packed, back = np.unique(cluster[past.row[mine]] * width + past.golden[mine], return_inverse=True)
    n = np.bincount(back[each], minlength=len(packed))
    natives = np.bincount(back[each], weights=past.native[mine][each], minlength=len(packed)).astype(np.int64)
    ended = np.zeros(len(packed), np.int64)
    np.maximum.at(ended, back, past.ended[mine])
    half = 2 * n >= size[packed // width]
    return _Homes(packed[half] // width, packed[half] % width, n[half], natives[half], ended[half])


def take_back(
    kept: IntArray, past: Past, cluster: IntArray, size: IntArray, *, names: pa.Array, elsewhere: Question
) -> IntArray:
    """Per cluster that keeps no id the one it takes back, or NONE: borne by most, first by most, ended last."""
    result = np.full(len(size), NONE, np.int64)
    homes = _homes(past, cluster, size, among=np.flatnonzero(kept == NONE))
    if not len(homes.n):
        return result
    free = ~np.isin(homes.golden, kept[kept != NONE])
    free[free] = ~elsewhere(homes.golden[free])
    name = _rank(names, homes.golden)
    order = np.lexsort([homes.cluster, name, -homes.ended, -homes.natives, -homes.n])
    given: set[int] = set()
    for at in order[free[order]].tolist():
        home, golden = int(homes.cluster[at]), int(homes.golden[at])
        if result[home] == NONE and golden not in given:
            result[home] = golden
            given.add(golden)
    return result
