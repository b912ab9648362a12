"""What any table is relieved of before it is staged: rows that hold nothing, cells that no store could keep."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sources.footers import TAIL, is_footer
from crm_clean.sources.grid import Grid, blank
from crm_clean.sources.spec import Limits


def without_empty(grid: Grid) -> Grid:
    """`grid` with rows of nothing but white space set aside."""
    if not grid.n_rows or not grid.columns:
        return grid
    is_empty = np.ones(grid.n_rows, dtype=bool)
    for column in grid.columns:
        is_empty &= blank(column).to_numpy(zero_copy_only=False)
        if not is_empty.any():
            return grid
    return grid.reject({int(i): ("row.empty", None) for i in np.flatnonzero(is_empty)})


def guarded(grid: Grid, limits: Limits) -> Grid:
    """`grid` with rows set aside that hold a NUL or a cell over the limit, or are a footer.

    For tables that were not read from text, where those are found on the way.
    """
    found: dict[int, tuple[str, str | None]] = {}
    for row in range(max(grid.n_rows - TAIL, 0), grid.n_rows):
        if is_footer(grid.row(row)):
            found[row] = ("row.footer", None)
    for name, column in zip(grid.header, grid.columns, strict=True):
        for row in _where(pc.match_substring(column, "\0")):
            found.setdefault(row, ("row.nul", name))
        for row in _where(pc.greater(pc.binary_length(column), limits.max_cell_bytes)):
            found[row] = ("cell.too_long", name)
    return grid.reject(found)


def _where(mask: pa.Array) -> list[int]:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False)).tolist() if mask.true_count else []
