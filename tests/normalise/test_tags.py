"""Tags: cells taken apart, writings brought together over a whole column, and what holds for any column."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording import near
from crm_clean.normalise.wording.tag_keys import key_words, spelling_key
from crm_clean.normalise.wording.tags import JOINT, normalise_list, parted, pieces, tidy
from crm_clean.normalise.wording.wishes import Wishes
from crm_clean.normalise.wording.word_groups import Word, settle

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_tags.toml").read_text("utf-8"))
WORDS = load()


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in CASES[name]]


def settled(
    column: Mapping[str, int], *, wishes: Mapping[str, str] | None = None, before: Mapping[str, str] | None = None
) -> dict[str, Word]:
    chosen = {written: (value, 1) for written, value in (before or {}).items()}
    counts = dict.fromkeys(chosen, 0) | dict(column)
    return settle(counts, before=chosen, wishes=Wishes(wishes or {}), by_meaning=True, words=WORDS)


@pytest.mark.parametrize("case", table("cells"))
def test_a_cell_is_taken_apart(case: dict[str, Any], words: Lexicons) -> None:
    found = [value for piece in pieces(case["raw"]) if (value := tidy(piece, words=words))]
    assert list(dict.fromkeys(found)) == case["tags"]
    assert normalise_list(case["raw"], words=words) == (JOINT.join(case["tags"]) or None)


@pytest.mark.parametrize("case", table("pairs"))
def test_two_writings_are_one_word_or_stay_apart(case: dict[str, Any]) -> None:
    found = settled({case["left"]: 2, case["right"]: 1})
    assert (found[case["left"]].value == found[case["right"]].value) is case["same"]


@pytest.mark.parametrize("case", table("columns"))
def test_a_column_settles_its_words(case: dict[str, Any]) -> None:
    found = settled(case["column"], wishes=case.get("wishes"), before=case.get("before"))
    assert {written: found[written].value or "" for written in case["expect"]} == case["expect"]
    assert {written: found[written].rule for written in case.get("rules", {})} == case.get("rules", {})


SLIPS = {"Newsletter": 90, "Newslettr": 1, "newsletters 2023": 2, "Custmer": 1, "Customer": 40, "VIP": 90, "VIO": 1}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("Newslettr", "Newsletter", id="a letter left out"),
        pytest.param("Custmer", "Customer", id="in a word of eight"),
        pytest.param("VIO", None, id="short words are never slips"),
        pytest.param("newsletters 2023", None, id="figures make another word"),
    ],
)
def test_a_slip_of_a_common_word_is_suggested(word: str, meant: str | None) -> None:
    assert near.suggestions(SLIPS).get(word) == meant


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Wave 1", "Wave 2", id="figures"),
        pytest.param("Customer 2023", "Customer 2024", id="years"),
        pytest.param("active customer", "inactive customer", id="a word and its opposite"),
        pytest.param("Phase II", "Phase III", id="Roman figures"),
        pytest.param("Segment A", "Segment B", id="letters that stand alone"),
        pytest.param("Client+", "Client", id="signs"),
        pytest.param("Merlin", "Berlin", id="another first letter"),
        pytest.param("opt in mail", "opt out mail", id="in and out"),
    ],
)
def test_what_is_no_slip(one: str, other: str) -> None:
    assert not near.is_slip(one, other)
    assert not near.is_slip(other, one)


def test_a_slip_is_suggested_only_where_the_other_is_far_commoner() -> None:
    assert near.suggestions({"Newsletter": 4, "Newslettr": 1}) == {}
    assert near.suggestions({"Newsletter": 5, "Newslettr": 2}) == {}
    assert near.suggestions({"Newsletter": 10, "Newslettr": 2}) == {"Newslettr": "Newsletter"}


WRITTEN = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            [
                "VIP",
                "vip",
                "V.I.P.",
                "customer",
                "Customers",
                "Kunde",
                "Händler",
                "Haendler",
                "news",
                "letter",
                "-",
                " ",
            ]
        ),
        min_size=1,
        max_size=3,
    ).map(" ".join),
)
TIDY = WRITTEN.map(lambda raw: tidy(raw, words=WORDS)).filter(bool)
COLUMNS = st.dictionaries(TIDY, st.integers(0, 30), max_size=12)
MANY = settings(max_examples=150, deadline=None)


@MANY
@given(column=COLUMNS, seed=st.randoms())
def test_the_order_of_words_changes_nothing(column: dict[str, int], seed: Any) -> None:
    shuffled = list(column.items())
    seed.shuffle(shuffled)
    assert settled(dict(shuffled)) == settled(column)


@MANY
@given(column=COLUMNS, wishes=st.dictionaries(TIDY, st.one_of(TIDY, st.just("")), max_size=4))
@example(column={"a": 1, "b": 1}, wishes={"a": "b", "b": "a"})
def test_what_a_word_became_becomes_nothing_else(column: dict[str, int], wishes: dict[str, str]) -> None:
    first = settled(column, wishes=wishes)
    became: dict[str, int] = {}
    for written, word in first.items():
        if word.value:
            became[word.value] = became.get(word.value, 0) + column[written]
    again = settled(became, wishes=wishes)
    assert {value: again[value].value for value in became} == {value: value for value in became}


@MANY
@given(column=COLUMNS, later=COLUMNS)
def test_a_choice_once_made_stands(column: dict[str, int], later: dict[str, int]) -> None:
    first = {written: word.value or "" for written, word in settled(column).items()}
    found = settled(later, before=first)
    for value in set(first.values()):
        members = {found[written].value for written, was in first.items() if was == value}
        assert len(members) == 1
        assert members <= set(first.values())


@MANY
@given(raw=st.text(max_size=60))
def test_no_cell_raises_and_tags_tidied_twice_are_the_same(raw: str) -> None:
    for piece in pieces(raw):
        once = tidy(piece, words=WORDS)
        if once is not None:
            assert tidy(once, words=WORDS) == once
            assert JOINT not in once
            assert spelling_key(once)
            assert isinstance(key_words(once), tuple)


@MANY
@given(raw=st.lists(st.text(alphabet="aB é1-;|", max_size=8), max_size=5).map(";".join))
def test_a_cell_taken_apart_twice_is_the_same(raw: str) -> None:
    once = normalise_list(raw, words=WORDS)
    assert once is None or normalise_list(once, words=WORDS) == once


CELLS = st.one_of(st.text(max_size=40), st.text(alphabet="aB1é ,;|:\"'[]{}#\n*", max_size=20))


@settings(max_examples=300, deadline=None)
@given(raw=CELLS)
@example(raw="10,000; VIP")
@example(raw="a ::: b")
def test_plain_cells_are_parted_as_the_long_way_does(raw: str) -> None:
    quick, slow = ([value for p in way(raw) if (value := tidy(p, words=WORDS))] for way in (pieces, parted))
    assert quick == slow
