"""The gate between a run and the store: a critical expectation that is not met stops everything."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from crm_clean.errors import GateFailed
from crm_clean.records.tables import CHECKS


def gate(checks: pd.DataFrame) -> None:
    """Nothing, when every critical expectation of `checks` (a CHECKS frame) is met.

    Raises GateFailed otherwise, with one line per failure: suite, expectation, column and counts, never a value.
    """
    CHECKS.check(checks)
    # An expectation without a verdict has not been met.
    failed = checks[checks["severity"].eq("critical") & ~checks["is_met"].fillna(False)]
    if len(failed):
        raise GateFailed([_line(row) for row in failed.to_dict("records")])


def _line(row: Mapping[Hashable, Any]) -> str:
    where = f"{row['suite']}.{row['column']}" if row["column"] else str(row["suite"])
    if pd.isna(row["n_unexpected"]):
        return f"{where}: {row['expectation']}"
    return f"{where}: {row['expectation']}, {row['n_unexpected']} of {row['n_rows']} rows"
