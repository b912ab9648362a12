"""Parquet: every column as text, whole numbers without a point, instants as ISO, lists joined by `; `."""

from __future__ import annotations

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from crm_clean.errors import UnreadableInput
from crm_clean.sources.dialect import check_header
from crm_clean.sources.grid import Grid, text_array
from crm_clean.sources.settle import guarded
from crm_clean.sources.spec import Limits


def read(data: bytes, *, name: str, limits: Limits) -> Grid:
    """The table in a Parquet file. Raises UnreadableInput when it is damaged or holds no rows."""
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(name, "truncated", "the Parquet file is cut or damaged; write it again.") from error
    header = tuple(map(str, table.column_names))
    check_header(header, name=name, max_columns=limits.max_columns)
    if not table.num_rows or not header:
        raise UnreadableInput(name, "no_rows", "the Parquet file has no rows; write it again with its contacts.")
    numbers = np.arange(1, table.num_rows + 1, dtype=np.int64)
    columns = tuple(as_text(column.combine_chunks()) for column in table.columns)
    return guarded(Grid(header, columns, source_rows=numbers, lines=numbers), limits)


def as_text(column: pa.Array) -> pa.Array:
    """An Arrow column of any type as strings; missing becomes ""."""
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind):
        text = pc.cast(column, pa.string())
    elif pa.types.is_boolean(kind):
        text = pc.if_else(column, "true", "false")
    elif pa.types.is_floating(kind):
        text = text_array([_number(value) for value in column.to_pylist()])
    elif pa.types.is_null(kind):
        text = pa.nulls(len(column), pa.string())
    else:
        text = text_array([_other(value) for value in column.to_pylist()])
    return pc.fill_null(text, "")


def _number(value: float | None) -> str | None:
    if value is None or math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def _other(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
