"""What a run did, as plain numbers and small frames: all that the page and the screenful know.

Nothing here reads a table or a clock; `gather` fills it from a run's tables, and a test fills it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from crm_clean.records.tables import QUALITY, VOCABULARY
from crm_clean.report.quality import Quality

# Frames that a summary may come without, by their columns.
_COLUMNS = {
    "examples": ("code", "field", "raw", "n"),
    "issue_sources": ("code", "source", "n", "n_records", "share"),
    "sizes": ("n_records", "n_golden"),
    "merges": ("golden_id", "label", "n_records", "sources", "match_probability", "reason"),
    "members": (
        *("golden_id", "source", "source_file", "source_row", "record_id", "name", "email", "phone", "company"),
        *("updated_at", "match_probability"),
    ),
    "scores": ("low", "high", "verdict", "n"),
    "trend": ("run", "committed_at", "measure", "value"),
}


@dataclass(frozen=True)
class SourceRows:
    """The rows of one file: read, set aside in quarantine, and what became of those read, where it is known.

    `n_alone` are a person by themselves, `n_within` were merged with records of the same source only, `n_across` with
    another source's; what is left of `n_rows` repeats a record that stands elsewhere.
    """

    source_file: str
    source: str
    n_rows: int
    n_quarantined: int
    n_alone: int | None = None
    n_within: int | None = None
    n_across: int | None = None


def blank(name: str) -> pd.DataFrame:
    """One of the frames a summary may come without, of no rows."""
    return pd.DataFrame(columns=list(_COLUMNS[name]))


@dataclass(frozen=True)
class StepCost:
    """What a step cost: seconds of work, and the most memory held meanwhile."""

    name: str
    seconds: float
    peak_mb: int | None = None


@dataclass(frozen=True)
class Evaluation:
    """How the golden records compare with a truth file: of pairs merged, of pairs that should be."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Output:
    """A file or folder that the run left, and what it is for."""

    path: str
    purpose: str


@dataclass(frozen=True)
class Linking:
    """How linking decided. `n_cut`: links taken out of groups that did not hold together; `common`: values that so many
    records share that they bring nobody together, and how many do."""

    threshold: float | None = None
    expected_precision: float | None = None
    n_pairs: int | None = None
    n_cut: int = 0
    common: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class RunSummary:
    """One run, ready to be shown.

    Frames: `issues` (field, code, n, and n_records where it is known), `issue_sources` (code, source, n, n_records and
    share, 0..1, of the records of that source: the most frequent first), `quarantine` (reason, n), `largest` and
    `doubtful` (golden_id, label, n_records, sources, match_probability, reason: the golden records of most members, and
    those whose weakest link is the weakest), `members` (of both: golden_id, source, source_file, source_row, record_id,
    name, email, phone, company, updated_at, match_probability), `sizes` (n_records, n_golden), `review` (the review
    queue's own columns, the first pairs of it), `cuts` (left, right, match_probability, levels), `scores` (low, high,
    verdict, n: scored pairs by probability), `examples` (code, field, raw, n: values as they came), `checks` (CHECKS),
    `quality` (QUALITY), `vocabulary` (VOCABULARY) and `trend` (run, committed_at, measure, value, this run's own among
    them). `changes` counts identity events by name, None for a first run. `refused`: why the run was not committed,
    empty when it was.
    `partial`: an earlier run, of which issues and pairs are not kept. `kept`: figures that nobody is shown, for the
    next run to add to, as plain JSON values by name. `moved`: how many records are `new`, `changed` and `gone` since
    the last run, None where it is not known. `looked_at`: of a run that looked at a part of the records, at how many;
    with `shows_part`, `largest` and `doubtful` are among these. `returned_to`: the run whose state a rollback brought
    back. `n_erased`: erasures since the run, which left their mark on what can still be told of it.
    """

    title: str
    sources: tuple[SourceRows, ...]
    n_records: int
    n_golden: int
    n_review: int
    before: Quality
    after: Quality
    steps: tuple[StepCost, ...]
    linking: Linking
    issues: pd.DataFrame
    quarantine: pd.DataFrame
    largest: pd.DataFrame
    review: pd.DataFrame
    cuts: pd.DataFrame
    checks: pd.DataFrame
    evaluation: Evaluation | None = None
    changes: Mapping[str, int] | None = None
    outputs: tuple[Output, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    n_contradicting: int = 0
    run: int | None = None
    committed_at: pd.Timestamp | None = None
    refused: tuple[str, ...] = ()
    partial: bool = False
    n_decided: int = 0
    kept: Mapping[str, object] = field(default_factory=dict)
    moved: Mapping[str, int] | None = None
    looked_at: int | None = None
    shows_part: bool = False
    returned_to: int | None = None
    n_erased: int = 0
    quality: pd.DataFrame = field(default_factory=QUALITY.empty)
    vocabulary: pd.DataFrame = field(default_factory=VOCABULARY.empty)
    examples: pd.DataFrame = field(default_factory=lambda: blank("examples"))
    issue_sources: pd.DataFrame = field(default_factory=lambda: blank("issue_sources"))
    sizes: pd.DataFrame = field(default_factory=lambda: blank("sizes"))
    doubtful: pd.DataFrame = field(default_factory=lambda: blank("merges"))
    members: pd.DataFrame = field(default_factory=lambda: blank("members"))
    scores: pd.DataFrame = field(default_factory=lambda: blank("scores"))
    trend: pd.DataFrame = field(default_factory=lambda: blank("trend"))

    @property
    def n_read(self) -> int:
        """Rows that were read, those in quarantine aside."""
        return sum(source.n_rows for source in self.sources)

    @property
    def n_quarantined(self) -> int:
        """Rows set aside because they could not be read."""
        return sum(source.n_quarantined for source in self.sources)

    @property
    def n_merged(self) -> int:
        """Records that turned out to be somebody already known."""
        return self.n_records - self.n_golden

    @property
    def seconds(self) -> float:
        """Work of all steps together."""
        return sum(step.seconds for step in self.steps)

    @property
    def peak_mb(self) -> int | None:
        """The most memory any step held."""
        return max((step.peak_mb for step in self.steps if step.peak_mb is not None), default=None)
