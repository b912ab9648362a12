"""Functions of values run once for each distinct value, on several cores where that pays.

What comes back stands in the order of the rows. Which worker did what, in how many pieces, and what was remembered from
an earlier run never shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.memory import Memory
from crm_clean.normalise.workers import Kernel, Workers

_SPAN = 2**62  # codes of several columns are packed into one integer of 63 bits

Codes = np.ndarray[Any, Any]


def rows(function: Callable[..., tuple[Any, ...]], schema: pa.Schema) -> Kernel:
    """A kernel that calls `function` for each row; its result is a tuple in the order of `schema`."""
    return partial(_rows, function, schema)


def _rows(function: Callable[..., tuple[Any, ...]], schema: pa.Schema, *lists: list[Any]) -> pa.Table:
    found = [function(*row) for row in zip(*lists, strict=True)]
    columns = list(zip(*found, strict=True)) if found else [()] * len(schema)
    return pa.table([pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)], schema=schema)


def over(
    kernel: Kernel,
    columns: Sequence[pa.Array],
    *,
    workers: Workers,
    memory: Memory | None = None,
    kind: str | None = None,
    is_columnar: bool = False,
) -> pa.Table:
    """`kernel` over the distinct rows of `columns`, spread back over all rows.

    A row whose first column is missing gives a row of missing values, and the kernel does not see it. With `memory`,
    what an earlier run made of a row of this `kind` is taken from there, and what is new is put there. A kernel that
    `is_columnar` takes Arrow arrays and is quick enough to run beside the others.
    """
    if columns[0].null_count == len(columns[0]):
        schema = kernel(*[[] for _ in columns]).schema
        return pa.table([pa.nulls(len(columns[0]), t) for t in schema.types], schema=schema)
    inverse, distinct = distinct_rows(columns)
    if memory is None or kind is None:
        found = workers.run(kernel, distinct, is_columnar=is_columnar)
    else:
        found = memory.recalled(kind, distinct, lambda missing: workers.run(kernel, missing, is_columnar=is_columnar))
    return found.combine_chunks().take(pa.array(inverse, mask=inverse < 0))


def distinct_rows(columns: Sequence[pa.Array]) -> tuple[Codes, list[pa.Array]]:
    """For each row which distinct one it is (-1 where the first column is missing), and the distinct rows."""
    encoded = [_encode(column) for column in columns]
    wanted = encoded[0][0] >= 0
    combined = encoded[0][0]
    if len(encoded) == 1:
        return combined, [encoded[0][1]]
    span = len(encoded[0][1]) + 1
    for codes, values in encoded[1:]:
        if span * (len(values) + 1) >= _SPAN:
            combined, seen = _factorise(np.where(wanted, combined, -1))
            span = len(seen) + 1
        combined = combined * (len(values) + 1) + codes + 1
        span *= len(values) + 1
    inverse, firsts = _factorise(np.where(wanted, combined, -1))
    return inverse, [values.take(pa.array(codes[firsts], mask=codes[firsts] < 0)) for codes, values in encoded]


def _factorise(codes: Codes) -> tuple[Codes, Codes]:
    """Codes renumbered by first sight with -1 kept, and where each was first seen."""
    inverse, uniques = pd.factorize(np.where(codes < 0, np.iinfo(np.int64).min, codes))
    lost = np.flatnonzero(uniques == np.iinfo(np.int64).min)
    firsts = np.zeros(len(uniques), dtype=np.int64)
    firsts[inverse[::-1]] = np.arange(len(inverse) - 1, -1, -1)
    if not len(lost):
        return inverse, firsts
    gone = int(lost[0])
    inverse = np.where(inverse == gone, -1, inverse - (inverse > gone))
    return inverse, np.delete(firsts, gone)


def _encode(column: pa.Array) -> tuple[Codes, pa.Array]:
    encoded = flat(column).dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary


def flat(column: Any) -> pa.Array:
    """`column` (a pandas series, an Arrow array, chunked or not) as one Arrow array, empty texts made missing."""
    array = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type) or array.null_count == len(array):
        return array
    blank = pc.equal(array, "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), array) if pc.any(blank).as_py() else array


def text_series(column: pa.Array | pa.ChunkedArray) -> pd.Series:
    """A column of texts as a series of dtype `string[pyarrow]`."""
    return pd.Series(pd.array(column, dtype=pd.StringDtype("pyarrow")))
