"""From the tables of a run to its summary: counts, and the few rows that are shown.

Takes what other stages found and judges nothing. Only what is shown is taken out of the tables, so a million rows
cost a second or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from crm_clean.report.quality import quality_after, quality_before
from crm_clean.report.summary import Evaluation, Linking, Output, RunSummary, SourceRows, StepCost

SHOWN_PAIRS = 50
SHOWN_MERGES = 12
SHOWN_CUTS = 20
NEEDED = (
    *("files", "quarantine", "records", "contact_points", "issues", "pairs"),
    *("membership", "golden", "golden_points"),
)

Tables = Mapping[str, pd.DataFrame]


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


def summarise(tables: Tables, checks: pd.DataFrame, review: pd.DataFrame, *, facts: Facts) -> RunSummary:
    """The summary of a run. `tables`: at least NEEDED; `checks`: CHECKS; `review`: the review queue, in order."""
    golden, records, pairs = tables["golden"], tables["records"], tables["pairs"]
    home = tables["membership"].set_index("record_id")["golden_id"]
    as_of = tables["files"]["taken_at"].max()
    latest, doubtful = None if pd.isna(as_of) else as_of, _doubtful(review, home)
    points = tables["contact_points"]
    return RunSummary(
        title=facts.title,
        sources=_sources(tables["files"]),
        n_records=len(records),
        n_golden=len(golden),
        n_review=len(review),
        before=quality_before(records, points, n_golden=len(golden), n_doubtful=doubtful, as_of=latest),
        after=quality_after(golden, tables["golden_points"], n_doubtful=doubtful, as_of=latest),
        steps=tuple(facts.steps),
        linking=_linking(facts.link_report, pairs),
        issues=_counted(tables["issues"], ["field", "code"]),
        quarantine=_counted(tables["quarantine"], ["reason"]),
        largest=largest_merges(tables),
        review=review.head(SHOWN_PAIRS).reset_index(drop=True),
        cuts=_cuts(pairs, records),
        checks=checks,
        evaluation=facts.evaluation,
        changes=facts.changes,
        outputs=tuple(facts.outputs),
        notes=facts.notes or {},
        run=facts.run,
        committed_at=None if facts.committed_at is None else pd.Timestamp(facts.committed_at),
        refused=tuple(facts.refused),
        partial=facts.partial,
        n_decided=facts.decided,
    )


def largest_merges(tables: Tables, *, limit: int = SHOWN_MERGES) -> pd.DataFrame:
    """The golden records of most members, with what to call them and what holds them together.

    Columns golden_id, label, n_records, sources, match_probability (of the weakest link), reason. Equal sizes are in
    order of the golden id.
    """
    merged = tables["golden"][tables["golden"]["n_records"] > 1]
    top = merged.sort_values(["n_records", "golden_id"], ascending=[False, True]).head(limit)
    members = tables["membership"][tables["membership"]["golden_id"].isin(top["golden_id"])]
    weakest = members.groupby("golden_id")["match_probability"].min()
    reasons = _reasons(members.set_index("record_id")["golden_id"], tables["pairs"])
    return pd.DataFrame(
        {
            "golden_id": top["golden_id"],
            "label": _labels(top, tables["golden_points"]),
            "n_records": top["n_records"].astype("int64"),
            "sources": top["sources"],
            "match_probability": top["golden_id"].map(weakest),
            "reason": top["golden_id"].map(reasons).fillna("decided by a person or by the export itself"),
        }
    ).reset_index(drop=True)


def _sources(files: pd.DataFrame) -> tuple[SourceRows, ...]:
    ordered = files.sort_values(["source_file", "file_id"])
    read, aside = (ordered[name].fillna(0).astype("int64").tolist() for name in ("n_rows", "n_quarantined"))
    named = zip(ordered["source_file"].astype(str), ordered["source"].astype(str), read, aside, strict=True)
    return tuple(SourceRows(*row) for row in named)


def _counted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """How often each, the most frequent first."""
    counts = frame.groupby(by, dropna=False).size().rename("n").reset_index()
    return counts.sort_values(["n", *by], ascending=[False, *[True] * len(by)]).reset_index(drop=True)


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
    )


def _doubtful(review: pd.DataFrame, home: pd.Series) -> int:
    """Golden records that would go if every waiting pair were one person, counted without following chains."""
    sides = pd.DataFrame({"left": review["left_id"].map(home), "right": review["right_id"].map(home)})
    apart = sides[sides["left"].ne(sides["right"]).fillna(False)]
    return int(apart.max(axis=1).nunique())


def _cuts(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The surest of the links that were cut, by the names of both sides."""
    cut = pairs[pairs["verdict"].eq("cut")]
    top = cut.sort_values(["probability", "left_id", "right_id"], ascending=[False, True, True]).head(SHOWN_CUTS)
    ids = pd.concat([top["left_id"], top["right_id"]])
    known = records[records["record_id"].isin(ids)].set_index("record_id")
    names = known["full_name"].fillna(
        (known["first_name"].fillna("") + " " + known["last_name"].fillna("")).str.strip()
    )
    return pd.DataFrame(
        {
            "left": top["left_id"].map(names).fillna(top["left_id"]),
            "right": top["right_id"].map(names).fillna(top["right_id"]),
            "match_probability": top["probability"],
            "levels": top["levels"],
        }
    ).reset_index(drop=True)


def _labels(golden: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """What to call a golden record: its name, else its first e-mail, phone or other point, else its id."""
    spelt = (golden["first_name"].fillna("") + " " + golden["last_name"].fillna("")).str.strip().replace("", pd.NA)
    own = points[points["golden_id"].isin(golden["golden_id"]) & points["value"].notna()]
    first = (
        own.sort_values(["golden_id", "kind", "ordinal"]).drop_duplicates("golden_id").set_index("golden_id")["value"]
    )
    ids = golden["golden_id"]
    return golden["full_name"].fillna(spelt).fillna(golden["company"]).fillna(ids.map(first)).fillna(ids)


def _reasons(home: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    """What speaks for the links inside each golden record of `home`, the most frequent evidence first, as text."""
    inside = pairs[pairs["left_id"].isin(home.index) & pairs["right_id"].isin(home.index)]
    at = inside["left_id"].map(home)
    inside = inside[at.eq(inside["right_id"].map(home)).fillna(False) & inside["levels"].notna()]
    levels = pd.DataFrame({"golden_id": inside["left_id"].map(home), "levels": inside["levels"]})
    found = levels["levels"].str.extractall(r"(?P<comparison>\S[^=]*)=(?P<level>\w+):(?P<bits>-?[\d.]+(?:e[-+]?\d+)?)")
    found = found.reset_index(level="match", drop=True).join(levels["golden_id"])
    found = found[found["bits"].astype("float64") > 0.5]
    said = _counted(found.assign(said=found["comparison"].str.strip() + " " + found["level"]), ["golden_id", "said"])
    said["text"] = said["said"] + " (" + said["n"].astype("string") + ")"
    return said.groupby("golden_id")["text"].agg(lambda texts: ", ".join(texts.head(4)))
