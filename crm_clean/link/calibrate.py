"""The threshold that keeps the promise, chosen without labels.

The promise is a share of true pairs among all pairs inside final clusters. The model says what share to expect of any
clustering; among thresholds that keep the promise the lowest is taken, since it finds most.
"""

from __future__ import annotations

from collections.abc import Callable

from crm_clean.link.cluster import Clustering

# Tried in turn. Below even odds nothing is merged, however sure the rest is.
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def keep_promise(
    clustered: Callable[[float], Clustering], *, threshold: float | None, precision: float
) -> tuple[float, Clustering]:
    """The lowest threshold whose clusters are expected to hold `precision`, and those clusters.

    A `threshold` given is taken as it is. When none keeps the promise the strictest one is the best there is.
    """
    if threshold is not None:
        return threshold, clustered(threshold)
    for tried in THRESHOLDS:
        found = clustered(tried)
        if expected_precision(found) >= precision:
            break
    return tried, found


def expected_precision(clustering: Clustering) -> float:
    """The share of pairs inside clusters that the model expects to be true; 1.0 when there is none."""
    return float(clustering.believed.mean()) if len(clustering.believed) else 1.0
