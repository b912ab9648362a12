"""Which column each staged value came from: the way back from a record's points and fields to the file.

Numbers points as `points` does when it stages them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import POINT_KINDS
from crm_clean.sources.cells import filled, separate
from crm_clean.sources.grid import Grid
from crm_clean.sources.plan import Feed, Plan


@dataclass(frozen=True)
class Traced:
    """The points that one column feeds: the row of each (0-based), its ordinal, and the feed."""

    feed: Feed
    rows: np.ndarray
    ordinals: np.ndarray


def trace_points(grid: Grid, plan: Plan) -> Iterator[Traced]:
    """For each feed of a point in `plan`, the points of `grid` that come from it."""
    for kind in POINT_KINDS:
        feeds = sorted((f for f in plan.feeds if f.target.kind == kind), key=lambda f: f.target.ordinal)
        before = np.zeros(grid.n_rows, dtype=np.int64)
        if kind == "address":
            yield from _addresses(feeds, grid, plan, before)
            continue
        for feed in feeds:
            rows, places, _ = separate(filled(grid.columns[feed.column], plan.nulls), kind, feed.split)
            yield Traced(feed, rows, before[rows] + places + 1)
            before += np.bincount(rows, minlength=grid.n_rows)


def _addresses(feeds: list[Feed], grid: Grid, plan: Plan, before: np.ndarray) -> Iterator[Traced]:
    """One address a row out of all columns of one ordinal."""
    for ordinal in sorted({feed.target.ordinal for feed in feeds}):
        group = [feed for feed in feeds if feed.target.ordinal == ordinal]
        cells = [_there(filled(grid.columns[feed.column], plan.nulls)) for feed in group]
        for feed, there in zip(group, cells, strict=True):
            rows = np.flatnonzero(there)
            yield Traced(feed, rows, before[rows] + 1)
        before += np.logical_or.reduce(cells)


def _there(column: pa.Array) -> np.ndarray:
    there: np.ndarray = pc.is_valid(column).to_numpy(zero_copy_only=False)
    return there
