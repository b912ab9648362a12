"""Dates: value by value against the table, column by column, and the quick way against the long one."""

from __future__ import annotations

import time
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.moments import quick_dates
from crm_clean.normalise.moments.dates import evidence, has_no_year, is_no_date, read_birth_date, read_instant, vote
from crm_clean.normalise.moments.instants import read_columns, read_instants
from crm_clean.normalise.moments.orders import Files
from crm_clean.normalise.moments.plausible import sound
from crm_clean.normalise.workers import Workers

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_dates.toml").read_text("utf-8"))
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ORDERS = ("day_first", "month_first", "mixed")


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in CASES[name]]


def columns_of(raws: dict[str, list[str | None]], *, files: str = "", region: str = "") -> dict[str, pa.Table]:
    """`raws` read as columns; `files` has a letter a row where there is more than one file, all of one source."""
    rows = len(next(iter(raws.values())))
    of = np.array([ord(f) - ord("a") for f in files or "a" * rows])
    n = int(of.max()) + 1
    places = Files(of, np.zeros(n, np.int64), (region,) * n)
    with Workers(1) as workers:
        arrays = {name: pa.array(column, pa.string()) for name, column in raws.items()}
        return read_columns(arrays, places, birth_dates=frozenset({"birth_date"}), workers=workers)


def days(found: pa.Table) -> list[str]:
    return [at.date().isoformat() if at else "" for at in found["value"].to_pylist()]


@pytest.mark.parametrize("case", table("instants"))
def test_instant(case: dict[str, Any]) -> None:
    found = read_instant(case["raw"], order=case.get("order", "day_first"))
    expected = datetime.fromisoformat(case["value"]).replace(tzinfo=UTC) if case["value"] else None
    assert (found.at, found.code) == (expected, case.get("code"))


@pytest.mark.parametrize("case", table("birth_dates"))
def test_birth_date(case: dict[str, Any]) -> None:
    found = read_birth_date(case["raw"], order=case.get("order", "day_first"))
    assert found == (case["value"] or None, case.get("code"))


@pytest.mark.parametrize("case", table("columns"))
def test_a_column_decides_its_order(case: dict[str, Any]) -> None:
    found = columns_of({"created_at": case["raws"]}, region=case.get("region", ""))["created_at"]
    assert days(found) == case["values"]
    codes = ["" if value else "date.mixed_order" for value in case["values"]]
    assert [code or "" for code in found["codes"].to_pylist()] == codes


def test_a_slip_among_many_is_no_second_order() -> None:
    raws: list[str | None] = [f"{day:02d}/05/2024" for day in range(13, 29)] * 4 + ["12/25/2024", "05/06/2024"]
    assert days(columns_of({"created_at": raws})["created_at"])[-1] == "2024-06-05"


def test_a_file_that_says_nothing_follows_its_other_dates() -> None:
    found = columns_of({"created_at": ["12/25/2024"], "birth_date": ["05/06/1980"]})
    assert found["birth_date"]["value"].to_pylist() == ["1980-05-06"]


def test_a_file_that_says_nothing_follows_its_source() -> None:
    found = columns_of({"created_at": ["05/06/2024", "12/25/2024"]}, files="ab")
    assert days(found["created_at"]) == ["2024-05-06", "2024-12-25"]


def test_two_files_of_a_source_may_differ() -> None:
    found = columns_of({"created_at": ["05/06/2024", "12/25/2024", "05/06/2024", "25/12/2024"]}, files="aabb")
    assert days(found["created_at"]) == ["2024-05-06", "2024-12-25", "2024-06-05", "2024-12-25"]


def test_birthdays_without_a_year_are_a_mailing_tools_which_writes_the_month_first() -> None:
    assert columns_of({"birth_date": ["05/06", "01/02"]})["birth_date"]["value"].to_pylist() == ["--05-06", "--01-02"]


def test_an_empty_column_is_empty() -> None:
    found = columns_of({"created_at": [None, None]})["created_at"]
    assert (found["value"].null_count, found["codes"].null_count) == (2, 2)


NOW = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("birth", "made", "code"),
    [
        pytest.param("1980-05-01", "2024-03-03", None, id="grown up when the record was made"),
        pytest.param("2024-03-03", "2024-03-03 10:00", "birth_date.same_as_created", id="born with the record"),
        pytest.param("2025-03-03", "2024-03-03", "birth_date.impossible", id="born after it was made"),
        pytest.param("2027-03-03", None, "birth_date.impossible", id="not born yet"),
        pytest.param("1904-03-03", None, "birth_date.impossible", id="121 years old"),
        pytest.param("1905-03-03", None, None, id="120 years old"),
        pytest.param("1985-03-03", "1980-01-01", None, id="a record older than computers proves nothing"),
        pytest.param("--03-03", "2024-03-03", None, id="a birthday without a year"),
    ],
)
def test_a_birth_date_fits_its_record_and_the_clock(birth: str, made: str | None, code: str | None) -> None:
    found = sound(columns_of({"birth_date": [birth], "created_at": [made]}), now=NOW)["birth_date"]
    assert found["codes"].to_pylist() == [code]
    assert found["value"].to_pylist() == [None if code else birth]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("2026-01-15 23:00", None, id="later today is another zone"),
        pytest.param("2026-01-17", "date.future", id="the day after tomorrow"),
    ],
)
def test_records_are_not_made_in_the_future(raw: str, code: str | None) -> None:
    found = sound(columns_of({"created_at": [raw]}), now=NOW)["created_at"]
    assert (found["codes"].to_pylist(), found["value"].null_count) == ([code], int(code is not None))


