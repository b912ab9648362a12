"""What a store promises, whatever holds it: what stands, how it came to stand, and one commit for a whole run.

A store knows nothing of stages. It takes a folder of Parquet, one file a table, and either all of it stands
afterwards as run N or nothing of it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from crm_clean.records.table import Table

# Asked for by name, in SQL and in Python alike.
VIEWS = (*("golden", "crosswalk", "lineage", "review_queue", "runs", "redirects", "quality", "issues", "vocabulary"),)

# A text column and what it must equal, or be one of.
Where = Mapping[str, str | Sequence[str]]


class Store(Protocol):
    """Where runs are kept. Runs are numbered 1, 2, 3, ...; 0 stands for the time before the first."""

    def at_once(self) -> AbstractContextManager[None]:
        """A block whose reads all see the same state, through one connection; a commit waits until it is over."""

    def patient(self, seconds: float) -> Store:
        """The same store, whose calls raise StoreLocked when somebody else still holds it after `seconds`."""

    def last_run(self) -> int:
        """The number of the last committed run, 0 when there is none."""

    def read(self, table: Table, *, as_of: int | None = None, where: Where | None = None) -> pd.DataFrame:
        """What stands of `table` (or stood after run `as_of`), a frame of exactly its columns, in key order.

        Tables that are only appended to come in the order they were written. With `where`, the rows that fit all of it.
        """

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        """What stands of `table`, or those `columns` of it, as an Arrow table; in no order that means anything."""

    def history(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:
        """Every row that ever stood, oldest first, with `valid_from` and `valid_to` (Int64, runs) at the end."""

    def written(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:
        """Every row of a table that is only appended to, oldest first, with the `run` (Int64) of each at the end.

        A decision is of the run that came after it, the first to honour it.
        """

    def view(self, name: str, *, where: Where | None = None) -> pd.DataFrame:
        """One of `VIEWS`, the rows whose text columns fit all of `where`."""

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:
        """Make the Parquet files of folder `tables` stand as the run described by the one-row RUNS frame `run`.

        A file is named after its table. For a table that is kept with periods it holds the full new state; for one
        that is only appended to, the new rows; for one that is replaced, the new content. A table without a file
        stays as it is. Returns the digest per table, which is also kept with the run.
        """

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
        """What is remembered of values of `kind`, a table of `schema`; None where it is of another version or shape.

        A commit remembers the files `memory/KIND.VERSION.parquet` of its folder beside those of the same version, and
        forgets what other versions left. It is a cache: no digest counts it, and nothing is lost with it.
        """

    def append_decisions(self, decisions: pd.DataFrame) -> None:
        """Add a DECISIONS frame to the ledger, for the next run to honour."""

    def digests(self) -> dict[str, str]:
        """`digest` of every kept table, by its name."""

    def digest(self, table: Table, *, as_of: int | None = None) -> str:
        """The digest of what stands of `table`: equal content, equal digest; clocks do not count."""


class EmptyStore:
    """Nothing stands, and nothing is kept: for a run that only hands back files."""

    def patient(self, seconds: float) -> Store:  # noqa: ARG002
        return self

    def at_once(self) -> AbstractContextManager[None]:
        return nullcontext()

    def last_run(self) -> int:
        return 0

    def read(
        self,
        table: Table,
        *,
        as_of: int | None = None,  # noqa: ARG002
        where: Where | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        return table.empty()

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        return table.schema.empty_table().select(list(columns or table.columns))

    def history(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:  # noqa: ARG002
        return table.empty()

    def written(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:  # noqa: ARG002
        return table.empty()

    def view(self, name: str, *, where: Where | None = None) -> pd.DataFrame:  # noqa: ARG002
        return pd.DataFrame()

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:  # noqa: ARG002
        return {}

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:  # noqa: ARG002
        return None

    def append_decisions(self, decisions: pd.DataFrame) -> None:
        """Nothing is kept."""

    def digests(self) -> dict[str, str]:
        return {}

    def digest(self, table: Table, *, as_of: int | None = None) -> str:  # noqa: ARG002
        return ""
