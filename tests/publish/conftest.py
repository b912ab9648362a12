"""Made-up exports and golden records, written as briefly as a test needs them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.publish.plan import Given
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CONTACT_POINTS,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    PAIRS,
    RAW_ROWS,
    RECORDS,
    SURVIVORS,
)

Cells = dict[str, Any]

# profile: source, and for each header what the reader made of it.
EXPORTS: dict[str, tuple[str, dict[str, str]]] = {
    "hubspot_contacts": (
        "hubspot",
        {
            "Record ID": "source_record_id",
            "First Name": "first_name",
            "Last Name": "last_name",
            "Email": "email",
            "Phone Number": "phone",
            "Mobile Phone Number": "phone_2",
            "Street Address": "street",
            "City": "city",
            "Postal Code": "postal_code",
            "Country/Region": "country",
            "Date of birth": "birth_date",
            "Job Title": "job_title",
            "Unsubscribed from all email": "email_opt_out",
        },
    ),
    "salesforce_contacts": (
        "salesforce",
        {
            "Id": "source_record_id",
            "FirstName": "first_name",
            "LastName": "last_name",
            "Email": "email",
            "Phone": "phone",
            "MobilePhone": "phone_2",
            "Salutation": "salutation",
            "Title": "job_title",
            "HasOptedOutOfEmail": "email_opt_out",
            "DoNotCall": "do_not_call",
        },
    ),
    "mailchimp_members": (
        "mailchimp",
        {"Email Address": "email", "First Name": "first_name", "Birthday": "birth_date", "LEID": "source_record_id"},
    ),
    "pipedrive_people": (
        "pipedrive",
        {"Person - ID": "source_record_id", "Person - Name": "full_name", "Person - Phone - Work": "phone_2"},
    ),
    "zoho_contacts": ("zoho", {"Record Id": "source_record_id", "Last Name": "last_name"}),
}


def record(profile: str, native_id: str, golden_id: str, /, **cells: Any) -> Cells:
    """A record of an export. `raw`: cells by header; `points`: contact points; else normalised fields."""
    source = EXPORTS[profile][0]
    return {"profile": profile, "source": source, "native": native_id, "golden_id": golden_id, **cells}


def build(records: list[Cells], golden: list[Cells], *, pairs: list[Cells] | None = None) -> Given:
    """The frames of a run: `golden` rows have golden_id, fields, `points`, and `rules` by field."""
    rows: dict[str, list[Cells]] = {
        name: [] for name in ("records", "points", "raw", "members", "golden", "best", "won")
    }
    for at, one in enumerate(records):
        _add_record(rows, dict(one), at)
    for one in golden:
        _add_golden(rows, dict(one))
    return Given(
        records=_frame(RECORDS, rows["records"]),
        contact_points=_frame(CONTACT_POINTS, rows["points"]),
        raw_rows=_frame(RAW_ROWS, rows["raw"]),
        files=_frame(FILES, _files(records)),
        membership=_frame(MEMBERSHIP, rows["members"]),
        golden=_frame(GOLDEN, rows["golden"]),
        golden_points=_frame(GOLDEN_POINTS, rows["best"]),
        survivors=_frame(SURVIVORS, rows["won"]),
        pairs=_frame(PAIRS, pairs) if pairs else None,
    )


def _frame(table: Table, rows: list[Cells]) -> pd.DataFrame:
    return table.frame(pd.DataFrame(rows)) if rows else table.empty()


def _files(records: list[Cells]) -> list[Cells]:
    return [
        {
            "file_id": profile,
            "source": EXPORTS[profile][0],
            "profile": profile,
            "header": list(EXPORTS[profile][1]),
            "mapping": list(EXPORTS[profile][1].values()),
        }
        for profile in sorted({one["profile"] for one in records})
    ]


def _add_record(rows: dict[str, list[Cells]], one: Cells, at: int) -> None:
    profile = one.pop("profile")
    header = EXPORTS[profile][1]
    native, golden_id, raw = one.pop("native"), one.pop("golden_id"), one.pop("raw", {})
    points = one.pop("points", [])
    record_id = f"{one['source']}:{native}"
    key = next(name for name, to in header.items() if to == "source_record_id")
    cells = [{key: native, **raw}.get(name, "") for name in header]
    rows["raw"].append({"file_id": profile, "source_row": at + 1, "record_id": record_id, "cells": cells})
    rows["records"].append(
        {"record_id": record_id, "source_record_id": native, "file_id": profile, "source_row": at + 1,
         "is_deleted": False, **one}
    )  # fmt: skip
    rows["points"] += [{"record_id": record_id, "ordinal": 1, "key": point.get("value"), **point} for point in points]
    rows["members"].append({"record_id": record_id, "golden_id": golden_id, "match_probability": 0.98})


def _add_golden(rows: dict[str, list[Cells]], one: Cells) -> None:
    points, rules = one.pop("points", []), one.pop("rules", {})
    rows["golden"].append(one)
    counted: dict[str, int] = {}
    for point in points:
        counted[point["kind"]] = ordinal = counted.get(point["kind"], 0) + 1
        best = {"golden_id": one["golden_id"], "ordinal": ordinal, "key": point.get("value"), **point}
        best.pop("raw", None)
        rows["best"].append(best)
    rows["won"] += [
        {"golden_id": one["golden_id"], "field": field, "record_id": record_id, "rule": rule}
        for field, (record_id, rule) in rules.items()
    ]


@pytest.fixture(scope="session")
def given() -> Callable[..., Given]:
    """Frames of a run from records and golden records."""
    return build


@pytest.fixture(scope="session")
def rec() -> Callable[..., Cells]:
    """A record: profile, native id, golden id, then cells."""
    return record
