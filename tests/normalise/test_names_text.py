"""Text made fit to work on: what is garbled is put right, what is sound stays, the quick look is the long one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.normalise.letters.guard import MAX_LENGTH, _look, look
from crm_clean.normalise.letters.mojibake import repair
from crm_clean.normalise.letters.scripts import latin_fold
from crm_clean.text import clean, fold

NAMES = [
    *(
        "José",
        "María",
        "Núñez",
        "Íñigo",
        "Óscar",
        "Ángel",
        "García",
        "Agüero",
        "Françoise",
        "Éric",
        "Noël",
        "Loïc",
        "Chloé",
    ),
    *("Hélène", "Cœur", "Müller", "Jürgen", "Groß", "Weiß", "Özil", "Şahin", "Çelik", "İbrahim", "Łukasz", "Świętek"),
    *("Żółty", "Dąbrowski", "Čapek", "Dvořák", "Žižka", "Đorđe", "Željko", "João", "Conceição", "Gonçalves", "Åsa"),
    *(
        "Ærø",
        "Øystein",
        "Søren",
        "Þór",
        "Tóth",
        "Győző",
        "Ștefan",
        "Nguyễn",
        "Trần",
        "NÚÑEZ",
        "FRANÇOIS",
        "MÜLLER",
        "SÃO",
    ),
    *(
        "Анна",
        "Смирнова",
        "Юлия",
        "Ђорђе",
        "Γιώργος",
        "דוד",
        "محمد",
        "王小明",
        "김민준",
        "O’Brien",
        "Mª",
        "Nº 5",
        "“Bob”",
    ),
]
WHOLE = [f"{a} {b}" for a, b in zip(NAMES, NAMES[17:] + NAMES[:17], strict=True)]


def garbled(text: str, encoding: str) -> str | None:
    """UTF-8 read in the wrong encoding; None where that would have failed."""
    try:
        return text.encode().decode(encoding)
    except UnicodeDecodeError:
        return None


def share_put_right(texts: list[str], encoding: str) -> float:
    pairs = [(garbled(t, encoding), t) for t in texts]
    return sum(look(g).value == clean(t) for g, t in pairs if g) / sum(g is not None for g, _ in pairs)


@pytest.mark.parametrize("name", NAMES + WHOLE)
def test_a_sound_name_stays(name: str) -> None:
    assert repair(name) == name


@pytest.mark.parametrize(
    ("encoding", "alone", "whole"),
    [
        pytest.param("cp1252", 0.98, 0.98, id="Windows, Western Europe"),
        pytest.param("latin-1", 0.98, 0.98, id="Latin-1"),
        pytest.param("mac_roman", 0.6, 0.85, id="Macintosh"),
        pytest.param("cp437", 0.55, 0.85, id="DOS"),
        pytest.param("cp1250", 0.5, 0.8, id="Windows, Central Europe"),
    ],
)
def test_most_names_garbled_by_an_encoding_are_put_right(encoding: str, alone: float, whole: float) -> None:
    assert share_put_right(NAMES, encoding) >= alone
    assert share_put_right(WHOLE, encoding) >= whole


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("Ã…sa", "Åsa", id="letters that the library leaves open"),
        pytest.param("FranÃƒÂ§oise", "Françoise", id="garbled twice"),
        pytest.param("Dâ€™Angelo", "D’Angelo", id="a curly apostrophe"),
        pytest.param("Jo�o", "Jo�o", id="what was lost cannot be told"),
        pytest.param("Ã", "Ã", id="half a letter"),
    ],
)
def test_garbled_text(raw: str, value: str) -> None:
    assert repair(raw) == value


ANY = st.text(max_size=40) | st.text(
    alphabet="aeÃ¼©√º├Ĺľ\u00ad\u200d\u200c\u202e\x00\ud800éАг王'.- \u0301\u0302αΖ\t\u00a0👩", max_size=20
)


@settings(max_examples=1500, deadline=None)
@given(raw=ANY)
def test_the_quick_look_is_the_long_one(raw: str) -> None:
    assert look(raw) == _look(raw, MAX_LENGTH)


@settings(max_examples=500, deadline=None)
@given(raw=ANY)
def test_looking_twice_finds_nothing_new(raw: str) -> None:
    once = look(raw).value
    again = look(once)
    assert again.value == once
    assert set(again.codes) <= {"text.confusable"}


@settings(max_examples=1000, deadline=None)
@given(raw=ANY)
def test_a_latin_key_is_its_own_key_and_that_of_latin_text_is_its_fold(raw: str) -> None:
    key = latin_fold(raw)
    assert latin_fold(key) == key
    if raw.isascii():
        assert key == fold(raw)


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        pytest.param("Щербаков Юрий", "shcherbakov yury", id="Russian"),
        pytest.param("Петровић", "petrovic", id="Serbian"),
        pytest.param("Μπάμπης Αυγουστίνος", "bampis avgoustinos", id="Greek pairs"),
        pytest.param("شريف عادل", "shryf aadl", id="Arabic, without its short vowels"),
        pytest.param("مُحَمَّد", "mhmd", id="Arabic vowel signs do not count"),
        pytest.param("שָׁלוֹם", "shlvm", id="nor do Hebrew ones"),
        pytest.param("नरेन्द्र", "nrendr", id="Hindi vowel signs do"),
        pytest.param("გიორგი", "giorgi", id="Georgian"),
        pytest.param("Արմեն", "armen", id="Armenian"),
        pytest.param("ﾏﾂﾀﾞ", "matsuda", id="half-width kana are kana"),
        pytest.param("キョウコ", "kyouko", id="small kana are said with the one before"),
        pytest.param("ᴊᴏʜɴ 🅹", "john j", id="small capitals and boxed letters"),
        pytest.param("🇫🇷 Jean 🌸", "jean", id="pictures and flags do not count"),
        pytest.param("☃", "", id="a picture alone has no key"),
        pytest.param("ə Ħ ſ", "e h s", id="rare Latin letters"),
    ],
)
def test_latin_keys(raw: str, key: str) -> None:
    assert latin_fold(raw) == key
