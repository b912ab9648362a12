"""The results of `bench.py` as Markdown: who took how long and found how much, ratios, and where a peer is better."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import steps
from contests import US

Row = dict[str, Any]
FIGURES = ("precision", "recall", "f1", "b3_f1")
SAID = {"precision": "precision", "recall": "recall", "f1": "F1", "b3_f1": "B-cubed F1"}
ABOUT = (
    "Everybody gets the same rows without labels. Seconds are those of linking: imports, reading and cleaning aside",
    "(for peers the table is cleaned before the clock starts). Ours is the link step of `crm-clean dedupe` by default.",
    "A peer stands there as its documentation uses it and, where it has thresholds, once more at the one that proves",
    "best when the truth is known, which its user cannot know. Accuracy is that of pairs inside final clusters. Memory",
    "of ours is that of the link step, of peers that of their process. CPU seconds are those of all threads, and tell",
    "more than the clock on a busy machine. Means over the seeds.",
)
HEADERS = (
    "who",
    "seconds",
    "times ours",
    "CPU s",
    "CPU times ours",
    "peak MB",
    *SAID.values(),
    "lowest F1",
    "largest cluster",
)
# Two figures nearer than this are equal; seconds and memory, as a share.
_EQUAL, _EQUAL_SHARE = 0.0005, 0.02


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


def report(linked: list[Row], stepped: list[Row]) -> str:
    """All results; `linked` are measurements of contests, `stepped` those of steps."""
    lines = [
        "# Results",
        "",
        f"Written by `make bench`. Machine: {machine()}. Each measurement has a process of its own.",
        "",
    ]
    if linked:
        lines += [*side_by_side(linked), "", "## Where a peer is better", "", *better(linked), ""]
    if stepped:
        lines += [
            "## Every step",
            "",
            "Made-up exports of several CRMs, all steps of a fresh project. Seconds of work per step (start-up and",
            "imports aside), mean over the seeds; the most memory of any step:",
            "",
            *steps.seconds_table(stepped),
            "",
            "Pairs of records inside final golden records against the truth:",
            "",
            *steps.accuracy_table(stepped),
        ]
    return "\n".join(lines).rstrip() + "\n"


def side_by_side(rows: list[Row]) -> Iterator[str]:
    """A table for each contest, all seeds together."""
    yield "## Linking, side by side"
    yield ""
    yield from ABOUT
    for title in titles(rows):
        yield ""
        yield f"### {title}"
        yield ""
        yield from _contest([row for row in rows if row["title"] == title])


def titles(rows: Iterable[Row]) -> list[str]:
    """The contests, in the order they were measured."""
    return list(dict.fromkeys(row["title"] for row in rows))


def _contest(rows: list[Row]) -> Iterator[str]:
    seeds = sorted({row["seed"] for row in rows if row["seed"] is not None})
    if seeds:
        yield f"Seeds {', '.join(map(str, seeds))}."
        yield ""
    yield f"| {' | '.join(HEADERS)} |"
    yield "|---" * len(HEADERS) + "|"
    us = summed([row for row in rows if row["who"] == US])
    for who in dict.fromkeys(row["who"] for row in rows):
        of_one = [row for row in rows if row["who"] == who]
        if problems := sorted({row["failed"] for row in of_one if "failed" in row}):
            yield f"| {who} | {'; '.join(problems)} |" + " |" * (len(HEADERS) - 2)
        for label, found in standings(of_one):
            yield _line(f"{who}{label}", found, us)
    yield from _promise([row for row in rows if row["who"] == US and "failed" not in row])


def standings(rows: list[Row]) -> list[tuple[str, Row]]:
    """How somebody did, as documented and at the best threshold; nothing where every run failed."""
    documented = summed(rows)
    if documented is None:
        return []
    names = list(next(row for row in rows if "failed" not in row)["clusters"])
    if len(names) == 1:
        return [("", documented)]
    best = max(names, key=lambda name: _mean(rows, name, "f1"))
    shown = summed(rows, best)
    first = [(f" at {names[0]}", documented)]
    return first if shown is None or best == names[0] else [*first, (f" at {best}, the best", shown)]


def summed(rows: list[Row], name: str | None = None) -> Row | None:
    """Means over the runs that did not fail, of the clusters called `name`, else the first; None where all failed."""
    done = [row for row in rows if "failed" not in row]
    if not done:
        return None
    name = name or next(iter(done[0]["clusters"]))
    figures = {figure: _mean(done, name, figure) for figure in FIGURES}
    return figures | {
        "seconds": mean(row["seconds"] for row in done),
        "cpu_seconds": mean(row["cpu_seconds"] for row in done),
        "peak_mb": max(row["peak_mb"] for row in done),
        "lowest": min(row["clusters"][name]["f1"] for row in done),
        "largest": max(row["clusters"][name]["largest"] for row in done),
    }


def _mean(rows: list[Row], name: str, figure: str) -> float:
    return mean(row["clusters"][name][figure] for row in rows if "failed" not in row)


def _line(label: str, found: Row, us: Row | None) -> str:
    times = [f"{found[name] / us[name]:.1f}" if us and us[name] else "" for name in ("seconds", "cpu_seconds")]
    spent = f"{found['seconds']:.1f} | {times[0]} | {found['cpu_seconds']:.1f} | {times[1]}"
    shares = " | ".join(f"{found[name]:.4f}" for name in (*FIGURES, "lowest"))
    return f"| {label} | {spent} | {found['peak_mb']:,} | {shares} | {found['largest']:,} |"


def _promise(rows: list[Row]) -> Iterator[str]:
    """What our runs expected of themselves, and what another threshold would have given."""
    if not rows:
        return
    expected, precision = (
        mean(values)
        for values in zip(
            *((r["expected_precision"], r["clusters"]["default"]["precision"]) for r in rows), strict=True
        )
    )
    yield ""
    said = f"We expected a precision of {expected:.4f}; it was {precision:.4f}."
    known = [(r["best_recall"], r["clusters"]["default"]["recall"]) for r in rows if "best_recall" in r]
    if known:
        most, recall = (mean(values) for values in zip(*known, strict=True))
        said += f" The most recall of any threshold at the precision measured is {most:.4f}; ours was {recall:.4f}."
    yield f"{said} The whole run took {mean(r['all_seconds'] for r in rows):.0f} s."


def better(rows: list[Row]) -> Iterator[str]:
    """A line for every figure in which a peer, as documented or at its best threshold, is ahead of us."""
    found = [line for title in titles(rows) for line in _ahead(title, [row for row in rows if row["title"] == title])]
    yield from found or ["Nowhere in what was measured."]


def _ahead(title: str, rows: list[Row]) -> Iterator[str]:
    us = summed([row for row in rows if row["who"] == US])
    for who in dict.fromkeys(row["who"] for row in rows if row["who"] != US):
        linked = standings([row for row in rows if row["who"] == who])
        if us is None:
            yield from [f"- {title}: {who} links it, we fail."] if linked else []
            continue
        for label, found in linked:
            ahead = [f"{SAID[f]} {found[f]:.4f} against {us[f]:.4f}" for f in FIGURES if found[f] > us[f] + _EQUAL]
            if found["seconds"] < us["seconds"] * (1 - _EQUAL_SHARE):
                ahead.append(f"{found['seconds']:.1f} s against {us['seconds']:.1f} s")
            if found["peak_mb"] < us["peak_mb"] * (1 - _EQUAL_SHARE):
                ahead.append(f"{found['peak_mb']:,} MB against {us['peak_mb']:,} MB")
            if ahead:
                yield f"- {title}: {who}{label} has {', '.join(ahead)}."
