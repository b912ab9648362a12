"""Made-up tables: the same for the same seed, with the truth they claim, and with what makes linking hard in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from made_up.contacts import NOBODYS_MAIL, NOBODYS_PHONE
from made_up.dice import Dice, Weighted
from made_up.words import ROLES, WEBMAIL
from tables import SHAPES, write_table

EVERY_SHAPE = [pytest.param(name, id=name) for name in sorted(SHAPES)]


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    table = read(write_table("contacts", 8000, seed=4, out=tmp_path_factory.mktemp("tables") / "contacts.csv"))
    table["digits"] = table["phone"].str.replace(r"\D", "", regex=True).str[-10:]
    return table.assign(**{c: table[c].str.lower().str.strip() for c in ("email", "first_name", "last_name", "street")})


@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_the_command_writes_the_same_bytes_in_every_process(shape: str, scripts: Path, tmp_path: Path) -> None:
    written = []
    for hash_seed in ("1", "2"):
        out = tmp_path / f"{hash_seed}.csv"
        command = [sys.executable, scripts / "tables.py", shape, "200", "7", out]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": hash_seed})
        written.append(out.read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_as_many_rows_as_asked_with_the_truth_last(shape: str, tmp_path: Path) -> None:
    table = read(write_table(shape, 333, seed=1, out=tmp_path / "table.csv"))
    assert (len(table), list(table)) == (333, [*SHAPES[shape].columns, "truth"])
    assert (table["truth"] != "").all()


@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_another_seed_makes_other_people(shape: str) -> None:
    one, other = (set(SHAPES[shape].rows(300, seed=seed)) for seed in (1, 2))
    assert not one & other


@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_equal_people_do_not_stand_together(shape: str) -> None:
    truth = [row[-1] for row in SHAPES[shape].rows(2000, seed=1)]
    neighbours = sum(a == b for a, b in pairwise(truth))
    assert neighbours < 40


@pytest.mark.parametrize(
    ("shape", "mean", "most"),
    [
        pytest.param("contacts", 1.7, 5, id="contacts have few records each"),
        pytest.param("typos", 4.0, 7, id="a table of typos has several"),
        pytest.param("variants", 10.0, 30, id="people of the past have many, some have thirty"),
        pytest.param("people", 2.0, 4, id="a register has copies"),
        pytest.param("companies", 2.0, 4, id="companies have few"),
    ],
)
def test_how_many_records_one_has(shape: str, mean: float, most: int) -> None:
    sizes = Counter(row[-1] for row in SHAPES[shape].rows(6000, seed=2)).values()
    assert max(sizes) <= most
    assert sum(sizes) / len(sizes) == pytest.approx(mean, rel=0.15)


def test_one_address_at_a_webmail_is_one_person(contacts: pd.DataFrame) -> None:
    of_webmail = contacts[contacts["email"].str.endswith(tuple(f"@{domain}" for domain in WEBMAIL))]
    people = of_webmail.groupby("email")["truth"].nunique()
    assert (people > 1).mean() < 0.002  # a slip may hit the address of somebody else


def test_one_truth_has_one_birth_date(contacts: pd.DataFrame) -> None:
    told = contacts[contacts["birth_date"] != ""]
    assert told.groupby("truth")["birth_date"].nunique().max() == 1


@pytest.mark.parametrize(
    ("share", "low", "high"), [pytest.param(0, 0, 0, id="none"), pytest.param(0.5, 0.45, 0.55, id="half")]
)
def test_as_many_birth_dates_as_asked(share: float, low: float, high: float, tmp_path: Path) -> None:
    table = read(write_table("contacts", 2000, seed=1, out=tmp_path / "table.csv", birth_dates=share))
    assert low <= (table["birth_date"] != "").mean() <= high


def test_phones_need_not_be_dialable(tmp_path: Path) -> None:
    table = read(write_table("contacts", 500, seed=1, out=tmp_path / "table.csv", dialable=False))
    assert table["phone"].str.replace(r"\D", "", regex=True).str[-10].eq("1").any()  # no area code begins so


def test_households_share_street_and_name_but_not_truth(contacts: pd.DataFrame) -> None:
    homes = contacts[contacts["street"] != ""].groupby(["street", "last_name", "postcode"])["truth"].nunique()
    assert (homes > 1).sum() > 50


@pytest.mark.parametrize("words", [pytest.param(NOBODYS_MAIL, id="mail"), pytest.param(NOBODYS_PHONE, id="phone")])
def test_people_type_what_leaves_them_in_peace(contacts: pd.DataFrame, words: tuple[str, ...]) -> None:
    column = "digits" if words is NOBODYS_PHONE else "email"
    there = contacts[contacts[column].isin(words)]
    assert set(there[column]) == set(words)
    assert there["truth"].nunique() > 50


def test_role_mailboxes_and_switchboards_are_held_by_colleagues(contacts: pd.DataFrame) -> None:
    roles = contacts[contacts["email"].str.partition("@")[0].isin(ROLES)].groupby("email")["truth"].nunique()
    phones = contacts[~contacts["digits"].isin((*NOBODYS_PHONE, ""))].groupby("digits")["truth"].nunique()
    assert (roles > 1).sum() > 10
    assert (phones > 3).sum() > 2


def test_a_phone_is_spelt_in_many_ways(contacts: pd.DataFrame) -> None:
    shapes = contacts["phone"].str.strip().str.replace(r"\d", "9", regex=True)
    assert (shapes.value_counts() > 100).sum() >= 8


def test_a_slip_changes_a_word_and_leaves_its_first_letter_or_its_neighbour_there() -> None:
    dice = Dice("slips")
    slips = [dice.slip("margaret") for _ in range(500)]
    assert "margaret" in slips or len(set(slips)) > 40
    assert all(abs(len(slip) - 8) <= 1 and slip[0] in "ma" for slip in slips)
    assert dice.slip("ab") == "ab"


def test_a_slip_of_digits_keeps_the_form() -> None:
    dice = Dice("digits")
    slips = {dice.digit_slip("(212) 555-0187") for _ in range(300)}
    assert all(len(slip) == 14 and slip[0] == "(" and slip[9] == "-" for slip in slips)
    assert dice.digit_slip("none") == "none"


def test_the_first_value_is_the_commonest() -> None:
    dice = Dice("weights")
    drawn = Counter(dice.common(Weighted("abcdefgh", flat=0)) for _ in range(4000))
    assert [letter for letter, _ in drawn.most_common(2)] == ["a", "b"]
    assert drawn["a"] / drawn["b"] == pytest.approx(2, rel=0.2)
