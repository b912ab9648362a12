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
    return smallest[label]


def cluster(links: Links, score: Scorer, *, n: int, threshold_bits: float, max_cluster: int) -> Clustering:
    """Clusters of `n` records. `score` gives the bits of pairs that `links` does not hold."""
    strong = _split_large(links.over(threshold_bits), n=n, largest=max_cluster)
    label = components(strong, n=n)
    inside = _all_pairs_inside(label, links, score, n=n)
    doubtful = np.unique(label[inside.left[inside.bits < 0.0]])
    label = _rejoined(label, inside, doubtful, n=n)
    together = label[inside.left] == label[inside.right]
    inside = Links(inside.left[together], inside.right[together], inside.bits[together])
    over = links.over(threshold_bits)
    apart = label[over.left] != label[over.right]
    cut = Links(over.left[apart], over.right[apart], over.bits[apart])
    tree = _tree(inside, n=n)
    return Clustering(label, _held_by(tree, n=n), inside, _believed(inside, tree, label, n=n), cut)


def _split_large(strong: Links, *, n: int, largest: int) -> Links:
    """Links without the weakest ones of components over `largest`, raising the bar until each fits."""
    while True:
        label = components(strong, n=n)
        size = np.bincount(label, minlength=n)
        over = size[label[strong.left]] > largest
        if not over.any():
            return strong
        bars = np.full(n, -np.inf)
        order = np.argsort(strong.bits[over], kind="stable")
        at, bits = label[strong.left[over]][order], strong.bits[over][order]
        first = np.unique(at, return_index=True)
        counts = np.diff(np.append(np.flatnonzero(np.diff(np.sort(at), prepend=-1)), len(at)))
        del first
        grouped = np.lexsort((bits, at))
        starts = np.cumsum(counts) - counts
        bars[np.unique(at)] = bits[grouped][starts + counts // 4]
        keep = ~over | (strong.bits > bars[label[strong.left]])
        strong = Links(strong.left[keep], strong.right[keep], strong.bits[keep])


def _all_pairs_inside(label: Ints, links: Links, score: Scorer, *, n: int) -> Links:
    """Every pair within components, scored: those known already, and the ones blocking did not make."""
    order = np.argsort(label, kind="stable")
    sizes = np.bincount(label, minlength=n)
    sizes = sizes[sizes > 0]
    starts = np.cumsum(sizes) - sizes
    multiple = sizes > 1
    from crm_clean.link.block import joined

    keys = np.sort(joined(order.astype(np.int64), starts[multiple], sizes[multiple], n=n))
    known_keys = links.left * n + links.right
    place = np.searchsorted(known_keys, keys)
    place[place == len(known_keys)] = 0
    known = known_keys[place] == keys if len(known_keys) else np.zeros(len(keys), dtype=bool)
    left, right = np.divmod(keys, max(n, 1))
    bits = np.empty(len(keys))
    bits[known] = links.bits[place[known]]
    if (~known).any():
        bits[~known] = score(left[~known], right[~known])
    return Links(left, right, bits)


def _rejoined(label: Ints, inside: Links, doubtful: Ints, *, n: int) -> Ints:
    """Labels after the doubtful components have been taken apart and joined again by average weight."""
    if not len(doubtful):
        return label
    out = label.copy()
    mine = np.isin(label[inside.left], doubtful)
    left, right, bits = inside.left[mine], inside.right[mine], inside.bits[mine]
    order = np.argsort(label[left], kind="stable")
    left, right, bits = left[order], right[order], bits[order]
    edges = np.flatnonzero(np.diff(label[left], prepend=-1))
    for start, end in zip(edges, np.append(edges[1:], len(left)), strict=True):
        members = np.unique(np.concatenate([left[start:end], right[start:end]]))
        matrix = np.zeros((len(members), len(members)))
        i, j = np.searchsorted(members, left[start:end]), np.searchsorted(members, right[start:end])
        matrix[i, j] = matrix[j, i] = np.clip(bits[start:end], -_MOST_BITS, _MOST_BITS)
        veto = np.zeros(matrix.shape, dtype=bool)
        veto[i, j] = veto[j, i] = bits[start:end] <= CANNOT / 2
        must = np.zeros(matrix.shape, dtype=bool)
        must[i, j] = must[j, i] = bits[start:end] >= MUST / 2
        out[members] = members[_average_linkage(matrix, veto, must)]
    return out


def _average_linkage(matrix: Floats, veto: np.ndarray, must: np.ndarray) -> Ints:
    """The smallest index of each member's cluster: joined while the best average of bits between two is positive."""
    size = len(matrix)
    total = matrix.copy()
    weight = np.ones(size)
    label = np.arange(size)
    alive = np.ones(size, dtype=bool)
    bar = np.where(veto, -np.inf, 0.0)
    np.fill_diagonal(bar, -np.inf)
    lift = np.where(must, MUST, 0.0)
    while True:
        average = total / np.outer(weight, weight) + bar + lift
        average[~alive] = average[:, ~alive] = -np.inf
        best = int(np.argmax(average))
        i, j = min(divmod(best, size)), max(divmod(best, size))
        if average[i, j] <= 0.0 or i == j:
            return label
        total[i] += total[j]
        total[:, i] += total[:, j]
        weight[i] += weight[j]
        bar[i] = np.minimum(bar[i], bar[j])
        bar[:, i] = bar[i]
        lift[i] = np.maximum(lift[i], lift[j])
        lift[:, i] = lift[i]
        bar[i, i] = -np.inf
        alive[j] = False
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
