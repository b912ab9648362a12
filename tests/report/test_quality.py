"""The scorecard: what each dimension counts, and what it leaves out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crm_clean.records.tables import CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, RECORDS
from crm_clean.report.quality import Quality, quality_after, quality_before

FLAGS = ("is_role", "is_free", "is_disposable", "is_placeholder", "opt_out", "bounced")


def _before(records: dict[str, Any], points: dict[str, Any] | None = None, **options: Any) -> Quality:
    frame = RECORDS.frame(records)
    return quality_before(frame, CONTACT_POINTS.frame(points or {}), n_golden=options.pop("n_golden", 1), **options)


def _after(golden: dict[str, Any], points: dict[str, Any] | None = None, **options: Any) -> Quality:
    return quality_after(GOLDEN.frame(golden), GOLDEN_POINTS.frame(points or {}), **options)


TWO = {"record_id": ["a", "b"]}
PEOPLE = {"golden_id": ["G-1", "G-2"]}


@pytest.mark.parametrize(
    ("records", "points", "share"),
    [
        pytest.param({"full_name_raw": ["Ada", "Bo"]}, {}, 1 / 3, id="names alone are a third"),
        pytest.param(
            {"full_name_raw": ["Ada", "Test"], "is_placeholder_name": [False, True]},
            {},
            0.5 / 3,
            id="a placeholder is no name",
        ),
        pytest.param(
            {"first_name_raw": ["Ada", None], "company_raw": ["X", "Y"]},
            {"record_id": ["a"], "kind": ["phone"], "ordinal": [1], "value": ["555"]},
            (0.5 + 0.5 + 1) / 3,
            id="each of three counts alike",
        ),
        pytest.param(
            {},
            {"record_id": ["a"], "kind": ["email"], "ordinal": [1], "value": ["x@x.com"], "is_placeholder": [True]},
            0,
            id="a placeholder reaches nobody",
        ),
        pytest.param(
            {},
            {"record_id": ["a", "b"], "kind": ["address", "website"], "ordinal": [1, 1], "value": ["US", "example.com"],
             "country": ["US", None]},
            0.5 / 3,
            id="a country stands for a company",
        ),
    ],
)  # fmt: skip
def test_completeness_before(records: dict[str, Any], points: dict[str, Any], share: float) -> None:
    assert _before({**TWO, **records}, points).completeness == pytest.approx(share)


def test_completeness_after_counts_what_can_be_used() -> None:
    points = {"golden_id": ["G-1", "G-2"], "kind": ["email"] * 2, "ordinal": [1, 1], "value": ["a@example.com", None]}
    named = {**PEOPLE, "last_name": ["A", "B"], "company": ["X", None]}
    assert _after(named, points).completeness == pytest.approx((1 + 0.5 + 0.5) / 3)


def test_validity_is_the_usable_share_of_all_values_given() -> None:
    points = {
        "record_id": ["a"] * 4 + ["b"],
        "kind": ["email", "phone", "phone", "address", "address"],
        "ordinal": [1, 1, 2, 1, 1],
        "raw": ["a@example.com", "call me", "000000", "x", "y"],
        "value": ["a@example.com", None, "000000", "x", "y"],
        "is_placeholder": [False, False, True, False, False],
        "postal_code": [None, None, None, "SW1A 1AA", "unknown"],
    }
    dates = {"created_at_raw": ["2020-01-01", "soon"], "created_at": [pd.Timestamp("2020-01-01", tz="UTC"), pd.NaT]}
    # One of three to reach somebody, one of two postcodes, one of two dates.
    assert _before({**TWO, **dates}, points).validity == pytest.approx(3 / 7)


def test_consistency_is_the_share_already_written_as_it_is_kept() -> None:
    records = {"full_name_raw": ["Ada Example", "BO EXAMPLE"], "full_name": ["Ada Example", "Bo Example"]}
    points = {"record_id": ["a", "b"], "kind": ["phone"] * 2, "ordinal": [1, 1], "raw": ["+12125550100", "212"]}
    assert _before({**TWO, **records}, {**points, "value": ["+12125550100", None]}).consistency == pytest.approx(2 / 4)


def test_consistency_afterwards_is_measured_not_assumed() -> None:
    points = {"golden_id": ["G-1", "G-2"], "kind": ["email", "phone"], "ordinal": [1, 1]}
    good = _after(PEOPLE, {**points, "value": ["Ada@example.com", "+12125550100"]})
    bad = _after({**PEOPLE, "birth_date": ["1980-05-01", "May"]}, {**points, "value": ["ada@Example.com", "212"]})
    assert good.consistency == 1
    assert bad.consistency == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    ("doubtful", "share"), [pytest.param(0, 1.0, id="no doubt"), pytest.param(1, 0.5, id="one may be the other")]
)
def test_uniqueness_afterwards_allows_for_what_waits(doubtful: int, share: float) -> None:
    assert _after(PEOPLE, n_doubtful=doubtful).uniqueness == share


@pytest.mark.parametrize(
    ("doubtful", "share"), [pytest.param(0, 0.75, id="no doubt"), pytest.param(1, 0.5, id="one may be another")]
)
def test_uniqueness_before_is_people_per_record(doubtful: int, share: float) -> None:
    assert _before({"record_id": list("abcd")}, n_golden=3, n_doubtful=doubtful).uniqueness == share


def _instants(*texts: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True))


def test_timeliness_counts_from_the_newest_instant_of_any_kind() -> None:
    records = {
        "record_id": list("abcd"),
        "created_at": _instants("2024-01-01", "2010-01-01", "2010-01-01", None),
        "updated_at": _instants(None, "2022-01-02", "2021-12-01", None),
    }
    assert _before(records).timeliness == 0.5


def test_timeliness_passes_over_dates_that_have_not_come() -> None:
    records = {"record_id": list("abc"), "updated_at": _instants("2024-01-01", "2023-05-01", "2099-01-01")}
    assert _before(records).timeliness == pytest.approx(1 / 3)
    assert _before(records, as_of=pd.Timestamp("2024-06-01", tz="UTC")).timeliness == pytest.approx(2 / 3)


def test_what_the_data_says_nothing_about_is_not_held_against_it() -> None:
    quality = _before({**TWO, "full_name_raw": ["Ada", "Bo"], "full_name": ["Ada", "Bo"]}, n_golden=2)
    assert (quality.validity, quality.timeliness) == (None, None)
    assert quality.overall == pytest.approx((1 / 3 + 1 + 1) / 3)


def test_no_records_no_figures() -> None:
    assert _before({}, n_golden=0).overall is None
    assert _after({}).overall is None
