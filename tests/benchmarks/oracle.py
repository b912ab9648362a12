"""What could be had from our own comparisons by somebody who knows the truth: `oracle.py TABLE.csv`.

TABLE.csv has a `truth` column. Links the rest of it as a run does by default, then teaches a gradient boosting the
truth on the same candidate pairs (levels, holders, bits; out of fold, folds by person), and joins what it believes at
its best threshold: a ceiling for what the model may reach without labels on these features. Prints both figures, what
keeps us from the ceiling by the pattern of comparison levels, and example pairs.

With `--keep FOLDER` the normalised table is kept there, so that a second call spends its time on linking only.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from peers.score import score
from reading import WORKERS, Normalised, normalised
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from crm_clean.link import linking
from crm_clean.link.compare.levels import Comparison
from crm_clean.link.judge import Judge, compare_all
from crm_clean.link.linking import Weighed
from crm_clean.link.results import Linked
from crm_clean.link.score import odds, probability
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FOLDS = 3
TRIED = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
# Pairs of one person that no rule made are looked at only so far: there may be very many of them in large groups.
_LOOKED_AT = 200_000


@dataclass(frozen=True)
class Run:
    """One run of the link step, opened up: its pairs and levels, and `label` (final cluster of each record)."""

    weighed: Weighed
    linked: Linked
    label: Ints
    truth: Ints

    @property
    def n(self) -> int:
        return self.weighed.people.n

    @property
    def left(self) -> Ints:
        return self.weighed.candidates.left

    @property
    def right(self) -> Ints:
        return self.weighed.candidates.right

    @property
    def judge(self) -> Judge:
        if self.weighed.judge is None:
            raise SystemExit("No two rows of this table have anything in common.")
        return self.weighed.judge

    @cached_property
    def parts(self) -> list[Floats]:
        """The bits of each comparison, pair by pair."""
        return self.judge.parts(self.weighed.compared)


def opened(table: Normalised) -> Run:
    """Links `table` as a run does by default."""
    spec, none = LinkSpec(), DECISIONS.empty()
    weighed = linking.weigh_pairs(table.records, table.points, none, spec=spec, workers=WORKERS)
    linked = linking.settle(weighed, spec)
    clusters = linked.clusters.set_index("record_id")["cluster_id"].reindex(weighed.people.ids)
    truth = pd.factorize(table.truth.reindex(weighed.people.ids).to_numpy())[0]
    return Run(weighed, linked, pd.factorize(clusters.to_numpy())[0], truth)


def features(run: Run) -> Floats:
    """What the model sees of each pair: levels (0 null), holders of the value agreed on, bits of comparisons."""
    compared = run.weighed.compared
    holders = [np.log2(1 + c.shared_by) for c in compared if c.shared_by is not None]
    return np.column_stack([*(c.levels for c in compared), *holders, *run.parts])


def believed(run: Run) -> Floats:
    """The probability that each pair is one person, said by a model that was taught the truth about other people."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    same, seen = run.truth[run.left] == run.truth[run.right], features(run)
    fold = (run.truth[run.left] * 2654435761 % 97) % FOLDS
    out = np.zeros(len(same))
    with threadpool_limits(1):  # on a busy machine its threads wait for each other far longer than they work
        for k in range(FOLDS):
            # Strong regularisation: where nearly all pairs of a leaf agree, an unbounded step runs away.
            model = HistGradientBoostingClassifier(
                learning_rate=0.15, max_bins=63, l2_regularization=5.0, min_samples_leaf=40, early_stopping=False,
                random_state=0,
            )  # fmt: skip
            model.fit(seen[fold != k], same[fold != k])
            out[fold == k] = model.predict_proba(seen[fold == k])[:, 1]
    return out


def joined(run: Run, pairs: Flags) -> Ints:
    """The cluster of each record when all of these candidate pairs are one person."""
    left, right, n = run.left[pairs], run.right[pairs], run.n
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return connected_components(links, directed=False)[1].astype(np.int64)


def reached(run: Run, likely: Floats, thresholds: Iterable[float] = TRIED) -> list[tuple[float, Ints, dict[str, Any]]]:
    """For each threshold its clusters, joined without more ado, and how good they are."""
    labels = [(t, joined(run, likely >= t)) for t in thresholds]
    return [(t, label, score(label, run.truth)) for t, label in labels]


def patterns(chosen: Sequence[Comparison], codes: Sequence[npt.NDArray[np.int8]]) -> Counter[str]:
    """How often each pattern of levels occurs, `codes` being those of each comparison; null is left out."""
    rows, times = np.unique(np.column_stack(codes), axis=0, return_counts=True)
    said = [
        "  ".join(f"{c.name}={c.levels[level - 1]}" for c, level in zip(chosen, row, strict=True) if level)
        for row in rows.tolist()
    ]
    return Counter(dict(zip(said, times.tolist(), strict=True)))


