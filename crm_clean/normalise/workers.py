"""Processes that read values side by side, and threads that keep them busy.

The reading itself is Python and wants processes; what surrounds it (sorting, encoding, spreading back) leaves the
interpreter free, so that one kind of value can be prepared while another is read.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any

import pyarrow as pa

WORTH_A_POOL = 50_000
CHUNK = 10_000

Kernel = Callable[..., pa.Table]


class Workers:
    """Runs kernels over columns of values: here, or in `count` processes once there are enough values.

    Processes are started when first needed, by spawning, so that no lock of this process is copied. Where they cannot
    be (a script without a main guard, a sandbox), the work is done here.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None
        self._threads = ThreadPoolExecutor(count + 2) if count > 1 else None
        self._starting = Lock()

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in (self._threads, self._pool):
            if pool is not None:
                pool.shutdown(cancel_futures=True)

    def run(self, kernel: Kernel, columns: Sequence[pa.Array], *, is_columnar: bool = False) -> pa.Table:
        """`kernel` of `columns` as lists: a table with a row for each of their rows.

        One that `is_columnar` is given the columns as they are, and here: sending them away would cost more.
        """
        n = len(columns[0])
        if is_columnar:
            return kernel(*columns)
        if self._count < 2 or n < WORTH_A_POOL:
            return _apply(kernel, columns)
        places = [pa.array(range(at, min(at + CHUNK, n))) for at in range(0, n, CHUNK)]
        # Taken, not sliced: a slice is sent to another process with all that it was cut from.
        pieces = ([column.take(place) for column in columns] for place in places)
        try:
            return pa.concat_tables(self._started().map(partial(_apply, kernel), pieces))
        except (BrokenProcessPool, OSError):
            self._count = 1
            return _apply(kernel, columns)

    def begin(self, job: Callable[[], Any]) -> Future[Any]:
        """`job` begun beside what else is going on; done at once where there is one process only."""
        if self._threads is not None:
            return self._threads.submit(job)
        done: Future[Any] = Future()
        done.set_result(job())
        return done

    def _started(self) -> ProcessPoolExecutor:
        with self._starting:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(self._count, mp_context=context)
            return self._pool


def _apply(kernel: Kernel, columns: Sequence[pa.Array]) -> pa.Table:
    return kernel(*[column.to_pylist() for column in columns])
