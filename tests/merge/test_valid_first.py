"""What cannot be right never beats what can, however many say it."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.merge.column import Column
from crm_clean.merge.golden import Merged
from crm_clean.merge.postcodes import is_foreign
from crm_clean.merge.spec import MergeSpec
from crm_clean.merge.voices import text_key, text_keys

OnePerson = Callable[..., Merged]
NOW = pd.Timestamp("2025-01-01", tz="UTC")
BLANK_NAME = {"is_placeholder_name": True}


@pytest.mark.parametrize(
    ("wrong", "right", "field", "expected"),
    [
        pytest.param({"last_name": "Test", "first_name": "Test", **BLANK_NAME}, {"first_name": "Rosa"},
                     "first_name", "Rosa",
                     id="a placeholder with a last name, a person without"),
        pytest.param({"last_name": "Acme Ltd", "is_company_name": True}, {"last_name": "Ode"}, "last_name", "Ode",
                     id="a company where a person belongs"),
        pytest.param({"company": "n/a"}, {"company": "Acme"}, "company", "Acme", id="a word for nothing"),
        pytest.param({"gender": "unknown"}, {"gender": "f"}, "gender", "f", id="in any field"),
        pytest.param({"birth_date": "2031-05-01"}, {"birth_date": "1980-05-01"}, "birth_date", "1980-05-01",
                     id="a birthday to come"),
        pytest.param({"birth_date": "1890-01-01"}, {"birth_date": "1980-05-01"}, "birth_date", "1980-05-01",
                     id="a birthday of long ago"),
        pytest.param({"birth_date": "1980-02-30"}, {"birth_date": "--02-03"}, "birth_date", "--02-03",
                     id="a day that no calendar has"),
        pytest.param({"last_activity_at": "2031-01-01"}, {"last_activity_at": "2024-01-01"}, "last_activity_at",
                     pd.Timestamp("2024-01-01", tz="UTC"), id="a stamp of the future"),
        pytest.param({"created_at": "1970-01-01"}, {"created_at": "2024-01-01"}, "created_at",
                     pd.Timestamp("2024-01-01", tz="UTC"), id="a clock at zero"),
    ],
)  # fmt: skip
def test_scalars(
    one_person: OnePerson, wrong: dict[str, Any], right: dict[str, Any], field: str, expected: object
) -> None:
    assert one_person([wrong, wrong, wrong, right], as_of=NOW).golden[field].tolist() == [expected]
    assert one_person([wrong, wrong], as_of=NOW).golden[field].tolist() == [
        pd.Timestamp(wrong[field], tz="UTC") if field.endswith("_at") else wrong.get(field)
    ]


def test_whatever_rules_the_settings_have(one_person: OnePerson) -> None:
    rows = [{"nickname": "unknown"}] * 3 + [{"nickname": "Rosi"}]
    for rule in ("most_frequent", "longest", "newest"):
        told = one_person(rows, spec=MergeSpec(rules={"nickname": (rule,)}))
        assert told.golden["nickname"].tolist() == ["Rosi"]
        assert told.survivors.set_index("field")["rule"]["nickname"] == "valid_first"


@pytest.mark.parametrize(
    "flaw",
    [
        pytest.param({"kind": "email", "value": "rosa@example", "key": None}, id="no address that can be written to"),
        pytest.param({"kind": "email", "value": "rosa@old.example", "bounced": True}, id="one that bounced"),
        pytest.param({"kind": "phone", "value": "555010", "key": "raw:555010"}, id="a number that cannot be dialled"),
        pytest.param({"kind": "address", "value": "1 Hill, 123", "key": "1 hill", "street": "1 Hill",
                      "postal_code": "123", "country": "DE"}, id="a postcode that is not of the country"),
    ],
)  # fmt: skip
def test_points(one_person: OnePerson, flaw: dict[str, Any]) -> None:
    good = {"email": "rosa@example.com", "phone": "+4930555010", "address": "Gasse 1"}[flaw["kind"]]
    place = {"street": good, "postal_code": "10115", "country": "DE"} if flaw["kind"] == "address" else {}
    sound = {"kind": flaw["kind"], "value": good, **place}
    rows = [{"points": [flaw]}, {"points": [flaw]}, {"points": [flaw]}, {"points": [sound]}]
    assert one_person(rows).golden_points["value"].tolist() == [good, flaw["value"]]


def test_a_postcode_of_the_country_beats_the_one_that_is_not(one_person: OnePerson) -> None:
    def home(postcode: str) -> dict[str, Any]:
        where = {"street": "Gasse 1", "city": "Berlin", "postal_code": postcode, "country": "DE"}
        return {"points": [{"kind": "address", "value": "Gasse 1", "key": "gasse 1", **where}]}

    point = one_person([home("1011"), home("1011"), home("10115")]).golden_points.iloc[0]
    assert point[["postal_code", "value"]].tolist() == ["10115", "Gasse 1, 10115 Berlin, DE"]


@pytest.mark.parametrize(
    ("postcode", "country", "expected"),
    [
        pytest.param("10115", "DE", False, id="five figures"),
        pytest.param("D-10115", "DE", False, id="with the letter of the country"),
        pytest.param("1011", "DE", True, id="a figure too few"),
        pytest.param("SW1A 1AA", "GB", False, id="letters and figures"),
        pytest.param("SW1A", "GB", False, id="the outward half"),
        pytest.param("10115", "GB", True, id="figures alone"),
        pytest.param("75008 CEDEX 08", "FR", False, id="a box of a firm"),
        pytest.param("110 00", "CZ", False, id="in two groups"),
        pytest.param("whatever", "XX", False, id="a country we know nothing of"),
        pytest.param(None, "DE", False, id="none"),
    ],
)
def test_postcodes(postcode: str | None, country: str, expected: bool) -> None:
    columns = [Column.of(pa.array([value], pa.large_string())) for value in (postcode, country)]
    assert is_foreign(*columns).tolist() == [expected]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["O'Brien", "", "a b", "---", "12 Hill\nLeeds"], id="plain"),
        pytest.param(["Müller", "STRASSE", "\u0130", "x", "\n"], id="not plain"),
        pytest.param([], id="none"),
    ],
)
def test_keys_at_a_time_are_keys_one_by_one(values: list[str]) -> None:
    assert text_keys(values) == [text_key(value) for value in values]
