"""A person's word on a value outranks the rules, goes where its record goes, and ends when a source says more."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from crm_clean.errors import UsageError
from crm_clean.merge.golden import Merged
from crm_clean.merge.overrides import POINT_FIELDS, check_override, offered_digest
from crm_clean.merge.spec import MergeSpec
from crm_clean.records.fields import CONSENT_FIELDS, SCALARS
from crm_clean.records.tables import OVERRIDES

Framed = Callable[[list[dict[str, Any]]], tuple[pd.DataFrame, pd.DataFrame]]
People = Callable[..., Merged]
WAS = [{"last_name": "Mueller"}, {"last_name": "Muller"}]


def mail(*values: str) -> dict[str, Any]:
    return {"points": [{"kind": "email", "value": value} for value in values]}


@pytest.fixture
def said(framed: Framed) -> Callable[..., pd.DataFrame]:
    """One override of `field`, anchored to the first of `over`, as it is written when these are the members."""

    def word(over: list[dict[str, Any]], field: str, value: str | None, **more: Any) -> pd.DataFrame:
        records, points = framed(over)
        row = {"record_id": records["record_id"][0], "field": field, "value": value, "verdict": "set", **more}
        return OVERRIDES.frame(pd.DataFrame([{**row, "base": offered_digest(records, points, field)}]))

    return word


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(WAS, "Ode", id="nothing changed"),
        pytest.param([WAS[0], {"last_name": "Mueller"}], "Ode", id="a record says what another said then"),
        pytest.param([WAS[0], {}], "Ode", id="a record says nothing any more"),
        pytest.param([WAS[0]], "Ode", id="a record is gone"),
        pytest.param([{"last_name": "Ode"}, WAS[1]], "Ode", id="a source took the word over"),
        pytest.param([*WAS, {"last_name": "Maier"}], "Ode", id="a record has joined since"),
        pytest.param([WAS[0], {"last_name": "Maier"}], "Mueller", id="a record says something new: the rules decide"),
    ],
)
def test_how_long_it_holds(
    one_person: People, said: Callable[..., pd.DataFrame], now: list[dict[str, Any]], expected: str
) -> None:
    assert one_person(now, overrides=said(WAS, "last_name", "Ode")).golden["last_name"].tolist() == [expected]


def test_it_says_so_and_who_it_is_anchored_to(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    told = one_person(WAS, overrides=said(WAS, "last_name", "Ode")).survivors.set_index("field")
    assert told.loc["last_name"].tolist()[1:] == ["hubspot:1", "manual"]


def test_so_does_a_record_alone(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    told = one_person(WAS[:1], overrides=said(WAS[:1], "last_name", "Ode")).survivors.set_index("field")
    assert told["rule"].to_dict() == {"last_name": "manual", "full_name": "derived:name_parts"}


def test_it_is_over_when_it_is_lifted(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    ledger = pd.concat([said(WAS, "last_name", "Ode"), said(WAS, "last_name", None, verdict="lifted")])
    assert one_person(WAS, overrides=ledger.reset_index(drop=True)).golden["last_name"].tolist() != ["Ode"]


def test_it_goes_where_its_record_goes(people: People, said: Callable[..., pd.DataFrame]) -> None:
    rows = [*WAS, {"last_name": "Brandwein"}]
    golden = people(rows, ["b", "a", "b"], overrides=said(WAS, "last_name", "Ode"))
    name = golden.golden.set_index("golden_id")["last_name"]
    by_record = golden.membership.set_index("record_id")["golden_id"].map(name)
    assert by_record.to_dict() == {"hubspot:1": "Ode", "hubspot:2": "Muller", "hubspot:3": "Ode"}


def test_where_two_meet_the_newest_wins(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    rows = [{"id": 1, "owner": "a"}, {"id": 2, "owner": "b"}]
    ledger = pd.concat([said(rows[1:], "owner", "new"), said(rows[:1], "owner", "newest")], ignore_index=True)
    assert one_person(rows, overrides=ledger).golden["owner"].tolist() == ["newest"]
    assert one_person(rows, overrides=ledger[::-1].reset_index(drop=True)).golden["owner"].tolist() == ["new"]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param("birth_date", "1980-05-01", "1980-05-01", id="a day"),
        pytest.param("n_purchases", "7", 7, id="a count"),
        pytest.param("survey_score", "7.5", 7.5, id="an amount"),
        pytest.param("created_at", "2020-05-01", pd.Timestamp("2020-05-01", tz="UTC"), id="an instant"),
        pytest.param("tags", "one; two", "one; two", id="a list as a whole"),
    ],
)
def test_values_of_every_kind(
    one_person: People, said: Callable[..., pd.DataFrame], field: str, value: str, expected: object
) -> None:
    rows: list[dict[str, Any]] = [{"tags": "three"}]
    assert one_person(rows, overrides=said(rows, field, value)).golden[field].tolist() == [expected]


def test_what_is_to_be_blank_is_not_filled_again(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    rows = [{"full_name": "Rosa Ode", "first_name": "Rosa", "last_name": "Ode"}]
    result = one_person(rows, overrides=said(rows, "full_name", None)).golden
    assert result["full_name"].isna().all()


def test_the_full_name_follows_its_parts(one_person: People, said: Callable[..., pd.DataFrame]) -> None:
    rows = [{"full_name": "Rosa Ode", "first_name": "Rosa", "last_name": "Ode"}]
    for spec in (MergeSpec(), MergeSpec(complete=False)):
        result = one_person(rows, overrides=said(rows, "last_name", "Brandwein"), spec=spec).golden
        assert result["full_name"].tolist() == ["Rosa Brandwein"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            "c@example.com", ["c@example.com", "a@example.com", "b@example.com"], id="one they have comes first"
        ),
        pytest.param("C@Example.com", ["c@example.com", "a@example.com", "b@example.com"], id="however it is written"),
        pytest.param(
            "new@example.com",
            ["new@example.com", "a@example.com", "b@example.com", "c@example.com"],
            id="a new one too",
        ),
    ],
)
def test_which_address_comes_first(
    one_person: People, said: Callable[..., pd.DataFrame], value: str, expected: list[str]
) -> None:
    rows = [mail("a@example.com", "b@example.com", "c@example.com")]
    result = one_person(rows, overrides=said(rows, "email", value))
    assert result.golden_points["value"].tolist() == expected
    assert result.golden_points["ordinal"].tolist() == list(range(1, len(expected) + 1))
    assert result.survivors[["field", "record_id", "rule"]].values.tolist() == [["email", "hubspot:1", "manual"]]


def test_a_new_address_is_as_closed_as_it_was(people: People, said: Callable[..., pd.DataFrame]) -> None:
    rows = [mail("a@example.com"), {"points": [{"kind": "email", "value": "shut@example.com", "opt_out": True}]}]
    result = people(rows, ["a", "b"], overrides=said(rows[:1], "email", "shut@example.com"))
    mine = result.membership.set_index("record_id")["golden_id"]["hubspot:1"]
    points = result.golden_points[result.golden_points["golden_id"] == mine]
    assert points[["value", "opt_out"]].values.tolist()[0] == ["shut@example.com", True]
    assert result.golden.set_index("golden_id")["email_opt_out"][mine]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        pytest.param("email_opt_out", "false", "strictest consent", id="consent"),
        pytest.param("nmae", "x", "no such field", id="a misspelt field"),
        pytest.param("email", None, "blank", id="no address at all"),
        pytest.param("birth_date", "soon", "1980-05-01", id="no day"),
        pytest.param("n_purchases", "many", "whole number", id="no number"),
        pytest.param("owner", " ", "no owner", id="nothing"),
    ],
)
def test_what_nobody_may_say(
    one_person: People, said: Callable[..., pd.DataFrame], field: str, value: str | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        check_override(field, value)
    rows = [{"email_opt_out": True, "owner": "a"}]
    ledger = said(rows, "owner", "b").assign(field=field, value=pd.array([value], dtype="string[pyarrow]"))
    result = one_person(rows, overrides=OVERRIDES.frame(ledger)).golden
    assert result[["email_opt_out", "owner"]].values.tolist() == [[True, "a"]]


def test_every_other_field_may_be_overruled() -> None:
    values = {"text": "x", "flag": "true", "date": "1980-05-01", "instant": "2024-01-01", "count": "1", "amount": "1.5"}
    for field, kind in SCALARS.items():
        if field not in CONSENT_FIELDS:
            check_override(field, values[kind])
            check_override(field, None)
    for field in POINT_FIELDS:
        check_override(field, "x")
