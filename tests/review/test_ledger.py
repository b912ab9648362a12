"""Decisions are one row each, with an author and an instant; impossible combinations are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from crm_clean.errors import UsageError
from crm_clean.records.decisions import standing
from crm_clean.records.tables import DECISIONS
from crm_clean.review.ledger import Verdict, append, contradictions, decide

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def ledger_of(*said: tuple[str, str, Verdict, str]) -> pd.DataFrame:
    ledger = DECISIONS.empty()
    for minute, (left, right, verdict, by) in enumerate(said):
        ledger = append(ledger, decide(left, right, verdict, by=by, at=NOON + timedelta(minutes=minute)))
    return ledger


def test_a_decision_is_one_row_with_the_smaller_id_left() -> None:
    row = decide("shop:9", "crm:1", "same", by=" Ann ", at=NOON, reason="asked her")
    DECISIONS.check(row)
    assert row.to_dict("records") == [
        {
            "left_id": "crm:1",
            "right_id": "shop:9",
            "verdict": "same",
            "decided_by": "Ann",
            "decided_at": pd.Timestamp(NOON),
            "reason": "asked her",
        }
    ]


@pytest.mark.parametrize(
    ("left", "right", "verdict", "by", "at", "advice"),
    [
        pytest.param("a", "a", "same", "Ann", NOON, "two different record ids", id="a record with itself"),
        pytest.param("a", "b", "maybe", "Ann", NOON, "same, different or undone", id="an unknown verdict"),
        pytest.param("a", "b", "same", "  ", NOON, "who decides", id="nobody"),
        pytest.param("a", "b", "same", "Ann", NOON.replace(tzinfo=None), "time zone", id="an instant without zone"),
    ],
)
def test_a_decision_nobody_can_answer_for_is_refused(
    left: str, right: str, verdict: Verdict, by: str, at: datetime, advice: str
) -> None:
    with pytest.raises(UsageError, match=advice):
        decide(left, right, verdict, by=by, at=at)


def test_rows_are_added_and_nothing_before_them_changes() -> None:
    first = ledger_of(("a", "b", "same", "Ann"))
    before = first.copy()
    both = append(first, decide("a", "b", "undone", by="Ann", at=NOON + timedelta(days=1)))
    assert both["verdict"].tolist() == ["same", "undone"]
    pd.testing.assert_frame_equal(first, before)
    assert standing(both).empty


def test_nothing_added_to_nothing_is_an_empty_ledger() -> None:
    pd.testing.assert_frame_equal(append(DECISIONS.empty(), DECISIONS.empty()), DECISIONS.empty())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(
            [("a", "b", "same", "Ann"), ("b", "c", "same", "Bob"), ("a", "c", "different", "Ann")],
            [("a", "c", "a = b = c")],
            id="two sames make one what a different keeps apart",
        ),
        pytest.param(
            [("a", "b", "same", "Ann"), ("c", "d", "same", "Ann"), ("a", "c", "different", "Ann")],
            [],
            id="different groups may differ",
        ),
        pytest.param(
            [("a", "b", "same", "Ann"), ("a", "b", "different", "Ann")],
            [],
            id="a change of mind is no contradiction",
        ),
        pytest.param(
            [
                ("a", "b", "same", "Ann"),
                ("b", "c", "same", "Ann"),
                ("a", "c", "different", "Ann"),
                ("b", "c", "undone", "Ann"),
            ],
            [],
            id="what is undone no longer counts",
        ),
        pytest.param(
            [
                ("a", "b", "same", "import"),
                ("b", "c", "same", "import"),
                ("c", "d", "same", "Ann"),
                ("a", "c", "same", "Ann"),
                ("d", "a", "different", "Ann"),
            ],
            [("a", "d", "a = c = d")],
            id="the shortest chain is told",
        ),
        pytest.param(
            [
                ("a", "x", "same", "Ann"),
                ("x", "z", "same", "Ann"),
                ("a", "m", "same", "Ann"),
                ("m", "z", "same", "Ann"),
                ("a", "z", "different", "Ann"),
            ],
            [("a", "z", "a = m = z")],
            id="of two as short, the one by the smaller id",
        ),
        pytest.param([("a", "b", "different", "Ann")], [], id="no same at all"),
        pytest.param([], [], id="an empty ledger"),
    ],
)
def test_contradictions(said: list[tuple[str, str, Verdict, str]], expected: list[tuple[str, str, str]]) -> None:
    found = contradictions(ledger_of(*said))
    assert list(found.itertuples(index=False, name=None)) == expected
