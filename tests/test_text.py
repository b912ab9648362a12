"""The string helpers every stage shares: `clean` is fit to show, `fold` is fit to compare."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.text import clean, fold, squeeze, tokens


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Ann Lee", "Ann Lee", id="what is clean stays as it is"),
        pytest.param("  Ann \t Lee\r\n", "Ann Lee", id="white space runs are one blank, ends are trimmed"),
        pytest.param("Ann\u00a0Lee", "Ann Lee", id="a no-break space is white space"),
        pytest.param("A\u200bnn\ufeff", "Ann", id="zero-width characters go"),
        pytest.param("\u202eAnn\u202c", "Ann", id="marks that turn the direction of text go"),
        pytest.param("A\u00adnn", "Ann", id="a soft hyphen goes"),
        pytest.param("Ann\x00Lee", "AnnLee", id="NUL goes"),
        pytest.param("Zoe\u0308", "Zoë", id="composed form"),
        pytest.param("ｓ", "ｓ", id="full-width letters stay: they are what was typed"),
        pytest.param("نیما\u200cراد", "نیما\u200cراد", id="joiners stay: some scripts are illegible without"),
        pytest.param("محمد", "محمد", id="right-to-left names stay letter by letter"),
        pytest.param("\ud800Ann", "Ann", id="a lone surrogate goes: no file could hold it"),
        pytest.param("", "", id="nothing is nothing"),
        pytest.param(" \u200b ", "", id="only invisible is nothing"),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("O'Brien-Smith, Jr.", "o brien smith jr", id="case and punctuation do not count"),
        pytest.param("Müller", "muller", id="marks do not count"),
        pytest.param("Straße", "strasse", id="sharp s is ss"),
        pytest.param("Øre Æble Łódź", "ore aeble lodz", id="letters that do not decompose have their plain form"),
        pytest.param("ＡＮＮ", "ann", id="full-width is plain"),
        pytest.param("ﬁn", "fin", id="ligatures are letters"),
        pytest.param("İstanbul", "istanbul", id="a dotted capital I is i"),
        pytest.param("snake_case", "snake case", id="an underscore parts words"),
        pytest.param("Иванов", "иванов", id="other scripts keep their letters"),
        pytest.param("--- ... !!!", "", id="only punctuation is no key"),
        pytest.param("Route 66", "route 66", id="digits are part of words"),
        pytest.param("A\x1fn\x00n", "ann", id="controls do not part a word, among plain letters either"),
        pytest.param("Ann\tLee\nJr", "ann lee jr", id="tabs and line ends part words"),
    ],
)
def test_fold(raw: str, expected: str) -> None:
    assert fold(raw) == expected


def test_tokens_are_the_words_in_their_order() -> None:
    assert tokens("Lee,  Ann-Marie") == ["lee", "ann", "marie"]
    assert tokens("...") == []


@pytest.mark.parametrize("spelling", ["O'Brien", "O Brien", "OBrien", "o´brien", "Ó BRIEN"])
def test_squeeze_makes_one_key_of_one_name(spelling: str) -> None:
    assert squeeze(spelling) == "obrien"


@given(st.text())
def test_any_text_can_be_cleaned_and_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    once.encode("utf-8")
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_any_text_can_be_folded_and_folding_ignores_what_clean_removes(raw: str) -> None:
    assert fold(clean(raw)) == fold(raw)
    assert fold(fold(raw)) == fold(raw)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_cut_for_ascii_says_the_same_as_the_long_way(raw: str) -> None:
    # A letter with a mark sends the text the long way round.
    assert fold(raw + " é") == f"{fold(raw)} e".strip()
    assert clean(raw + " é") == f"{clean(raw)} é".strip()
