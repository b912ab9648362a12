"""Why people were torn apart or put together wrongly: every mistake of a result under one reason.

Takes a truth over records, the clusters of a run and the model it linked by; compares each mistaken pair as the run
did. Says nothing of how good the result is; that is `evaluate`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from crm_clean.link.block import Candidates, block, is_among, joined
from crm_clean.link.columns import MISSING, Ints, strings
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.decided import decided_pairs
from crm_clean.link.judge import compare_all
from crm_clean.link.named_pairs import Examined, examine
from crm_clean.link.people import People, read_people
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, fitting, odds
from crm_clean.link.spec import LinkSpec

# A person of more records than this in the truth is none, or says more than a list of reasons can.
MOST_RECORDS = 1_000
COLUMNS = ("reason", "detail", "n_pairs", "bits_short", "left_id", "right_id")

Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Shortfall:
    """Mistakes by reason, the reason of most pairs first.

    `missed` and `wrong` have the columns reason, detail, n_pairs, bits_short, left_id, right_id: the two records are
    the pair that came nearest to being right (missed) or that the model is surest of (wrong); `bits_short` is what the
    middle pair lacks to the threshold, NaN where that is not the reason. Reasons of `missed`: never_compared, decided,
    guard (detail: the ground), below_threshold, cut; of `wrong`: decided, agreed (detail: `comparison level` that
    counted most), welded (by other records). `blocking_recall` is the share of true pairs that some rule brought
    together; 1.0 where there are none.
    """

    n_true_pairs: int
    n_compared: int
    missed: pd.DataFrame
    wrong: pd.DataFrame

    @property
    def blocking_recall(self) -> float:
        return self.n_compared / self.n_true_pairs if self.n_true_pairs else 1.0


@dataclass(frozen=True)
class _Pairs:
    """Mistaken pairs with what the model makes of them: positions, bits, ground, the level that counted most."""

    left: Ints
    right: Ints
    bits: Floats
    ground: Names
    loudest: Names
    said: Ints  # 1 same, -1 different, 0 nobody said anything
    is_candidate: npt.NDArray[np.bool_]


def shortfall(
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    clusters: pd.Series[str],
    people: pd.Series[str],
    spec: LinkSpec,
    model: dict[str, Any],
    threshold: float,
) -> Shortfall:
    """The mistakes of `clusters` (record id -> cluster) against `people` (record id -> person).

    `records`, `contact_points`, `decisions` are the whole tables that were linked, `model` and `threshold` what that
    linked by. Records that one of the two series lacks take no part.
    """
    table = read_people(records, contact_points)
    cluster, person = _codes(table, clusters), _codes(table, people)
    both = (cluster >= 0) & (person >= 0)
    cluster, person = np.where(both, cluster, MISSING), np.where(both, person, MISSING)
    found = block(blocking_rules(table), n=table.n, max_block=spec.max_block, pairs_per_record=spec.pairs_per_record)
    true, together = _inside(person, n=table.n), _inside(cluster, n=table.n)
    compared = is_among(true, found.left * table.n + found.right)
    look = _Look(table, found, decided_pairs(table, decisions), Model.model_validate(model))
    missed = look.at(true[~is_among(true, together)])
    wrong = look.at(together[~is_among(together, true)])
    ids = table.ids.to_numpy(dtype=object)
    return Shortfall(
        len(true),
        int(compared.sum()),
        _by_reason(missed, *_why_missed(missed, odds(threshold)), ids=ids, threshold=odds(threshold)),
        _by_reason(wrong, *_why_wrong(wrong, odds(threshold)), ids=ids, threshold=None),
    )


def _codes(table: People, labels: pd.Series[str]) -> Ints:
    """A code per record of the table for its label, -1 where it has none."""
    at = pc.fill_null(pc.index_in(strings(table.ids), value_set=strings(labels.index.to_series())), MISSING)
    codes = np.append(pd.factorize(labels)[0], MISSING)
    found: Ints = codes[at.to_numpy(zero_copy_only=False)].astype(np.int64)
    return found


def _inside(label: Ints, *, n: int) -> Ints:
    """The key (left * n + right) of every two records of one label, sorted."""
    there = np.flatnonzero(label >= 0)
    order = there[np.argsort(label[there], kind="stable")]
    _, starts, sizes = np.unique(label[order], return_index=True, return_counts=True)
    fits = (sizes > 1) & (sizes <= MOST_RECORDS)
    return np.sort(joined(order, starts[fits].astype(np.int64), sizes[fits].astype(np.int64), n=n))


@dataclass(frozen=True)
class _Look:
    """A model at work on pairs of one table, as the run that linked it."""

    people: People
    found: Candidates
    decided: pd.DataFrame
    model: Model

    def at(self, keys: Ints) -> _Pairs:
        left, right = np.divmod(keys, max(self.people.n, 1))
        n, chosen = len(keys), comparisons(self.people)
        seen = Examined(np.full(n, np.nan), np.full(n, np.nan), [], np.full(n, None, dtype=object))
        loudest = np.full(n, "", dtype=object)
        if n and chosen and self.model.strangers:
            compared = compare_all(chosen, self.people, left, right, workers=1)
            seen = examine(self.people, chosen, compared, fitting(self.model, chosen), found=self.found)
            loudest = _loudest(chosen, compared, seen.parts)
        made = self.found.left * self.people.n + self.found.right
        return _Pairs(left, right, seen.bits, seen.ground, loudest, self._said(keys), is_among(keys, made))

    def _said(self, keys: Ints) -> Ints:
        if self.decided.empty:
            return np.zeros(len(keys), dtype=np.int64)
        known = (self.decided["left"] * self.people.n + self.decided["right"]).to_numpy(dtype=np.int64)
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        verdict = np.sign(self.decided["bits"].to_numpy())[at]
        said: Ints = np.where(known[at] == keys, verdict, 0).astype(np.int64)
        return said


def _loudest(chosen: Sequence[Comparison], compared: Sequence[Compared], parts: Sequence[Floats]) -> Names:
    """`comparison level` that counted most for one person, for each pair; empty where none counted for it."""
    weights = np.stack(parts)
    best = np.where(weights.max(axis=0) > 0.0, np.argmax(weights, axis=0), MISSING)
    out = np.full(len(best), "", dtype=object)
    for k, comparison in enumerate(chosen):
        words = np.array([f"{comparison.name} {level}" for level in ("unknown", *comparison.levels)], dtype=object)
        mine = best == k
        out[mine] = words[compared[k].levels[mine]]
    return out


def _why_missed(pairs: _Pairs, threshold: float) -> tuple[Names, Names]:
    """The reason of each missed pair, and its detail."""
    reason = np.where(pairs.bits >= threshold, "cut", "below_threshold").astype(object)
    held = pairs.ground != None  # noqa: E711
    reason[held] = "guard"
    reason[~pairs.is_candidate] = "never_compared"
    reason[pairs.said < 0] = "decided"
    return reason, np.where(reason == "guard", pairs.ground, "")


def _why_wrong(pairs: _Pairs, threshold: float) -> tuple[Names, Names]:
    """The reason of each pair that is wrongly in one cluster, and its detail."""
    reason = np.where(pairs.bits >= threshold, "agreed", "welded").astype(object)
    reason[pairs.said > 0] = "decided"
    return reason, np.where(reason == "agreed", pairs.loudest, "")


def _by_reason(pairs: _Pairs, reason: Names, detail: Names, *, ids: Names, threshold: float | None) -> pd.DataFrame:
    """One row for each reason and detail, most pairs first."""
    frame = pd.DataFrame({"reason": reason, "detail": detail, "bits": pairs.bits})
    short = frame["reason"].eq("below_threshold") & (threshold is not None)
    frame["bits_short"] = ((threshold or 0.0) - frame["bits"]).where(short)
    frame["left_id"], frame["right_id"] = ids[pairs.left], ids[pairs.right]
    best_first = frame.sort_values(["bits", "left_id", "right_id"], ascending=[False, True, True], kind="stable")
    rows = []
    for (why, what), group in best_first.groupby(["reason", "detail"], sort=True):
        middle = float(group["bits_short"].median()) if group["bits_short"].notna().any() else float("nan")
        rows.append((why, what, len(group), middle, *group.iloc[0][["left_id", "right_id"]]))
    out = pd.DataFrame(rows, columns=list(COLUMNS))
    return out.sort_values(["n_pairs", "reason", "detail"], ascending=[False, True, True], ignore_index=True)
