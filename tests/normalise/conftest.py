"""Lexicons and staged frames that the tests of normalising share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS

Stage = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]


@pytest.fixture(scope="session")
def words() -> Lexicons:
    return load()


@pytest.fixture
def stage() -> Stage:
    """Builds staged frames from records and points given as dictionaries; what is not said is made up or missing."""

    def build(
        records: Sequence[dict[str, Any]], points: Sequence[dict[str, Any]] = ()
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows = [
            {"record_id": f"s:{n}", "source": "s", "file_id": "f", "source_file": "f.csv", "source_row": n} | record
            for n, record in enumerate(records, start=1)
        ]
        spots = [{"record_id": "s:1", "ordinal": 1} | point for point in points]
        return STAGED_RECORDS.frame(pd.DataFrame(rows)), STAGED_POINTS.frame(pd.DataFrame(spots))

    return build
