"""From the tables of a run to its summary: counts, and the few rows that are shown.

Takes what other stages found and judges nothing. Only what is shown is taken out of the tables, so a million rows
cost a second or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pandas as pd

from crm_clean.records.tables import VOCABULARY
from crm_clean.report.findings import counted
from crm_clean.report.merges import largest_merges, least_certain_merges, members_of, spelt_out
from crm_clean.report.quality import from_kept
from crm_clean.report.summary import Evaluation, Linking, Output, RunSummary, StepCost
from crm_clean.report.trend import with_this_run
from crm_clean.report.whole import Measured, Whole, doubtful, latest_of, measured, whole

SHOWN_PAIRS = 50
SHOWN_CUTS = 20
NEEDED = (
    *("files", "quarantine", "records", "contact_points", "issues", "pairs"),
    *("membership", "golden", "golden_points"),
)

Tables = Mapping[str, pd.DataFrame]
_COMMON, _SHOWN_COMMON = 500, 5


@dataclass(frozen=True)
class Facts:
    """What the tables do not say: the report of linking, what steps cost, where files are, how the truth compares."""

    title: str
    steps: Sequence[StepCost]
    link_report: Mapping[str, object]
    outputs: Sequence[Output] = ()
    evaluation: Evaluation | None = None
    changes: Mapping[str, int] | None = None
    notes: Mapping[str, str] | None = None
    n_contradicting: int = 0  # pairs kept apart although other decisions make them one
    trend: pd.DataFrame | None = None  # run, committed_at, measure, value: the runs before this one
    explain: Callable[[str], str] | None = None  # `pairs.levels` in a sentence
    decided: int = 0  # pairs that people have judged since the run
    run: int | None = None
    committed_at: pd.Timestamp | datetime | None = None  # UTC
    refused: Sequence[str] = ()  # what the gate found, when the run was not committed
    partial: bool = False  # an earlier run: its issues and pairs are not kept
    waiting: pd.DataFrame | None = None  # left_id, right_id of every pair to judge, where the queue is only its head
    kept: Mapping[str, object] | None = None  # figures for the next run to add to
    whole: Whole | None = None  # the figures of everything, where the tables do not hold everything
    moved: Mapping[str, int] | None = None  # records that are new, changed, gone since the last run
    looked_at: int | None = None  # how many records a run looked at again that looked at a part
    shows_part: bool = False  # the tables hold of golden records only those that such a run looked at
    returned_to: int | None = None  # the run that a rollback returned to
    erased: int = 0  # erasures since the run
    quality: pd.DataFrame | None = None  # QUALITY as an earlier run measured it; measured anew without it


def summarise(tables: Tables, checks: pd.DataFrame, review: pd.DataFrame, *, facts: Facts) -> RunSummary:
    """The summary of a run. `tables`: at least NEEDED, and `vocabulary` where it is kept; `checks`: CHECKS; `review`:
    the review queue, in order, or the first SHOWN_PAIRS of it where `facts.waiting` has them all.

    With `facts.whole`, tables need only hold what may be shown: golden records to choose from and all that belongs to
    them, the pairs that this run found, and the records on both sides of those that were cut.
    """
    largest = largest_merges(tables, explain=facts.explain)
    doubted = least_certain_merges(tables, explain=facts.explain)
    shown = pd.concat([largest["golden_id"], doubted["golden_id"]])
    waiting = review if facts.waiting is None else facts.waiting
    whole = facts.whole or _whole(tables, waiting, facts)
    summary = RunSummary(
        title=facts.title,
        sources=whole.sources,
        n_records=whole.n_records,
        n_golden=whole.n_golden,
        n_review=len(waiting),
        before=whole.before,
        after=whole.after,
        quality=whole.quality,
        steps=tuple(facts.steps),
        linking=_linking(facts.link_report, whole.n_cut),
        issues=whole.issues,
        issue_sources=whole.issue_sources,
        quarantine=counted(tables["quarantine"], ["reason"]),
        examples=whole.examples,
        sizes=whole.sizes,
        largest=largest,
        doubtful=doubted,
        members=members_of(tables, shown),
        scores=whole.scores,
        review=review.head(SHOWN_PAIRS).reset_index(drop=True),
        cuts=_cuts(tables["pairs"], tables["records"]),
        checks=checks,
        vocabulary=tables.get("vocabulary", VOCABULARY.empty()),
        evaluation=facts.evaluation,
        changes=facts.changes,
        moved=facts.moved,
        looked_at=facts.looked_at,
        shows_part=facts.shows_part,
        returned_to=facts.returned_to,
        n_erased=facts.erased,
        outputs=tuple(facts.outputs),
        notes=facts.notes or {},
        n_contradicting=facts.n_contradicting,
        run=facts.run,
        committed_at=None if facts.committed_at is None else pd.Timestamp(facts.committed_at),
        refused=tuple(facts.refused),
        partial=facts.partial,
        n_decided=facts.decided,
        kept={**(facts.kept or {}), **({"card": whole.card} if whole.card else {})},
    )
    return replace(summary, trend=with_this_run(facts.trend, summary))


def _whole(tables: Tables, waiting: pd.DataFrame, facts: Facts) -> Whole:
    """The figures of whole tables; quality as it was kept, where it was, else measured."""
    return whole(tables, _quality(tables, waiting, facts.quality), threshold=threshold_of(facts.link_report))


def _quality(tables: Tables, waiting: pd.DataFrame, kept: pd.DataFrame | None) -> Measured:
    if kept is not None and len(kept):
        return Measured(from_kept(kept, "before"), from_kept(kept, "after"), kept)
    n_doubtful = doubtful(waiting, tables["membership"])
    return measured(tables, n_doubtful=n_doubtful, as_of=latest_of(tables["files"]))


def threshold_of(report: Mapping[str, object]) -> float | None:
    """The probability from which linking merged, as its report says."""
    return _number(report, "threshold")


def _number(report: Mapping[str, object], name: str) -> float | None:
    value = report.get(name)
    return float(value) if isinstance(value, int | float) else None


def _linking(report: Mapping[str, object], n_cut: int) -> Linking:
    n_pairs = _number(report, "n_pairs")
    return Linking(
        threshold=threshold_of(report),
        expected_precision=_number(report, "expected_precision"),
        n_pairs=None if n_pairs is None else int(n_pairs),
        n_cut=n_cut,
        common=_common(report),
    )


def _common(report: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    """Values by themselves, not two together, that too many records share to be compared by, the commonest first."""
    rules = report.get("rules")
    full = [
        (block["value"], block["n_records"])
        for rule in (rules if isinstance(rules, list) else [])
        for block in (rule.get("fullest", []) if "+" not in rule["name"] else [])
        if block["value"] and block["n_records"] >= _COMMON
    ]
    return tuple(sorted(dict(full).items(), key=lambda one: (-one[1], one[0]))[:_SHOWN_COMMON])


def _cuts(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The surest of the links that were cut, by the names of both sides."""
    cut = pairs[pairs["verdict"].eq("cut")]
    top = cut.sort_values(["probability", "left_id", "right_id"], ascending=[False, True, True]).head(SHOWN_CUTS)
    ids = pd.concat([top["left_id"], top["right_id"]])
    known = records[records["record_id"].isin(ids)].set_index("record_id")
    names = spelt_out(known)
    return pd.DataFrame(
        {
            "left": top["left_id"].map(names).fillna(top["left_id"]),
            "right": top["right_id"].map(names).fillna(top["right_id"]),
            "match_probability": top["probability"],
            "levels": top["levels"],
        }
    ).reset_index(drop=True)
