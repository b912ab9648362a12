"""Seconds, memory and accuracy of every step of a run on made-up exports of several CRMs: `steps.py CONTACTS SEED`.

Prints one JSON object. One measurement a process, so that no run profits or suffers from the one before it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import mean
from typing import Any

STEPS = ("ingest", "normalise", "link", "merge", "validate", "publish")


def measure(contacts: int, seed: int) -> dict[str, Any]:
    """One run of a fresh project on a fresh sample: `steps`, `precision`, `recall`, `f1`, `promised`."""
    from crm_clean.link.evaluate import evaluate, read_truth
    from crm_clean.project import Project
    from crm_clean.sample.generate import write_sample

    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as folder:
        exports, truth = Path(folder) / "exports", Path(folder) / "truth.csv"
        write_sample(exports, contacts=contacts, seed=seed)
        (exports / "truth.csv").rename(truth)
        project = Project.init(Path(folder) / "project")
        result = project.run([exports])
        found = evaluate(project.crosswalk(), read_truth(truth))
    return {
        "contacts": contacts,
        "seed": seed,
        "steps": {step.name: {"seconds": step.seconds, "peak_mb": step.peak_mb} for step in result.steps},
        "precision": found.precision,
        "recall": found.recall,
        "f1": found.f1,
        "promised": result.report.get("expected_precision"),
    }


def seconds_table(rows: list[dict[str, Any]]) -> Iterable[str]:
    """A line per size: the mean seconds of each step over all seeds, their sum, and the most memory."""
    yield "| contacts | " + " | ".join(STEPS) + " | all | peak MB |"
    yield "|---" * (len(STEPS) + 3) + "|"
    for contacts in sorted({row["contacts"] for row in rows}):
        runs = [row["steps"] for row in rows if row["contacts"] == contacts]
        took = [mean(steps[name]["seconds"] for steps in runs) for name in STEPS]
        peak = max(step["peak_mb"] for steps in runs for step in steps.values())
        yield f"| {contacts:,} | " + " | ".join(f"{s:.1f}" for s in took) + f" | {sum(took):.1f} | {peak:,} |"


def accuracy_table(rows: list[dict[str, Any]]) -> Iterable[str]:
    """A line per sample: pairs inside final golden records against the truth, and what the run promised."""
    yield "| contacts | seed | precision | recall | F1 | promised precision |"
    yield "|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: (row["contacts"], row["seed"])):
        figures = " | ".join(f"{row[name]:.4f}" for name in ("precision", "recall", "f1"))
        promised = "" if row["promised"] is None else f"{row['promised']:.4f}"
        yield f"| {row['contacts']:,} | {row['seed']} | {figures} | {promised} |"


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
