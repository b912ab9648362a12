"""Great Expectations, and nothing else of the package, lives here.

Says whether an entry is one it understands, and judges a frame by a suite in one validation. Asks for counts only:
no value of the data leaves this module. An expectation that could not be evaluated is an error, never bad data.
The library takes seconds to import, so that happens on first use.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crm_clean.errors import BrokenCheck
from crm_clean.validate.model import Expectation, Suite

# Fields every expectation has that a suite may not set: they are ours, or mean nothing on one frame.
_RESERVED = frozenset(
    (
        "batch_id", "catch_exceptions", "description", "id", "meta", "mostly", "notes", "rendered_content",
        "result_format", "severity", "windows",
    )
)  # fmt: skip
# The shape of a table is fixed by its definition, and a frame is judged alone, without a database beside it.
_REFUSED = ("expect_table_column", "expect_query_", "unexpected_rows_", "expect_table_row_count_to_equal_other_table")
# Counts without values.
_COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0, "exclude_unexpected_values": True}


@dataclass(frozen=True)
class Outcome:
    """How one expectation ended. Counts are missing where the expectation judges the table, not its rows."""

    is_met: bool
    n_rows: int | None
    n_unexpected: int | None


def _implementation(expectation_type: str) -> Any:
    """The class behind an expectation's name, or None."""
    # Imported with its chatter on stderr held back: it remarks on optional parts that are not installed.
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()), _spark_aside():
        warnings.simplefilter("ignore")
        import great_expectations.expectations  # noqa: F401  registers the core expectations
        from great_expectations.exceptions import ExpectationNotFoundError
        from great_expectations.expectations.registry import get_expectation_impl

        from crm_clean.validate import bulk  # noqa: F401  takes the place of metrics that go row by row
    try:
        return get_expectation_impl(expectation_type)
    except ExpectationNotFoundError:
        return None


@contextlib.contextmanager
def _spark_aside() -> Iterator[None]:
    """Spark cannot be imported inside the block, unless it was before.

    The library looks for it without need, and its Connect module ends the whole process with exit code 0 where there
    is no main script: in `python -c`, or in a worker that tests are spread over.
    """
    hidden = [name for name in ("pyspark", "pyspark.sql.connect") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how a module is refused
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _built(entry: Expectation) -> Any:
    """The library's own object for `entry`."""
    given: dict[str, Any] = dict(entry.kwargs)
    if entry.mostly is not None:
        given["mostly"] = entry.mostly
    return _implementation(entry.type)(**given, severity=entry.severity)


def _unreadable_pattern(kwargs: dict[str, Any]) -> str | None:
    """The first regular expression among `kwargs` that does not compile."""
    listed = kwargs.get("regex_list")
    for pattern in [kwargs.get("regex"), *(listed if isinstance(listed, list) else [])]:
        try:
            re.compile(str(pattern))
        except re.error:
            return str(pattern)
    return None


def problem(entry: Expectation) -> str | None:
    """What keeps Great Expectations from taking `entry`, in words, or None when it takes it whole."""
    if entry.type.startswith(_REFUSED):
        return f"{entry.type} cannot be asked of one table's rows"
    implementation = _implementation(entry.type)
    if implementation is None:
        return f"Great Expectations has no expectation {entry.type}"
    return next(_misfits(entry, set(implementation.__fields__)), None)


def _misfits(entry: Expectation, fields: set[str]) -> Iterator[str]:
    """Arguments of `entry` that an expectation of these `fields` does not take."""
    allowed = fields - _RESERVED
    unknown = sorted(set(entry.kwargs) - allowed)
    if unknown:
        yield f"it takes no {', '.join(unknown)} in kwargs, only {', '.join(sorted(allowed))}"
    if entry.mostly is not None and "mostly" not in fields:
        yield "it takes no mostly"
    pattern = _unreadable_pattern(entry.kwargs)
    if pattern is not None:
        yield f"{pattern!r} is not a regular expression"
    try:
        _built(entry)
    except (ValueError, TypeError) as error:
        yield f"it does not take these kwargs: {' '.join(str(error).split())}"


def _broken(result: Any) -> str | None:
    """The kind of exception that kept an expectation from being evaluated; its text may hold values and stays here."""
    found = result.exception_info or {}
    single = [found] if "raised_exception" in found else list(found.values())
    for info in single:
        if info.get("raised_exception"):
            last = str(info.get("exception_traceback") or "").strip().rpartition("\n")[2]
            kind = re.match(r"[\w.]+", last)
            return kind.group().rpartition(".")[2] if kind else "an exception"
    return None


def _outcome(result: Any) -> Outcome:
    counts = result.result
    if "element_count" not in counts:
        return Outcome(bool(result.success), None, None)
    judged = int(counts["element_count"]) - int(counts.get("missing_count") or 0)
    return Outcome(bool(result.success), judged, int(counts["unexpected_count"]))


def is_met(entry: Expectation, n_rows: int, n_unexpected: int) -> bool:
    """The library's own verdict on an expectation that counts rows, from its counts."""
    mostly = 1.0 if entry.mostly is None else entry.mostly
    return not n_rows or (float(n_rows) - float(n_unexpected)) / float(n_rows) >= mostly


def _plain(column: pd.Series) -> pd.Series:
    """Whole numbers as numpy holds them: the library compares those in bulk, nullable ones one by one."""
    if column.dtype != "Int64":
        return column
    return column.astype("float64") if column.hasnans else column.astype("int64")


def judge(suite: Suite, frame: pd.DataFrame) -> list[Outcome]:
    """One outcome per expectation of `suite`, in its order, from a single validation of `frame`.

    `frame` has the suite's columns. Raises BrokenCheck, naming suite and expectation, when one could not be evaluated
    or was passed over.
    """
    built = [_built(entry) for entry in suite.expectations]
    results = _validate(built, frame.assign(**{name: _plain(frame[name]) for name in frame.columns}))
    if sorted(results) != list(range(len(built))):
        raise BrokenCheck(f"{suite.table}: {len(built)} expectations were asked, {len(results)} were answered.")
    for number, entry in enumerate(suite.expectations):
        kind = _broken(results[number])
        if kind:
            raise BrokenCheck(
                f"expectations/{suite.table}.json, entry {number + 1} ({entry.label} on {entry.column or 'the table'}) "
                f"could not be evaluated ({kind}): this says nothing about the data. Mend the entry."
            )
    return [_outcome(results[number]) for number in range(len(built))]


def _validate(built: Sequence[Any], frame: pd.DataFrame) -> dict[int, Any]:
    """The library's results by position in `built`.

    The frame goes straight to the execution engine: handed over as a data asset it would be hashed cell by cell,
    which at a million rows costs more than all checks together.
    """
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.validator.validator import Validator

    for number, expectation in enumerate(built):
        expectation.meta = {"entry": number}
    validator = Validator(execution_engine=PandasExecutionEngine(batch_data_dict={"rows": frame}))
    validator.metrics_calculator.show_progress_bars = False
    with warnings.catch_warnings():
        # Groups in a pattern are for reading; pandas remarks that it will not extract them.
        warnings.filterwarnings("ignore", "This pattern is interpreted as a regular expression", UserWarning)
        results = validator.graph_validate(
            configurations=[expectation.configuration for expectation in built],
            runtime_configuration={"catch_exceptions": True, "result_format": _COUNTS},
        )
    return {result.expectation_config.meta["entry"]: result for result in results}
