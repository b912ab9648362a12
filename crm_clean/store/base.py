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
VIEWS = (
    "golden",
    "golden_contacts",
    "crosswalk",
    "lineage",
    "review_queue",
    "runs",
    "redirects",
    "quality",
    "quality_trend",
    "issues",
    "vocabulary",
)

# A text column and what it must equal, or be one of.
Where = Mapping[str, str | Sequence[str]]
Counts = dict[str, int]


class Store(Protocol):
    """Where runs are kept. Runs are numbered 1, 2, 3, ...; 0 stands for the time before the first."""

    def hold(self) -> AbstractContextManager[None]:
        """A block in which nobody else can run on this store; raises StoreLocked at once when somebody does."""

    def prepare(self) -> None:
        """Make the store if it is not there, mend what a killed run left in it, bring its schema up to date.

        Raises UsageError for a store of a newer version, one that cannot be written to or reached.
        """

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

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        """What stands of `table` (or those `columns` of it) where `column` is one of `keys`, be they a million.

        An Arrow table, in no order that means anything.
        """

    def history(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:
        """Every row that ever stood, oldest first, with `valid_from` and `valid_to` (Int64, runs) at the end."""

    def written(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:
        """Every row of a table that is only appended to, oldest first, with the `run` (Int64) of each at the end.

        A decision is of the run that came after it, the first to honour it.
        """

    def view(self, name: str, *, where: Where | None = None, as_of: int | None = None) -> pd.DataFrame:
        """One of `VIEWS`, as it is or was after run `as_of`; the rows whose text columns fit all of `where`.

        Raises UnknownThing for the past of a view that shows what the last run found.
        """

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:
        """Make the Parquet files of folder `tables` stand as the run described by the one-row RUNS frame `run`.

        A file is named after its table. For a table that is kept with periods it holds the full new state; for one
        that is only appended to, the new rows; for one that is replaced, the new content. Where there is a file
        `TABLE.scope.parquet` beside it (one text column `id`), it holds a part: all rows of the things named there, by
        the columns of `SCOPES`, and of everything else what stands goes on standing. A table without a file stays as
        it is. Returns the digest per table, which is also kept with the run.
        """

    def append(self, table: Table, rows: pd.DataFrame) -> None:
        """Add rows to a table that is only appended to, between runs: for the next run to honour."""

    def erase(
        self,
        doomed: Mapping[str, Sequence[pd.DataFrame]],
        *,
        renamed: Mapping[str, str] | None = None,
        rewritten: Mapping[str, pd.DataFrame] | None = None,
    ) -> Counts:
        """Remove rows as if they had never been written, the past included, so that no file of the store holds them.

        `doomed`: by name of a kept table, frames of some of its columns; every row that ever stood and equals a row of
        one of the frames in all columns of that frame goes; missing equals missing. `renamed`: file ids, old to new,
        wherever they stand. `rewritten`: by name of a table that is only added to, a frame of some of its columns and
        of others with `new_` before their names: rows that equal the first get the values of the second and keep their
        place; done before `doomed` and `renamed`. What is remembered of values is forgotten, the digests of the last
        run are made anew. All or nothing; returns the rows removed by table.
        """

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:
        """What is remembered of values of `kind`, a table of `schema`; None where it is of another version or shape.

        A commit remembers the files `memory/KIND.VERSION.parquet` of its folder beside those of the same version, and
        forgets what other versions left. It is a cache: no digest counts it, and nothing is lost with it.
        """

    def digests(self) -> dict[str, str]:
        """`digest` of every kept table, by its name."""

    def digest(self, table: Table, *, as_of: int | None = None) -> str:
        """The digest of what stands of `table`: equal content, equal digest; clocks do not count."""


class EmptyStore:
    """Nothing stands, and nothing is kept: for a run that only hands back files."""

    def hold(self) -> AbstractContextManager[None]:
        return nullcontext()

    def prepare(self) -> None:
        """There is nothing to prepare."""

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

    def take(
        self,
        table: Table,
        column: str,  # noqa: ARG002
        keys: pa.Array,  # noqa: ARG002
        *,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        return self.standing(table, columns=columns)

    def history(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:  # noqa: ARG002
        return table.empty()

    def written(self, table: Table, *, where: Where | None = None) -> pd.DataFrame:  # noqa: ARG002
        return table.empty()

    def view(
        self,
        name: str,  # noqa: ARG002
        *,
        where: Where | None = None,  # noqa: ARG002
        as_of: int | None = None,  # noqa: ARG002
    ) -> pd.DataFrame:
        return pd.DataFrame()

    def commit(self, run: pd.DataFrame, tables: Path) -> dict[str, str]:  # noqa: ARG002
        return {}

    def recall(self, kind: str, version: str, schema: pa.Schema) -> pa.Table | None:  # noqa: ARG002
        return None

    def append(self, table: Table, rows: pd.DataFrame) -> None:
        """Nothing is kept."""

    def erase(
        self,
        doomed: Mapping[str, Sequence[pd.DataFrame]],  # noqa: ARG002
        *,
        renamed: Mapping[str, str] | None = None,  # noqa: ARG002
        rewritten: Mapping[str, pd.DataFrame] | None = None,  # noqa: ARG002
    ) -> Counts:
        return {}

    def digests(self) -> dict[str, str]:
        return {}

    def digest(self, table: Table, *, as_of: int | None = None) -> str:  # noqa: ARG002
        return ""
