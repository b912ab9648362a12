"""Staged contact points: every e-mail, phone, address, profile, website and plain-text value of a table, melted.

By mapped column, never by row. The points of a record are numbered from 1 in the order its plan prefers them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS
from crm_clean.records.tables import STAGED_POINTS
from crm_clean.sources.cells import joined, phone_labels, separate
from crm_clean.sources.plan import Feed, Plan

_VALUES = ("label", "raw", *(f"{part}_raw" for part in ADDRESS_PARTS))
Filled = Callable[[int], pa.Array]


@dataclass(frozen=True)
class _Piece:
    """Values out of one column (or one address): the row of each, its place within its cell, and its cells."""

    rows: np.ndarray
    places: np.ndarray
    cells: dict[str, pa.Array]


def stage_points(plan: Plan, record_ids: pa.Array, filled: Filled) -> pa.Table:
    """The STAGED_POINTS of a table. `filled` gives a column by position, missing where it holds nothing."""
    tables = [_kind(kind, plan, record_ids, filled) for kind in POINT_KINDS]
    return pa.concat_tables(tables)


def _kind(kind: str, plan: Plan, record_ids: pa.Array, filled: Filled) -> pa.Table:
    feeds = sorted((f for f in plan.feeds if f.target.kind == kind), key=lambda f: f.target.ordinal)
    if kind == "address":
        ordinals = sorted({feed.target.ordinal for feed in feeds})
        groups = ([feed for feed in feeds if feed.target.ordinal == ordinal] for ordinal in ordinals)
        pieces = [_address(group, filled) for group in groups]
    else:
        pieces = [_values(feed, filled) for feed in feeds]
    return _melted(kind, [piece for piece in pieces if len(piece.rows)], record_ids)


def _values(feed: Feed, filled: Filled) -> _Piece:
    kind = feed.target.kind or ""
    rows, places, raw = separate(filled(feed.column), kind, feed.split)
    cells = {"raw": raw}
    label = _label(feed, filled, rows)
    if label is not None:
        cells["label"] = label
    return _Piece(rows, places, cells)


def _label(feed: Feed, filled: Filled, rows: np.ndarray) -> pa.Array | None:
    if feed.label_from is not None:
        said = phone_labels(filled(feed.label_from)).take(pa.array(rows))
        return pc.fill_null(said, feed.target.label) if feed.target.label else said
    return pa.repeat(pa.scalar(feed.target.label), len(rows)) if feed.target.label else None


def _address(feeds: list[Feed], filled: Filled) -> _Piece:
    """One address a row out of the columns of its parts. Lines of a street join with a blank, of the rest by comma."""
    by_part: dict[str, list[pa.Array]] = {}
    for feed in feeds:
        name = "raw" if feed.target.part == "value" else f"{feed.target.part}_raw"
        by_part.setdefault(name, []).append(filled(feed.column))
    cells = {
        name: lines[0] if len(lines) == 1 else joined(lines, " " if name == "street_raw" else ", ")
        for name, lines in by_part.items()
    }
    present = np.zeros(len(next(iter(cells.values()))), dtype=bool)
    for column in cells.values():
        present |= pc.is_valid(column).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(present)
    taken = {name: column.take(pa.array(rows)) for name, column in cells.items()}
    labels = (_label(feed, filled, rows) for feed in feeds)
    label = next((found for found in labels if found is not None), None)
    return _Piece(rows, np.zeros(len(rows), dtype=np.int64), taken if label is None else {**taken, "label": label})


def _melted(kind: str, pieces: list[_Piece], record_ids: pa.Array) -> pa.Table:
    if not pieces:
        return STAGED_POINTS.schema.empty_table()
    rows = np.concatenate([piece.rows for piece in pieces])
    places = np.concatenate([piece.places for piece in pieces])
    ranks = np.repeat(np.arange(len(pieces)), [len(piece.rows) for piece in pieces])
    order = np.lexsort((places, ranks, rows))
    rows = rows[order]
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    ordinals = np.arange(len(rows)) - np.repeat(first, np.diff(np.append(first, len(rows)))) + 1
    columns = {name: _stacked(pieces, name).take(pa.array(order)) for name in _VALUES}
    return pa.table(
        {
            "record_id": record_ids.take(pa.array(rows)),
            "kind": pa.repeat(pa.scalar(kind), len(rows)),
            "ordinal": pa.array(ordinals.astype(np.int64)),
            **columns,
        },
        schema=STAGED_POINTS.schema,
    )


def _stacked(pieces: list[_Piece], name: str) -> pa.Array:
    missing = (pa.nulls(len(piece.rows), pa.string()) for piece in pieces)
    return pa.concat_arrays([p.cells.get(name, none) for p, none in zip(pieces, missing, strict=True)])
