"""What publishing works from, and the cells as they stood in each export."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TEXT = pd.StringDtype("pyarrow")


@dataclass(frozen=True, eq=False)
class Given:
    """Frames of the tables of these names, of one run. `pairs` only gives the reasons of merges; it may be missing."""

    records: pd.DataFrame
    contact_points: pd.DataFrame
    raw_rows: pd.DataFrame
    files: pd.DataFrame
    membership: pd.DataFrame
    golden: pd.DataFrame
    golden_points: pd.DataFrame
    survivors: pd.DataFrame
    pairs: pd.DataFrame | None = None

    @cached_property
    def person_of_record(self) -> IntArray:
        """Position in golden of each record, -1 for none."""
        at = positions(self.records["record_id"], self.membership["record_id"])
        person = positions(self.membership["golden_id"], self.golden["golden_id"])
        return np.append(person, -1)[at]

    @cached_property
    def sureness(self) -> npt.NDArray[np.float64]:
        """Match probability of each record; 1 where it is not told."""
        at = positions(self.records["record_id"], self.membership["record_id"])
        told = self.membership["match_probability"].fillna(1.0).to_numpy(np.float64)
        return np.append(told, 1.0)[at]

    @cached_property
    def record_of_point(self) -> IntArray:
        """Position in records of each contact point."""
        return positions(self.contact_points["record_id"], self.records["record_id"])

    @cached_property
    def person_of_point(self) -> IntArray:
        """Position in golden of each golden point."""
        return positions(self.golden_points["golden_id"], self.golden["golden_id"])

    def first_points(self, kind: str) -> IntArray:
        """Row in contact_points of each record's first point of `kind`, -1 where it has none."""
        points = self.contact_points
        return _first(points, (points["kind"] == kind).to_numpy(bool), self.record_of_point, len(self.records))

    def first_golden_points(self, kind: str) -> IntArray:
        """Row in golden_points of each golden record's first point of `kind`, -1 where it has none."""
        points = self.golden_points
        return _first(points, (points["kind"] == kind).to_numpy(bool), self.person_of_point, len(self.golden))

    @cached_property
    def survivor_rows(self) -> dict[str, tuple[IntArray, IntArray]]:
        """By field: for each golden record the row of survivors that speaks of it (-1 for none), and the record named.

        The record is a position in records.
        """
        person = positions(self.survivors["golden_id"], self.golden["golden_id"])
        record = positions(self.survivors["record_id"], self.records["record_id"])
        field, names = pd.factorize(self.survivors["field"])
        found = {}
        for at, name in enumerate(names):
            rows = np.flatnonzero((field == at) & (person >= 0))
            row_of, record_of = (np.full(len(self.golden), -1, np.int64) for _ in range(2))
            row_of[person[rows]], record_of[person[rows]] = rows, record[rows]
            found[str(name)] = (row_of, record_of)
        return found


def _first(points: pd.DataFrame, is_kind: BoolArray, owner: IntArray, n_owners: int) -> IntArray:
    rows = np.flatnonzero(is_kind & (owner >= 0))
    ordinal = points["ordinal"].to_numpy(np.int64)[rows]
    first = np.full(n_owners, -1, np.int64)
    latest_first = rows[np.argsort(-ordinal, kind="stable")]
    first[owner[latest_first]] = latest_first
    return first


class RawCells:
    """The cells of files, as exported, by row and position."""

    def __init__(self, raw_rows: pd.DataFrame) -> None:
        """`raw_rows`: RAW_ROWS, no two of which have the same number."""
        cells = pa.array(raw_rows["cells"], type=pa.list_(pa.string()), from_pandas=True)
        whole = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
        self._length = pc.fill_null(pc.list_value_length(whole), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        self._start = np.cumsum(self._length) - self._length
        self._flat = whole.flatten()
        rows = raw_rows["source_row"].to_numpy(np.int64)
        self._at = np.full(int(rows.max(initial=0)) + 2, -1, np.int64)
        self._at[rows] = np.arange(len(rows))

    def column(self, source_rows: IntArray, position: int) -> pd.Series[str]:
        """The cell at `position` of each row; "" where the row is shorter or was not kept."""
        at = self._at[np.minimum(source_rows, len(self._at) - 1)]
        present = (at >= 0) & (self._length[at] > position)
        taken = self._flat.take(pa.array(self._start[at] + position, mask=~present))
        return pd.Series(taken.fill_null("").to_pandas(types_mapper=lambda _: TEXT), dtype=TEXT)


def positions(ids: pd.Series[str], known: pd.Series[str]) -> IntArray:
    """Where each of `ids` stands in `known`, whose values are unique; -1 where it does not."""
    value_set, asked = (pa.array(series, from_pandas=True) for series in (known, ids))
    value_set, asked = (_large(array) for array in (value_set, asked))
    found = pc.index_in(asked, value_set=value_set).fill_null(-1)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def _large(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.large_string())


def pick(series: pd.Series[str], at: IntArray) -> pd.Series[str]:
    """`series` at positions; missing where the position is -1."""
    if not len(series):
        return pd.Series(pd.NA, index=range(len(at)), dtype=series.dtype)
    absent = at < 0
    picked = series.take(np.where(absent, 0, at)).reset_index(drop=True)
    return picked.mask(absent) if absent.any() else picked
