"""The folder of a run: one Parquet file a table, one JSON file a side result, each written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crm_clean import files
from crm_clean.records.table import Table

# Beside a table that holds a part of its rows: the ids of the things that it speaks of.
SCOPE = ".scope"
# Groups of rows are what readers share out among threads.
_ROWS_AT_ONCE = 122_880


class Shelf:
    """Tables and side results of one run, by name, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self, table: Table, frame: pd.DataFrame, *, name: str | None = None, scope: pa.Array | None = None
    ) -> None:
        """Put `frame` there, as `name` where that is not the table's; raises BadFrame when it breaks its table.

        With a `scope` of ids it holds all rows of the things of these ids, and says nothing of any other.
        """
        self._put(table.to_arrow(table.check(frame)), name or table.name, scope)

    def read(self, table: Table, *, name: str | None = None) -> pd.DataFrame:
        """What was written; a table nobody wrote is empty."""
        path = self.path(name or table.name)
        return table.to_pandas(pq.read_table(path)) if path.exists() else table.empty()

    def write_table(self, table: Table, arrow: pa.Table, *, scope: pa.Array | None = None) -> None:
        """The same for an Arrow table, without a copy of it."""
        self._put(table.check_table(arrow), table.name, scope)

    def scope(self, table: Table) -> pa.Array | None:
        """The ids of which the rows of `table` speak, sorted; None when they are the whole of it."""
        path = self.path(f"{table.name}{SCOPE}")
        return pq.read_table(path)["id"].combine_chunks() if path.exists() else None

    def read_table(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        """What was written, as an Arrow table; of all columns or of some."""
        path = self.path(table.name)
        schema = table.schema if columns is None else pa.schema([table.schema.field(name) for name in columns])
        return pq.read_table(path, columns=schema.names).cast(schema) if path.exists() else schema.empty_table()

    def write_memory(self, kind: str, version: str, learnt: pa.Table) -> None:
        """Keep what this run learnt of values of `kind`, for the store to remember."""
        _write(self.memory / f"{kind}.{version}.parquet", learnt)

    @property
    def memory(self) -> Path:
        """Folder of files `KIND.VERSION.parquet`; made when there is something to remember."""
        return self.folder / "memory"

    def _put(self, arrow: pa.Table, name: str, scope: pa.Array | None) -> None:
        beside = self.path(f"{name}{SCOPE}")
        if scope is None:
            files.remove(beside)
        else:
            _write(beside, pa.table({"id": scope.cast(pa.string()).unique().sort()}))
        _write(self.path(name), arrow)

    def path(self, name: str) -> Path:
        """Where a table lies."""
        return self.folder / f"{name}.parquet"

    def write_json(self, name: str, value: Any) -> None:
        """Put plain JSON values there."""
        files.write_text(self.folder / f"{name}.json", json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))

    def read_json(self, name: str) -> Any:
        """What was written, None when nothing was or it is no JSON any more."""
        try:
            return json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            return None


def _write(path: Path, table: pa.Table) -> None:
    # The file is opened here, so that a full disk does not leave it open in a writer that nobody can close.
    with files.writing(path) as beside, pa.OSFile(str(beside), "wb") as sink:
        pq.write_table(table, sink, row_group_size=_ROWS_AT_ONCE)


def content_digest(paths: Iterable[Path]) -> str:
    """One digest of the files at `paths`, or under them, with their names below; a missing one has a digest too."""
    digest = blake2b(digest_size=16)
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            digest.update(f"{file.relative_to(path) if path.is_dir() else file.name}\0".encode())
            digest.update(_file_digest(file))
    return digest.hexdigest()


def _file_digest(file: Path) -> bytes:
    digest = blake2b(digest_size=16)
    if not file.exists():
        return b"missing"
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.digest()
