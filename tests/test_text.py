"""The string helpers every stage shares: `clean` is fit to show, `fold` is fit to compare."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.text import _FOLDED, clean, fold, squeeze, tokens


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


INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff]"
)
LOOSE = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n"}
)


def clean_slowly(value: str) -> str:
    return re.sub(r"\s+", " ", INVISIBLE.sub("", unicodedata.normalize("NFC", value))).strip()


def fold_slowly(value: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", INVISIBLE.sub("", value)).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "\u200c\u200d")
    return " ".join(re.findall(r"[^\W_]+", plain.translate(LOOSE)))


@pytest.mark.parametrize("plane", range(0, 0x110000, 0x10000), ids=hex)
def test_the_short_ways_say_of_every_character_what_the_long_ways_say(plane: int) -> None:
    for code in range(plane, plane + 0x10000):
        letter = chr(code)
        assert clean(letter) == clean_slowly(letter), hex(code)
        assert fold(letter) == fold_slowly(letter), hex(code)


@settings(max_examples=1000)
@given(st.text() | st.text(alphabet="aZß \t\u0301\u0345\u200b\u200dİéが\u3099김\u1100\u1161한नेंα'-_.1½ﬁǅ", max_size=12))
def test_the_short_ways_say_of_every_text_what_the_long_ways_say(raw: str) -> None:
    assert clean(raw) == clean_slowly(raw)
    assert fold(raw) == fold_slowly(raw)


def test_no_more_letters_are_kept_in_mind_than_a_few_scripts_have() -> None:
    fold("".join(chr(code) for code in range(0x80, 0x20000)))
    assert len(_FOLDED) <= 20_000
    assert fold("Ünïcödé \U0001f600 \U0002f800x") == fold_slowly("Ünïcödé \U0001f600 \U0002f800x")
