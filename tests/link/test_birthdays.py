"""Dates of birth as evidence, also those that no golden record may have."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_clean.link.birthdays import births


def _births(known: str | None, written: str | None, made: str | None = None) -> str | None:
    columns = [pd.Series([value], dtype="string[pyarrow]") for value in (known, written, made)]
    found = births(*columns)[0]
    return None if pd.isna(found) else str(found)


@pytest.mark.parametrize(
    ("known", "written", "expected"),
    [
        pytest.param("1980-05-01", "01.05.1980", "1980-05-01", id="a date that was read stands"),
        pytest.param("--05-01", "05/01", "--05-01", id="one without a year too"),
        pytest.param(None, "1630-08-01", "1630-08-01", id="a lifetime and more ago"),
        pytest.param(None, "16300801", "1630-08-01", id="in eight figures"),
        pytest.param(None, "1972-00-15", "1972-00-15", id="no day of the calendar"),
        pytest.param(None, "3/10/1877", "1877-10-03", id="the year last"),
        pytest.param(None, "1900-01-01", None, id="a filler"),
        pytest.param(None, "1980-00-00", None, id="a year and nothing else"),
        pytest.param(None, "9999-12-31", None, id="the end of time"),
        pytest.param(None, "in spring", None, id="no date"),
        pytest.param(None, None, None, id="nothing"),
    ],
)
def test_what_is_known_of_a_birth(known: str | None, written: str | None, expected: str | None) -> None:
    assert _births(known, written) == expected


def test_the_day_a_record_was_made_is_no_birthday() -> None:
    assert _births(None, "2021-03-04", "2021-03-04T10:00:00Z") is None


def test_records_born_long_ago_are_linked_by_it(linked) -> None:  # type: ignore[no-untyped-def]
    rows = [{"first_name": "ada", "last_name": name, "birth_date_raw": "1815-12-10"} for name in ("king", "kign")]
    found = linked([*rows, {"first_name": "ada", "last_name": "byron", "birth_date_raw": "1790-02-02"}])
    assert "birth_date=same" in found.pairs["levels"].iloc[0]
