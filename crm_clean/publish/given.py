"""What publishing works from, and the cells as they stood in each export."""

from __future__ import annotations

from dataclasses import dataclass

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


class RawCells:
    """The cells of one file, as exported, by data row and position."""

    def __init__(self, raw_rows: pd.DataFrame) -> None:
        """`raw_rows`: the RAW_ROWS of one file."""
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
    picked = series.take(np.where(at < 0, 0, at)).reset_index(drop=True)
    return picked.mask(at < 0)
