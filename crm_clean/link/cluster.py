"""From pairs to people: clusters whose members agree with each other, not merely chains of likely links.

Links over the threshold make components; one that is too large is a chain of chances and grows by its strongest links
only. Inside a component every pair is scored, also those that blocking did not make. Where members contradict each
other the component is taken apart and joined again by average weight, best first, never across a contradiction or a
person's `different`. What that leaves out is reported as cut. Time and memory are bounded whatever the links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from crm_clean.link.block import is_among, joined
from crm_clean.link.columns import Ints
from crm_clean.link.links import CANNOT, MUST, Links
from crm_clean.link.score import Floats
from crm_clean.link.surety import believed, held_by, strongest_tree

# Bits beyond which one link says no more: so that one strong link does not outvote several contradictions.
_MOST_BITS = 12.0
# Pairs inside components that are scored though blocking did not make them, for each record in a component that is
# too large; of a small table this many in all.
_SCORED_PER_RECORD, _SCORED_AT_LEAST = 3, 200_000
# Only people's word makes a component larger than this: it is joined by nothing else.
_LARGEST_MATRIX = 400
# Entries of the matrices worked on at a time, and links looked at together. Neither changes the result.
_ENTRIES, _LINKS = 2_000_000, 20_000

Scorer = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True)
class Whole:
    """Links that clusters can be made of: all inside the components of a threshold, each pair of `home` among them.

    `home[i]` is the smallest position of the records that record i may share a cluster with.
    """

    links: Links
    home: Ints


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
    graph = coo_matrix((np.ones(len(links), dtype=np.int8), (links.left, links.right)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    smallest = np.full(n, n, dtype=np.int64)
    np.minimum.at(smallest, label, np.arange(n))
    found: Ints = smallest[label]
    return found


def completed(links: Links, score: Scorer, *, n: int, threshold_bits: float, max_cluster: int) -> Whole:
    """The links that a threshold leaves to cluster by, with every pair inside; `score` gives the bits of new ones.

    Clusters of any higher threshold lie inside these homes, so that nothing is left to score for them.
    """
    strong = links.over(threshold_bits)
    label = components(strong, n=n)
    known = links.at(label[links.left] == label[links.right])
    largest = min(max_cluster, _LARGEST_MATRIX)
    home = _capped(strong, label, largest=largest)
    keys, wanted = known.left * n + known.right, _keys_inside(home, largest=largest)
    new = wanted[~is_among(wanted, keys)]
    if not len(new):
        return Whole(known, home)
    left, right = np.divmod(new, max(n, 1))
    order = np.argsort(np.concatenate([keys, new]), kind="stable")
    both = Links(
        np.concatenate([known.left, left]),
        np.concatenate([known.right, right]),
        np.concatenate([known.bits, score(left, right)]),
    )
    return Whole(both.at(order), home)


def cluster(whole: Whole, *, n: int, threshold_bits: float) -> Clustering:
    """Clusters of `n` records from links completed at this threshold or a lower one."""
    strong = whole.links.over(threshold_bits)
    label = components(strong.at(whole.home[strong.left] == whole.home[strong.right]), n=n)
    inside = _within(whole.links, label)
    doubtful = np.zeros(n, dtype=bool)
    doubtful[label[inside.left[inside.bits < 0.0]]] = True
    if doubtful.any():
        label = _rejoined(label, inside.at(doubtful[label[inside.left]]))
        inside = _within(inside, label)
    cut = strong.at(label[strong.left] != label[strong.right])
    tree = strongest_tree(inside, label, n=n)
    return Clustering(label, held_by(tree, n=n), inside, believed(inside, tree, label, n=n), cut)


def _within(links: Links, label: Ints) -> Links:
    return links.at(label[links.left] == label[links.right])


def _keys_inside(home: Ints, *, largest: int) -> Ints:
    """The key (left * n + right) of every pair inside homes of three records or more, sorted.

    Two at home are a link. Larger than `largest` a home is only where people said so: there is nothing to score.
    """
    sizes = np.bincount(home, minlength=len(home))
    fits = (sizes > 2) & (sizes <= largest)
    record, starts, sizes = _gathered(home, np.flatnonzero(fits[home]))
    return np.sort(joined(record, starts, sizes, n=len(home)))


def _gathered(label: Ints, records: Ints) -> tuple[Ints, Ints, Ints]:
    """Some records, those of a label together and ascending, with where each label begins and how many it has."""
    record = records[np.argsort(label[records], kind="stable")]
    starts = np.flatnonzero(np.diff(label[record], prepend=-1))
    return record, starts, np.diff(starts, append=len(record))


def _capped(strong: Links, label: Ints, *, largest: int) -> Ints:
    """Homes: components by `label`, those over `largest` grown by their strongest links until they are full.

    Where many records stand in components that large, homes are smaller still: the pairs inside are counted before
    any is scored. What people said joins beyond any size.
    """
    crowd = (np.bincount(label, minlength=len(label)) > largest)[label]
    if not crowd.any():
        return label
    budget = max(_SCORED_PER_RECORD * len(label), _SCORED_AT_LEAST)
    largest = max(min(largest, 1 + 2 * budget // int(crowd.sum())), 2)
    links = strong.at(crowd[strong.left])
    home = np.where(crowd, np.arange(len(label)), label)
    size = np.ones(len(label), dtype=np.int64)
    order = np.argsort(-links.bits, kind="stable")
    for at in range(0, len(order), _LINKS):
        _grow(home, size, links.at(order[at : at + _LINKS]), largest=largest)
    return home


def _grow(home: Ints, size: Ints, links: Links, *, largest: int) -> None:
    """Follows links in turn, where what they join is not too large; `size` is that of the home a record names."""
    must = links.bits >= MUST / 2
    a, b = home[links.left], home[links.right]
    open_ = np.flatnonzero((a != b) & (must | (size[a] + size[b] <= largest)))
    up: dict[int, int] = {}

    def root(one: int) -> int:
        while one in up:
            one = up[one]
        return one

    for one, two, said in zip(a[open_].tolist(), b[open_].tolist(), must[open_].tolist(), strict=True):
        small, large = sorted((root(one), root(two)))
        if small != large and (said or size[small] + size[large] <= largest):
            size[small] += size[large]
            up[large] = small
    if up:
        now = np.arange(len(home))
        now[list(up)] = [root(one) for one in up]
        home[:] = now[home]


def _rejoined(label: Ints, links: Links) -> Ints:
    """Labels after the components of `links` have been taken apart and joined again by average weight."""
    doubtful = np.zeros(len(label), dtype=bool)
    doubtful[label[links.left]] = True
    record, starts, sizes = _gathered(label, np.flatnonzero(doubtful[label]))
    place = np.empty(len(label), dtype=np.int64)
    place[record] = np.arange(len(record)) - np.repeat(starts, sizes)
    number = np.empty(len(label), dtype=np.int64)
    number[record] = np.repeat(_ranks(sizes), sizes)
    links = links.at(np.argsort(number[links.left], kind="stable"))
    at = number[links.left]
    out, by_size = label.copy(), np.argsort(sizes, kind="stable")
    for first, last in _batches(sizes[by_size]):
        size = int(sizes[by_size[first]])
        members = record[starts[by_size[first:last]][:, None] + np.arange(size)]
        here = links.at(np.arange(*np.searchsorted(at, [first, last])))
        if size > _LARGEST_MATRIX:
            out[members] = members[:, _as_people_said(size, place[here.left], place[here.right], here.bits)]
            continue
        bits = np.zeros((last - first, size, size))
        which, i, j = number[here.left] - first, place[here.left], place[here.right]
        bits[which, i, j] = bits[which, j, i] = here.bits
        out[members] = np.take_along_axis(members, _average_linkage(bits), axis=1)
    return out


def _ranks(sizes: Ints) -> Ints:
    """The place of each component among all in the order of size."""
    ranks = np.empty(len(sizes), dtype=np.int64)
    ranks[np.argsort(sizes, kind="stable")] = np.arange(len(sizes))
    return ranks


def _batches(sizes: Ints) -> Iterator[tuple[int, int]]:
    """Runs of ascending `sizes` that are equal, and not longer than their matrices allow."""
    edges = [*np.flatnonzero(np.diff(sizes, prepend=0)).tolist(), len(sizes)]
    for first, last in pairwise(edges):
        step = max(_ENTRIES // int(sizes[first]) ** 2, 1)
        step = 1 if sizes[first] > _LARGEST_MATRIX else step
        for at in range(first, last, step):
            yield at, min(at + step, last)


def _average_linkage(bits: Floats) -> Ints:
    """The smallest index of each member's cluster, for components of one size; `bits` is components x size x size.

    Clusters are joined while the best average of bits between two is positive. People's word comes first: clusters
    that hold a CANNOT between them never join, those that hold a MUST always.
    """
    size = bits.shape[1]
    total = np.clip(bits, -_MOST_BITS, _MOST_BITS)
    lift = np.where(bits <= CANNOT / 2, -np.inf, np.where(bits >= MUST / 2, MUST, 0.0))
    lift[:, np.arange(size), np.arange(size)] = -np.inf
    weight, average = np.ones(bits.shape[:2]), total + lift
    found = np.tile(np.arange(size), (len(bits), 1))
    active, label = np.arange(len(bits)), found.copy()
    while len(active):
        best = average.reshape(len(active), -1).argmax(axis=1)
        going = average.reshape(len(active), -1)[np.arange(len(active)), best] > 0.0
        found[active[~going]] = label[~going]
        if not going.all():
            active, best, label, total, lift, weight, average = (
                x[going] for x in (active, best, label, total, lift, weight, average)
            )
        _join(*np.divmod(best, size), label=label, total=total, lift=lift, weight=weight, average=average)
    return found


def _join(i: Ints, j: Ints, *, label: Ints, total: Floats, lift: Floats, weight: Floats, average: Floats) -> None:
    """In component k cluster `j[k]` becomes part of cluster `i[k]`; i < j."""
    k = np.arange(len(i))
    total[k, i] += total[k, j]
    total[k, :, i] += total[k, :, j]
    weight[k, i] += weight[k, j]
    both = np.where(np.isinf(lift[k, i]) | np.isinf(lift[k, j]), -np.inf, np.maximum(lift[k, i], lift[k, j]))
    lift[k, i] = lift[k, :, i] = both
    lift[k, j] = lift[k, :, j] = -np.inf
    average[k, i] = total[k, i] / (weight[k, i][:, None] * weight) + both
    average[k, :, i] = average[k, i]
    average[k, j] = average[k, :, j] = -np.inf
    np.copyto(label, i[:, None], where=label == j[:, None])


def _as_people_said(size: int, left: Ints, right: Ints, bits: Floats) -> Ints:
    """The smallest index of each member's cluster in a component that only people's word can have made so large.

    Their `same` joins in turn, never across a `different`.
    """
    label = np.arange(size)
    apart: list[set[int]] = [set() for _ in range(size)]
    held = [{one} for one in range(size)]
    for one, two in zip(left[bits <= CANNOT / 2].tolist(), right[bits <= CANNOT / 2].tolist(), strict=True):
        apart[one].add(two)
        apart[two].add(one)
    for one, two in zip(left[bits >= MUST / 2].tolist(), right[bits >= MUST / 2].tolist(), strict=True):
        small, large = sorted((int(label[one]), int(label[two])))
        if small != large and apart[small].isdisjoint(held[large]) and apart[large].isdisjoint(held[small]):
            label[list(held[large])] = small
            held[small] |= held[large]
            apart[small] |= apart[large]
    return label
