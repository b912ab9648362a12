"""How well clusters find the truth: `score.py CLUSTERS.csv TRUTH.csv`, row i of one being row i of the other.

CLUSTERS.csv has a column `cluster`, TRUTH.csv a column `truth`. Prints one JSON object. Counts pairs inside clusters
from how many rows each cluster has of each person; no pair is ever enumerated. Needs numpy and pandas, nothing of ours.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd


def score(clusters: Sequence[Any], truth: Sequence[Any]) -> dict[str, float | int]:
    """`precision`, `recall`, `f1` of pairs, `b3_f1`, `exact` (share of people found whole) and `largest` cluster.

    Both are labels of the same rows, of any hashable kind. Precision is 1 when nothing is linked, recall 1 when nothing
    is to be linked. B-cubed as Bagga and Baldwin (1998) have it.
    """
    said, true = (pd.factorize(np.asarray(labels))[0] for labels in (clusters, truth))
    n_said, n_true = np.bincount(said), np.bincount(true)
    cell, both = np.unique(said * len(n_true) + true, return_counts=True)
    of_said, of_true = n_said[cell // len(n_true)], n_true[cell % len(n_true)]
    hits, made, there = _pairs(both), _pairs(n_said), _pairs(n_true)
    precision, recall = hits / made if made else 1.0, hits / there if there else 1.0
    b3_precision, b3_recall = (float((both**2 / of).sum() / len(said)) for of in (of_said, of_true))
    return {
        "rows": len(said),
        "true_pairs": there,
        "made_pairs": made,
        "precision": precision,
        "recall": recall,
        "f1": _harmonic(precision, recall),
        "b3_f1": _harmonic(b3_precision, b3_recall),
        "exact": float(((both == of_said) & (both == of_true)).sum() / len(n_true)),
        "largest": int(n_said.max()),
    }


def _pairs(sizes: np.ndarray[Any, np.dtype[np.int64]]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clusters")
    parser.add_argument("truth")
    asked = parser.parse_args()
    columns = [
        pd.read_csv(path, dtype=str, keep_default_na=False)[name]
        for path, name in ((asked.clusters, "cluster"), (asked.truth, "truth"))
    ]
    if len(columns[0]) != len(columns[1]):
        raise SystemExit(f"{len(columns[0])} rows with a cluster, {len(columns[1])} with a truth")
    print(json.dumps(score(*(column.to_numpy() for column in columns))))


if __name__ == "__main__":
    main()
