"""The threshold that keeps the promise: the lowest that does, the strictest where none does, the one that is given."""

from __future__ import annotations

import numpy as np
import pytest

from crm_clean.link.calibrate import HIGHEST, LOWEST, STEP, expected_precision, keep_promise
from crm_clean.link.cluster import Clustering
from crm_clean.link.links import Links
from crm_clean.link.score import likelihood, odds, probability

# A hundred pairs of each strength, from even odds up.
BITS = np.repeat(np.arange(0.1, 12.0, 0.5), 100)


def clustered(threshold: float, bits: np.ndarray = BITS) -> Clustering:
    kept = bits[bits >= threshold]
    ends = np.arange(len(kept))
    none = Links(ends[:0], ends[:0], kept[:0])
    return Clustering(ends, np.ones(len(kept)), Links(ends, ends, kept), probability(kept), none)


@pytest.mark.parametrize("precision", [0.9, 0.95, 0.99, 0.995])
def test_the_lowest_threshold_that_keeps_the_promise_is_taken(precision: float) -> None:
    threshold, found = keep_promise(clustered, threshold=None, precision=precision)
    assert expected_precision(found) >= precision
    lower = odds(threshold) - STEP
    assert lower < LOWEST or expected_precision(clustered(lower)) < precision


def test_a_stricter_promise_never_lowers_the_threshold() -> None:
    found = [keep_promise(clustered, threshold=None, precision=p)[0] for p in (0.8, 0.9, 0.95, 0.99, 0.999)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_nothing_is_merged_below_even_odds_however_sure_the_rest_is() -> None:
    sure = np.array([20.0] * 1000 + [-0.5, -3.0])
    threshold, found = keep_promise(lambda t: clustered(t, sure), threshold=None, precision=0.6)
    assert (threshold, len(found.believed)) == (0.5, 1000)


def test_where_none_keeps_it_the_strictest_is_the_best_there_is() -> None:
    weak = np.full(1000, HIGHEST)
    threshold, _ = keep_promise(lambda t: clustered(t, weak), threshold=None, precision=0.99999)
    assert threshold == likelihood(HIGHEST)


def test_a_threshold_that_is_given_is_taken_as_it_is() -> None:
    threshold, found = keep_promise(clustered, threshold=0.8, precision=0.999)
    assert threshold == 0.8
    assert found.inside.bits.min() == pytest.approx(2.1)  # odds of 0.8 are 2 bits


@pytest.mark.parametrize(("pairs", "kept"), [pytest.param(2, 2, id="a few"), pytest.param(200, 0, id="many")])
def test_a_few_pairs_of_which_none_is_expected_wrong_need_no_stricter_threshold(pairs: int, kept: int) -> None:
    rather = np.full(pairs, odds(0.97))
    _, found = keep_promise(lambda t: clustered(t, rather), threshold=None, precision=0.99)
    assert len(found.believed) == kept
