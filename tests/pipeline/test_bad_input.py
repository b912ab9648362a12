"""`dedupe` over tables that hold almost nothing, or letters of other alphabets."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import crm_clean
from crm_clean.errors import GateFailed, UnreadableInput

HEADERS = ("First name", "Last name", "E-mail", "Phone", "City")


def table(*rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(HEADERS))


EMPTY = (None,) * 5
ANN = ("Ann", "Bergmann", "ann.bergmann@example.org", None, "Leeds")
IVAN = ("Иван", "Ковалевский", "ik@example.ru", None, "Москва")
ALI = ("عبد الله", "الغامدي", None, "+966 50 314 1592", "جدة")
WANG = ("晓明", "王", "wxm@example.cn", None, "上海")
LONG = ("x" * 10_000, "y" * 10_000, "long@example.org", None, None)


@pytest.mark.parametrize(
    ("frame", "n_people"),
    [
        pytest.param(table(ANN), 1, id="one row"),
        pytest.param(table(ANN, ANN), 1, id="two equal rows"),
        pytest.param(table(EMPTY, EMPTY, ANN), 1, id="rows of nothing beside a person"),
        pytest.param(table(IVAN, ALI, WANG, IVAN, ALI, WANG), 3, id="Cyrillic, Arabic and Chinese, each twice"),
        pytest.param(table(*[(None, None, None, None, "Rome")] * 40, ANN), 41, id="a column of one value"),
    ],
)
def test_a_sensible_result(frame: pd.DataFrame, n_people: int) -> None:
    found = crm_clean.dedupe(frame)
    assert len(found.crosswalk) + found.summary["rows"]["quarantined"] == len(frame)
    assert found.crosswalk["golden_id"].notna().all()
    assert found.crosswalk["golden_id"].nunique() == len(found.golden) == n_people


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(table, id="headers and no rows"),
        pytest.param(pd.DataFrame, id="nothing at all"),
    ],
)
def test_what_holds_no_rows_is_refused_in_a_sentence(frame: Callable[[], pd.DataFrame]) -> None:
    with pytest.raises(UnreadableInput) as refused:
        crm_clean.dedupe(frame())
    assert refused.value.exit_code == 2


def test_names_of_ten_thousand_letters_hurt_nobody() -> None:
    found = crm_clean.dedupe(table(LONG, LONG, ANN))
    assert found.crosswalk["golden_id"].nunique() in (2, 3)  # too long for names: the mailbox alone speaks
    assert found.golden["last_name"].tolist().count("Bergmann") == 1


def test_a_table_of_empty_cells_is_refused_by_the_gate() -> None:
    with pytest.raises(GateFailed, match="records: expect_table_row_count_to_be_between"):
        crm_clean.dedupe(table(EMPTY, EMPTY, EMPTY))


def test_twenty_thousand_equal_rows_end() -> None:
    frame = pd.concat([table(ANN)] * 20_000, ignore_index=True)
    found = crm_clean.dedupe(frame)
    assert len(found.crosswalk) == 20_000
    assert found.crosswalk["golden_id"].notna().all()