def unmade(run: Run) -> tuple[Ints, Ints]:
    """Pairs of one person that no blocking rule made."""
    order = np.argsort(run.truth, kind="stable")
    edges = np.flatnonzero(np.diff(run.truth[order], prepend=-1, append=-2))
    pairs = [
        (order[a + i], order[a + j])
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        for i in range(b - a)
        for j in range(i + 1, b - a)
    ]
    both = np.sort(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    made = np.isin(both[:, 0] * run.n + both[:, 1], run.left * run.n + run.right)
    return both[~made, 0], both[~made, 1]


def show(run: Run, title: str, which: Flags, *, top: int, examples: int, table: Normalised) -> None:
    """The commonest patterns of these candidate pairs, with the mean of our bits, and some pairs as they are read."""
    print(f"\n## {title}: {int(which.sum()):,} pairs")
    for said, times in patterns(run.judge.chosen, [c.levels[which] for c in run.weighed.compared]).most_common(top):
        print(f"{times:8,}  {said}")
    at = np.flatnonzero(which)
    for pair in at[np.linspace(0, len(at) - 1, min(examples, len(at)), dtype=np.int64)].tolist():
        parts = "  ".join(f"{c.name} {part[pair]:+.1f}" for c, part in zip(run.judge.chosen, run.parts, strict=True))
        print(f"   {run.weighed.bits[pair]:+.1f} bits: {parts}")
        for side in (run.left[pair], run.right[pair]):
            print(f"      {described(table, str(run.weighed.people.ids.iloc[side]))}")


def described(table: Normalised, record_id: str) -> str:
    """One record in one line: its names, birth date, company and what reaches it."""
    record = table.records[table.records["record_id"] == record_id].iloc[0]
    points = table.points[table.points["record_id"] == record_id]
    names = ("first_name", "last_name", "suffix", "birth_date", "company")
    told = [str(record[name]) for name in names if name in record and pd.notna(record[name])]
    return " | ".join([*told, *(f"{p.kind} {p.key}" for p in points.itertuples() if pd.notna(p.key))])


def figures(name: str, found: dict[str, Any], note: str = "") -> str:
    """One line: precision, recall, F1 and the largest cluster."""
    shares = "  ".join(f"{key} {found[key]:.4f}" for key in ("precision", "recall", "f1", "b3_f1"))
    return f"{name:28} {shares}  largest {found['largest']}  {note}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--truth", default="truth", help="the column that holds the truth")
    parser.add_argument("--drop", nargs="*", default=(), help="columns to take out before linking")
    parser.add_argument("--keep", type=Path, help="a folder for normalised tables")
    parser.add_argument("--top", type=int, default=15, help="patterns to print of each kind")
    parser.add_argument("--examples", type=int, default=3, help="pairs to print of each kind")
    asked = parser.parse_args()
    table = normalised(asked.table, column=asked.truth, drop=tuple(asked.drop), keep=asked.keep)
    run = opened(table)
    same, likely = run.truth[run.left] == run.truth[run.right], believed(run)
    ours, report = score(run.label, run.truth), run.linked.report
    print(f"{run.n:,} records, {len(same):,} pairs, {same.sum() / max(ours['true_pairs'], 1):.4f} of the true ones")
    print(figures("ours", ours, f"threshold {report['threshold']:.3f}, expected {report['expected_precision']:.4f}"))
    plain = reached(run, probability(run.weighed.bits))
    print(_best("our bits, joined as they are", plain, report["expected_precision"], ours["precision"]))
    taught = reached(run, likely)
    print(_best("oracle", taught, 0.99, ours["precision"]))
    label = max(taught, key=lambda one: one[2]["f1"])[1]
    _differences(run, same, label, lambda title, which: show(
        run, title, which, top=asked.top, examples=asked.examples, table=table
    ))  # fmt: skip
    _print_unmade(run, asked.top)
    return 0


def _best(name: str, tried: list[tuple[float, Ints, dict[str, Any]]], *floors: float) -> str:
    """The best F1 of all thresholds, and the best recall of those that hold a precision."""
    threshold, _, best = max(tried, key=lambda one: one[2]["f1"])
    lines = [figures(name, best, f"threshold {threshold}")]
    for floor in floors:
        holding = [(found["recall"], t) for t, _, found in tried if found["precision"] >= floor]
        if holding:
            lines.append(f"{'':28} recall {max(holding)[0]:.4f} at precision {floor:.4f} (threshold {max(holding)[1]})")
    return "\n".join(lines)


def _differences(run: Run, same: Flags, label: Ints, told: Callable[[str, Flags], None]) -> None:
    """The pairs on which the final clusters and the oracle's differ, and what neither finds."""
    ours, theirs = (x[run.left] == x[run.right] for x in (run.label, label))
    told("missed by us, found by the oracle", same & ~ours & theirs)
    told("merged wrongly by us, not by the oracle", ~same & ours & ~theirs)
    told("found by us, missed by the oracle", same & ours & ~theirs)
    told("merged wrongly by the oracle, not by us", ~same & ~ours & theirs)
    told("missed by both", same & ~ours & ~theirs)
    told("merged wrongly by both", ~same & ours & theirs)
    held = (run.weighed.bits < odds(0.5)) & same & ~ours
    print(f"\nOf the true pairs we miss, {int(held.sum()):,} of {int((same & ~ours).sum()):,} are below even odds.")


def _print_unmade(run: Run, top: int) -> None:
    """Which true pairs no rule made: by the pattern of levels they would have had."""
    left, right = unmade(run)
    apart = run.label[left] != run.label[right]
    print(f"\n## made by no rule: {len(left):,} true pairs, {int(apart.sum()):,} of them still apart in the end")
    left, right = left[apart][:_LOOKED_AT], right[apart][:_LOOKED_AT]
    chosen = run.judge.chosen
    levels = [c.levels for c in compare_all(chosen, run.weighed.people, left, right, workers=WORKERS)]
    for said, times in patterns(chosen, levels).most_common(top):
        print(f"{times:8,}  {said}")


if __name__ == "__main__":
    sys.exit(main())
