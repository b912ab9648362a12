"""E-mail addresses against their table of hard cases, and cells with several of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crm_clean.normalise.apply import normalise
from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.mail.email_cells import split_emails
from crm_clean.normalise.mail.emails import read_email
from crm_clean.normalise.spec import NormaliseSpec

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_emails.toml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["title"]) for c in CASES])
def test_email(case: dict[str, Any], words: Lexicons) -> None:
    found = read_email(case["raw"], words=words)
    assert (found.value or "", found.key or "") == (case["value"], case["key"])
    assert sorted(found.codes) == case.get("codes", [])
    for flag in ("is_role", "is_free", "is_disposable", "is_placeholder"):
        assert getattr(found, flag) is case.get(flag, False), flag


def test_titles_say_one_thing_each() -> None:
    assert len({c["title"] for c in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Anna.Keller+x@gmail.com", "annakeller@googlemail.com", id="Google"),
        pytest.param("anna@me.com", "anna@icloud.com", id="Apple"),
        pytest.param("anna.k@protonmail.com", "annak+shop@pm.me", id="Proton"),
        pytest.param("anna.keller@yandex.com", "anna-keller@ya.ru", id="Yandex"),
        pytest.param("anna@bücher.example.com", "ANNA@XN--BCHER-KVA.example.com", id="the domain in ASCII"),
    ],
)
def test_spellings_of_one_mailbox_have_one_key(one: str, other: str, words: Lexicons) -> None:
    key = read_email(one, words=words).key
    assert key
    assert key == read_email(other, words=words).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("anna@hotmail.com", "anna@outlook.com", id="Microsoft's domains"),
        pytest.param("anna.k@outlook.com", "annak@outlook.com", id="dots at Microsoft"),
        pytest.param("anna+a@acme.example.com", "anna+b@acme.example.com", id="a plus at a firm"),
        pytest.param("straße@example.com", "strasse@example.com", id="ß"),
        pytest.param("anna@exаmple.com", "anna@example.com", id="a Cyrillic twin in the domain"),
        pytest.param("аnna@example.com", "anna@example.com", id="a Cyrillic twin in the name"),
        pytest.param("jürgen@example.com", "jurgen@example.com", id="an umlaut"),
        pytest.param("anna-lena@yahoo.de", "anna-maria@yahoo.de", id="hyphens at Yahoo"),
    ],
)
def test_two_mailboxes_have_two_keys(one: str, other: str, words: Lexicons) -> None:
    assert read_email(one, words=words).key != read_email(other, words=words).key


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        pytest.param("a@example.com; b@example.com", ["a@example.com", "b@example.com"], id="semicolon"),
        pytest.param("a@example.com,b@example.com", ["a@example.com", "b@example.com"], id="comma"),
        pytest.param("a@example.com b@example.com", ["a@example.com", "b@example.com"], id="blank"),
        pytest.param("a@example.com\nb@example.com", ["a@example.com", "b@example.com"], id="line break"),
        pytest.param("a@example.com<br/>b@example.com", ["a@example.com", "b@example.com"], id="line break of a page"),
        pytest.param("a@example.com ::: b@example.com", ["a@example.com", "b@example.com"], id="Google's marks"),
        pytest.param("a@example.com / b@example.com", ["a@example.com", "b@example.com"], id="slash"),
        pytest.param("a@example.com/b@example.org", ["a@example.com", "b@example.org"], id="slash without blanks"),
        pytest.param("a@example.com oder b@example.org", ["a@example.com", "b@example.org"], id="oder"),
        pytest.param("a@example.com & b@example.org", ["a@example.com", "b@example.org"], id="ampersand"),
        pytest.param(
            "a@example.com (work) b@example.org (home)",
            ["a@example.com (work)", "b@example.org (home)"],
            id="remarks",
        ),
        pytest.param(
            "work: a@example.com home: b@example.org", ["work: a@example.com", "home: b@example.org"], id="labels"
        ),
        pytest.param(
            "A <a@example.com>; B <b@example.com>", ["A <a@example.com>", "B <b@example.com>"], id="display names"
        ),
        pytest.param(
            "Keller, Anna <a@example.com>, b@example.com",
            ["Keller, Anna <a@example.com>", "b@example.com"],
            id="a comma in a display name",
        ),
        pytest.param(
            "a@example.com; none; b@example.com",
            ["a@example.com; none", "b@example.com"],
            id="a word stays with its own",
        ),
        pytest.param(
            "SMTP:a@example.com;smtp:b@example.com", ["SMTP:a@example.com", "smtp:b@example.com"], id="Exchange's list"
        ),
        pytest.param(
            "a＠example.com；b＠example.com", ["a＠example.com", "b＠example.com"], id="full-width, as written"
        ),
        pytest.param(
            "E-Mail 1: a@example.com E-Mail 2: b@example.org",
            ["E-Mail 1: a@example.com", "E-Mail 2: b@example.org"],
            id="numbered labels",
        ),
        pytest.param("a@example.com; A@Example.com", ["a@example.com"], id="each once"),
        pytest.param("a@example.com", ["a@example.com"], id="one stays"),
        pytest.param("a@@example.com", ["a@@example.com"], id="a slip is no list"),
        pytest.param("a/b=c@example.com", ["a/b=c@example.com"], id="a slash in a name is no list"),
        pytest.param('"a@b"@example.com', ['"a@b"@example.com'], id="a quoted at is no list"),
        pytest.param(
            "<mailto:a@example.com|a@example.com>", ["<mailto:a@example.com|a@example.com>"], id="a link is no list"
        ),
        pytest.param("anna keller@example.com", ["anna keller@example.com"], id="a blank is no list"),
    ],
)
def test_several_emails_in_a_cell(raw: str, parts: list[str]) -> None:
    assert split_emails(raw) == parts


def test_a_suggestion_stands_with_its_issue_and_nothing_is_changed(stage: Any) -> None:
    staged = stage(
        [{}], [{"kind": "email", "raw": "Anna@gmial.com"}, {"kind": "email", "ordinal": 2, "raw": "bo@gmail"}]
    )
    out = normalise(*staged, spec=NormaliseSpec())
    said = out.issues[["field", "code", "raw", "suggestion"]].to_dict("split")["data"]
    assert said == [
        ["email", "email.domain_typo", "Anna@gmial.com", "Anna@gmail.com"],
        ["email", "email.invalid", "bo@gmail", "bo@gmail.com"],
    ]
    assert out.contact_points["value"].to_list()[0] == "Anna@gmial.com"
    assert out.contact_points["key"].to_list()[0] == "anna@gmial.com"


def test_addresses_on_lines_of_one_cell_are_several_points(stage: Any) -> None:
    staged = stage([{}], [{"kind": "email", "raw": "a.k@example.com\nb.k@example.com"}])
    out = normalise(*staged, spec=NormaliseSpec())
    assert out.contact_points["value"].to_list() == ["a.k@example.com", "b.k@example.com"]


def test_own_words_decide_what_is_said_of_a_domain(tmp_path: Path) -> None:
    (tmp_path / "emails.toml").write_text(
        '[sets]\nplus_tags = ["acme.example"]\nnot_typos = ["gmaill.com"]\ndisposable = ["gone.example"]\n', "utf-8"
    )
    own = load(str(tmp_path))
    assert read_email("anna+x@acme.example", words=own).key == "anna@acme.example"
    assert read_email("anna@gmaill.com", words=own).codes == ()
    assert read_email("anna@gone.example", words=own).is_disposable
