"""What is known of a file before anything is done with it: plain numbers, codes and names of columns, no value.

Filled by `pipeline.profile`, or by hand in a test; put into words by `profile_text`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from crm_clean.report.quality import Quality

COLUMNS = {
    "table": "string",
    "column": "string",
    "field": "string",
    "n_filled": "int64",
    "share_filled": "float64",
    "n_distinct": "int64",
    "share_usable": "float64",
    "shape": "string",
    "remarks": "string",
}
FINDINGS = {"table": "string", "field": "string", "code": "string", "n": "int64"}


@dataclass(frozen=True)
class Note:
    """Something that stands out in a column: a code, the number it is about, and a detail that is no value."""

    code: str
    n: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """One column. `field`: what it is taken for, "" when it is kept as it is. `share_usable`: of the filled cells,
    None where it is not judged. `shape`: the commonest pattern of its cells, as in `Aa Aa`."""

    name: str
    field: str
    n_filled: int
    share_filled: float
    n_distinct: int
    shape: str
    share_usable: float | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Unread:
    """Rows that could not be read for one reason, and the lines (rows, of a workbook) on which the first three are."""

    reason: str
    n: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class TableProfile:
    """One table: a file, a member of an archive or a sheet.

    `trouble`: why it could not be read, in a sentence; nothing else is known then. `profile`: the name of the source
    profile that knows it, or `guessed`; `title`: that profile's own words. `n_judged` of its `n_rows` were looked at
    for all that is said of columns. `n_repeats`: rows whose e-mail, or phone and name, an earlier row has.
    `findings`: field, code, n. `draft`: a source profile for it, as TOML.
    """

    source_file: str
    kind: str
    encoding: str = ""
    delimiter: str = ""
    n_rows: int = 0
    n_judged: int = 0
    profile: str = ""
    title: str = ""
    holds_contacts: bool = True
    unread: tuple[Unread, ...] = ()
    columns: tuple[Column, ...] = ()
    findings: pd.DataFrame = field(default_factory=lambda: empty(FINDINGS).drop(columns="table"))
    quality: Quality = field(default_factory=lambda: Quality(None, None, None, None, None))
    n_repeats: int = 0
    draft: str = ""
    trouble: str | None = None

    @property
    def n_unread(self) -> int:
        """Rows that could not be read."""
        return sum(unread.n for unread in self.unread)

    @property
    def is_guessed(self) -> bool:
        """Whether no profile knows it."""
        return self.profile == "guessed"


@dataclass(frozen=True)
class FileProfile:
    """A file, archive or folder: `str()` is the screen, `columns` and `findings` are frames.

    `options`, for the commands that are proposed: mapping and default_region as they were given; likely_region, the
    country that most addresses are in; saved, the Path that the draft was written to.
    """

    path: str
    tables: tuple[TableProfile, ...]
    quality_of_all: Quality
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def columns(self) -> pd.DataFrame:
        """One row per column of each table: table, column, field, n_filled, share_filled (0..1), n_distinct,
        share_usable (0..1, missing where not judged), shape, remarks (codes and counts)."""
        rows = [
            (
                *(table.source_file, column.name, column.field, column.n_filled, column.share_filled),
                *(column.n_distinct, column.share_usable, column.shape),
                "; ".join(f"{note.code} {note.n}" for note in column.notes),
            )
            for table in self.tables
            for column in table.columns
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)

    @property
    def findings(self) -> pd.DataFrame:
        """What normalising found: table, field, code, n (cells), the most frequent first."""
        frames = [table.findings.assign(table=table.source_file) for table in self.tables if len(table.findings)]
        if not frames:
            return empty(FINDINGS)
        found = pd.concat(frames, ignore_index=True)[list(FINDINGS)].astype(FINDINGS)
        return found.sort_values(
            ["n", "table", "field", "code"], ascending=[False, True, True, True], ignore_index=True
        )

    @property
    def quality(self) -> dict[str, float | None]:
        """Shares in 0..1 by dimension and `overall`; None where the data says nothing about one."""
        return {**self.quality_of_all.dimensions(), "overall": self.quality_of_all.overall}

    @property
    def drafts(self) -> dict[str, str]:
        """A source profile for each kind of table that no profile knows, else for each kind there is.

        By the first table of the kind; tables are of one kind when they have the same columns, or one profile.
        """
        drafted = [table for table in self.tables if table.draft]
        first: dict[object, TableProfile] = {}
        for table in [table for table in drafted if table.is_guessed] or drafted:
            kind = tuple(column.name for column in table.columns) if table.is_guessed else table.profile
            first.setdefault(kind, table)
        return {table.source_file: table.draft for table in first.values()}

    @property
    def draft(self) -> str:
        """The first of `drafts`, "" without any."""
        return next(iter(self.drafts.values()), "")

    def __str__(self) -> str:
        from crm_clean.report.profile_text import screen

        return screen(self)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def empty(columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame of no rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
