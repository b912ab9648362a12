"""The lexicons hold together, and damage is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from crm_clean.sample.columns import by_group, column, join_filled
from crm_clean.sample.dirt import misdial, misprint, mojibake, spaced, unaccented
from crm_clean.sample.lexicon import CODES, Lexicon, lexicons
from crm_clean.sample.words import pool, slug, words, zipf


@pytest.mark.parametrize("lexicon", lexicons(), ids=CODES)
def test_a_lexicon_holds_together(lexicon: Lexicon) -> None:
    lexicon.model_dump_json().encode("cp1252")
    assert set(lexicon.nicknames) <= {*lexicon.female, *lexicon.male}
    assert len(set(lexicon.female)) == len(lexicon.female)
    assert all(town.area.isdigit() and town.postal_codes for town in lexicon.places.towns)
    assert all(form.count("{}") == 1 for pair in lexicon.places.street_types for form in pair)


def test_the_shares_of_the_countries_make_one() -> None:
    assert sum(lexicon.share for lexicon in lexicons()) == pytest.approx(1)


def test_a_pool_draws_within_its_group_and_the_common_more_often() -> None:
    drawn_from = pool([["a", "b"], [], ["c"]], [zipf(2, shift=1, power=2), zipf(0, shift=1, power=1), np.ones(1)])
    rng = np.random.default_rng(1)
    firsts = drawn_from.text.take(drawn_from.draw(rng, np.zeros(1_000, dtype=np.int64))).to_pylist()
    assert set(firsts) == {"a", "b"}
    assert firsts.count("a") > 700
    assert set(drawn_from.draw(rng, np.full(50, 2)).tolist()) == {2}


def test_first_names_are_of_the_country_and_sex_asked_for() -> None:
    group = np.repeat(np.arange(2 * len(CODES)), 20)
    names = words().first.text.take(words().first.draw(np.random.default_rng(1), group)).to_pylist()
    for number, name in zip(group.tolist(), names, strict=True):
        lexicon = lexicons()[number // 2]
        assert name in (lexicon.male if number % 2 else lexicon.female)


@pytest.mark.parametrize(
    ("text", "umlaut", "expected"),
    [
        pytest.param("Müller", True, "mueller", id="a German writes ue"),
        pytest.param("Müller", False, "muller", id="others drop the dots"),
        pytest.param("O'Brien", False, "obrien", id="no apostrophe"),
        pytest.param("van der Berg", False, "vanderberg", id="no blanks"),
        pytest.param("Weiß", True, "weiss", id="sharp s"),
    ],
)
def test_slug(text: str, umlaut: bool, expected: str) -> None:
    assert slug(text, umlaut=umlaut) == expected


@pytest.mark.parametrize("draw", range(0, 4_000, 37))
def test_a_misprint_is_one_slip(draw: int) -> None:
    wrong = misprint("Featherstone", draw)
    assert abs(len(wrong) - len("Featherstone")) <= 1
    assert wrong[0] in "Fe"


@pytest.mark.parametrize("draw", range(0, 4_000, 37))
def test_a_misdialled_number_keeps_its_signs(draw: int) -> None:
    wrong = misdial("+44 (0)113 496 0123", draw)
    assert [c for c in wrong if not c.isdigit()] == [c for c in "+44 (0)113 496 0123" if not c.isdigit()]
    assert wrong.startswith("+44 (0)")


@pytest.mark.parametrize(
    ("change", "text", "draw", "expected"),
    [
        pytest.param(mojibake, "Jürgen", 0, "JÃ¼rgen", id="UTF-8 read as Windows-1252"),
        pytest.param(mojibake, "Ávila", 0, "Ávila", id="what would be no text is left alone"),
        pytest.param(unaccented, "Muñoz", 0, "Munoz", id="the marks are lost"),
        pytest.param(unaccented, "Muñoz", 3, "Mu?oz", id="the letters are lost"),
        pytest.param(spaced, "Ana María", 2, "Ana  María", id="a blank too many within"),
        pytest.param(spaced, "Ana", 0, " Ana", id="a blank before"),
        pytest.param(misprint, "Li", 5, "Li", id="a name of two letters is left alone"),
        pytest.param(misdial, "n/a", 5, "n/a", id="no number, nothing to misdial"),
    ],
)
def test_damage(change: object, text: str, draw: int, expected: str) -> None:
    assert callable(change)
    assert change(text, draw) == expected


def test_joining_skips_what_is_missing_and_keeps_every_row() -> None:
    joined = join_filled(column(["a", "", "", "d"]), column(["1", "2", "", ""]), sep=", ")
    assert joined.to_pylist() == ["a, 1", "2", "", "d"]


def test_groups_come_back_in_row_order() -> None:
    made = by_group(np.array([2, 1, 2]), lambda group, rows: column([f"{group}{row}" for row in rows]))
    assert made.to_pylist() == ["20", "11", "22"]
