"""Word lists that a user extends: what is added wins, what is taken out is gone, what would do nothing is refused."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.errors import BadSettings
from crm_clean.normalise.flags import normalise_flag
from crm_clean.normalise.lexicon import Lexicons, content_digest, load

Extend = Callable[..., Lexicons]


@pytest.fixture
def extend(tmp_path: Path) -> Extend:
    """The lexicons with files of these contents beside them: `extend(status="[maps.status] ...")`."""

    def extended(**files: str) -> Lexicons:
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return load(str(tmp_path))

    return extended


def test_a_folder_without_words_changes_nothing(extend: Extend) -> None:
    extended = extend(status="# [maps.status]\n# fan = 'lead'\n")
    assert (extended.sets, extended.maps) == (load().sets, load().maps)
    assert extended.digest == content_digest(None)


def test_words_of_a_list_are_added(extend: Extend) -> None:
    assert extend(emails='[sets]\nrole = ["welcome"]').sets["emails.role"] == load().sets["emails.role"] | {"welcome"}


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        pytest.param("Hot Fan", "hot fan", id="case does not count"),
        pytest.param("Abonné·e", "abonne e", id="accents and signs do not count"),
        pytest.param("  old -- friend ", "old friend", id="blanks and punctuation are one blank"),
        pytest.param("Straße", "strasse", id="a sharp s is two"),
        pytest.param("ＶＩＰ ２", "vip 2", id="wide letters are letters"),
    ],
)
def test_a_word_is_compared_folded(extend: Extend, written: str, compared: str) -> None:
    assert extend(status=f'[maps.status]\n"{written}" = "customer"').maps["status.status"][compared] == "customer"


def test_of_the_words_of_emails_case_alone_does_not_count(extend: Extend) -> None:
    assert "team-fr" in extend(emails='[sets]\nrole = ["Team-FR"]').sets["emails.role"]


def test_an_entry_of_a_map_wins_over_ours(extend: Extend) -> None:
    assert load().maps["status.status"]["trial"] == "prospect"
    assert extend(status='[maps.status]\nTrial = "customer"').maps["status.status"]["trial"] == "customer"


def test_a_word_of_ours_can_be_taken_out(extend: Extend) -> None:
    extended = extend(
        emails='[remove]\nrole = ["Studio"]',
        status='[remove]\nstatus = ["VIP"]',
        flags='[remove]\nyes = ["x"]',
    )
    assert load().sets["emails.role"] - extended.sets["emails.role"] == {"studio"}
    assert set(load().maps["status.status"]) - set(extended.maps["status.status"]) == {"vip"}
    assert (normalise_flag("X", words=load()), normalise_flag("X", words=extended)) == (True, None)


def test_a_word_taken_out_of_one_list_can_be_put_into_another(extend: Extend) -> None:
    extended = extend(flags='[remove]\nyes = ["x"]\n[sets]\nno = ["x"]')
    assert normalise_flag("x", words=extended) is False


def test_lists_of_ours_are_as_they_were_afterwards(extend: Extend) -> None:
    before = content_digest(None)
    extend(emails='[remove]\nrole = ["info"]', status='[maps.status]\nfan = "lead"')
    assert "info" in load().sets["emails.role"]
    assert "fan" not in load().maps["status.status"]
    assert content_digest(None) == before


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        pytest.param("statsu", "", "did you mean status.toml? There are addresses.toml, ", id="a misspelt file"),
        pytest.param("status", "[maps.statsu]\na = 'lead'", "did you mean status? Allowed: ", id="a misspelt map"),
        pytest.param("emails", "[sets]\nrol = ['a']", "did you mean role? Allowed: ", id="a misspelt set"),
        pytest.param("emails", "[set]\nrole = ['a']", "there is no [set]; did you mean [sets]?", id="set for sets"),
        pytest.param("emails", "role = ['a']", "there is no [role]; lists stand under [sets]", id="no heading"),
        pytest.param("emails", "[maps.role]\na = 'b'", "write [sets] role = [...]", id="a set as a map"),
        pytest.param("status", "[sets]\nstatus = ['a']", "write [maps.status]", id="a map as a set"),
        pytest.param("emails", "[maps]\ntypos = 'b'", 'lines such as "word" = "meaning"', id="a map of one word"),
        pytest.param("emails", "sets = ['a']", "sets is a heading: write [sets]", id="a heading as a list"),
        pytest.param(
            "status", "[maps.status]\n'Hot fan' = 'custmer'", '"hot fan" = "custmer": custmer is no meaning here; did '
            "you mean customer? Allowed: lead, prospect, customer, former, other.", id="a misspelt meaning",
        ),
        pytest.param("status", "[maps.status]\nfan = ''", "write it under [remove]", id="an empty meaning"),
        pytest.param("status", "[maps.status]\nfan = 1", '"fan" needs a meaning in quotation marks', id="a number"),
        pytest.param("countries", "[maps.aliases]\niberia = 'Spain'", "Spain is no meaning", id="no country code"),
        pytest.param(
            "regions", "[maps.us]\n'Lone star' = 'Texas'", "Texas is no meaning here", id="no code of a state",
        ),
        pytest.param(
            "status", "[maps.status]\nFan = 'lead'\n'fan!' = 'other'", 'is read as "fan", which has another meaning',
            id="one word with two meanings",
        ),
        pytest.param("status", "[maps.status]\n'!?' = 'lead'", '"!?" holds no letter or digit', id="a word of signs"),
        pytest.param("emails", "[sets]\nrole = 'info'", "write a list of words", id="a word for a list"),
        pytest.param("emails", "[sets]\nrole = ['info', 7]", "write a list of words", id="a number in a list"),
        pytest.param(
            "emails", "[maps.typos]\ngmaik.com = 'gmail.com'", "put the whole word in quotation marks",
            id="a domain without quotation marks",
        ),
        pytest.param("status", "[maps.status", "this is not TOML", id="not TOML"),
        pytest.param(
            "emails", "[remove]\nrole = ['inof']", '"inof" is not in that list of ours; did you mean info?',
            id="taking out what is not there",
        ),
        pytest.param("emails", "[remove]\nrolle = ['info']", "did you mean role?", id="taking out of no list"),
        pytest.param("status", "[closed]\nstatus = ['x']", "there is no [closed]", id="meanings are ours"),
    ],
)  # fmt: skip
def test_what_would_silently_do_nothing_is_refused(
    extend: Extend, tmp_path: Path, file: str, text: str, told: str
) -> None:
    with pytest.raises(BadSettings) as refused:
        extend(**{file: text})
    said = str(refused.value)
    assert said.startswith(f"{tmp_path / file}.toml: ")
    assert told in said
    assert "\n" not in said


@pytest.mark.parametrize("name", ["status.txt", "status.toml.txt", "Status.TOML", "notes"])
def test_a_file_that_would_not_be_read_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[maps.status]\nfan = "lead"')
    with pytest.raises(BadSettings, match=r"did you mean \w+\.toml\?"):
        load(str(tmp_path))


@pytest.mark.parametrize("name", ["README.md", "readme.txt", ".DS_Store", "status.toml~", "status.toml.bak"])
def test_what_lies_beside_the_lists_is_passed_by(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("anything")
    assert load(str(tmp_path)).digest == content_digest(None)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="is not there; create it"):
        load(str(tmp_path / "nowhere"))


def test_a_mark_that_editors_leave_at_the_head_of_a_file_is_passed_by(extend: Extend) -> None:
    assert "fan" in extend(status='\ufeff[maps.status]\nfan = "lead"').maps["status.status"]


def test_a_changed_file_is_read_anew(extend: Extend, tmp_path: Path) -> None:
    first = extend(status='[maps.status]\nfan = "lead"')
    (tmp_path / "status.toml").write_text('[maps.status]\nfan = "other"')
    os.utime(tmp_path / "status.toml", ns=(1, 1))
    second = load(str(tmp_path))
    assert (first.maps["status.status"]["fan"], second.maps["status.status"]["fan"]) == ("lead", "other")
    assert first != second
    assert first.digest != second.digest


def test_the_digest_is_of_what_the_lists_say_not_of_how_or_where(tmp_path: Path) -> None:
    for folder, text in (("a", '[sets]\nrole = ["one", "two"]'), ("b", '# mine\n[sets]\nrole = ["Two", "one", "one"]')):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "emails.toml").write_text(text)
    said = [content_digest(str(tmp_path / folder)) for folder in "ab"]
    assert said[0] == said[1] != content_digest(None)


def test_lists_travel_to_other_processes_by_their_folder(extend: Extend) -> None:
    words = extend(status='[maps.status]\nfan = "lead"')
    assert pickle.loads(pickle.dumps(words)) is words


def test_what_a_closed_list_may_mean_is_what_ours_mean() -> None:
    assert set(load().maps["status.status"].values()) == {"lead", "prospect", "customer", "former", "other"}
