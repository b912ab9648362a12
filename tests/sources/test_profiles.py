"""The exports we know: recognised by their headers, old and new, and staged field by field."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from crm_clean.errors import BadSettings
from crm_clean.sources.profile import built_in, load
from crm_clean.sources.spec import SourcesSpec

HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Lifecycle Stage,Contact owner,Create Date"
)
SALESFORCE = '"Id","IsDeleted","MasterRecordId","AccountId","LastName","FirstName","Email","HasOptedOutOfEmail"'
MAILCHIMP = '"Email Address",Prénom,Nom,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS'


@pytest.mark.parametrize(
    ("header", "profile", "source"),
    [
        pytest.param(HUBSPOT, "hubspot_contacts", "hubspot", id="HubSpot"),
        pytest.param(
            "Record ID - Contact,First Name,Email,Original Traffic Source",
            "hubspot_contacts",
            "hubspot",
            id="HubSpot, several objects",
        ),
        pytest.param(
            "Contact ID,First Name,Surname,Email,HubSpot Owner", "hubspot_contacts", "hubspot", id="HubSpot as it was"
        ),
        pytest.param(
            "ID de registro,Nombre,Apellidos,Correo,Propietario del contacto",
            "hubspot_contacts",
            "hubspot",
            id="HubSpot in Spanish",
        ),
        pytest.param(
            "ID d’enregistrement,Prénom,Nom,E-mail",
            "hubspot_contacts",
            "hubspot",
            id="HubSpot in French, typographic apostrophe",
        ),
        pytest.param(
            "hs_object_id,firstname,lastname,email", "hubspot_contacts", "hubspot", id="HubSpot under internal names"
        ),
        pytest.param(SALESFORCE, "salesforce_contacts", "salesforce", id="Salesforce contacts"),
        pytest.param(
            "Id,LastName,FirstName,Email,MailingCity", "salesforce_contacts", "salesforce", id="Salesforce query"
        ),
        pytest.param(
            '"Id","IsDeleted","MasterRecordId","LastName","Company","Email","IsConverted"',
            "salesforce_leads",
            "salesforce",
            id="Salesforce leads",
        ),
        pytest.param(
            "First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,Email",
            "salesforce_report",
            "salesforce",
            id="Salesforce report",
        ),
        pytest.param(MAILCHIMP, "mailchimp_members", "mailchimp", id="Mailchimp with its own labels first"),
        pytest.param(
            "Person - Name,Person - Email - Work,Person - Organization", "pipedrive_people", "pipedrive", id="Pipedrive"
        ),
        pytest.param(
            "person - name,Person - Email,Person - ID ",
            "pipedrive_people",
            "pipedrive",
            id="Pipedrive with case and blanks changed",
        ),
        pytest.param(
            "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value",
            "google_contacts",
            "google",
            id="Google Contacts",
        ),
        pytest.param(
            "Record Id,Contact Owner.id,Account Name,Mailing Street,Mailing City,Email",
            "guessed",
            None,
            id="Zoho is not taken for Salesforce",
        ),
    ],
)
def test_an_export_is_recognised(header: str, profile: str, source: str | None, take_bytes) -> None:
    cells = ",".join("a@example.com" if "mail" in name or "orreo" in name else "Ann" for name in header.split(","))
    file = take_bytes(f"{header}\n{cells}\n".encode()).files.iloc[0]
    assert file["profile"] == profile
    assert file["source"] == (source or "people.csv")


def test_hubspot(take_bytes, points) -> None:
    header = (
        "Record ID,First Name,Last Name,Email,Additional email addresses,Phone Number,Mobile Phone Number,"
        "Company Name,Company name,Phone Number,Lifecycle Stage,Unsubscribed from all email,"
        "Email hard bounce reason,Merged Contact IDs,Shoe size,Country"
    )
    row = (
        "51,Ann,Lee,a@example.com,b@example.com;c@example.com,555-0100,555-0101,"
        ",Acme,555-0199,customer,true,UNKNOWN_USER,49;50,,US"
    )
    taken = take_bytes(f"{header}\n{row}\n".encode())
    record = taken.staged_records.iloc[0]
    assert (record["record_id"], record["source"], record["merged_ids"]) == ("hubspot:51", "hubspot", "49;50")
    assert (record["company_raw"], record["status_raw"], record["email_opt_out_raw"], record["email_bounced_raw"]) == (
        "Acme", "customer", "true", "true",
    )  # fmt: skip
    assert points(taken, "email")["raw"].tolist() == ["a@example.com", "b@example.com", "c@example.com"]
    assert points(taken, "phone")[["ordinal", "label", "raw"]].fillna("").values.tolist() == [
        [1, "", "555-0100"], [2, "mobile", "555-0101"],
    ]  # fmt: skip
    assert record["custom"] == (
        '{"Company name": "Acme", "Phone Number (2)": "555-0199", "Email hard bounce reason": "UNKNOWN_USER"}'
    )


def test_salesforce_contacts(take_bytes, points) -> None:
    header = (
        '"Id","IsDeleted","MasterRecordId","AccountId","LastName","FirstName","MailingStreet","MailingCity","MailingCountry",'
        '"OtherCity","Phone","MobilePhone","Email","HasOptedOutOfEmail","DoNotCall","EmailBouncedReason","Tier__c"'
    )
    first = (
        '"003A","0","000000000000000AAA","000000000000000AAA","Müller","Jörg","Weg 1\r\nHof","Köln","Germany",'
        '"Bonn","1","2","j@example.com","0","1","","gold"'
    )
    second = '"003B","1","003A","001X","Muller","J","","","","","","","","1","0","550 no such user",""'
    taken = take_bytes(f"{header}\r\n{first}\r\n{second}\r\n".encode("cp1252"))
    assert taken.files["encoding"].iloc[0] == "cp1252"
    records = taken.staged_records
    assert records["is_deleted"].tolist() == [False, True]
    assert records["master_record_id"].fillna("").tolist() == ["", "003A"]
    assert records["company_id_raw"].fillna("").tolist() == ["", "001X"]
    assert records["email_opt_out_raw"].tolist() == ["0", "1"], "flags stay the text they were"
    assert records["email_bounced_raw"].fillna("").tolist() == ["", "true"]
    assert points(taken, "address")[["ordinal", "street_raw", "city_raw", "label"]].fillna("").values.tolist() == [
        [1, "Weg 1\r\nHof", "Köln", ""], [2, "", "Bonn", "other"],
    ]  # fmt: skip
    assert points(taken, "phone")["label"].tolist() == ["work", "mobile"]


def test_a_salesforce_report_ends_before_its_footer(take_bytes) -> None:
    body = "Contact ID,Last Name,Email,Account Name,Mailing City\n003A,Lee,a@example.com,Acme,Leeds\n"
    foot = (
        '\n\n"All contacts"\n"Copyright (c) 2000-2026 example.com, inc. All rights reserved."\n'
        '"Confidential Information - Do Not Distribute"\n'
    )
    taken = take_bytes((body + foot + '"Generated By: Ann Lee 1/2/2026"\n').encode())
    assert taken.staged_records["record_id"].tolist() == ["salesforce:003A"]
    assert taken.quarantine["reason"].tolist() == ["row.too_few_fields", "row.footer", "row.footer", "row.footer"]


def test_a_converted_lead_names_its_contact(take_bytes) -> None:
    header = b"Id,IsDeleted,MasterRecordId,LastName,Company,IsConverted,ConvertedContactId\n"
    data = header + b"00QA,0,000000000000000AAA,Lee,Acme,1,003A\n"
    assert take_bytes(data).staged_records["master_record_id"].tolist() == ["003A"]


def test_mailchimp_status_stands_in_the_file_name(tmp_path: Path, take_all, points) -> None:
    with zipfile.ZipFile(tmp_path / "audience.zip", "w") as archive:
        for place, status in enumerate(("cleaned", "nonsubscribed", "subscribed", "unsubscribed")):
            tail = ",UNSUB_TIME" if status == "unsubscribed" else ""
            when = ",2025-06-01 10:00:00" if tail else ""
            times = "2024-01-01 10:00:00,,2024-02-01 10:00:00"
            rest = '"two\nlines","""VIP"",""Client 2024"""'
            row = f"{status}@example.com,Anne,Dupont,2,{times},{place},e{place},{rest}"
            archive.writestr(f"{status}_members_export_abc.csv", f"{MAILCHIMP}{tail}\n{row}{when}\n")
        archive.writestr("__MACOSX/._cleaned.csv", "junk")
    taken = take_all(tmp_path / "audience.zip")
    records = [one.staged_records.iloc[0] for one in taken]
    assert records[0]["source_file"] == "audience.zip/cleaned_members_export_abc.csv"
    assert [r["consent_status_raw"] for r in records] == ["cleaned", "nonsubscribed", "subscribed", "unsubscribed"]
    assert [r["email_opt_out_raw"] == "true" for r in records[3:]] == [True]
    assert records[0]["email_bounced_raw"] == "true"
    assert records[2].isna()[["email_opt_out_raw", "email_bounced_raw"]].all()
    assert [r["consent_at_raw"] for r in records][2:] == ["2024-01-01 10:00:00", "2025-06-01 10:00:00"]
    assert records[2]["tags_raw"] == '"VIP","Client 2024"'
    assert records[2]["notes_raw"] == "two\nlines"
    assert (records[2]["first_name_raw"], records[2]["last_name_raw"]) == ("Anne", "Dupont")


def test_pipedrive(take_bytes, points) -> None:
    data = (
        "Person - ID,Person - Name,Person - Email - Work,Person - Email - Home,"
        "Person - Phone - Mobile,Person - Marketing status\n"
        '7,Ann Lee,"a@example.com, b@example.com",c@example.com,"+1 202 555 0100, +1 202 555 0101",Unsubscribed\n'
        "8,Bob Ray,,,555-0102,Bounced\n"
    )
    taken = take_bytes(data.encode())
    assert points(taken, "email")[["record_id", "ordinal", "label", "raw"]].values.tolist() == [
        ["pipedrive:7", 1, "work", "a@example.com"],
        ["pipedrive:7", 2, "work", "b@example.com"],
        ["pipedrive:7", 3, "home", "c@example.com"],
    ]
    assert points(taken, "phone")["raw"].tolist() == ["+1 202 555 0100", "+1 202 555 0101", "555-0102"]
    records = taken.staged_records
    assert records["consent_status_raw"].tolist() == ["Unsubscribed", "Bounced"]
    assert records["email_opt_out_raw"].fillna("").tolist() == ["true", ""]
    assert records["email_bounced_raw"].fillna("").tolist() == ["", "true"]


def test_google_labels_and_joined_values(take_bytes, points) -> None:
    data = (
        "First Name,Last Name,Labels,E-mail 1 - Label,E-mail 1 - Value,"
        "Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\n"
        "Ann,Lee,* myContacts,* Home,a@example.com ::: b@example.com,Mobile,555-0100,Work Fax,555-0101\n"
    )
    taken = take_bytes(data.encode())
    assert points(taken, "email")[["label", "raw"]].values.tolist() == [
        ["home", "a@example.com"],
        ["home", "b@example.com"],
    ]
    assert points(taken, "phone")[["label", "raw"]].values.tolist() == [["mobile", "555-0100"], ["fax", "555-0101"]]


OWN = """
name = "club"
source = "club"
title = "The club's members"
signatures = [{ all = ["Mitglied", "Wohnort"] }]
columns = [
  { to = "source_record_id", named = ["Mitglied"] },
  { to = "full_name", named = ["Wer"] },
  { to = "city", named = ["Wohnort"] },
]
"""
NAMED = "from_file_name = [{ pattern = '%s', set = { %s = 'x' } }]\nsignatures"


def test_a_profile_of_ones_own_comes_first(tmp_path: Path, take_bytes) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "club.toml").write_text(OWN)
    spec = SourcesSpec(profiles=tmp_path / "profiles")
    taken = take_bytes(b"Mitglied,Wer,Wohnort,Email,Person - Name\n7,Anna,Bonn,a@example.com,x\n", spec=spec)
    assert taken.files["profile"].iloc[0] == "club"
    assert taken.staged_records["record_id"].tolist() == ["club:7"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(
            ('named = ["Wer"]', 'name = ["Wer"]'), "columns.1.name is no key; use to, named", id="a misspelt key"
        ),
        pytest.param(("full_name", "fullname"), "no such field 'fullname'; use full_name", id="an unknown field"),
        pytest.param(("title =", "titel ="), "titel is no key; use name, source", id="a misspelt key at the top"),
        pytest.param(
            ('all = ["Mitglied", "Wohnort"]', ""), "a signature needs columns", id="a signature that fits everything"
        ),
        pytest.param(("signatures", "signatures ="), "is no TOML", id="broken TOML"),
        pytest.param(("signatures", NAMED % ("(", "status")), "no regular expression", id="a broken pattern"),
        pytest.param(
            ("signatures", NAMED % ("x", "state")), "no such field state", id="an unknown field told by a file name"
        ),
    ],
)
def test_a_wrong_profile_is_refused(change: tuple[str, str], says: str, tmp_path: Path) -> None:
    path = tmp_path / "club.toml"
    path.write_text(OWN.replace(*change))
    with pytest.raises(BadSettings) as refused:
        load(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_folder_of_profiles_that_is_not_there(tmp_path: Path, take_bytes) -> None:
    with pytest.raises(BadSettings, match="is no folder of profiles"):
        take_bytes(b"email\na@example.com\n", spec=SourcesSpec(profiles=tmp_path / "nowhere"))


def test_our_profiles_are_sound() -> None:
    names = [profile.name for profile in built_in()]
    assert len(names) == len(set(names)) >= 6
    for profile in built_in():
        listed = [(column.to, name) for column in profile.columns for name in column.named if column.when is None]
        assert len(listed) == len(set(listed)), profile.name
