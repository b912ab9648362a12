"""Columns of consent: what their headers say yes to."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_consent.toml").read_text(encoding="utf-8"))
CONSENT = ("consent_status", "email_opt_out", "do_not_call", "postal_opt_out")


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{case['title']}: {name}") for case in CASES["headers"] for name in case["names"]],
)
def test_a_header_of_consent_is_understood(name: str, case: dict[str, object], take_bytes) -> None:
    taken = take_bytes(f"E-Mail;{name}\na@example.com;yes\nb@example.com;no\nc@example.com;\n".encode())
    records = taken.staged_records
    fed = {field: records[f"{field}_raw"].fillna("").tolist() for field in CONSENT}
    said = ["no", "yes", ""] if case.get("turned") else ["yes", "no", ""]
    assert {field: raws for field, raws in fed.items() if any(raws)} == dict.fromkeys(case["feeds"], said)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        pytest.param("No. of calls", ["3", "0", "1"], id="a count of calls is no refusal of them"),
        pytest.param("Newsletter", ["Weekly", "Gardens", "Monthly"], id="names of newsletters are no answers"),
        pytest.param("Unsubscribed", ["anna", "bernd", "clara"], id="names are no answers"),
    ],
)
def test_values_that_say_neither_yes_nor_no_are_no_consent(header: str, values: list[str], mapping_of) -> None:
    rows = [[f"p{i}@example.com", value] for i, value in enumerate(values)]
    assert mapping_of(["E-Mail", header], *rows)[header] == ""


def test_what_a_turned_column_does_not_say_is_unclear(take_bytes) -> None:
    taken = take_bytes(b"E-Mail,OK to call\na@example.com,yes\nb@example.com,no\nc@example.com,later\n")
    assert taken.staged_records["do_not_call_raw"].tolist() == ["no", "yes", "unclear"]
    assert "later" in taken.staged_records["custom"].tolist()[2]


@pytest.mark.parametrize(
    ("header", "values", "target"),
    [
        pytest.param("Col7", ["subscribed", "unsubscribed", "double opt-in"], "consent_status", id="under no header"),
        pytest.param("Status", ["subscribed", "unsubscribed", "cleaned"], "consent_status", id="called a status"),
        pytest.param("Status", ["lead", "customer", "unsubscribed"], "status", id="one word among others is none"),
        pytest.param("Col7", ["yes", "no", "yes"], "", id="yes and no may be about anything"),
        pytest.param(
            "GDPR consent", ["Legitimate interest", "Performance of a contract"], "consent_basis", id="legal grounds"
        ),
    ],
)
def test_values_tell_a_column_of_consent(header: str, values: list[str], target: str, mapping_of) -> None:
    rows = [[f"p{i}@example.com", value] for i, value in enumerate(values)]
    assert mapping_of(["E-Mail", header], *rows)[header] == target


def test_all_columns_of_one_meaning_are_heard(take_bytes) -> None:
    data = b"E-Mail,Newsletter,GDPR consent\na@example.com,yes,no\nb@example.com,yes,yes\nc@example.com,,no\n"
    assert take_bytes(data).staged_records["consent_status_raw"].tolist() == ["yes; no", "yes", "no"]


def test_a_known_export_with_a_column_of_consent_of_its_own(take_bytes) -> None:
    data = (
        b"Record ID,First Name,Last Name,Email,Create Date,Lifecycle Stage,Unsubscribed from all email,Newsletter\n"
        b"1,Ann,Lee,a@example.com,2024-05-01 10:00,lead,,no\n"
        b"2,Bob,Ray,b@example.com,2024-05-01 10:00,lead,true,yes\n"
    )
    taken = take_bytes(data)
    assert taken.files["profile"].iloc[0] == "hubspot_contacts"
    assert taken.staged_records["consent_status_raw"].tolist() == ["no", "yes"]
    assert taken.staged_records["email_opt_out_raw"].fillna("").tolist() == ["", "true"]
