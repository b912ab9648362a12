"""How sure a pair inside a cluster is: as its own evidence, or as the weakest link on the way between its records."""

from __future__ import annotations

import numpy as np
import pytest

from crm_clean.link.links import Links
from crm_clean.link.score import probability
from crm_clean.link.surety import believed, held_by, strongest_tree


def links(*pairs: tuple[int, int, float]) -> Links:
    left, right, bits = zip(*pairs, strict=True)
    return Links(np.array(left), np.array(right), np.array(bits))


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param(0.0, 3.0, id="saying nothing, it is as sure as the weakest link between the two"),
        pytest.param(7.0, 7.0, id="its own evidence counts where it is stronger"),
        pytest.param(-2.0, 1.0, id="what it says against is taken off"),
    ],
)
def test_a_pair_of_a_chain(own: float, expected: float) -> None:
    # 0 - 1 - 2 - 3, weakest at the end that is not on the way from 0 to 2.
    inside = links((0, 1, 9.0), (1, 2, 3.0), (2, 3, 1.0), (0, 2, own))
    label = np.zeros(4, dtype=np.int64)
    found = believed(inside, strongest_tree(inside, label, n=4), label, n=4)
    assert found[3] == pytest.approx(probability(np.array([expected]))[0])


def test_a_weak_link_elsewhere_in_the_cluster_makes_no_pair_less_sure() -> None:
    inside = links((0, 1, 9.0), (0, 2, 0.0), (1, 2, 8.0), (2, 3, 0.5), (4, 5, 2.0))
    label = np.array([0, 0, 0, 0, 4, 4])
    found = believed(inside, strongest_tree(inside, label, n=6), label, n=6)
    assert found.tolist() == pytest.approx(probability(np.array([9.0, 8.0, 8.0, 0.5, 2.0])).tolist())


def test_a_record_is_held_by_its_weakest_link_of_the_tree_and_alone_by_none() -> None:
    inside = links((0, 1, 6.0), (0, 2, 1.0), (1, 2, 4.0))
    found = held_by(strongest_tree(inside, np.array([0, 0, 0, 3]), n=4), n=4)
    assert found.tolist() == pytest.approx([*probability(np.array([6.0, 4.0, 4.0])).tolist(), 1.0])
