"""A table as it was read, before anyone says what its columns mean.

Every cell is text, exactly as it stood; an empty cell is "". Rows in = rows loaded + rows bad, always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

RAW_LIMIT = 10_000


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken: which, where, why, and what it held."""

    source_row: int
    reason: str
    raw: str
    line: int | None = None
    offset: int | None = None
    field: str | None = None


@dataclass(frozen=True)
class Grid:
    """Rows of text by position.

    `columns`: one Arrow string array a column, without nulls. `source_rows`: 1-based number of each loaded row,
    bad rows counted. `lines`: line (or sheet row) each loaded row begins on. `offsets`: its first byte, if it has one.
    """

    header: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    source_rows: np.ndarray
    lines: np.ndarray
    offsets: Callable[[Sequence[int]], list[int]] | None = None
    bad: tuple[BadRow, ...] = ()
    encoding: str = ""
    delimiter: str = ""

    @property
    def n_rows(self) -> int:
        return len(self.source_rows)

    def row(self, index: int) -> list[str]:
        """The cells of one loaded row."""
        return [column[index].as_py() for column in self.columns]

    def reject(self, found: dict[int, tuple[str, str | None]]) -> Grid:
        """This grid with the loaded rows `index -> (reason, column)` moved to the bad ones."""
        if not found:
            return self
        indexes = sorted(found)
        offsets: Sequence[int | None] = self.offsets(indexes) if self.offsets else [None] * len(indexes)
        moved = [
            BadRow(int(self.source_rows[i]), found[i][0], self._raw(i), int(self.lines[i]), offset, found[i][1])
            for i, offset in zip(indexes, offsets, strict=True)
        ]
        keep = np.ones(self.n_rows, dtype=bool)
        keep[indexes] = False
        kept, mask = np.flatnonzero(keep), pa.array(keep)
        before = self.offsets
        return replace(
            self,
            columns=tuple(pc.filter(column, mask) for column in self.columns),
            source_rows=self.source_rows[keep],
            lines=self.lines[keep],
            offsets=None if before is None else lambda rows: before([int(kept[r]) for r in rows]),
            bad=tuple(sorted((*self.bad, *moved), key=lambda row: row.source_row)),
        )

    def _raw(self, index: int) -> str:
        return shown((self.delimiter or ",").join(cell[:RAW_LIMIT] for cell in self.row(index)))


def shown(text: str) -> str:
    """`text` as the quarantine keeps it: no NUL, no lone surrogate, at most 10,000 characters."""
    cut = text[: RAW_LIMIT + 1]
    safe = cut.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    return safe[:RAW_LIMIT]


def text_array(values: Sequence[str | None]) -> pa.Array:
    """Python strings as one Arrow string array; None is missing."""
    return pa.array(values, type=pa.string())


def blank(column: pa.Array) -> pa.Array:
    """Where a cell holds nothing but white space."""
    return pc.or_(pc.equal(pc.binary_length(column), 0), pc.utf8_is_space(column))
