"""Tables: a frame crosses a border with exactly the columns, types and keys that its table names."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.errors import BadFrame
from crm_clean.records.table import Table
from crm_clean.records.tables import TABLES, VERSIONED

SHOP = Table(
    "shop",
    key=("shop_id",),
    columns={
        "shop_id": pa.string(),
        "n_tills": pa.int64(),
        "share": pa.float64(),
        "is_open": pa.bool_(),
        "seen_at": pa.timestamp("us", tz="UTC"),
        "tags": pa.list_(pa.string()),
    },
)
NOON = pd.Timestamp("2026-03-04 12:00", tz="UTC")


def shops() -> pd.DataFrame:
    return SHOP.frame(
        {
            "shop_id": ["a", "b"],
            "n_tills": [3, None],
            "share": [0.5, None],
            "is_open": [True, None],
            "seen_at": [NOON, None],
            "tags": [["x", "y"], None],
        }
    )


def test_a_frame_has_the_columns_in_their_order_and_the_types_of_its_table() -> None:
    frame = SHOP.frame({"share": [1], "shop_id": ["a"]})
    assert list(frame.columns) == list(SHOP.columns)
    assert SHOP.check(frame) is frame
    assert frame.drop(columns=["shop_id", "share"]).isna().all(axis=None)


def test_an_empty_frame_fits_too() -> None:
    assert len(SHOP.check(SHOP.empty())) == 0


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        pytest.param({"shop_id": ["a"], "colour": ["red"]}, "no such column colour", id="a column it does not have"),
        pytest.param({"n_tills": ["many"]}, "n_tills does not fit int64", id="a word for a number"),
        pytest.param({"is_open": ["maybe"]}, "is_open does not fit bool", id="a word for a flag"),
    ],
)
def test_what_does_not_fit_is_refused_without_naming_values(data: dict[str, object], complaint: str) -> None:
    with pytest.raises(BadFrame, match=complaint) as refused:
        SHOP.frame(data)
    assert not any(value in str(refused.value) for value in ("many", "maybe", "red"))


def test_check_says_everything_that_is_wrong_at_once() -> None:
    wrong = shops().drop(columns="share").assign(n_tills=["3", "4"], colour="red")
    with pytest.raises(BadFrame, match=r"shop: no column share; unknown column colour; n_tills is object, not Int64"):
        SHOP.check(wrong)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        pytest.param(["a", "a"], "1 repeated keys shop_id", id="a key stands once"),
        pytest.param(["a", None], "1 rows without key shop_id", id="every row has its key"),
    ],
)
def test_keys(keys: list[str | None], complaint: str) -> None:
    with pytest.raises(BadFrame, match=complaint):
        SHOP.check(SHOP.frame({"shop_id": keys}))


def test_a_key_may_repeat_where_the_caller_says_so() -> None:
    assert len(SHOP.check(SHOP.frame({"shop_id": ["a", "a"]}), unique=False)) == 2


def test_a_frame_comes_back_from_arrow_as_it_went() -> None:
    table = SHOP.to_arrow(shops())
    assert table.schema == SHOP.schema
    pd.testing.assert_frame_equal(SHOP.to_pandas(table), shops())


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in TABLES.values()])
def test_every_table_of_the_vocabulary_is_sound(table: Table) -> None:
    assert set(table.key) <= set(table.columns)
    assert TABLES[table.name] is table
    pd.testing.assert_frame_equal(table.to_pandas(table.to_arrow(table.empty())), table.empty())


@pytest.mark.parametrize("table", [pytest.param(t, id=t.name) for t in VERSIONED])
def test_what_is_kept_from_run_to_run_has_a_key_and_leaves_room_for_its_period(table: Table) -> None:
    assert table.key
    assert not {"valid_from", "valid_to"} & set(table.columns)
