"""Functions of values run once for each distinct value, on several cores where that pays.

What comes back stands in the order of the rows. Which worker did what, and in how many pieces, never shows.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

WORTH_A_POOL = 20_000
CHUNK = 10_000
_SPAN = 2**62  # codes of several columns are packed into one integer of 63 bits

Lists = Sequence[list[Any]]
Kernel = Callable[..., pa.Table]


class Workers:
    """Runs kernels over lists of values: here, or in `count` processes once there are enough values.

    Processes are started when first needed, by spawning, so that no lock of this process is copied. Where they cannot
    be (a script without a main guard, a sandbox), the work is done here.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def run(self, kernel: Kernel, lists: Lists) -> pa.Table:
        """`kernel(*lists)`, a table with a row for each position of the lists."""
        n = len(lists[0])
        if self._count < 2 or n < WORTH_A_POOL:
            return kernel(*lists)
        pieces = [[column[at : at + CHUNK] for column in lists] for at in range(0, n, CHUNK)]
        try:
            return pa.concat_tables(self._started().map(partial(_apply, kernel), pieces))
        except (BrokenProcessPool, OSError):
            self._count = 1
            return kernel(*lists)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context)
        return self._pool


def _apply(kernel: Kernel, lists: Lists) -> pa.Table:
    return kernel(*lists)


def rows(function: Callable[..., tuple[Any, ...]], schema: pa.Schema) -> Kernel:
    """A kernel that calls `function` for each row; its result is a tuple in the order of `schema`."""
    return partial(_rows, function, schema)


def _rows(function: Callable[..., tuple[Any, ...]], schema: pa.Schema, *lists: list[Any]) -> pa.Table:
    found = [function(*row) for row in zip(*lists, strict=True)]
    columns = list(zip(*found, strict=True)) if found else [()] * len(schema)
    return pa.table([pa.array(c, t) for c, t in zip(columns, schema.types, strict=True)], schema=schema)


def over(kernel: Kernel, columns: Sequence[pa.Array], *, workers: Workers) -> pa.Table:
    """`kernel` over the distinct rows of `columns`, spread back over all rows.

    A row whose first column is missing gives a row of missing values, and the kernel does not see it.
    """
    encoded = [_encode(column) for column in columns]
    wanted = encoded[0][0] >= 0
    combined = encoded[0][0]
    span = len(encoded[0][1]) + 1
    for codes, values in encoded[1:]:
        if span * (len(values) + 1) >= _SPAN:
            combined, seen = _factorise(np.where(wanted, combined, -1))
            span = len(seen) + 1
        combined = combined * (len(values) + 1) + codes + 1
        span *= len(values) + 1
    inverse, firsts = _factorise(np.where(wanted, combined, -1))
    lists = [values.take(pa.array(codes[firsts], mask=codes[firsts] < 0)).to_pylist() for codes, values in encoded]
    found = workers.run(kernel, lists).combine_chunks()
    return found.take(pa.array(inverse, mask=inverse < 0))


def _factorise(codes: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
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


def _encode(column: pa.Array) -> tuple[np.ndarray[Any, Any], pa.Array]:
    encoded = flat(column).dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary


def flat(column: Any) -> pa.Array:
    """`column` (a pandas series, an Arrow array, chunked or not) as one Arrow array, empty texts made missing."""
    array = column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    if pa.types.is_string(array.type):
        return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)
    return array
