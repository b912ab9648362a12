"""The review queue: the right pairs, in an order that asks first what is worth asking, side by side with a reason."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crm_clean.errors import BadFrame
from crm_clean.records.tables import CONTACT_POINTS, PAIRS, RECORDS
from crm_clean.review.queue import COLUMNS, review_queue


def records_of(**rows: dict[str, Any]) -> pd.DataFrame:
    frame = [
        {"record_id": name, "source": "crm", "source_file": "crm.csv", "source_row": number} | row
        for number, (name, row) in enumerate(rows.items(), start=1)
    ]
    return RECORDS.frame(pd.DataFrame(frame))


def points_of(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    columns = ["record_id", "kind", "ordinal", "value"]
    return CONTACT_POINTS.frame(pd.DataFrame(list(rows), columns=columns).assign(key=[r[3].lower() for r in rows]))


def pairs_of(*rows: tuple[str, str, float, str] | tuple[str, str, float, str, str]) -> pd.DataFrame:
    filled = [(*row, "name=exact:8.0")[:5] for row in rows]
    return PAIRS.frame(pd.DataFrame(filled, columns=["left_id", "right_id", "probability", "verdict", "levels"]))


PEOPLE = records_of(
    a={"full_name": "Ann Lee", "company": "Acme"},
    b={"first_name": "Ann", "last_name": "Lee", "source_file": "shop.xlsx"},
    c={"full_name": "Anna Lee", "purchase_total": 900.0},
    d={"full_name_raw": "lee, a"},
)


def test_a_pair_stands_side_by_side_with_its_reason() -> None:
    points = points_of(
        ("a", "email", 1, "ann@example.com"),
        ("a", "email", 2, "lee@example.org"),
        ("b", "email", 1, "lee@example.org"),
        ("b", "phone", 1, "+14155550101"),
    )
    pairs = pairs_of(("a", "b", 0.8, "review", "name=exact:8.0 email=same:9.0 phone=null:0.0"))
    queue = review_queue(pairs, PEOPLE, points)
    assert tuple(queue.columns) == COLUMNS
    row = queue.dropna(axis="columns").iloc[0].to_dict()
    assert row == {
        "left_file": "crm.csv",
        "left_row": 1,
        "right_file": "shop.xlsx",
        "right_row": 2,
        "match_probability": 0.8,
        "reason": "Both write to lee@example.org and both are called Ann Lee; there is no phone to compare.",
        "left_full_name": "Ann Lee",
        "right_full_name": "Ann Lee",
        "left_email": "ann@example.com; lee@example.org",
        "right_email": "lee@example.org",
        "right_phone": "+14155550101",
        "left_company": "Acme",
        "left_source": "crm",
        "right_source": "crm",
        "verdict": "review",
        "left_id": "a",
        "right_id": "b",
    }


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param(
            [("a", "b", 0.9, "merge"), ("a", "c", 0.6, "review"), ("b", "c", 0.0, "decided_different")],
            ["a-c"],
            id="what is merged or decided is not asked again",
        ),
        pytest.param(
            [("a", "b", 0.9, "review"), ("a", "d", 0.52, "review"), ("b", "d", 0.2, "review")],
            ["a-d", "b-d", "a-b"],
            id="the least certain first",
        ),
        pytest.param(
            [("a", "b", 0.7, "review"), ("a", "c", 0.701, "review")],
            ["a-c", "a-b"],
            id="as uncertain: the customers with more business first",
        ),
        pytest.param(
            [("b", "d", 0.7, "review"), ("a", "b", 0.7, "review"), ("a", "d", 0.7, "review")],
            ["a-b", "a-d", "b-d"],
            id="then by the ids",
        ),
        pytest.param([("a", "b", 0.9, "merge")], [], id="nothing to ask"),
        pytest.param([], [], id="no pairs"),
    ],
)
def test_which_pairs_are_asked_and_when(pairs: list[tuple[str, str, float, str]], expected: list[str]) -> None:
    queue = review_queue(pairs_of(*pairs), PEOPLE, CONTACT_POINTS.empty())
    assert (queue["left_id"] + "-" + queue["right_id"]).tolist() == expected
    backwards = review_queue(pairs_of(*pairs[::-1]), PEOPLE[::-1].reset_index(drop=True), CONTACT_POINTS.empty())
    pd.testing.assert_frame_equal(queue, backwards)


def test_a_pair_cut_from_a_group_says_so() -> None:
    queue = review_queue(pairs_of(("a", "c", 0.97, "cut")), PEOPLE, CONTACT_POINTS.empty())
    assert queue["verdict"].tolist() == ["cut"]
    assert queue["reason"].tolist() == [
        "Taken out of a group that did not hold together: the names are the same (Ann Lee / Anna Lee)."
    ]


def test_a_name_that_could_not_be_normalised_is_shown_as_it_came() -> None:
    queue = review_queue(pairs_of(("a", "d", 0.5, "review")), PEOPLE, CONTACT_POINTS.empty())
    assert queue["right_full_name"].tolist() == ["lee, a"]


def test_values_are_named_only_when_it_is_certain_which_were_compared() -> None:
    points = points_of(
        ("a", "phone", 1, "+14155550101"), ("a", "phone", 2, "+14155550102"), ("b", "phone", 1, "+14155550109")
    )
    pairs = pairs_of(("a", "b", 0.5, "review", "phone=close:2.0"))
    assert review_queue(pairs, PEOPLE, points)["reason"].tolist() == ["The phones differ by a digit or two."]


def test_plain_columns_are_shown_under_their_labels() -> None:
    points = points_of(("a", "text", 1, "K-7"), ("a", "text", 2, "north"))
    points["label"] = pd.array(["till", "branch"], dtype=points["label"].dtype)
    queue = review_queue(pairs_of(("a", "b", 0.5, "review")), PEOPLE, points)
    assert queue["left_other"].tolist() == ["till: K-7; branch: north"]


def test_a_frame_that_is_not_pairs_is_refused() -> None:
    with pytest.raises(BadFrame, match="pairs: no column"):
        review_queue(pd.DataFrame({"left_id": ["a"]}), PEOPLE, CONTACT_POINTS.empty())
