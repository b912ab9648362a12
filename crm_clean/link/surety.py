"""How sure a cluster is: of each record the weakest link that holds it there, of each pair inside its probability."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from crm_clean.link.columns import Ints
from crm_clean.link.links import MUST, Links
from crm_clean.link.score import Floats, probability


def strongest_tree(inside: Links, label: Ints, *, n: int) -> Links:
    """The strongest links that hold each cluster together: its maximum spanning tree."""
    alone = (np.bincount(label, minlength=n) == 2)[label[inside.left]]  # the link of two is their tree
    pairs, rest = inside.at(alone), inside.at(~alone)
    record = np.flatnonzero(np.bincount(np.concatenate([rest.left, rest.right]), minlength=n))
    place = np.empty(n, dtype=np.int64)
    place[record] = np.arange(len(record))
    cost, ends = 2.0 * MUST - rest.bits, (place[rest.left], place[rest.right])
    tree = minimum_spanning_tree(coo_matrix((cost, ends), shape=(len(record), len(record))).tocsr()).tocoo()
    return Links(
        np.concatenate([pairs.left, record[tree.row]]),
        np.concatenate([pairs.right, record[tree.col]]),
        np.concatenate([pairs.bits, 2.0 * MUST - tree.data]),
    )


def held_by(tree: Links, *, n: int) -> Floats:
    """Per record the probability of the weakest of the links that hold it in its cluster; 1.0 alone."""
    held = np.ones(n)
    likely = probability(tree.bits)
    np.minimum.at(held, tree.left, likely)
    np.minimum.at(held, tree.right, likely)
    return held


def believed(inside: Links, tree: Links, label: Ints, *, n: int) -> Floats:
    """The probability of each pair inside a cluster, given the others there.

    A pair that says little itself is as sure as the weakest link on the way between the two; one that speaks against
    the cluster takes that much off.
    """
    bits = np.maximum(inside.bits, _weakest_between(inside, tree, label, n=n) + np.minimum(inside.bits, 0.0))
    return probability(bits)


def _weakest_between(inside: Links, tree: Links, label: Ints, *, n: int) -> Floats:
    """Bits of the weakest link on the way through the tree from one end of each pair to the other."""
    parent, up, depth = _rooted(tree, label, n=n)
    weakest = np.full(len(inside.left), 2.0 * MUST)
    one, other, pair = inside.left, inside.right, np.arange(len(inside.left))
    while len(pair):
        climbs = depth[one] >= depth[other]
        lower = np.where(climbs, one, other)
        weakest[pair] = np.minimum(weakest[pair], up[lower])
        one, other = np.where(climbs, parent[one], one), np.where(climbs, other, parent[other])
        apart = one != other
        one, other, pair = one[apart], other[apart], pair[apart]
    return weakest


def _rooted(tree: Links, label: Ints, *, n: int) -> tuple[Ints, Floats, Ints]:
    """The parent of each record in its tree, the bits of the link to it, and how many links lie above it."""
    parent, up, depth = np.arange(n), np.full(n, 2.0 * MUST), np.where(label == np.arange(n), 0, -1)
    near, far = np.concatenate([tree.left, tree.right]), np.concatenate([tree.right, tree.left])
    bits = np.tile(tree.bits, 2)
    while len(near):
        reached = depth[near] >= 0
        new = np.flatnonzero(reached & (depth[far] < 0))
        parent[far[new]], up[far[new]], depth[far[new]] = near[new], bits[new], depth[near[new]] + 1
        near, far, bits = near[~reached], far[~reached], bits[~reached]
    return parent, up, depth
