"""The benchmarks are scripts that import each other: their folder stands where Python looks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
# Last, so that no library is shadowed for the tests that follow.
sys.path.append(str(HERE))


@pytest.fixture(scope="session")
def scripts() -> Path:
    """The folder of the benchmarks."""
    return HERE
