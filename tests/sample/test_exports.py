"""The exports look like the ones the four CRMs write: headers, encodings, ids, dates, quoting."""

from __future__ import annotations

import csv
import re
import zipfile
from typing import Any

import numpy as np
import pytest

from crm_clean.sample.salesforce import salesforce_ids

HUBSPOT = {
    "Record ID", "First Name", "Last Name", "Email", "Additional email addresses", "Phone Number",
    "Mobile Phone Number", "Salutation", "Date of birth", "Company Name", "Job Title", "Street Address", "City",
    "State/Region", "Postal Code", "Country/Region", "Lifecycle Stage", "Lead Status", "Contact owner",
    "Original Source", "Unsubscribed from all email", "Marketing emails bounced", "Create Date", "Last Modified Date",
    "Last Activity Date", "Merged Contact IDs",
}  # fmt: skip
SALESFORCE = {
    "Id", "IsDeleted", "MasterRecordId", "AccountId", "LastName", "FirstName", "Salutation", "MailingStreet",
    "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry", "Phone", "Fax", "MobilePhone", "HomePhone",
    "OtherPhone", "ReportsToId", "Email", "Title", "Department", "LeadSource", "Birthdate", "Description", "OwnerId",
    "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp", "LastActivityDate", "EmailBouncedReason", "EmailBouncedDate", "IndividualId",
}  # fmt: skip
MAILCHIMP = {"Email Address", "First Name", "Last Name", "Address", "Phone Number", "Birthday"}
MAILCHIMP_TAIL = [
    "MEMBER_RATING", "OPTIN_TIME", "OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "LATITUDE", "LONGITUDE", "GMTOFF",
    "DSTOFF", "TIMEZONE", "CC", "REGION", "LAST_CHANGED", "LEID", "EUID",
]  # fmt: skip
STATUS_TAIL = {
    "subscribed": [],
    "unsubscribed": [
        "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER",
    ],
    "cleaned": ["CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"],
}  # fmt: skip
PIPEDRIVE = {
    "Person - ID", "Person - Name", "Person - First name", "Person - Last name", "Person - Organization",
    "Person - Title", "Person - Email - Work", "Person - Email - Home", "Person - Email - Other",
    "Person - Phone - Work", "Person - Phone - Home", "Person - Phone - Mobile", "Person - Phone - Other",
    "Person - Postal address", "Person - Birthday", "Person - Labels", "Person - Owner", "Person - Marketing status",
    "Person - Person created", "Person - Update time", "Person - Last activity date",
}  # fmt: skip


@pytest.mark.parametrize(
    ("system", "real", "own"),
    [
        pytest.param("hubspot", HUBSPOT, 3, id="hubspot"),
        pytest.param("salesforce", SALESFORCE, 2, id="salesforce"),
        pytest.param("pipedrive", PIPEDRIVE, 2, id="pipedrive"),
    ],
)
def test_headers_are_the_crms_own_and_a_few_custom_ones(sample: Any, system: str, real: set[str], own: int) -> None:
    header = set(sample.of(system)[0])
    assert real <= header
    assert len(header - real) == own


@pytest.mark.parametrize("status", list(STATUS_TAIL))
def test_a_mailchimp_member_ends_in_the_fixed_tail_of_its_status(sample: Any, status: str) -> None:
    header = list(sample.of(f"/{status}_")[0])
    assert set(header[:6]) == MAILCHIMP
    assert header[7:] == [*MAILCHIMP_TAIL, *STATUS_TAIL[status], "NOTES", "TAGS"]


def test_salesforce_is_quoted_throughout_and_windows_1252(sample: Any) -> None:
    content = (sample.folder / "salesforce/Contact.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    text = content.decode("cp1252")
    assert all(line.startswith('"') for line in text.splitlines()[:2])
    assert '""' in text
    assert not re.search(r"(^|,)[^\",\n]", text.splitlines()[1])


def test_salesforce_booleans_dates_and_lookups(sample: Any) -> None:
    records = sample.of("salesforce")
    for name in ("IsDeleted", "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"):
        assert {record[name] for record in records} == {"0", "1"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", record["CreatedDate"]) for record in records)
    assert "000000000000000AAA" in {record["AccountId"] for record in records}
    assert all(record["LastName"] for record in records)


def test_a_record_merged_away_names_a_master_of_the_same_person(sample: Any) -> None:
    file = "salesforce/Contact.csv"
    row_of = {record["Id"]: row for row, record in enumerate(sample.records[file], 1)}
    assert len(row_of) == len(sample.records[file])
    deleted = [record for record in sample.records[file] if record["IsDeleted"] == "1"]
    assert deleted
    for record in deleted:
        master = sample.truth[file, row_of[record["MasterRecordId"]]]
        assert master == sample.truth[file, row_of[record["Id"]]]


def test_the_last_three_signs_of_an_id_tell_capitals_apart() -> None:
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    serial = sum(signs.index(c) * 62**place for place, c in enumerate(reversed("6Vm9r")))
    assert salesforce_ids("001A000000", np.array([serial])).to_pylist() == ["001A0000006Vm9rIAC"]


def test_mailchimp_tags_are_quoted_in_the_cell_and_addresses_have_double_blanks(sample: Any) -> None:
    tags = {record["TAGS"] for record in sample.of("mailchimp")} - {""}
    assert all(re.fullmatch(r'"[^"]+"(,"[^"]+")*', cell) for cell in tags)
    assert any(cell.count('"') == 4 for cell in tags)
    addresses = [record["Address"] for record in sample.of("mailchimp") if record["Address"]]
    assert sum("  " in cell for cell in addresses) > 0.95 * len(addresses)
    assert all(re.fullmatch("[A-Z]{2}", cell.split("  ")[-1]) for cell in addresses)


def test_mailchimp_members_are_named_by_status(sample: Any) -> None:
    with zipfile.ZipFile(sample.folder / "mailchimp-audience.zip") as archive:
        assert [name.partition("_")[0] for name in archive.namelist()] == list(STATUS_TAIL)
        assert all(entry.date_time[0] == 2026 for entry in archive.infolist())


def test_hubspot_and_mailchimp_have_an_address_once(sample: Any) -> None:
    for system, name in (("hubspot", "Email"), ("mailchimp", "Email Address")):
        addresses = [record[name].lower() for record in sample.of(system) if record[name]]
        assert len(addresses) == len(set(addresses))
    assert all(record["Email Address"] for record in sample.of("mailchimp"))


def test_hubspot_dates_and_ids(sample: Any) -> None:
    records = sample.of("hubspot")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", record["Create Date"]) for record in records)
    ids = [int(record["Record ID"]) for record in records]
    assert ids == sorted(set(ids))
    assert any(";" in record["Merged Contact IDs"] for record in records)


def test_nothing_happens_after_the_day_of_the_export(sample: Any) -> None:
    for system, names in {
        "hubspot": ("Create Date", "Last Modified Date", "Last Activity Date"),
        "salesforce": ("CreatedDate", "LastModifiedDate", "LastActivityDate"),
        "pipedrive": ("Person - Person created", "Person - Update time"),
    }.items():
        moments = [record[name] for record in sample.of(system) for name in names]
        assert max(moments) < "2026-10-01"


def test_a_line_break_in_a_cell_stays_in_the_cell(sample: Any) -> None:
    path = sample.folder / "salesforce/Contact.csv"
    with path.open(encoding="cp1252", newline="") as file:
        assert any("\n" in cell for row in csv.reader(file, strict=True) for cell in row)
