"""What a suite file may say: one JSON object a table, frozen, closed, readable aloud.

Knows the shape of a suite, not whether Great Expectations has such an expectation (`great`) nor whether the table
has such a column (`suites`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Severity = Literal["critical", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
COLUMN_KWARGS = ("column", "column_A", "column_B", "column_list", "column_set")


class Expectation(BaseModel):
    """One thing a table must show, how grave it is when it does not, and why anybody should care.

    `type` and `kwargs` are Great Expectations' own; `mostly` is the share of the judged rows that must comply.
    `name` tells apart two entries of one type on one column.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    name: str | None = Field(default=None, min_length=3)
    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    mostly: float | None = Field(default=None, gt=0, le=1)
    severity: Severity
    reason: str = Field(min_length=20)

    @property
    def label(self) -> str:
        """What the checks table calls it."""
        return self.name or self.type

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, in the order given."""
        found: list[str] = []
        for key in COLUMN_KWARGS:
            given = self.kwargs.get(key)
            found += [str(c) for c in given] if isinstance(given, list) else [] if given is None else [str(given)]
        return tuple(found)

    @property
    def column(self) -> str:
        """Its columns as one text, empty for an expectation on the table."""
        return ", ".join(self.columns)


class Suite(BaseModel):
    """What one table must show. A suite that does not allow an empty table begins by asking for rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    about: str = Field(min_length=20)
    allow_empty: bool = False
    expectations: tuple[Expectation, ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the suite looks at, sorted."""
        return tuple(sorted({c for e in self.expectations for c in e.columns}))
