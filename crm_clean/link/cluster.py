"""From pairs to people: clusters whose members agree with each other, not merely chains of likely links.

Links over the threshold make components; inside a component every pair is scored, also those that blocking did not
make. Where members contradict each other the component is taken apart and joined again by average weight, best
first, never across a contradiction or a person's `different`. What that leaves out is reported as cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from crm_clean.link.block import is_among, joined
from crm_clean.link.columns import Ints
from crm_clean.link.score import Floats, probability

# Bits beyond which one link says no more: so that one strong link does not outvote several contradictions.
_MOST_BITS = 12.0
MUST, CANNOT = 1e3, -1e3

Scorer = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True)
class Links:
    """Scored pairs: positions left < right, and bits; MUST and CANNOT are a person's word."""

    left: Ints
    right: Ints
    bits: Floats

    def over(self, bits: float) -> Links:
        keep = self.bits >= bits
        return Links(self.left[keep], self.right[keep], self.bits[keep])


@dataclass(frozen=True)
class Clustering:
    """`label[i]` is the smallest position in the cluster of record i; `held_by[i]` the probability of the weakest
    link that holds it there (1.0 alone); `inside` all pairs within clusters, `believed` the probability of each given
    the others; `cut` links over the threshold that were not followed."""

    label: Ints
    held_by: Floats
    inside: Links
    believed: Floats
    cut: Links


