"""Clusters: members agree with each other; people's word is final; nothing grows without end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.link.cluster import CANNOT, MUST, Clustering, Links, cluster, completed

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
