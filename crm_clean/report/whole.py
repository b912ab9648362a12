"""The figures of everything that stands: how much there is, how good it is, what was found in it.

Counted over whole tables, of which only the columns COUNTED are looked at; or, after a run that changed a part, added
up from those of the run before and the part. Either way they are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import ADDRESS_PARTS
from crm_clean.report.by_field import as_kept, as_they_came, counted, quality_by_field, told
from crm_clean.report.findings import by_source, examples, findings
from crm_clean.report.merges import sizes
from crm_clean.report.point_quality import held_alone
from crm_clean.report.quality import (
    Card,
    Quality,
    counted_after,
    counted_before,
    scored,
    timeliness,
)
from crm_clean.report.scalar_quality import (
    INSTANTS,
    NAMES,
    SCALAR_FIELDS,
    Found,
    instants,
    newest_instant,
    together,
)
from crm_clean.report.scores import histogram
from crm_clean.report.summary import SourceRows

Tables = Mapping[str, pd.DataFrame]
Cards = tuple[Card, Card]

_HELD = (*NAMES, *SCALAR_FIELDS)
_POINT = ("kind", "value", "key", "is_placeholder", "is_role", *ADDRESS_PARTS)
# What is looked at of each table.
COUNTED: dict[str, tuple[str, ...]] = {
    "records": (
        *("record_id", "source", "file_id", "is_placeholder_name", *_HELD, "company_raw"),
        *(f"{name}_raw" for name in _HELD if name != "company"),
    ),
    "contact_points": ("record_id", "raw", *_POINT),
    "golden": ("golden_id", "n_records", "sources", *_HELD),
    "golden_points": ("golden_id", *_POINT),
    "membership": ("record_id", "golden_id"),
    "pairs": ("left_id", "right_id", "probability", "verdict"),
    "issues": ("record_id", "field", "code", "raw"),
}


@dataclass(frozen=True)
class Whole:
    """The figures. Frames as in `RunSummary`; `card`: what the scorecard was made of, before and after, for the next
    run to add to."""

    n_records: int
    n_golden: int
    n_cut: int
    before: Quality
    after: Quality
    quality: pd.DataFrame
    sources: tuple[SourceRows, ...]
    issues: pd.DataFrame
    issue_sources: pd.DataFrame
    examples: pd.DataFrame
    sizes: pd.DataFrame
    scores: pd.DataFrame
    card: Mapping[str, Card] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """How good the values are: scorecards and the QUALITY frame, and what the scorecards were made of."""

    before: Quality
    after: Quality
    quality: pd.DataFrame
    card: Mapping[str, Card] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """A part of the tables as it stood, or as it stands: the rows of what was touched (`tables`: records,
    contact_points, issues, golden and golden_points), and those of the keys that touched points have (`sharing`:
    contact_points and golden_points)."""

    tables: Tables
    sharing: Tables


@dataclass(frozen=True)
class Stood:
    """What the run before measured: its QUALITY, and what its scorecards were made of."""

    quality: pd.DataFrame
    card: Mapping[str, Card]


def latest_of(files: pd.DataFrame) -> pd.Timestamp | None:
    """When the newest of FILES was taken in: later instants are mistakes."""
    latest = files["taken_at"].max()
    return None if pd.isna(latest) else latest


def measured(tables: Tables, *, n_doubtful: int, as_of: pd.Timestamp | None) -> Measured:
    """How good the values in whole tables are."""
    records, golden = tables["records"], tables["golden"]
    cards = _card_before(tables), _card_after(tables)
    before, after = _scored(cards, records, golden, n_doubtful=n_doubtful, as_of=as_of)
    by_field = quality_by_field(tables, before=before, after=after, as_of=as_of)
    return Measured(before, after, by_field, {"before": cards[0], "after": cards[1]})


def measured_by_part(
    stood: Stood, was: Side, now: Side, *, dated: Tables, n_doubtful: int, as_of: pd.Timestamp | None
) -> Measured:
    """The same, added up from what `stood` and what a part `was` and is `now`.

    All of it is exact: what depends on the newest instant of all is counted in `dated` (INSTANTS of all records and of
    all golden records), what depends on who else holds a value is counted value by value.
    """
    records, golden = dated["records"], dated["golden"]
    cards = (
        _moved_card(stood.card["before"], *(_card_before(side.tables) for side in (was, now))),
        _moved_card(stood.card["after"], *(_card_after(side.tables) for side in (was, now))),
    )
    before, after = _scored(cards, records, golden, n_doubtful=n_doubtful, as_of=as_of)
    newest = newest_instant(records, as_of)
    came = _moved(counted(stood.quality, "before"), *(_adding(s, "before") for s in (was, now)))
    kept = _moved(counted(stood.quality, "after"), *(_adding(s, "after") for s in (was, now)))
    came = together(_undated(came), instants(records, newest, as_of))
    kept = together(_undated(kept), instants(golden, newest, as_of))
    by_field = told(came, kept, before=before, after=after, of=(len(records), len(golden)))
    return Measured(before, after, by_field, {"before": cards[0], "after": cards[1]})


def _card_before(tables: Tables) -> Card:
    return counted_before(tables["records"], tables["contact_points"])


def _card_after(tables: Tables) -> Card:
    return counted_after(tables["golden"], tables["golden_points"])


def _scored(
    cards: Cards, records: pd.DataFrame, golden: pd.DataFrame, *, n_doubtful: int, as_of: pd.Timestamp | None
) -> tuple[Quality, Quality]:
    people = len(golden) - min(n_doubtful, len(golden))
    return (
        scored(cards[0], people=(people, len(records)), timeliness=timeliness(records, as_of)),
        scored(cards[1], people=(people, len(golden)), timeliness=timeliness(golden, as_of)),
    )


def _adding(side: Side, name: str) -> Found:
    if name == "before":
        return as_they_came(side.tables) | held_alone(side.sharing["contact_points"], "record_id", "raw")
    return as_kept(side.tables) | held_alone(side.sharing["golden_points"], "golden_id", "value")


def _moved(stood: Found, was: Found, now: Found) -> Found:
    return together(stood, {name: (-passed, -judged) for name, (passed, judged) in was.items()}, now)


def _moved_card(stood: Card, was: Card, now: Card) -> Card:
    return {name: (p - was[name][0] + now[name][0], n - was[name][1] + now[name][1]) for name, (p, n) in stood.items()}


def _undated(found: Found) -> Found:
    """What was counted, without what is counted anew of all instants."""
    kept = {name: counts for name, counts in found.items() if name[1] != "timeliness"}
    return {
        (name, what): (0, judged) if what == "validity" and name in INSTANTS else (passed, judged)
        for (name, what), (passed, judged) in kept.items()
    }


def whole(tables: Tables, quality: Measured, *, threshold: float | None, counts: Counts | None = None) -> Whole:
    """The figures of everything, of whole tables (`files` and `quarantine` are those of this run).

    With `counts` of everybody, `records` need only hold who has issues and whom this run's files brought, `membership`
    these, and `golden` has the sizes of all.
    """
    pairs, issues, records = tables["pairs"], tables["issues"], tables["records"]
    of = counts or Counts(len(records), len(tables["golden"]), records["source"].value_counts())
    return Whole(
        n_records=of.n_records,
        n_golden=of.n_golden,
        n_cut=int(pairs["verdict"].eq("cut").sum()),
        before=quality.before,
        after=quality.after,
        quality=quality.quality,
        sources=_sources(tables),
        issues=findings(issues),
        issue_sources=by_source(issues, records, sizes=of.by_source),
        examples=examples(issues, tables["quarantine"]),
        sizes=sizes(tables["golden"]),
        scores=histogram(pairs, threshold=threshold),
        card=quality.card,
    )


@dataclass(frozen=True)
class Counts:
    """How many there are: records, golden records, and records by source (a series)."""

    n_records: int
    n_golden: int
    by_source: pd.Series


def doubtful(waiting: pd.DataFrame, membership: pd.DataFrame) -> int:
    """Golden records that would go if every waiting pair were one person, counted without following chains."""
    sides = [_column(waiting[side]) for side in ("left_id", "right_id")]
    known = pa.table({name: _column(membership[name]) for name in ("record_id", "golden_id")})
    # Few records wait, so that they are looked up among themselves.
    known = known.filter(pc.is_in(known["record_id"], value_set=pc.unique(pa.concat_arrays(sides)))).combine_chunks()
    homes = known["golden_id"].combine_chunks().dictionary_encode()
    codes = homes.indices.to_numpy(zero_copy_only=False)
    found = [pc.index_in(ids, value_set=known["record_id"].combine_chunks()) for ids in sides]
    there = pc.and_(*(at.is_valid() for at in found))
    left, right = (codes[at.filter(there).to_numpy(zero_copy_only=False)] for at in found)
    return _n_larger(left, right, homes.dictionary)


def _n_larger(left: np.ndarray, right: np.ndarray, names: pa.Array) -> int:
    """How many different ones are the larger by name of two that differ."""
    order = np.empty(len(names), dtype=np.int64)
    order[pc.sort_indices(names).to_numpy()] = np.arange(len(names))
    return len(np.unique(np.maximum(order[left], order[right])[left != right])) if len(left) else 0


def _sources(tables: Tables) -> tuple[SourceRows, ...]:
    ordered = tables["files"].sort_values(["source_file", "file_id"])
    rows, aside = (ordered[name].fillna(0).astype("int64").tolist() for name in ("n_rows", "n_quarantined"))
    paths, sources = (ordered[name].astype(str).tolist() for name in ("source_file", "source"))
    became = _became(tables).reindex(ordered["file_id"], fill_value=0)
    fates = (became[fate].tolist() for fate in range(3))
    return tuple(SourceRows(*row) for row in zip(paths, sources, rows, aside, *fates, strict=True))


def _became(tables: Tables) -> pd.DataFrame:
    """Of each file, how many records are alone (0), merged within their source (1), with another source's (2)."""
    golden, members, records = tables["golden"], tables["membership"], tables["records"]
    across = golden["sources"].str.contains("; ", regex=False).fillna(False).astype("int64")
    fate = (across + 1).where(golden["n_records"].fillna(1).gt(1), 0).to_numpy("int64")
    at = pc.index_in(_column(records["record_id"]), value_set=_column(members["record_id"]))
    home = pc.index_in(_column(members["golden_id"]).take(at), value_set=_column(golden["golden_id"]))
    fates = np.where(home.is_valid().to_numpy(zero_copy_only=False), _picked(fate, pc.fill_null(home, 0)), 0)
    found = pd.crosstab(records["file_id"].to_numpy(object), fates)
    return found.reindex(columns=range(3), fill_value=0)


def _picked(values: np.ndarray, at: pa.Array) -> np.ndarray:
    return values[at.to_numpy(zero_copy_only=False)] if len(values) else np.zeros(len(at), dtype=np.int64)


def _column(values: pd.Series) -> pa.Array:
    found = pa.array(values, pa.string(), from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