def test_without_a_clock_there_is_no_future() -> None:
    assert sound(columns_of({"created_at": ["2090-01-17"]}))["created_at"]["codes"].to_pylist() == [None]


def crowd(many: str, n: int, rest: int) -> list[str | None]:
    return [many] * n + [f"{1972 + i % 40}-{i % 12 + 1:02d}-{i % 27 + 2:02d}" for i in range(rest)]


@pytest.mark.parametrize(
    ("field", "raws", "n_suspected"),
    [
        pytest.param("birth_date", crowd("1980-01-01", 25, 975), 25, id="a birth date of one in forty"),
        pytest.param("birth_date", crowd("1980-01-01", 12, 30), 0, id="a dozen are too few to tell"),
        pytest.param("birth_date", crowd("1980-01-01", 25, 5000), 0, id="one in two hundred happens"),
        pytest.param("created_at", crowd("1980-01-01", 25, 975), 25, id="a New Year's Day of many records"),
        pytest.param("created_at", crowd("2019-06-03", 500, 500), 0, id="the day of an import is no default"),
    ],
)
def test_a_day_far_too_often_is_suspected_and_kept(field: str, raws: list[str | None], n_suspected: int) -> None:
    found = sound(columns_of({field: raws}))[field]
    codes = found["codes"].to_pylist()
    assert codes == ["date.default_suspected"] * n_suspected + [None] * (len(raws) - n_suspected)
    assert found["value"].null_count == 0


NUMBERS = st.integers(0, 45).map(str) | st.integers(0, 45).map(lambda n: f"{n:02d}")
YEARS = st.sampled_from("2024 1999 1970 1969 1900 24 75 1975 2199 2099 2000 00 69 70 4501".split())  # noqa: SIM905
TIMES = st.sampled_from(
    ["", " 10:05", " 23:59:59", " 24:00", "T7:03", ", 3:04 PM", " 12:00 AM", " 13:00 PM", " 0:30am", " 10:60", " 9:5"]
)
ENDS = st.sampled_from(
    [
        "",
        " 10:05",
        "T10:05:59Z",
        " 10:05:59.123+02:00",
        "T10:05+0200",
        "T23:59:59.999999-11:30",
        " 10:05:59.5",
        "T25:00",
    ]
)
WRITTEN = (
    st.builds(lambda *p: "".join(p), NUMBERS, st.sampled_from("/.-"), NUMBERS, st.sampled_from("/.-"), YEARS, TIMES)
    | st.builds(lambda y, a, b, end: f"{y}-{a}-{b}{end}", YEARS, NUMBERS, NUMBERS, ENDS)
    | st.integers(10**8, 10**13 * 7).map(str)
)


@MANY
@given(raws=st.lists(WRITTEN, min_size=30, max_size=30), order=st.sampled_from(ORDERS))
@example(
    raws=["29/02/2024", "2023-02-29", "2024-02-29 10:00", "29.02.23", "01/01/1970", "1969-12-31 20:00"], order="mixed"
)
def test_dates_read_as_columns_are_the_same(raws: list[str], order: Any) -> None:
    quick = quick_dates.read(pa.array(raws), np.array([order] * len(raws), dtype=object))
    for raw, at in zip(raws, quick, strict=True):
        if not np.isnat(at):
            slow = read_instant(raw, order=order)
            assert (raw, slow.code) == (raw, None)
            assert slow.at is not None
            assert (raw, at) == (raw, np.datetime64(slow.at.replace(tzinfo=None), "us"))


def test_the_table_read_as_columns_is_the_same() -> None:
    for order in ORDERS:
        raws = [case["raw"] for case in CASES["instants"]]
        found = read_instants(raws, [order] * len(raws))
        slow = [read_instant(raw, order=order) for raw in raws]
        assert found["codes"].to_pylist() == [moment.code for moment in slow]
        assert [at and at.replace(tzinfo=UTC) for at in found["value"].to_pylist()] == [moment.at for moment in slow]


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d/%m/%y, %I:%M %p"]
)
def test_every_day_of_a_leap_year_is_read_quickly(form: str) -> None:
    year = [datetime.fromordinal(date(2024, 1, 1).toordinal() + n) for n in range(366)]
    raws = pa.array([day.strftime(form) for day in year])
    found = quick_dates.read(raws, np.array(["day_first"] * 366, dtype=object))
    assert found.tolist() == year


ANY = st.text(max_size=60) | st.text(alphabet="0123456789/-.:T Zapm+年月日'", max_size=30) | WRITTEN


@MANY
@given(raw=ANY, order=st.sampled_from(ORDERS))
def test_no_reader_raises_and_a_date_read_again_is_the_same(raw: str, order: Any) -> None:
    assert len(vote(raw)) == 4
    assert set(evidence(raw)) <= {0, 1}
    assert has_no_year(raw) in (True, False)
    assert is_no_date(raw) in (True, False)
    at = read_instant(raw, order=order).at
    if at is not None:
        assert read_instant(at.isoformat(), order="mixed").at == at
    born = read_birth_date(raw, order=order)[0]
    if born is not None:
        assert read_birth_date(born, order="mixed") == (born, None)


@pytest.mark.parametrize(
    "raw", ["1" * 9_000, "5 " * 5_000, "a b " * 22, "1." * 45, " " * 9_000, "May " * 22, "年" * 90, "1 de " * 18]
)
def test_hostile_dates_cost_no_more_than_others(raw: str) -> None:
    started = time.process_time()
    for _ in range(100):
        read_instant(raw, order="mixed")
        read_birth_date(raw, order="mixed")
    assert time.process_time() - started < 1.0
