"""The score that we and the peers share is the one that `--truth` reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from peers.score import score

from crm_clean.link.evaluate import evaluate


def as_evaluated(clusters: list[int], truth: list[int]) -> dict[str, float | int]:
    """The same figures from the evaluation of the pipeline."""
    rows = pd.DataFrame({"source_file": "a.csv", "source_row": range(1, len(truth) + 1)})
    found = evaluate(
        rows.assign(golden_id=pd.Series(clusters).astype(str)), rows.assign(person=pd.Series(truth).astype(str))
    )
    return {
        "rows": found.n_rows,
        "true_pairs": found.n_true_pairs,
        "made_pairs": found.n_predicted_pairs,
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "b3_f1": found.b3_f1,
        "exact": found.exact_entities,
        "largest": found.largest_cluster,
    }


@pytest.mark.parametrize("seed", range(5))
def test_score_is_what_evaluate_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 60, 200)
    clusters = np.where(random.random(200) < 0.7, truth, random.integers(0, 90, 200))
    assert score(clusters, truth) == pytest.approx(as_evaluated(clusters.tolist(), truth.tolist()))


@pytest.mark.parametrize(
    ("clusters", "truth", "precision", "recall", "f1"),
    [
        pytest.param([1, 2, 3], [1, 1, 2], 1.0, 0.0, 0.0, id="nothing linked is never wrong"),
        pytest.param([1, 1, 2], [1, 2, 3], 0.0, 1.0, 0.0, id="nothing to link is found whole"),
        pytest.param([5, 5, 6, 6], ["a", "a", "b", "b"], 1.0, 1.0, 1.0, id="labels may be of any kind"),
        pytest.param([1, 1, 1, 1], [1, 1, 2, 2], 1 / 3, 1.0, 0.5, id="all in one"),
    ],
)
def test_precision_and_recall(
    clusters: list[int], truth: list[object], precision: float, recall: float, f1: float
) -> None:
    found = score(clusters, truth)
    assert (found["precision"], found["recall"], found["f1"]) == pytest.approx((precision, recall, f1))


def test_the_command_scores_two_files(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "clusters.csv").write_text("cluster\n1\n1\n2\n")
    (tmp_path / "truth.csv").write_text("name,truth\na,x\nb,x\nc,x\n")
    command = [sys.executable, scripts / "peers" / "score.py", tmp_path / "clusters.csv", tmp_path / "truth.csv"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(said) | {"f1": 0.5} == json.loads(said)
    (tmp_path / "truth.csv").write_text("name,truth\na,x\n")
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "3 rows with a cluster, 1 with a truth" in refused.stderr
