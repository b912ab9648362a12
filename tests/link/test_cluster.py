"""Clusters: members agree with each other; people's word is final; nothing grows without end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.link.cluster import Clustering, cluster, completed, components
from crm_clean.link.links import CANNOT, MUST, Links

Weighted = dict[tuple[int, int], float]


def _ints(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _run(weights: Weighted, *, n: int, rest: float = 0.0, at: float = 0.0, largest: int = 50) -> Clustering:
    keys = sorted(weights)
    links = Links(_ints([a for a, _ in keys]), _ints([b for _, b in keys]), np.array([weights[k] for k in keys]))
    whole = completed(links, lambda left, _: np.full(len(left), rest), n=n, threshold_bits=at, max_cluster=largest)
    return cluster(whole, n=n, threshold_bits=at)


def _groups(found: Clustering) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(found.label == label).tolist()) for label in np.unique(found.label)}


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param({(0, 1): 8.0, (1, 2): 8.0, (0, 2): 2.0}, {(0, 1, 2)}, id="three that agree are one"),
        pytest.param(
            {(0, 1): 8.0, (1, 2): 3.0, (0, 2): -9.0}, {(0, 1), (2,)}, id="a contradiction cuts the weaker link"
        ),
        pytest.param(
            {(0, 1): 8.0, (1, 2): 8.0, (0, 2): CANNOT}, {(0, 1), (2,)}, id="a person's `different` is never bridged"
        ),
        pytest.param(
            {(0, 1): 8.0, (1, 2): MUST, (0, 2): -6.0},
            {
                (0, 1, 2),
            },
            id="a person's `same` holds",
        ),
        pytest.param({(0, 1): -3.0, (1, 2): -2.0}, {(0,), (1,), (2,)}, id="below the threshold nothing joins"),
    ],
)
def test_three_records(weights: Weighted, expected: set[tuple[int, ...]]) -> None:
    assert _groups(_run(weights, n=3)) == {frozenset(group) for group in expected}


def test_a_chain_of_likely_links_is_no_cluster_when_its_ends_differ() -> None:
    chain = {(i, i + 1): 5.0 for i in range(6)}
    found = _run(chain, n=7, rest=-10.0)
    assert max(len(g) for g in _groups(found)) <= 2
    assert len(found.cut.left) > 0


def test_a_hub_that_links_to_everyone_does_not_make_one_giant() -> None:
    star = {(0, i): 4.0 for i in range(1, 400)}
    assert max(len(g) for g in _groups(_run(star, n=400, rest=-8.0, largest=50))) <= 50


def test_each_record_is_held_by_the_weakest_link_of_its_clusters_strongest_tree() -> None:
    found = _run({(0, 1): 10.0, (1, 2): 1.0, (0, 2): 0.5}, n=4)
    assert found.held_by[3] == 1.0
    assert found.held_by[2] == pytest.approx(2 / 3)
    assert found.held_by[0] > 0.99


@given(
    st.integers(2, 9),
    st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 8)), st.sampled_from([CANNOT, -6.0, 1.0, 7.0, 12.0]), max_size=20
    ),
)
def test_no_cluster_ever_holds_a_pair_that_people_keep_apart(n: int, drawn: Weighted) -> None:
    weights = {(min(a, b), max(a, b)): w for (a, b), w in drawn.items() if a != b and max(a, b) < n}
    found = _run(weights, n=n, rest=-1.0)
    for (a, b), weight in weights.items():
        assert weight != CANNOT or found.label[a] != found.label[b]


_WORD = st.sampled_from([CANNOT, MUST])
_PAIR = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1])


@given(
    st.dictionaries(_PAIR, st.floats(-14, 14), max_size=40),
    st.dictionaries(_PAIR, _WORD, max_size=6),
    st.integers(2, 12),
)
def test_people_are_obeyed_unless_they_contradict_each_other(thought: Weighted, said: Weighted, largest: int) -> None:
    label = _run({**thought, **said}, n=12, rest=-2.0, largest=largest).label
    together = components(_links({pair: 1.0 for pair, word in said.items() if word == MUST}), n=12)
    at_odds = {int(together[a]) for (a, b), word in said.items() if word == CANNOT and together[a] == together[b]}
    for (a, b), word in said.items():
        if word == CANNOT:
            assert label[a] != label[b]
        elif int(together[a]) not in at_odds:
            assert label[a] == label[b]


@given(
    st.dictionaries(_PAIR, st.sampled_from([CANNOT, -7.0, -1.0, 2.0, 5.0, 9.0, MUST]), max_size=40), st.integers(2, 12)
)
def test_every_record_has_one_cluster_named_by_its_smallest_and_what_is_cut_is_told(w: Weighted, largest: int) -> None:
    found = _run(w, n=12, rest=-3.0, largest=largest)
    assert (found.label[found.label] == found.label).all()
    assert (found.label <= np.arange(12)).all()
    apart = {(a, b) for (a, b), bits in w.items() if bits >= 0.0 and found.label[a] != found.label[b]}
    assert set(zip(found.cut.left.tolist(), found.cut.right.tolist(), strict=True)) == apart
    assert (found.label[found.inside.left] == found.label[found.inside.right]).all()
    assert len(found.believed) == len(found.inside)


@given(st.integers(0, 10**6), st.permutations(range(12)), st.integers(3, 12))
def test_the_order_of_records_changes_nothing(seed: int, order: list[int], largest: int) -> None:
    pairs = [(a, b) for a in range(12) for b in range(a + 1, 12)]
    bits = np.random.default_rng(seed).uniform(-9.0, 9.0, len(pairs)).tolist()  # without ties
    one = _run(dict(zip(pairs, bits, strict=True)), n=12, largest=largest)
    moved = {tuple(sorted((order[a], order[b]))): w for (a, b), w in zip(pairs, bits, strict=True)}
    two = _run(moved, n=12, largest=largest)  # type: ignore[arg-type]
    assert {frozenset(order[i] for i in group) for group in _groups(one)} == _groups(two)


def _links(weights: Weighted) -> Links:
    keys = sorted(weights)
    return Links(_ints([a for a, _ in keys]), _ints([b for _, b in keys]), np.array([weights[k] for k in keys]))


def _adverse(shape: str, n: int) -> Links:
    """Links that would make one component of all `n` records."""
    rng = np.random.default_rng(4)
    if shape == "star":
        left, right = np.zeros(n - 1, dtype=np.int64), np.arange(1, n)
    elif shape == "tangle":
        both = rng.integers(0, n, (2, 5 * n))
        key = np.unique((both.min(axis=0) * n + both.max(axis=0))[both[0] != both[1]])
        left, right = np.divmod(key, n)
    else:
        left, right = np.arange(n - 1), np.arange(1, n)
    bits = np.full(len(left), 5.0) if shape in ("chain", "star") else rng.uniform(0.0, 9.0, len(left))
    return Links(left, right, bits)


@pytest.mark.parametrize("rest", [pytest.param(-8.0, id="unlike"), pytest.param(3.0, id="somewhat alike")])
@pytest.mark.parametrize("shape", ["chain", "uneven chain", "star", "tangle"])
def test_no_links_make_a_giant_or_are_scored_whole(shape: str, rest: float) -> None:
    n, scored = 30_000, []

    def score(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        assert (left < right).all()
        scored.append(len(left))
        return np.full(len(left), rest)

    whole = completed(_adverse(shape, n), score, n=n, threshold_bits=0.0, max_cluster=50)
    found = cluster(whole, n=n, threshold_bits=0.0)
    assert sum(scored) <= max(3 * n, 200_000)
    assert np.bincount(found.label).max() <= 50


def test_a_higher_threshold_finds_all_it_needs_scored() -> None:
    links = _adverse("tangle", 3_000)
    whole = completed(links, lambda left, _: np.full(len(left), -1.0), n=3_000, threshold_bits=0.0, max_cluster=20)
    for bits in (0.0, 2.0, 4.0, 6.0):
        found = cluster(whole, n=3_000, threshold_bits=bits)
        sizes = np.bincount(found.label)
        assert len(found.inside) == int((sizes * (sizes - 1) // 2).sum())


@pytest.mark.parametrize("n", [pytest.param(60, id="beyond a cluster's size"), pytest.param(5_000, id="thousands")])
def test_what_people_join_has_no_limit_but_their_own_word(n: int) -> None:
    chain = {(i, i + 1): MUST for i in range(n - 1)}
    assert len(_groups(_run(chain, n=n, largest=20))) == 1
    ends_apart = _run({**chain, (0, n - 1): CANNOT}, n=n, largest=20)
    assert len(_groups(ends_apart)) == 2
    assert ends_apart.label[0] != ends_apart.label[n - 1]
