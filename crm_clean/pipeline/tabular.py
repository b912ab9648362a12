"""Plain CSV for programs and people: UTF-8, commas, every text in quotes, values raw.

Instants are written as `2024-05-01T10:00:00Z`, flags as `true` and `false`, missing as nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from crm_clean import files


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write `frame` to `path`, whole or not at all."""
    with files.writing(path) as beside, beside.open("wb") as stream:
        add_csv(stream, frame, with_header=True)


def add_csv(stream: BinaryIO, frame: pd.DataFrame, *, with_header: bool) -> None:
    """Write the rows of `frame` where `stream` stands, the names of its columns before them if asked for."""
    columns = [_printable(pa.array(frame[name], from_pandas=True)) for name in frame.columns]
    table = pa.Table.from_arrays(columns, names=list(frame.columns))
    if with_header:
        stream.write((",".join(map(_quoted, frame.columns)) + "\n").encode("utf-8"))
    pv.write_csv(table, stream, pv.WriteOptions(include_header=False, quoting_style="needed"))


def _printable(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_null(whole.type):
        return whole.cast(pa.string())
    if pa.types.is_timestamp(whole.type):
        return pc.strftime(whole.cast(pa.timestamp("s", tz="UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    return whole


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"\r\n') else name
