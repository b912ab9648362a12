"""Seconds, memory and accuracy of each step on made-up exports; writes RESULTS.md beside this file.

    python tests/benchmarks/bench.py [--contacts 10000 100000] [--seeds 1 2 3]

Every measurement runs in a process of its own, so that no run profits or suffers from the one before it. Times are of
one machine, named at the top of the results; figures of different machines do not compare.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import mean
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
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


def measured_apart(contacts: int, seed: int) -> dict[str, Any]:
    """`measure` in a process of its own."""
    command = [sys.executable, __file__, "--one", str(contacts), str(seed)]
    print(f"{contacts:,} contacts, seed {seed}", file=sys.stderr, flush=True)
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"{contacts:,} contacts, seed {seed} failed:\n{ran.stderr}")
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def machine() -> str:
    """Processor, cores allowed, memory and Python, in one line."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    names = (
        [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{(names or [processor])[0]}, {cores} cores, {memory:.0f} GB, Python {platform.python_version()}"


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
    for row in rows:
        figures = " | ".join(f"{row[name]:.4f}" for name in ("precision", "recall", "f1"))
        promised = "" if row["promised"] is None else f"{row['promised']:.4f}"
        yield f"| {row['contacts']:,} | {row['seed']} | {figures} | {promised} |"


def report(rows: list[dict[str, Any]]) -> str:
    """The results as Markdown."""
    lines = [
        "# Results",
        "",
        "Written by `make bench`: made-up exports, all steps of a fresh project, each run in its own process.",
        f"Machine: {machine()}.",
        "",
        "Seconds of work per step (start-up and imports aside), mean over the seeds; the most memory of any step:",
        "",
        *seconds_table(rows),
        "",
        "Pairs of records inside final golden records against the truth:",
        "",
        *accuracy_table(rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--contacts", type=int, nargs="+", default=[10_000, 100_000])
    words.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    words.add_argument("--one", type=int, nargs=2, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.one:
        print(json.dumps(measure(*asked.one)))
        return
    rows = [measured_apart(contacts, seed) for contacts in asked.contacts for seed in asked.seeds]
    RESULTS.write_text(report(rows), encoding="utf-8")
    print(report(rows))


if __name__ == "__main__":
    main()
