"""How much of each column can be used once it is normalised, and what normalising has to say of it.

Joins a surveyed table with what the normaliser made of it. Gives counts and codes, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.apply import Normalised
from crm_clean.normalise.moments.dates import evidence
from crm_clean.records.fields import NAME_FIELDS, SCALARS
from crm_clean.sources.cells import filled
from crm_clean.sources.grid import Grid
from crm_clean.sources.plan import Feed, Plan
from crm_clean.sources.survey import Remark
from crm_clean.sources.traced import Traced, trace_points

_SAMPLE = 20_000
_MOST_SPELLINGS = 1000
_CLOSED = ("status", "gender", "language", "consent_status")
# Fields whose values say the same thing in many words; a status says several things in one.
_ONE_MEANING = ("gender", "language", "country")
_DIALLED = r"^\+[1-9]\d{6,14}$"


@dataclass(frozen=True)
class Use:
    """One column: the share of its filled cells that can be used, or None where that is not judged."""

    share: float | None
    remarks: tuple[Remark, ...] = ()


def usability(grid: Grid, plan: Plan, fresh: Normalised, *, now: pd.Timestamp) -> dict[int, Use]:
    """What can be used of each mapped column, by position. `fresh`: the rows of `grid`, normalised, in their order."""
    found: dict[int, Use] = {}
    table = _Normal(grid, plan, fresh, now)
    for traced in trace_points(grid, plan):
        found.setdefault(traced.feed.column, table.of_points(traced))
    for feed in plan.feeds:
        if feed.target.field in SCALARS and feed.when is None:
            found.setdefault(feed.column, table.of_scalar(feed))
    return found


class _Normal:
    """The normalised rows, ready to be asked column by column."""

    def __init__(self, grid: Grid, plan: Plan, fresh: Normalised, now: pd.Timestamp) -> None:
        self._grid, self._plan, self._records, self._now = grid, plan, fresh.records, now
        self._issues = fresh.issues
        points = fresh.contact_points
        ids = pd.Index(fresh.records["record_id"])
        row = ids.get_indexer(pd.Index(points["record_id"]))
        self._points = {
            str(kind): part for kind, part in points.assign(row=row).groupby("kind", sort=False) if len(part)
        }

    def of_points(self, traced: Traced) -> Use:
        """A point can be used when it has a value that stands for something; a phone, when it can be dialled."""
        target, n = traced.feed.target, len(traced.rows)
        points = self._points.get(target.kind or "")
        if points is None or not n:
            return Use(None)
        at = pd.MultiIndex.from_arrays([points["row"], points["ordinal"].astype("int64")])
        where = at.get_indexer(pd.MultiIndex.from_arrays([traced.rows, traced.ordinals]))
        mine = points.take(where[where >= 0])
        value = mine[target.part]
        usable = value.notna() & ~mine["is_placeholder"].fillna(False).astype(bool)
        if target.kind == "phone":
            usable &= value.str.match(_DIALLED).fillna(False).astype(bool)
        remarks = [Remark("placeholder", int(mine["is_placeholder"].fillna(False).sum()))]
        if target.part in _ONE_MEANING:
            cells = self._grid.columns[traced.feed.column].take(pa.array(traced.rows[where >= 0]))
            remarks += _spellings(cells, value)
        return Use(float(usable.sum()) / n, _said(remarks))

    def of_scalar(self, feed: Feed) -> Use:
        """A scalar can be used when it was read as what its field is; a name, when it is somebody's."""
        field = feed.target.field
        cells = filled(self._grid.columns[feed.column], self._plan.nulls)
        raw = pa.array(self._records[f"{field}_raw"], from_pandas=True)
        mine = np.asarray(pc.fill_null(pc.equal(cells, raw), False).to_numpy(zero_copy_only=False), dtype=bool)
        if not mine.any():
            return Use(None)
        value = self._records[field][mine].reset_index(drop=True)
        usable = value.notna().to_numpy(dtype=bool)
        if field in NAME_FIELDS:
            usable &= ~self._records["is_placeholder_name"][mine].fillna(False).to_numpy(dtype=bool)
        own = cells.filter(pa.array(mine))
        return Use(float(usable.mean()), _said(self._of_kind(field, own, value)))

    def _of_kind(self, field: str, own: pa.Array, value: pd.Series) -> Iterator[Remark]:
        kind = SCALARS[field]
        if field in _CLOSED or kind == "flag":
            yield Remark("unknown", int(value.isna().sum()) + self._unlisted(field, value))
        if field in _ONE_MEANING or kind == "flag":
            yield from _spellings(own, value)
        if kind in ("date", "instant"):
            yield from _orders(own)
            yield Remark("future", self._future(kind, value))

    def _unlisted(self, field: str, value: pd.Series) -> int:
        """Cells that have a value although no list knows their word: a status counts as `other` then."""
        found = self._issues[self._issues["code"].eq(f"{field}.unknown")]
        return min(len(found), int(value.notna().sum()))

    def _future(self, kind: str, value: pd.Series) -> int:
        if kind == "instant":
            return int((value > self._now).fillna(False).sum())
        return int(((value > self._now.date().isoformat()) & ~value.str.startswith("-")).fillna(False).sum())


def _orders(raw: pa.Array) -> Iterator[Remark]:
    """Whether some dates can only be read day first and others only month first."""
    counted = raw.value_counts()[:_SAMPLE].to_pylist()
    said = np.array([[sign * entry["counts"] for sign in evidence(entry["values"])] for entry in counted])
    day, month = said.reshape(-1, 2).sum(axis=0)
    if day and month:
        yield Remark("date_order", int(day + month), f"{day:,} day first, {month:,} month first")


def _spellings(raw: pa.Array, value: pd.Series) -> Iterator[Remark]:
    """How many ways there are to write how few values, where a list is closed."""
    known = value.notna().to_numpy(dtype=bool)
    n_values, n_spelt = value.nunique(), len(pc.unique(raw.filter(pa.array(known))))
    if 1.25 * n_values <= n_spelt <= _MOST_SPELLINGS:
        yield Remark("spellings", n_spelt, f"{n_values:,}")


def _said(remarks: Any) -> tuple[Remark, ...]:
    return tuple(remark for remark in remarks if remark.n)