def components(links: Links, *, n: int) -> Ints:
    """The smallest position in the connected component of each record."""
    graph = coo_matrix((np.ones(len(links.left), dtype=np.int8), (links.left, links.right)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    smallest = np.full(n, n, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(n))
    found: Ints = smallest[label]
    return found


def completed(links: Links, score: Scorer, *, n: int, threshold_bits: float, max_cluster: int) -> Links:
    """`links` with every pair inside the components that a threshold makes; `score` gives the bits of the new ones.

    Components of any higher threshold lie inside these, so that nothing is left to score for them.
    """
    keys = _keys_inside(components(_split_large(links.over(threshold_bits), n=n, largest=max_cluster), n=n))
    known = links.left * n + links.right
    new = keys[~is_among(keys, known)]
    left, right = np.divmod(new, max(n, 1))
    bits = score(left, right) if len(new) else np.empty(0)
    order = np.argsort(np.concatenate([known, new]), kind="stable")
    return Links(
        np.concatenate([links.left, left])[order],
        np.concatenate([links.right, right])[order],
        np.concatenate([links.bits, bits])[order],
    )


def cluster(links: Links, *, n: int, threshold_bits: float, max_cluster: int) -> Clustering:
    """Clusters of `n` records from links completed at this threshold or a lower one."""
    strong = links.over(threshold_bits)
    label = components(_split_large(strong, n=n, largest=max_cluster), n=n)
    inside = _within(links, label)
    doubtful = np.unique(label[inside.left[inside.bits < 0.0]])
    if len(doubtful):
        label = _rejoined(label, inside, doubtful)
        inside = _within(inside, label)
    apart = label[strong.left] != label[strong.right]
    cut = Links(strong.left[apart], strong.right[apart], strong.bits[apart])
    tree = _tree(inside, n=n)
    return Clustering(label, _held_by(tree, n=n), inside, _believed(inside, tree, label, n=n), cut)


def _within(links: Links, label: Ints) -> Links:
    together = label[links.left] == label[links.right]
    return Links(links.left[together], links.right[together], links.bits[together])


def _split_large(strong: Links, *, n: int, largest: int) -> Links:
    """Links without the weakest ones of components over `largest`: the weakest quarter goes until each fits."""
    while True:
        label = components(strong, n=n)
        size = np.bincount(label, minlength=n)
        over = np.flatnonzero(size[label[strong.left]] > largest)
        if not len(over):
            return strong
        at, bits = label[strong.left[over]], strong.bits[over]
        order = np.lexsort((bits, at))
        _, starts, counts = np.unique(at[order], return_index=True, return_counts=True)
        rank = np.arange(len(order)) - np.repeat(starts, counts)
        keep = np.ones(len(strong.left), dtype=bool)
        keep[over[order[rank <= np.repeat(counts // 4, counts)]]] = False
        strong = Links(strong.left[keep], strong.right[keep], strong.bits[keep])


def _keys_inside(label: Ints) -> Ints:
    """The key (left * n + right) of every pair inside clusters, sorted."""
    order = np.argsort(label, kind="stable").astype(np.int64)
    sizes = np.bincount(label, minlength=len(label))
    sizes = sizes[sizes > 0]
    starts = np.cumsum(sizes) - sizes
    multiple = sizes > 1
    return np.sort(joined(order, starts[multiple], sizes[multiple], n=len(label)))


def _rejoined(label: Ints, inside: Links, doubtful: Ints) -> Ints:
    """Labels after the doubtful components have been taken apart and joined again by average weight."""
    out = label.copy()
    mine = np.isin(label[inside.left], doubtful)
    left, right, bits = inside.left[mine], inside.right[mine], inside.bits[mine]
    order = np.argsort(label[left], kind="stable")
    left, right, bits = left[order], right[order], bits[order]
    _, starts, counts = np.unique(label[left], return_index=True, return_counts=True)
    for start, count in zip(starts, counts, strict=True):
        here = slice(start, start + count)
        members = np.unique(np.concatenate([left[here], right[here]]))
        matrix = np.zeros((len(members), len(members)))
        i, j = np.searchsorted(members, left[here]), np.searchsorted(members, right[here])
        matrix[i, j] = matrix[j, i] = bits[here]
        out[members] = members[_average_linkage(matrix)]
    return out


def _average_linkage(bits: Floats) -> Ints:
    """The smallest index of each member's cluster: joined while the best average of bits between two is positive.

    People's word comes first: clusters that hold a CANNOT between them never join, those that hold a MUST always.
    """
    size = len(bits)
    total = np.clip(bits, -_MOST_BITS, _MOST_BITS)
    lift = np.where(bits <= CANNOT / 2, -np.inf, np.where(bits >= MUST / 2, MUST, 0.0))
    weight, label = np.ones(size), np.arange(size, dtype=np.int64)
    np.fill_diagonal(lift, -np.inf)
    while True:
        average = total / np.outer(weight, weight) + lift
        i, j = sorted(divmod(int(np.argmax(average)), size))
        if average[i, j] <= 0.0:
            return label
        total[i] += total[j]
        total[:, i] += total[:, j]
        weight[i] += weight[j]
        forbidden = np.isinf(lift[i]) | np.isinf(lift[j])
        lift[i] = lift[:, i] = np.where(forbidden, -np.inf, np.maximum(lift[i], lift[j]))
        lift[j] = lift[:, j] = -np.inf
        label[label == j] = i


def _tree(inside: Links, *, n: int) -> Links:
    """The strongest links that hold each cluster together: its maximum spanning tree."""
    cost = 2.0 * MUST - inside.bits
    graph = coo_matrix((cost, (inside.left, inside.right)), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    return Links(tree.row.astype(np.int64), tree.col.astype(np.int64), 2.0 * MUST - tree.data)


def _held_by(tree: Links, *, n: int) -> Floats:
    """Per record the probability of the weakest of the links that hold it in its cluster; 1.0 alone."""
    held = np.ones(n)
    likely = probability(tree.bits)
    np.minimum.at(held, tree.left, likely)
    np.minimum.at(held, tree.right, likely)
    return held


def _believed(inside: Links, tree: Links, label: Ints, *, n: int) -> Floats:
    """The probability of each pair inside a cluster, given the others there.

    A pair that says little itself is as sure as the weakest link that its cluster hangs on; one that speaks against
    the cluster takes that much off.
    """
    weakest = np.full(n, 2.0 * MUST)
    np.minimum.at(weakest, label[tree.left], tree.bits)
    bits = np.maximum(inside.bits, weakest[label[inside.left]] + np.minimum(inside.bits, 0.0))
    return probability(bits)
