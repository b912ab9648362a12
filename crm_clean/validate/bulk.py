"""Metrics of Great Expectations counted in bulk: the same answers as its own, without a Python call a row.

To be imported after the library's own, which these take the place of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.map_metric_provider import MulticolumnMapMetricProvider
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (
    multicolumn_condition_partial,
)


class DifferentWithinRecord(MulticolumnMapMetricProvider):  # type: ignore[misc]
    """Whether the columns of a row hold different values; missing ones are the same as each other."""

    condition_metric_name = "select_column_values.unique.within_record"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series:
        return different(column_list)


def different(frame: pd.DataFrame) -> pd.Series:
    """Whether the values of each row differ from each other, as `DataFrame.nunique(axis=1, dropna=False)` tells."""
    values = np.concatenate([column.to_numpy(object) for _, column in frame.items()])
    codes, _ = pd.factorize(values)
    ordered = np.sort(codes.reshape(len(frame.columns), len(frame)), axis=0)
    return pd.Series((ordered[1:] != ordered[:-1]).all(axis=0), index=frame.index)
