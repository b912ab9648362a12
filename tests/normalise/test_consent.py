"""Consent: what words mean, what a record says in several places, and what becomes of columns from file to customer."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crm_clean
from crm_clean.normalise import flags
from crm_clean.normalise.apply import Normalised, normalise
from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.spec import NormaliseSpec

Stage = Callable[..., tuple[pd.DataFrame, pd.DataFrame]]
CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_consent.toml").read_text("utf-8"))
WORDS = load()


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in CASES[name]]


@pytest.mark.parametrize("case", table("flags"))
def test_flag(case: dict[str, Any], words: Lexicons) -> None:
    assert flags.normalise_flag(case["raw"], words=words) is case.get("value")


@pytest.mark.parametrize("case", table("consent"))
def test_consent(case: dict[str, Any], words: Lexicons) -> None:
    found = flags.read_consent(case["raw"], words=words)
    assert found == (case["value"] or None, case.get("unclear", False))


@pytest.mark.parametrize("case", table("basis"))
def test_legal_ground(case: dict[str, Any], words: Lexicons) -> None:
    assert flags.read_basis(case["raw"], words=words) == (case["value"] or None, case.get("unclear", False))


@pytest.mark.parametrize("case", table("gender"))
def test_gender(case: dict[str, Any], words: Lexicons) -> None:
    assert flags.normalise_gender(case["raw"], words=words) == (case["value"] or None)


@pytest.mark.parametrize(
    ("raw", "bounced"),
    [
        pytest.param("Bounced", True, id="English"),
        pytest.param("cleaned", True, id="Mailchimp"),
        pytest.param("unzustellbar", True, id="German"),
        pytest.param("subscribed; bounced", True, id="one of two"),
        pytest.param("Unsubscribed", False, id="a refusal is none"),
    ],
)
def test_a_status_may_tell_of_an_address_that_bounced(raw: str, bounced: bool, words: Lexicons) -> None:
    assert flags.says_bounced(raw, words=words) is bounced


@settings(max_examples=300, deadline=None)
@given(raw=st.text(max_size=40) | st.text(alphabet="yesno ;,|-0123456789./xja", max_size=30))
def test_no_reader_raises_and_what_it_says_it_says_again(raw: str) -> None:
    flags.normalise_flag(raw, words=WORDS)
    flags.says_bounced(raw, words=WORDS)
    said = flags.read_consent(raw, words=WORDS).value
    assert said is None or flags.read_consent(said, words=WORDS) == (said, False)
    basis = flags.read_basis(raw, words=WORDS).value
    assert basis is None or flags.read_basis(basis, words=WORDS) == (basis, False)


@settings(max_examples=100, deadline=None)
@given(raw=st.text(min_size=1, max_size=30))
def test_what_nobody_knows_is_never_consent(raw: str) -> None:
    found = flags.read_consent(raw, words=WORDS)
    if found.is_unclear:
        assert found.value != "subscribed"


# A record that says several things.


def run(stage: Stage, **cells: str) -> tuple[Normalised, dict[str, Any]]:
    record = {f"{field}_raw": value for field, value in cells.items()}
    out = normalise(*stage([record], [{"kind": "email", "raw": "anna@example.com"}]), spec=NormaliseSpec())
    fields = ("consent_status", "consent_at", "email_opt_out", "email_bounced")
    row = {field: out.records[field][0] for field in fields}
    return out, {field: None if pd.isna(value) else value for field, value in row.items()}


AT = pd.Timestamp("2024-05-01", tz="UTC")


@pytest.mark.parametrize(
    ("cells", "expected", "codes"),
    [
        pytest.param(
            {"email_opt_out": "2024-05-01"},
            {"consent_status": "unsubscribed", "consent_at": AT, "email_opt_out": True},
            [],
            id="the date of an opt-out is that of the withdrawal",
        ),
        pytest.param(
            {"consent_status": "2024-05-01"},
            {"consent_status": "subscribed", "consent_at": AT},
            [],
            id="the date of an opt-in is that of the consent",
        ),
        pytest.param(
            {"consent_status": "ja, am 01.05.2024"},
            {"consent_status": "subscribed", "consent_at": AT},
            [],
            id="a word with its date",
        ),
        pytest.param(
            {"consent_status": "yes", "consent_at": "2024-05-01"},
            {"consent_status": "subscribed", "consent_at": AT},
            [],
            id="a column of dates beside one of words",
        ),
        pytest.param(
            {"consent_status": "yes", "consent_at": "2020-01-02", "email_opt_out": "2024-05-01"},
            {"consent_status": "unsubscribed", "consent_at": AT, "email_opt_out": True},
            ["consent.contradiction"],
            id="a withdrawal after a consent",
        ),
        pytest.param(
            {"consent_status": "subscribed", "consent_at": "2020-01-02", "email_opt_out": "true"},
            {"consent_status": "unsubscribed", "email_opt_out": True},
            ["consent.contradiction"],
            id="the date of the consent is not that of a withdrawal without one",
        ),
        pytest.param(
            {"consent_status": "no", "email_opt_out": "false"},
            {"consent_status": "unsubscribed", "email_opt_out": True},
            [],
            id="no to mail beats an opt-out that was never ticked",
        ),
        pytest.param(
            {"consent_status": "subscribed", "email_opt_out": "false"},
            {"consent_status": "subscribed", "email_opt_out": False},
            [],
            id="no opt-out contradicts no consent",
        ),
        pytest.param(
            {"consent_status": "cleaned"},
            {"consent_status": "unknown", "email_bounced": True},
            [],
            id="Mailchimp's cleaned is a bounce",
        ),
        pytest.param(
            {"consent_status": "green"}, {"consent_status": "unknown"}, ["consent_status.unknown"], id="an unknown word"
        ),
        pytest.param({"email_opt_out": "0000-00-00"}, {}, [], id="zeros of a database say nothing"),
        pytest.param({"email_opt_out": "perhaps"}, {}, ["flag.unreadable"], id="neither yes nor no"),
    ],
)
def test_what_a_record_says_of_consent(
    cells: dict[str, str], expected: dict[str, Any], codes: list[str], stage: Stage
) -> None:
    out, found = run(stage, **cells)
    assert found == dict.fromkeys(found) | expected
    assert out.issues["code"].tolist() == codes
    assert (out.contact_points["opt_out"].fillna(False)[0]) == bool(expected.get("email_opt_out"))


def test_the_date_of_an_opt_out_is_read_in_the_order_of_its_column(stage: Stage) -> None:
    records = [{"email_opt_out_raw": raw} for raw in ("05/06/2024", "12/25/2024", "no")]
    out = normalise(*stage(records), spec=NormaliseSpec())
    assert out.records["consent_at"][0] == pd.Timestamp("2024-05-06", tz="UTC")
    assert out.records["email_opt_out"].tolist() == [True, True, False]


# From a column of a file to the customer.

PEOPLE = ("anna@example.com", "bernd@example.org", "clara@example.com", "doris@example.org")


def customers(**columns: list[str]) -> pd.DataFrame:
    names = {"First name": ["Anna", "Bernd", "Clara", "Doris"], "Last name": ["Muster", "Beispiel", "Probe", "Vorlage"]}
    frame = pd.DataFrame(names | {"E-mail": list(PEOPLE)} | columns)
    golden = crm_clean.dedupe(frame).golden
    return golden.set_index("email").reindex(PEOPLE)


def told(golden: pd.DataFrame, column: str) -> list[str]:
    return golden[column].fillna("").astype(str).tolist() if column in golden else [""] * len(golden)


@pytest.mark.parametrize(
    ("columns", "opted_out", "status"),
    [
        pytest.param(
            {"Newsletter": ["ja", "nein", "", "vielleicht"]},
            ["", "true", "", ""],
            ["subscribed", "unsubscribed", "", "unknown"],
            id="German opt-in",
        ),
        pytest.param(
            {"Ne pas contacter": ["oui", "non", "", "non"]},
            ["true", "false", "", "false"],
            [""] * 4,
            id="French, not to be contacted",
        ),
        pytest.param(
            {"Acepta publicidad": ["sí", "no", "", "sí"]},
            ["", "true", "", ""],
            ["subscribed", "unsubscribed", "", "subscribed"],
            id="Spanish opt-in",
        ),
        pytest.param(
            {"Newsletter": ["yes", "yes", "yes", "no"], "Email Opt Out": ["1", "0", "", "0"]},
            ["true", "false", "", "true"],
            ["unsubscribed", "subscribed", "subscribed", "unsubscribed"],
            id="an opt-in lifts no opt-out",
        ),
    ],
)
def test_a_column_of_consent_reaches_the_customer(
    columns: dict[str, list[str]], opted_out: list[str], status: list[str]
) -> None:
    golden = customers(**columns)
    assert told(golden, "email_opt_out") == opted_out
    assert told(golden, "consent_status") == status
