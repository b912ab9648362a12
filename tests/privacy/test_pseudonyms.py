"""What analysts get: no name, address or number of anybody, and tables that can still be joined."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.wide import golden_wide
from crm_clean.privacy.hashes import Key
from crm_clean.privacy.pseudonyms import FEW, NOTICE, RULES, common_words, pseudonymised, rule_of
from crm_clean.project import open as open_project
from crm_clean.records.tables import GOLDEN, GOLDEN_POINTS
from tests.privacy.conftest import TELLTALES

KEY = Key(b"k" * 32)


def golden(**columns: object) -> pd.DataFrame:
    """Golden records, one a value; ids where none are given."""
    n = len(next(iter(columns.values())))  # type: ignore[arg-type]
    return pd.DataFrame({"golden_id": [f"G-{at}" for at in range(n)], **columns})


@pytest.fixture(scope="module")
def tables(firm) -> dict[str, pd.DataFrame]:
    project = open_project(firm.folder)
    return {"golden": project.golden(), "crosswalk": project.crosswalk(), "lineage": project.lineage()}


@pytest.fixture(scope="module")
def copies(tables) -> dict[str, pd.DataFrame]:
    return {name: pseudonymised(name, frame, key=KEY) for name, frame in tables.items()}


@pytest.mark.parametrize("name", RULES)
def test_no_planted_value_survives(tables, copies, name):
    before, after = (frames[name].to_csv().casefold() for frames in (tables, copies))
    told = {"golden": TELLTALES, "crosswalk": (), "lineage": TELLTALES}[name]
    assert [word for word in told if word not in before] == []
    others = ("wolkenpost", "beispielpost", "2034567", "lindenweg", "gartenstr", "albers", "bernd", "hubspot:7", "g-")
    assert [word for word in (*TELLTALES, *others) if word in after] == []


def test_every_column_of_every_table_has_a_rule(tables):
    wide = [*golden_wide(GOLDEN.empty(), GOLDEN_POINTS.empty()).columns, *tables["golden"].columns]
    for name, columns in {**{n: f.columns for n, f in tables.items()}, "golden": wide}.items():
        bases = {
            column.rstrip("23456789").removesuffix("_") if column not in RULES[name] else column for column in columns
        }
        assert bases - set(RULES[name]) == set()


def test_a_column_nobody_knows_is_dropped():
    made = pseudonymised("golden", golden(shoe_size=["44"], gender=["female"]), key=KEY)
    assert list(made.columns) == ["golden_id", "gender"]


def test_another_table_is_refused():
    with pytest.raises(UnknownThing, match="golden, crosswalk, lineage"):
        pseudonymised("raw_rows", pd.DataFrame(), key=KEY)


def test_tables_can_be_joined(tables, copies):
    people = set(copies["golden"]["golden_id"])
    assert len(people) == len(tables["golden"])
    assert set(copies["crosswalk"]["golden_id"]) == set(copies["lineage"]["golden_id"]) == people
    assert copies["crosswalk"].groupby("golden_id").size().sort_values().tolist() == (
        tables["crosswalk"].groupby("golden_id").size().sort_values().tolist()
    )


def test_pseudonyms_are_those_of_the_project(tables):
    once, again, elsewhere = (
        set(pseudonymised("golden", tables["golden"], key=key)["golden_id"]) for key in (KEY, KEY, Key(b"x" * 32))
    )
    assert once == again
    assert once.isdisjoint(elsewhere)


def test_the_order_of_rows_tells_nothing(copies):
    assert copies["crosswalk"]["golden_id"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        pytest.param("birth_date", "1980-05-31", "1980", id="a birthday becomes a year"),
        pytest.param("birth_date", "--05-31", None, id="a birthday without a year becomes nothing"),
        pytest.param("postal_code", "10117", "10", id="a postcode becomes an area"),
        pytest.param("postal_code_2", "SW1A 1AA", "SW", id="so does a second one"),
        pytest.param("created_at", "2026-05-31 10:11:12+00:00", "2026-05", id="an instant becomes a month"),
        pytest.param("purchase_total", 1234.56, 1200.0, id="an amount is rounded"),
        pytest.param("n_purchases", 7, 7, id="a count stays"),
        pytest.param("email_opt_out", True, True, id="consent stays"),
        pytest.param("city", "Zora's village", None, id="a word of one person is left out"),
    ],
)
def test_a_value_becomes(column, value, expected):
    (made,) = pseudonymised("golden", golden(**{column: [value]}), key=KEY)[column]
    assert (None if pd.isna(made) else made) == expected


def test_a_word_that_enough_people_share_stays():
    tags = ["vip; zora"] + ["vip"] * (FEW - 1) + ["rare"] * (FEW - 1)
    made = pseudonymised("golden", golden(tags=tags), key=KEY)["tags"]
    assert made.dropna().tolist() == ["vip"] * FEW


def test_batches_make_what_the_whole_makes(tables):
    frame = tables["lineage"].sort_values("golden_id", ignore_index=True)
    half = frame["golden_id"] < frame["golden_id"].iloc[len(frame) // 2]
    common = common_words("lineage", (frame[half], frame[~half]))
    parts = [pseudonymised("lineage", part, key=KEY, common=common) for part in (frame[half], frame[~half])]
    whole = pseudonymised("lineage", frame, key=KEY)
    order = ["golden_id", "field", "record_id", "value"]
    both = pd.concat(parts).sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(both, whole.sort_values(order, ignore_index=True))


def test_numbered_columns_follow_their_first():
    assert rule_of("golden", "email_5") == rule_of("golden", "email") == "drop"


def test_it_is_said_what_this_is_not():
    assert "no k-anonymity" in NOTICE
    assert "still personal data" in NOTICE
