"""What a CRM is told to change, to merge and never to use again."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.publish.plan import Given, Plan, plan
from crm_clean.publish.spec import PublishSpec
from crm_clean.records.tables import PUBLISH_CHANGES, PUBLISH_MERGES, PUBLISH_SUPPRESSIONS

Make = Callable[..., Given]
Rec = Callable[..., dict[str, Any]]
HUB, SALES, MAIL, PIPE = "hubspot_contacts", "salesforce_contacts", "mailchimp_members", "pipedrive_people"


def told(planned: Plan, column: str | None = None) -> list[tuple[str, str, str]]:
    """id, old and new value of the changes, of one column."""
    frame = planned.changes if column is None else planned.changes[planned.changes["column"] == column]
    return list(frame[["source_record_id", "old_value", "new_value"]].itertuples(index=False, name=None))


def one(given: Make, rec: Rec, profile: str, own: dict[str, Any], golden: dict[str, Any], **spec: bool) -> Plan:
    """The plan for one record of one golden record."""
    return plan(given([rec(profile, "7", "G", **own)], [{"golden_id": "G", **golden}]), spec=PublishSpec(**spec))


@pytest.mark.parametrize(
    ("profile", "column", "own", "golden", "expected"),
    [
        pytest.param(HUB, "First Name", {"raw": {"First Name": "ROSA"}, "first_name": "Rosa"}, {"first_name": "Rosa"},
                     [("7", "ROSA", "Rosa")], id="a better spelling"),
        pytest.param(HUB, "First Name", {"raw": {"First Name": " Rosa "}, "first_name": "Rosa"}, {"first_name": "Rosa"},
                     [], id="blanks around it are not worth a line"),
        pytest.param(HUB, "Job Title", {}, {"job_title": "Clerk"}, [("7", "", "Clerk")], id="a blank is filled"),
        pytest.param(HUB, "Job Title", {"raw": {"Job Title": "Clerk"}, "job_title": "Clerk"}, {},
                     [], id="nothing is ever wiped"),
        pytest.param(HUB, "Date of birth", {"raw": {"Date of birth": "1/5/80"}, "birth_date": "1980-05-01"},
                     {"birth_date": "1980-05-01"}, [], id="a date that means the same stays as it is spelt"),
        pytest.param(HUB, "Date of birth", {}, {"birth_date": "--05-01"}, [], id="a date without a year is no date"),
        pytest.param(MAIL, "Birthday", {"raw": {"Email Address": "a@example.com"}}, {"birth_date": "--05-01"},
                     [("7", "", "05/01")], id="but it is a birthday"),
        pytest.param(PIPE, "Person - Name", {"raw": {"Person - Name": "ode rosa"}, "full_name": "Ode Rosa"},
                     {"full_name": "Rosa Ode"}, [("7", "ode rosa", "Rosa Ode")], id="full names where there are some"),
    ],
)  # fmt: skip
def test_single_values(
    given: Make, rec: Rec, profile: str, column: str, own: dict[str, Any], golden: dict[str, Any],
    expected: list[tuple[str, str, str]],
) -> None:  # fmt: skip
    assert told(one(given, rec, profile, own, golden), column) == expected


def test_spelling_and_filling_can_be_turned_off(given: Make, rec: Rec) -> None:
    own = {"raw": {"First Name": "ROSA", "Last Name": "Odde"}, "first_name": "Rosa", "last_name": "Odde"}
    golden = {"first_name": "Rosa", "last_name": "Ode", "job_title": "Clerk"}
    assert told(one(given, rec, HUB, own, golden, spelling=False, fill=False)) == [("7", "Odde", "Ode")]


@pytest.mark.parametrize(
    ("own", "golden", "expected"),
    [
        pytest.param({"raw": {"HasOptedOutOfEmail": "0"}, "email_opt_out": False}, {"email_opt_out": True},
                     [("7", "0", "true")], id="it may get stricter"),
        pytest.param({"raw": {"HasOptedOutOfEmail": "1"}, "email_opt_out": True}, {"email_opt_out": True},
                     [], id="strict already"),
        pytest.param({"raw": {"HasOptedOutOfEmail": "1"}, "email_opt_out": True}, {"email_opt_out": False},
                     [], id="never looser, whatever the golden record says"),
        pytest.param({"raw": {"HasOptedOutOfEmail": ""}}, {"email_opt_out": False}, [], id="no is not yes"),
    ],
)  # fmt: skip
def test_consent(
    given: Make, rec: Rec, own: dict[str, Any], golden: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert told(one(given, rec, SALES, own, golden)) == expected


def mail(value: str, **more: Any) -> dict[str, Any]:
    return {"kind": "email", "value": value, **more}


def phone(value: str, **more: Any) -> dict[str, Any]:
    return {"kind": "phone", "value": value, **more}


@pytest.mark.parametrize(
    ("column", "cell", "own", "golden", "expected"),
    [
        pytest.param("Email", "Rosa@Example.COM", [mail("rosa@example.com")], [mail("rosa@example.com")],
                     "rosa@example.com", id="its own address, spelt well"),
        pytest.param("Email", "rosa@example.com", [mail("rosa@example.com")], [mail("new@example.com")], None,
                     id="a usable address stays, whichever the golden record prefers"),
        pytest.param("Email", "rosa@example.com", [mail("rosa@example.com", bounced=True)], [mail("new@example.com")],
                     "new@example.com", id="one that bounced is replaced"),
        pytest.param("Email", "rosa@example.com", [mail("rosa@example.com", bounced=True, opt_out=True)],
                     [mail("new@example.com")], None, id="never one that was opted out of"),
        pytest.param("Email", "", [], [mail("old@example.com", opt_out=True), mail("new@example.com")],
                     "new@example.com", id="a closed address is not handed on"),
        pytest.param("Email", "", [], [mail("info@example.com", is_role=True)], None, id="nor is a role mailbox"),
        pytest.param("Email", "a@example.com; b@example.com", [mail("a@example.com")], [mail("a@example.com")], None,
                     id="a cell of two stays as it is"),
        pytest.param("Phone Number", "(030) 555 010", [phone("+4930555010")], [phone("+4930555010")], "+4930555010",
                     id="a number in its international form"),
        pytest.param("Phone Number", "030 555 010 ext 5", [phone("+4930555010", extension="5")],
                     [phone("+4930555010", extension="5")], None, id="an extension is not lost"),
        pytest.param("Phone Number", "12345", [{"kind": "phone", "raw": "12345"}], [phone("+4930555010")],
                     "+4930555010", id="what is no number is replaced"),
        pytest.param("Mobile Phone Number", "", [], [phone("+4930555010", label="work")], None,
                     id="a desk phone is no mobile"),
        pytest.param("Mobile Phone Number", "", [phone("+49170555010")], [phone("+49170555010", label="mobile")], None,
                     id="a number the record has elsewhere is not given twice"),
    ],
)  # fmt: skip
def test_reach(
    given: Make, rec: Rec, column: str, cell: str, own: list[dict[str, Any]], golden: list[dict[str, Any]],
    expected: str | None,
) -> None:  # fmt: skip
    changed = told(one(given, rec, HUB, {"raw": {column: cell}, "points": own}, {"points": golden}), column)
    assert changed == ([("7", cell, expected)] if expected else [])


def test_who_opted_out_gets_no_new_address(given: Make, rec: Rec) -> None:
    golden = {"email_opt_out": True, "points": [mail("new@example.com")]}
    assert not told(one(given, rec, HUB, {}, golden), "Email")


def test_an_address_of_another_record_is_not_given_away(given: Make, rec: Rec) -> None:
    records = [rec(HUB, "7", "G"), rec(HUB, "8", "H", points=[mail("a@example.com")], raw={"Email": "a@example.com"})]
    planned = plan(given(records, [{"golden_id": "G", "points": [mail("a@example.com")]}, {"golden_id": "H"}]),
                   spec=PublishSpec())  # fmt: skip
    assert not told(planned, "Email")


def test_the_address_of_a_member_never_changes(given: Make, rec: Rec) -> None:
    own = {"raw": {"Email Address": "A@Example.com"}, "points": [mail("a@example.com", bounced=True)]}
    assert not told(one(given, rec, MAIL, own, {"points": [mail("b@example.com")]}), "Email Address")


def place(street: str | None, city: str | None, **more: Any) -> dict[str, Any]:
    return {"kind": "address", "street": street, "city": city, "value": f"{street}, {city}", "key": street, **more}


@pytest.mark.parametrize(
    ("raw", "own", "golden", "expected"),
    [
        pytest.param({}, [], [place("1 Lane", "Leeds")], {"Street Address": "1 Lane", "City": "Leeds"}, id="filled"),
        pytest.param({"Street Address": "9 Road", "City": "Bath"}, [place("9 Road", "Bath")],
                     [place("1 Lane", "Leeds")], {"Street Address": "1 Lane", "City": "Leeds"}, id="somebody moved"),
        pytest.param({"Street Address": "9 Road", "City": "Bath", "Postal Code": "BA1 1AA"},
                     [place("9 Road", "Bath", postal_code="BA1 1AA")], [place("1 Lane", "Leeds")],
                     {}, id="a postcode would be left behind: nothing changes"),
        pytest.param({}, [], [place("1 Lane", "Leeds", country="GB")], {}, id="a country this export never spelt"),
        pytest.param({}, [], [place("1 Lane", "Leeds", unit="Flat 2")],
                     {"Street Address": "1 Lane, Flat 2", "City": "Leeds"}, id="a unit goes with the street"),
    ],
)  # fmt: skip
def test_addresses(
    given: Make, rec: Rec, raw: dict[str, str], own: list[dict[str, Any]], golden: list[dict[str, Any]],
    expected: dict[str, str],
) -> None:  # fmt: skip
    changes = one(given, rec, HUB, {"raw": raw, "points": own}, {"points": golden}).changes
    assert dict(zip(changes["column"], changes["new_value"], strict=True)) == expected


def test_a_country_is_spelt_as_the_export_does(given: Make, rec: Rec) -> None:
    records = [
        rec(HUB, "7", "G"),
        rec(HUB, "8", "H", raw={"Country/Region": "Great Britain", "City": "Bath"},
            points=[place(None, "Bath", country="GB")]),
    ]  # fmt: skip
    golden = [{"golden_id": "G", "points": [place("1 Lane", "Leeds", country="GB")]},
              {"golden_id": "H", "points": [place(None, "Bath", country="GB")]}]  # fmt: skip
    planned = plan(given(records, golden), spec=PublishSpec())
    assert told(planned, "Country/Region") == [("7", "", "Great Britain")]


@pytest.mark.parametrize(
    ("profile", "golden", "column", "reason"),
    [
        pytest.param(SALES, {"first_name": "R" * 41}, "FirstName", "too long", id="longer than the column takes"),
        pytest.param(
            MAIL, {"first_name": "é" * 128}, "First Name", "too long", id="counted in bytes where the CRM does"
        ),
        pytest.param(HUB, {"job_title": "=HYPERLINK(1)"}, "Job Title", "formula", id="a formula"),
        pytest.param(HUB, {"job_title": "\u200b@SUM(1)"}, "Job Title", "formula", id="a hidden formula"),
        pytest.param(HUB, {"job_title": "-1+1"}, "Job Title", "formula", id="a sum"),
    ],
)
def test_what_is_refused(given: Make, rec: Rec, profile: str, golden: dict[str, Any], column: str, reason: str) -> None:
    planned = one(given, rec, profile, {"raw": {"Email Address": "a@example.com"}} if profile == MAIL else {}, golden)
    assert not len(planned.changes)
    assert planned.refused["column"].tolist() == [column]
    assert planned.refused["value"].tolist() == list(golden.values())
    assert planned.refused["reason"].iloc[0].startswith(reason)


def test_a_phone_may_begin_with_plus(given: Make, rec: Rec) -> None:
    assert told(one(given, rec, SALES, {}, {"points": [phone("+4930555010", label="work")]})) == [
        ("7", "", "+4930555010")
    ]


def test_the_rule_is_told(given: Make, rec: Rec) -> None:
    golden = {
        "golden_id": "G",
        "first_name": "Rosa",
        "last_name": "Ode",
        "rules": {"first_name": ("salesforce:9", "most_frequent"), "last_name": ("hubspot:7", "newest")},
    }
    record = rec(HUB, "7", "G", raw={"First Name": "Ros", "Last Name": "ODE"}, first_name="Ros", last_name="Ode")
    changes = plan(given([record], [golden]), spec=PublishSpec()).changes
    assert dict(zip(changes["field"], changes["rule"], strict=True)) == {
        "first_name": "most_frequent",
        "last_name": "cleaned",
    }


def test_survivors_and_duplicates(given: Make, rec: Rec) -> None:
    records = [
        rec(SALES, "0031", "G", first_name="Rosa", is_deleted=True, last_name="Ode", job_title="Clerk"),
        rec(SALES, "0033", "G", first_name="Rosa", last_name="Ode"),
        rec(SALES, "0032", "G", first_name="Rosa", last_name="Ode"),
        rec(SALES, "0034", "G"),
        rec(SALES, "0035", "G"),
        rec(SALES, "0036", "H"),
        rec("zoho_contacts", "1", "G"),
        rec("zoho_contacts", "2", "G"),
    ]
    planned = plan(given(records, [{"golden_id": "G", "first_name": "Rosa"}, {"golden_id": "H"}]), spec=PublishSpec())
    merges = planned.merges[planned.merges["system"] == "salesforce"]
    assert merges[["survivor_id", "duplicate_id", "step"]].values.tolist() == [
        ["0032", "0033", 1],
        ["0032", "0034", 1],
        ["0032", "0035", 2],
    ]
    roles = planned.id_map[planned.id_map["system"] == "salesforce"].set_index("source_record_id")["role"]
    assert roles.to_dict() == {
        "0031": "deleted", "0032": "survivor", "0033": "duplicate", "0034": "duplicate", "0035": "duplicate",
        "0036": "unique",
    }  # fmt: skip
    assert set(planned.changes["source_record_id"]) <= {"0032", "0036"}
    assert planned.merges[planned.merges["system"] == "zoho"]["survivor_id"].tolist() == ["1"]


def test_a_merge_says_why(given: Make, rec: Rec) -> None:
    records = [rec(HUB, "1", "G", full_name="Rosa Ode"), rec(HUB, "2", "G"), rec(HUB, "3", "G")]
    pairs = [{"left_id": "hubspot:1", "right_id": "hubspot:2", "verdict": "merge",
              "levels": "name=exact:6.1 email=same:9.5 phone=different:-2.0"}]  # fmt: skip
    merges = plan(given(records, [{"golden_id": "G"}], pairs=pairs), spec=PublishSpec()).merges
    assert merges["reason"].tolist() == ["email same, name exact", "linked through other records of the same person"]
    assert merges["survivor_label"].tolist() == ["Rosa Ode", "Rosa Ode"]


def test_members_are_archived_unless_they_left(given: Make, rec: Rec) -> None:
    def member(native_id: str, address: str, **more: Any) -> dict[str, Any]:
        return rec(MAIL, native_id, "G", raw={"Email Address": address}, points=[mail(address, raw=address)], **more)

    records = [
        member("1", "a@example.com", first_name="Rosa"),
        member("2", "b@example.com"),
        member("3", "c@example.com", email_opt_out=True, first_name="Rosa", last_name="Ode"),
    ]
    planned = plan(given(records, [{"golden_id": "G"}]), spec=PublishSpec())
    assert planned.archives[["key_value", "survivor"]].values.tolist() == [["b@example.com", "a@example.com"]]
    assert not len(planned.merges)


def test_suppressions_reach_every_system_that_knows_the_person(given: Make, rec: Rec) -> None:
    left = {"consent_status": "unsubscribed", "consent_at": pd.Timestamp("2024-03-01", tz="UTC")}
    records = [
        rec(MAIL, "1", "G", points=[mail("a@example.com", opt_out=True, bounced=True, **left)]),
        rec(HUB, "2", "G", points=[phone("+4930555010", bounced=False)]),
        rec(SALES, "3", "H", points=[mail("h@example.com")]),
    ]
    golden = [
        {"golden_id": "G", "points": [mail("a@example.com", opt_out=True, bounced=True), phone("+4930555010")]},
        {"golden_id": "H", "points": [mail("h@example.com")]},
    ]
    lines = plan(given(records, golden), spec=PublishSpec()).suppressions
    PUBLISH_SUPPRESSIONS.check(lines)
    line = ["email", "a@example.com", "opted_out", "2024-03-01T00:00:00Z", "mailchimp", "1"]
    assert lines.values.tolist() == [["hubspot", *line], ["mailchimp", *line]]


def test_only_the_systems_asked_for(given: Make, rec: Rec) -> None:
    records = [rec(HUB, "1", "G"), rec(SALES, "2", "G")]
    planned = plan(given(records, [{"golden_id": "G", "first_name": "Rosa"}]), spec=PublishSpec(systems=("hubspot",)))
    assert set(planned.id_map["system"]) == set(planned.changes["system"]) == {"hubspot"}


def test_nothing_in_nothing_out(given: Make) -> None:
    planned = plan(given([], []), spec=PublishSpec())
    for table in (PUBLISH_CHANGES, PUBLISH_MERGES, PUBLISH_SUPPRESSIONS):
        frame = getattr(planned, table.name.removeprefix("publish_"))
        assert not len(table.check(frame))
