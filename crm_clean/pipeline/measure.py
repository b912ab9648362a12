"""Seconds and peak memory of a piece of work, from the clock and the kernel's own book-keeping."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass
class Cost:
    """What a block cost, once it has ended."""

    seconds: float = 0.0
    peak_mb: int = 0


@contextmanager
def measured() -> Iterator[Cost]:
    """The cost of the block. Where the kernel's mark cannot be set back, the peak is that of the process so far."""
    cost = Cost()
    with suppress(OSError):
        _CLEAR.write_text(_RESET_PEAK)
    started = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - started
        cost.peak_mb = peak_mb()


def peak_mb() -> int:
    """The most memory this process held since the mark was set back, in MB."""
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
