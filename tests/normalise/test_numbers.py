"""Figures: value by value against the table, and column by column."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.normalise.apply import normalise
from crm_clean.normalise.figures.numbers import mark_shown, normalise_amount, normalise_count
from crm_clean.normalise.spec import NormaliseSpec

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_numbers.toml").read_text("utf-8"))
Stage = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in CASES[name]]


@pytest.mark.parametrize("case", table("cases"))
def test_amount(case: dict[str, Any]) -> None:
    assert normalise_amount(case["raw"], mark=case.get("mark")) == case.get("value")


@pytest.mark.parametrize("case", table("columns"))
def test_a_column_decides_its_mark(case: dict[str, Any], stage: Stage) -> None:
    out = normalise(*stage([{"purchase_total_raw": raw} for raw in case["raws"]]), spec=NormaliseSpec())
    np.testing.assert_array_equal(out.records["purchase_total"].to_numpy(dtype=float, na_value=np.nan), case["values"])
    assert out.issues["code"].tolist() == [code for code in case["codes"] if code]


@pytest.mark.parametrize(
    ("raw", "mark", "value"),
    [
        pytest.param("12", None, 12, id="whole"),
        pytest.param("12.0", None, 12, id="whole, spoilt by a spreadsheet"),
        pytest.param("1.234", ",", 1234, id="thousands in a column of decimal commas"),
        pytest.param("12.5", None, None, id="half a purchase"),
        pytest.param("-1", None, None, id="below nothing"),
    ],
)
def test_count(raw: str, mark: str | None, value: int | None) -> None:
    assert normalise_count(raw, mark=mark) == value


@settings(max_examples=300, deadline=None)
@given(
    raw=st.text(max_size=45) | st.text(alphabet="0123456789.,-' ()€%", max_size=20),
    mark=st.sampled_from([None, ",", "."]),
)
def test_no_reader_raises_and_a_mark_shown_is_the_one_read(raw: str, mark: str | None) -> None:
    value, shown = normalise_amount(raw, mark=mark), mark_shown(raw)
    normalise_count(raw, mark=mark)
    if shown in (",", "."):
        assert normalise_amount(raw, mark=shown) == value


@given(value=st.floats(-1e9, 1e9).map(lambda x: round(x, 2)))
def test_what_people_of_several_countries_write_is_one_number(value: float) -> None:
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    assert [normalise_amount(english), normalise_amount(german)] == [value, value]
