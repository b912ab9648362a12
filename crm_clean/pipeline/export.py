"""Golden records, crosswalk and lineage as files for other programs: of now or of an earlier run, whole or not at all.

Written in batches, since the lineage of a million records is tens of millions of rows; all files come from one state of
the store and are moved into place when every one of them is finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crm_clean import files
from crm_clean.errors import UsageError
from crm_clean.pipeline.past import check_any, check_run
from crm_clean.pipeline.tabular import add_csv
from crm_clean.pipeline.wide import golden_wide
from crm_clean.records.tables import GOLDEN, GOLDEN_POINTS
from crm_clean.report.words import plural
from crm_clean.store.base import Store
from crm_clean.store.lock import private_files

if TYPE_CHECKING:
    from crm_clean.privacy.hashes import Key

FORMATS = ("csv", "parquet")
_BATCH = 50_000  # golden records
_LAYOUT = ["golden_id", "kind", "ordinal", "label", "value"]


@dataclass(frozen=True)
class Exported:
    """What was written: rows by file, of which run; `notice` is what whoever gets the files must know."""

    folder: Path
    run: int
    rows: dict[str, int]
    notice: str = ""

    def __str__(self) -> str:
        told = [f"  {self.folder / name}  {plural(n, 'row')}" for name, n in self.rows.items()]
        return "\n".join([f"What stood after run {self.run}:", *told, *([self.notice] if self.notice else [])])

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def export(store: Store, out: Path, *, kind: str = "csv", as_of: int | None = None, key: Key | None = None) -> Exported:
    """Write golden, crosswalk and lineage to folder `out`, which only their owner can read.

    `kind` is one of FORMATS. With `as_of`, as they were after that run; with `key`, without what tells a person
    directly. Files of the same names there are replaced, all of them or none. Raises UsageError for another format or
    where `out` is a file, UnknownThing before the first run and for a run that never was.
    """
    if kind not in FORMATS:
        raise UsageError(f"There is no format {kind[:40]!r}: say {' or '.join(FORMATS)}.")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder to write to.")
    beside = out.absolute().with_name(f".{out.absolute().name}{files.TEMPORARY_SUFFIX}")
    with private_files(), store.at_once():
        last, run = check_any(store), check_run(store, as_of)
        files.remove(beside)
        beside.mkdir(parents=True)
        try:
            rows = {file: _written(beside / file, frames) for file, frames in _all(store, run, kind, key)}
            _put_in_place(beside, out)
        finally:
            files.remove(beside)
        return Exported(out, run or last, rows, _notice(key))


def _all(store: Store, run: int | None, kind: str, key: Key | None) -> Iterator[tuple[str, Iterator[pd.DataFrame]]]:
    tables: dict[str, Callable[[], Iterator[pd.DataFrame]]] = {
        "golden": lambda: _golden(store, run),
        "crosswalk": lambda: iter([store.view("crosswalk", as_of=run)]),
        "lineage": lambda: _lineage(store, run),
    }
    for name, frames in tables.items():
        yield f"{name}.{kind}", frames() if key is None else _pseudonymised(name, frames, key)


def _golden(store: Store, run: int | None) -> Iterator[pd.DataFrame]:
    """Batches of the wide table, all of the same columns."""
    columns = golden_wide(GOLDEN.empty(), _layout(store, run)).columns
    for ids in _batches(store, run):
        mine = {"golden_id": ids}
        golden, points = (store.read(table, as_of=run, where=mine) for table in (GOLDEN, GOLDEN_POINTS))
        wide = golden_wide(golden, points)
        for name in columns.difference(wide.columns):
            wide[name] = pd.Series(pd.NA, index=wide.index, dtype="string[pyarrow]")
        yield wide[columns]


def _layout(store: Store, run: int | None) -> pd.DataFrame:
    """GOLDEN_POINTS rows that make the wide table as wide as all of them do: the longest list of each kind."""
    if run is None:
        points = store.standing(GOLDEN_POINTS, columns=_LAYOUT[:-1]).to_pandas()
    else:
        points = store.read(GOLDEN_POINTS, as_of=run)[_LAYOUT[:-1]]
    texts = points[points["kind"] == "text"]
    longest = points[points["kind"] != "text"].sort_values("ordinal").drop_duplicates("kind", keep="last")
    return GOLDEN_POINTS.frame(pd.concat([longest, texts], ignore_index=True))


def _lineage(store: Store, run: int | None) -> Iterator[pd.DataFrame]:
    for ids in _batches(store, run):
        yield store.view("lineage", where={"golden_id": ids}, as_of=run)


def _batches(store: Store, run: int | None) -> Iterator[list[str]]:
    """All golden ids in order, so many at a time; one empty batch where there are none."""
    if run is None:
        ids = store.standing(GOLDEN, columns=["golden_id"])["golden_id"].combine_chunks().sort()
    else:
        ids = pa.array(store.read(GOLDEN, as_of=run)["golden_id"], pa.string())
    for at in range(0, max(len(ids), 1), _BATCH):
        yield ids.slice(at, _BATCH).to_pylist()


def _pseudonymised(name: str, frames: Callable[[], Iterator[pd.DataFrame]], key: Key) -> Iterator[pd.DataFrame]:
    """Batches made anew: gone through twice, since what is rare is known only at the end."""
    from crm_clean.privacy.pseudonyms import common_words, pseudonymised

    common = common_words(name, frames())
    for frame in frames():
        yield pseudonymised(name, frame, key=key, common=common)


def _notice(key: Key | None) -> str:
    if key is None:
        return "They hold personal data: give them to nobody who need not have it."
    from crm_clean.privacy.pseudonyms import NOTICE

    return NOTICE


def _written(path: Path, frames: Iterator[pd.DataFrame]) -> int:
    """Write batches of one table to one file; returns how many rows."""
    return _write_parquet(path, frames) if path.suffix == ".parquet" else _write_csv(path, frames)


def _write_csv(path: Path, frames: Iterator[pd.DataFrame]) -> int:
    n = 0
    with files.writing(path) as beside, beside.open("wb") as stream:
        for at, frame in enumerate(frames):
            add_csv(stream, frame, with_header=at == 0)
            n += len(frame)
    return n


def _write_parquet(path: Path, frames: Iterator[pd.DataFrame]) -> int:
    n, writer = 0, None
    with files.writing(path) as beside, pa.OSFile(str(beside), "wb") as sink:
        try:
            for frame in frames:
                rows = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
                if writer is None:
                    writer = pq.ParquetWriter(sink, _without_null(rows.schema))
                writer.write_table(rows.cast(writer.schema))
                n += len(frame)
        finally:
            if writer is not None:
                writer.close()
    return n


def _without_null(schema: pa.Schema) -> pa.Schema:
    """A column of nothing in the first batch may hold words in the next."""
    return pa.schema([f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in schema])


def _put_in_place(beside: Path, out: Path) -> None:
    """In one go where nothing is there yet, else file by file."""
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        files.rename(beside, out)
        return
    for file in sorted(beside.iterdir()):
        files.rename(file, out / file.name)
