"""Quality field by field: what each question counts in each field, before and after."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from crm_clean.records import tables as t
from crm_clean.report.by_field import ALL, DIMENSIONS, FIELDS, quality_by_field
from crm_clean.report.quality import Quality

NOTHING = Quality(None, None, None, None, None)
TWO = {"record_id": ["a", "b"]}
PEOPLE = {"golden_id": ["G-1", "G-2"]}
AS_OF = pd.Timestamp("2026-01-01", tz="UTC")

Frames = dict[str, dict[str, Any]]


def _instants(*texts: str | None) -> pd.Series:
    return pd.Series(pd.to_datetime(list(texts), utc=True))


def _points(owner: str, owners: list[str], kind: str, **columns: list[Any]) -> dict[str, Any]:
    return {owner: owners, "kind": [kind] * len(owners), "ordinal": list(range(1, len(owners) + 1)), **columns}


def _measured(frames: Frames, before: Quality = NOTHING, after: Quality = NOTHING) -> pd.DataFrame:
    names = ("records", "contact_points", "issues", "golden", "golden_points")
    tables = {name: t.TABLES[name].frame(frames.get(name, {})) for name in names}
    return quality_by_field(tables, before=before, after=after, as_of=AS_OF)


def _share(frames: Frames, field: str, dimension: str, when: str) -> tuple[float | None, int]:
    found = _measured(frames)
    row = found[found["field"].eq(field) & found["dimension"].eq(dimension)].iloc[0]
    share = row[when]
    return (None if pd.isna(share) else round(float(share), 6)), int(row[f"n_{when}"])


@pytest.mark.parametrize(
    ("field", "dimension", "frames", "expected"),
    [
        pytest.param("company", "completeness", {"records": {**TWO, "company_raw": ["X", None]}}, (0.5, 2),
                     id="complete is the share of records that hold the field"),
        pytest.param("company", "completeness", {"records": TWO}, (None, 0),
                     id="a field that nobody holds is not incomplete"),
        pytest.param("full_name", "completeness",
                     {"records": {**TWO, "full_name_raw": ["Ada", None], "last_name_raw": [None, "B"]}}, (1.0, 2),
                     id="a name in parts is a name"),
        pytest.param("full_name", "completeness",
                     {"records": {**TWO, "full_name_raw": ["Ada", "Test"], "is_placeholder_name": [False, True]}},
                     (0.5, 2), id="a placeholder is no name"),
        pytest.param("full_name", "validity",
                     {"records": {**TWO, "full_name_raw": ["Ada", "Test"], "full_name": ["Ada", "Test"],
                                  "is_placeholder_name": [False, True]}},
                     (0.5, 2), id="nor a valid one"),
        pytest.param("last_name", "consistency",
                     {"records": {**TWO, "last_name_raw": ["BELL", "Bo"], "last_name": ["Bell", "Bo"]}}, (0.5, 2),
                     id="consistent is written as it is kept"),
        pytest.param("status", "validity",
                     {"records": {**TWO, "status_raw": ["Kunde", "Blue"], "status": ["customer", "other"]}}, (0.5, 2),
                     id="a stage that means other is not understood"),
        pytest.param("status", "validity", {"records": {**TWO, "status": ["customer", None]}}, (None, 0),
                     id="a value that was derived was not given"),
        pytest.param("updated_at", "validity",
                     {"records": {**TWO, "updated_at_raw": ["2025-01-01", "2099-01-01"],
                                  "updated_at": _instants("2025-01-01", "2099-01-01")}},
                     (0.5, 2), id="a date that has not come is not valid"),
        pytest.param("updated_at", "consistency",
                     {"records": {**TWO, "updated_at_raw": ["2025-01-01T10:00:00Z", "1.2.2025"]}}, (0.5, 2),
                     id="a date is consistent in ISO 8601"),
        pytest.param("updated_at", "timeliness",
                     {"records": {**TWO, "updated_at": _instants("2025-06-01", "2020-01-01"),
                                  "created_at": _instants("2019-01-01", "2099-01-01")}},
                     (0.5, 2), id="timely is within two years of the newest instant that has come"),
        pytest.param("created_at", "timeliness", {"records": {**TWO, "created_at": _instants("2025-06-01", None)}},
                     (None, 0), id="an old contact is not a fault"),
        pytest.param("email_opt_out", "consistency",
                     {"records": {**TWO, "email_opt_out_raw": ["true", "X"], "email_opt_out": [True, True]}}, (0.5, 2),
                     id="a flag is consistent as true or false"),
        pytest.param("email", "completeness",
                     {"records": TWO, "contact_points": _points("record_id", ["a", "a", "b"], "email",
                      raw=["x@example.com", "y@example.com", "none@none.com"],
                      value=["x@example.com", "y@example.com", "none@none.com"],
                      is_placeholder=[False, False, True])},
                     (0.5, 2), id="one e-mail is enough, a placeholder is none"),
        pytest.param("email", "validity",
                     {"records": TWO, "contact_points": _points("record_id", ["a", "b"], "email",
                      raw=["x@example.com", "call me"], value=["x@example.com", None])},
                     (0.5, 2), id="an e-mail is valid when mail can be sent"),
        pytest.param("phone", "uniqueness",
                     {"records": TWO, "contact_points": _points("record_id", ["a", "a", "b", "b"], "phone",
                      raw=["1"] * 4, key=["+1", "+1", "+1", "+2"])},
                     (0.5, 2), id="a phone is unique when one record holds it, however often"),
        pytest.param("email", "uniqueness",
                     {"records": TWO, "contact_points": _points("record_id", ["a", "b"], "email",
                      raw=["info@example.com"] * 2, key=["info@example.com"] * 2, is_role=[True, True])},
                     (None, 0), id="mailboxes of many people say nothing about uniqueness"),
        pytest.param("country", "validity",
                     {"records": TWO, "contact_points": _points("record_id", ["a"], "address", country=["DE"]),
                      "issues": {"record_id": ["b"], "field": ["country"], "code": ["country.unknown"],
                                 "raw": ["Nowhere"]}},
                     (0.5, 2), id="a country that does not exist was given all the same"),
        pytest.param("postal_code", "validity",
                     {"records": TWO, "contact_points": _points("record_id", ["a", "b"], "address",
                      postal_code=["SW1A 1AA", "unknown"])},
                     (0.5, 2), id="a postcode is valid when it looks like one"),
        pytest.param("street", "validity",
                     {"records": TWO, "contact_points": _points("record_id", ["a"], "address", street=["1 Road"])},
                     (None, 0), id="streets are not looked up"),
    ],
)  # fmt: skip
def test_before(field: str, dimension: str, frames: Frames, expected: tuple[float | None, int]) -> None:
    assert _share(frames, field, dimension, "before") == expected


@pytest.mark.parametrize(
    ("field", "dimension", "frames", "expected"),
    [
        pytest.param("full_name", "consistency",
                     {"golden": {**PEOPLE, "full_name": ["Ada  Bell", "Bo Bell"]}}, (0.5, 2), id="blanks are single"),
        pytest.param("last_name", "consistency", {"golden": {**PEOPLE, "last_name": ["BELL", "Bell"]}}, (0.5, 2),
                     id="a name is not shouted"),
        pytest.param("first_name", "consistency", {"golden": {**PEOPLE, "first_name": ["JD", "美咲"]}}, (1.0, 2),
                     id="initials and letters without case are written well"),
        pytest.param("birth_date", "consistency", {"golden": {**PEOPLE, "birth_date": ["1980-05-01", "May"]}},
                     (0.5, 2), id="a birth date is in ISO 8601"),
        pytest.param("phone", "consistency",
                     {"golden": PEOPLE, "golden_points": _points("golden_id", ["G-1", "G-2"], "phone",
                      value=["+12125550100", "212"])},
                     (0.5, 2), id="a phone is in the international form"),
        pytest.param("email", "uniqueness",
                     {"golden": PEOPLE, "golden_points": _points("golden_id", ["G-1", "G-2"], "email",
                      value=["a@example.com"] * 2, key=["a@example.com"] * 2)},
                     (0.0, 1), id="an e-mail of two people is not unique"),
        pytest.param("country", "validity",
                     {"golden": PEOPLE, "golden_points": _points("golden_id", ["G-1", "G-2"], "address",
                      country=["DE", "Nowhere"])},
                     (0.5, 2), id="a country is a code"),
        pytest.param("city", "completeness",
                     {"golden": PEOPLE, "golden_points": _points("golden_id", ["G-1", "G-1"], "address",
                      city=["Akron", "Ohio"])},
                     (0.5, 2), id="two cities of one person are one"),
    ],
)  # fmt: skip
def test_after(field: str, dimension: str, frames: Frames, expected: tuple[float | None, int]) -> None:
    assert _share(frames, field, dimension, "after") == expected


def test_the_scorecard_stands_under_all() -> None:
    before, after = Quality(0.5, 0.25, None, 1.0, 0.25), Quality(1.0, 1.0, 1.0, 1.0, None)
    found = _measured({"records": TWO, "golden": {"golden_id": ["G-1"]}}, before, after)
    card = found[found["field"].eq(ALL)].set_index("dimension")
    assert card["before"].dropna().to_dict() == {
        "completeness": 0.5, "consistency": 1.0, "overall": 0.5, "timeliness": 0.25, "validity": 0.25
    }  # fmt: skip
    assert card.loc["overall", ["after", "n_before", "n_after"]].tolist() == [1.0, 2, 1]
    assert pd.isna(card.loc["uniqueness", "before"])


def test_every_field_and_dimension_has_a_row_in_order() -> None:
    found = t.QUALITY.check(_measured({}))
    assert len(found) == len(FIELDS) * len(DIMENSIONS) + len(DIMENSIONS) + 1
    keys = found[["field", "dimension"]].to_numpy().tolist()
    assert keys == sorted(keys)
    assert found["before"].isna().all()
    assert found["n_before"].eq(0).all()


def test_the_order_of_rows_does_not_matter() -> None:
    records = {"record_id": list("abc"), "company_raw": ["X", None, "y"], "company": ["X", None, "Y"]}
    points = _points("record_id", ["a", "b", "c"], "email", raw=["A@x.org"] * 3, value=["a@x.org"] * 3, key=list("kkl"))
    backwards = {name: list(reversed(values)) for name, values in records.items()}
    shuffled = {name: list(reversed(values)) for name, values in points.items()}
    one = _measured({"records": records, "contact_points": points})
    pd.testing.assert_frame_equal(one, _measured({"records": backwards, "contact_points": shuffled}))
