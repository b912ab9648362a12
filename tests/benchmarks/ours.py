"""How we link a table whose truth is known, as `crm-clean dedupe` does by default: `ours.py TABLE.csv`.

Prints one JSON object: `seconds` and `peak_mb` of the link step as the run records them (start-up and imports aside),
its `cpu_seconds`, seconds of the whole run, how good the final clusters are, and what the run expected of itself. With
`--ceiling` also the best recall that any threshold reaches at the precision that was measured, by the same model.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from peers.score import score
from reading import normalised, without_truth

from crm_clean.pipeline.reporter import Silent

THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


class Watch(Silent):
    """Notes the seconds of the processor, in all threads of this process, that each step takes."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def step_started(self, name: str, total: int | None) -> None:  # noqa: ARG002
        self.spent[name] = -time.process_time()

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None:  # noqa: ARG002
        self.spent[name] += time.process_time()


def measure(table: Path, *, truth: str = "truth", drop: tuple[str, ...] = ()) -> dict[str, Any]:
    """One run without a project on `table`, with a process for each core, as the command has it."""
    from crm_clean.project import Options, dedupe_files

    watch = Watch()
    with tempfile.TemporaryDirectory(prefix="crm-clean-bench-") as folder:
        source, out = Path(folder) / "table.csv", Path(folder) / "out"
        person = without_truth(table, source, column=truth, drop=drop)
        summary = dedupe_files([source], out, options=Options(workers=cores()), reporter=watch)
        crosswalk = pd.read_csv(out / "crosswalk.csv", dtype=str, keep_default_na=False)
    steps = summary["steps"]
    return {
        "seconds": steps["link"]["seconds"],
        "cpu_seconds": round(watch.spent["link"], 3),
        "peak_mb": steps["link"]["peak_mb"],
        "all_seconds": round(sum(step["seconds"] for step in steps.values()), 1),
        "threshold": summary["threshold"],
        "expected_precision": summary["expected_precision"],
        "clusters": {"default": score(labels(crosswalk, n=len(person)), person)},
    }


def labels(crosswalk: pd.DataFrame, *, n: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The cluster of each of `n` rows; a row that could not be read is one of its own."""
    out = np.arange(n) + n
    out[crosswalk["source_row"].to_numpy(dtype=np.int64) - 1] = pd.factorize(crosswalk["golden_id"])[0]
    return out


def ceiling(table: Path, *, precision: float, truth: str = "truth", drop: tuple[str, ...] = ()) -> float:
    """The most recall that any threshold reaches whose clusters hold `precision`."""
    from crm_clean.link.linking import settle, weigh_pairs
    from crm_clean.link.spec import LinkSpec
    from crm_clean.records.tables import DECISIONS

    read = normalised(table, column=truth, drop=drop)
    weighed = weigh_pairs(read.records, read.points, DECISIONS.empty(), spec=LinkSpec(), workers=cores())
    reached = [0.0]
    for threshold in THRESHOLDS:
        found = settle(weighed, LinkSpec(threshold=threshold)).clusters
        good = score(found["cluster_id"].to_numpy(), read.truth.reindex(found["record_id"]).to_numpy())
        if good["precision"] >= precision:
            reached.append(good["recall"])
    return max(reached)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--truth", default="truth")
    parser.add_argument("--drop", nargs="*", default=())
    parser.add_argument("--ceiling", action="store_true")
    asked = parser.parse_args()
    told = {"truth": asked.truth, "drop": tuple(asked.drop)}
    found = measure(asked.table, **told)
    if asked.ceiling:
        found["best_recall"] = ceiling(asked.table, precision=found["clusters"]["default"]["precision"], **told)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
