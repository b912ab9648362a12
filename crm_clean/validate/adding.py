"""Counts that add up: what a suite says of a table now, from what it said of it last and from the rows that changed.

An expectation that judges row by row finds in the whole what it found before, less what it found in the rows that
went, and what it finds in those that came. So does one that keys are unique, where the rows of one key come and go
together. The number of rows is known. Whatever judges a table in another way does not add up, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_clean.errors import BrokenCheck
from crm_clean.validate import great, views
from crm_clean.validate.model import Expectation, Suite
from crm_clean.validate.suites import told

_ROW_BY_ROW = frozenset(
    (
        "expect_column_values_to_not_be_null", "expect_column_values_to_be_null", "expect_column_values_to_be_in_set",
        "expect_column_values_to_not_be_in_set", "expect_column_values_to_be_between",
        "expect_column_values_to_match_regex", "expect_column_values_to_not_match_regex",
        "expect_column_values_to_match_regex_list", "expect_column_values_to_not_match_regex_list",
        "expect_column_value_lengths_to_be_between", "expect_column_value_lengths_to_equal",
        "expect_column_values_to_match_strftime_format", "expect_column_values_to_be_dateutil_parseable",
        "expect_column_values_to_be_json_parseable", "expect_column_values_to_match_json_schema",
        "expect_column_pair_values_to_be_equal", "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_in_set", "expect_select_column_values_to_be_unique_within_record",
        "expect_multicolumn_sum_to_equal",
    )
)  # fmt: skip
_UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")
_HOW_MANY = ("expect_table_row_count_to_be_between", "expect_table_row_count_to_equal")
# What Great Expectations would not judge, or would judge in another way than row by row.
_OUT_OF_STEP = ("row_condition", "condition_parser")
# A verdict is kept under suite, expectation and column.
_NAMED = ["suite", "expectation", "column"]

Verdicts = Mapping[tuple[str, str, str], tuple[int | None, int | None]]


@dataclass(frozen=True)
class Part:
    """All rows of some things of a table, as they stood and as they stand now, with the columns that a suite looks at.

    `n_rows` is the length of the whole table now, where the suite asks for it.
    """

    stood: pd.DataFrame
    stands: pd.DataFrame
    n_rows: int | None = None


def asks_how_many(suite: Suite) -> bool:
    """Whether `suite` asks how many rows the whole table has."""
    return any(entry.type in _HOW_MANY for entry in suite.expectations)


def adds_up(suite: Suite, by: str) -> bool:
    """Whether every expectation of `suite` can be judged from a part of things told apart by column `by`."""
    return all(_adds_up(entry, by) for entry in suite.expectations)


def _adds_up(entry: Expectation, by: str) -> bool:
    if any(entry.kwargs.get(name) is not None for name in _OUT_OF_STEP):
        return False
    if entry.type in _UNIQUE:
        return by in entry.columns
    return entry.type in _ROW_BY_ROW or entry.type in _HOW_MANY


def verdicts(checks: pd.DataFrame) -> Verdicts:
    """The counts of a CHECKS frame, rows judged and rows that failed, by what they are kept under."""
    named = zip(*(checks[name] for name in _NAMED), strict=True)
    counts = zip(
        *([None if pd.isna(n) else int(n) for n in checks[c]] for c in ("n_rows", "n_unexpected")), strict=True
    )
    return dict(zip(named, counts, strict=True))


def are_there(suite: Suite, last: Verdicts) -> bool:
    """Whether `last` has the counts of every expectation of `suite` that is judged by adding to them."""
    return all(
        None not in last.get((suite.table, entry.label, entry.column), (None, None))
        for entry in suite.expectations
        if entry.type not in _HOW_MANY
    )


def added(suite: Suite, part: Part, last: Verdicts) -> list[dict[str, object]]:
    """The CHECKS rows of `suite` over the whole table, whose counts were `last` before the part changed.

    They are those that `audit` finds. Raises BrokenCheck for an expectation that could not be evaluated, or where a
    count comes out below nothing, which `last` cannot have been the counts of this table for.
    """
    if part.n_rows == 0 and suite.allow_empty:
        return told(suite, [great.Outcome(True, 0, 0)] * len(suite.expectations))
    summed = suite.model_copy(update={"expectations": tuple(e for e in suite.expectations if e.type not in _HOW_MANY)})
    gone, came = (iter(_outcomes(summed, frame)) for frame in (part.stood, part.stands))
    outcomes = [
        _of_length(suite, entry, part.n_rows)
        if entry.type in _HOW_MANY
        else _sum(entry, last[suite.table, entry.label, entry.column], next(gone), next(came))
        for entry in suite.expectations
    ]
    return told(suite, outcomes)


def _outcomes(suite: Suite, frame: pd.DataFrame) -> list[great.Outcome]:
    if frame.empty:
        return [great.Outcome(True, 0, 0)] * len(suite.expectations)
    return great.judge(suite, views.view(suite.table, frame, suite.columns))


def _of_length(suite: Suite, entry: Expectation, n_rows: int | None) -> great.Outcome:
    assert n_rows is not None
    alone = suite.model_copy(update={"expectations": (entry,)})
    return great.judge(alone, pd.DataFrame(index=pd.RangeIndex(n_rows)))[0]


def _sum(
    entry: Expectation, last: tuple[int | None, int | None], gone: great.Outcome, came: great.Outcome
) -> great.Outcome:
    n_rows, n_unexpected = (_counted(was) for was in last)
    n_rows += _counted(came.n_rows) - _counted(gone.n_rows)
    n_unexpected += _counted(came.n_unexpected) - _counted(gone.n_unexpected)
    if not 0 <= n_unexpected <= n_rows:
        raise BrokenCheck(
            f"{entry.label} on {entry.column}: the counts of the last run do not fit what stands. "
            "Run again with --full to judge everything anew."
        )
    return great.Outcome(great.is_met(entry, n_rows, n_unexpected), n_rows, n_unexpected)


def _counted(n: Any) -> int:
    assert n is not None
    return int(n)
