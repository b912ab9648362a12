"""The threshold that keeps the promise, chosen without labels.

The promise is a share of true pairs among all pairs inside final clusters. The model says what share to expect of any
clustering; among thresholds that keep the promise the lowest is taken, since it finds most.
"""

from __future__ import annotations

from collections.abc import Callable

from crm_clean.link.cluster import Clustering
from crm_clean.link.score import likelihood, odds

# Tried between these odds, in steps of so many bits. Below even odds nothing is merged, however sure the rest is.
LOWEST, HIGHEST, STEP = 0.0, 10.0, 0.25
# So many wrong pairs expected in a whole table are none.
_NONE_WRONG = 0.1


def keep_promise(
    clustered: Callable[[float], Clustering], *, threshold: float | None, precision: float
) -> tuple[float, Clustering]:
    """The lowest threshold whose clusters are expected to hold `precision`, and those clusters.

    `clustered` takes a threshold in bits; thresholds are told as probabilities. One that is given is taken as it is.
    When none keeps the promise the strictest one is the best there is.
    """
    if threshold is not None:
        return threshold, clustered(odds(threshold))
    found = clustered(LOWEST)
    if _keeps(found, precision):
        return likelihood(LOWEST), found
    fails, keeps = 0, round((HIGHEST - LOWEST) / STEP)
    found = clustered(HIGHEST)
    while keeps - fails > 1:
        middle = (fails + keeps) // 2
        tried = clustered(LOWEST + middle * STEP)
        if _keeps(tried, precision):
            keeps, found = middle, tried
        else:
            fails = middle
    return likelihood(LOWEST + keeps * STEP), found


def _keeps(clustering: Clustering, precision: float) -> bool:
    """Whether clusters are expected to hold the precision, or, where pairs are few, none to be wrong."""
    return expected_precision(clustering) >= precision or float((1.0 - clustering.believed).sum()) <= _NONE_WRONG


def expected_precision(clustering: Clustering) -> float:
    """The share of pairs inside clusters that the model expects to be true; 1.0 when there is none."""
    return float(clustering.believed.mean()) if len(clustering.believed) else 1.0
