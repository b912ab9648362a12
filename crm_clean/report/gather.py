"""From the tables of a run to its summary: counts, and the few rows that are shown.

Takes what other stages found and judges nothing. Only what is shown is taken out of the tables, so a million rows
cost a second or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from crm_clean.records.tables import VOCABULARY
from crm_clean.report.by_field import quality_by_field
from crm_clean.report.findings import by_source, counted, examples, findings
from crm_clean.report.merges import largest_merges, least_certain_merges, members_of, sizes, spelt_out
from crm_clean.report.quality import from_kept, quality_after, quality_before
from crm_clean.report.scores import histogram
from crm_clean.report.summary import Evaluation, Linking, Output, RunSummary, SourceRows, StepCost
from crm_clean.report.trend import with_this_run

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
    trend: pd.DataFrame | None = None  # run, committed_at, measure, value: the runs before this one
    explain: Callable[[str], str] | None = None  # `pairs.levels` in a sentence
    decided: int = 0  # pairs that people have judged since the run
    run: int | None = None
    committed_at: pd.Timestamp | datetime | None = None  # UTC
    refused: Sequence[str] = ()  # what the gate found, when the run was not committed
    partial: bool = False  # an earlier run: its issues and pairs are not kept
    waiting: pd.DataFrame | None = None  # left_id, right_id of every pair to judge, where the queue is only its head
    kept: Mapping[str, object] | None = None  # figures for the next run to add to
    quality: pd.DataFrame | None = None  # QUALITY as an earlier run measured it; measured anew without it


def summarise(tables: Tables, checks: pd.DataFrame, review: pd.DataFrame, *, facts: Facts) -> RunSummary:
    """The summary of a run. `tables`: at least NEEDED, and `vocabulary` where it is kept; `checks`: CHECKS; `review`:
    the review queue, in order, or the first SHOWN_PAIRS of it where `facts.waiting` has them all."""
    golden, records, pairs = tables["golden"], tables["records"], tables["pairs"]
    linking = _linking(facts.link_report, pairs)
    largest = largest_merges(tables, explain=facts.explain)
    doubtful = least_certain_merges(tables, explain=facts.explain)
    shown = pd.concat([largest["golden_id"], doubtful["golden_id"]])
    waiting = review if facts.waiting is None else facts.waiting
    summary = RunSummary(
        title=facts.title,
        sources=_sources(tables),
        n_records=len(records),
        n_golden=len(golden),
        n_review=len(waiting),
        **_quality(tables, waiting, facts.quality),
        steps=tuple(facts.steps),
        linking=linking,
        issues=findings(tables["issues"]),
        issue_sources=by_source(tables["issues"], records),
        quarantine=counted(tables["quarantine"], ["reason"]),
        examples=examples(tables["issues"], tables["quarantine"]),
        sizes=sizes(golden),
        largest=largest,
        doubtful=doubtful,
        members=members_of(tables, shown),
        scores=histogram(pairs, threshold=linking.threshold),
        review=review.head(SHOWN_PAIRS).reset_index(drop=True),
        cuts=_cuts(pairs, records),
        checks=checks,
        vocabulary=tables.get("vocabulary", VOCABULARY.empty()),
        evaluation=facts.evaluation,
        changes=facts.changes,
        outputs=tuple(facts.outputs),
        notes=facts.notes or {},
        run=facts.run,
        committed_at=None if facts.committed_at is None else pd.Timestamp(facts.committed_at),
        refused=tuple(facts.refused),
        partial=facts.partial,
        n_decided=facts.decided,
        kept=facts.kept or {},
    )
    return replace(summary, trend=with_this_run(facts.trend, summary))


def _quality(tables: Tables, waiting: pd.DataFrame, kept: pd.DataFrame | None) -> dict[str, Any]:
    """The scorecard before and after, and quality by field: as it was kept, where it was, else measured."""
    if kept is not None and len(kept):
        before, after = (from_kept(kept, column) for column in ("before", "after"))
        return {"before": before, "after": after, "quality": kept}
    as_of = tables["files"]["taken_at"].max()
    latest = None if pd.isna(as_of) else as_of
    golden = tables["golden"]
    doubtful = _doubtful(waiting, tables["membership"].set_index("record_id")["golden_id"])
    before = quality_before(
        tables["records"], tables["contact_points"], n_golden=len(golden), n_doubtful=doubtful, as_of=latest
    )
    after = quality_after(golden, tables["golden_points"], n_doubtful=doubtful, as_of=latest)
    by_field = quality_by_field(tables, before=before, after=after, as_of=latest)
    return {"before": before, "after": after, "quality": by_field}


def _sources(tables: Tables) -> tuple[SourceRows, ...]:
    ordered = tables["files"].sort_values(["source_file", "file_id"])
    rows, aside = (ordered[name].fillna(0).astype("int64").tolist() for name in ("n_rows", "n_quarantined"))
    paths, sources = (ordered[name].astype(str).tolist() for name in ("source_file", "source"))
    became = _became(tables).reindex(ordered["file_id"], fill_value=0)
    fates = (became[fate].tolist() for fate in range(3))
    return tuple(SourceRows(*row) for row in zip(paths, sources, rows, aside, *fates, strict=True))


def _became(tables: Tables) -> pd.DataFrame:
    """Of each file, how many records are alone (0), merged within their source (1), with another source's (2)."""
    golden = tables["golden"]
    across = golden["sources"].str.contains("; ", regex=False).fillna(False).astype("int64")
    fate = (across + 1).where(golden["n_records"].fillna(1).gt(1), 0).set_axis(golden["golden_id"])
    home = tables["membership"].set_index("record_id")["golden_id"].reindex(tables["records"]["record_id"])
    found = pd.crosstab(tables["records"]["file_id"].to_numpy(), home.map(fate).fillna(0).astype("int64").to_numpy())
    return found.reindex(columns=range(3), fill_value=0)


def _linking(report: Mapping[str, object], pairs: pd.DataFrame) -> Linking:
    def number(name: str) -> float | None:
        value = report.get(name)
        return float(value) if isinstance(value, int | float) else None

    n_pairs = number("n_pairs")
    return Linking(
        threshold=number("threshold"),
        expected_precision=number("expected_precision"),
        n_pairs=None if n_pairs is None else int(n_pairs),
        n_cut=int(pairs["verdict"].eq("cut").sum()),
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


def _doubtful(review: pd.DataFrame, home: pd.Series) -> int:
    """Golden records that would go if every waiting pair were one person, counted without following chains."""
    left, right = (review[side].map(home).astype("string[pyarrow]") for side in ("left_id", "right_id"))
    apart = left.ne(right).fillna(False).astype("bool")
    return int(left.where(left.gt(right).fillna(False), right)[apart].nunique())


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
