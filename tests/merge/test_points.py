"""The e-mails, phones and addresses of a person: each once, the best first."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_clean.merge.golden import Merged

OnePerson = Callable[..., Merged]


def mail(value: str, **more: Any) -> dict[str, Any]:
    return {"kind": "email", "value": value, **more}


def place(street: str | None, city: str, **more: Any) -> dict[str, Any]:
    line = ", ".join(part for part in (street, city) if part)
    return {"kind": "address", "value": line, "key": line.lower(), "street": street, "city": city, **more}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        pytest.param([["a", "b"], ["b"]], ["b", "a"], id="held by most records first"),
        pytest.param([["a", "b"]], ["a", "b"], id="else as the record has it"),
        pytest.param([["a", "a"], ["a"]], ["a"], id="each once"),
    ],
)
def test_order_and_union(one_person: OnePerson, held: list[list[str]], expected: list[str]) -> None:
    points = one_person([{"points": [mail(value) for value in values]} for values in held]).golden_points
    assert points["value"].tolist() == expected
    assert points["ordinal"].tolist() == list(range(1, len(expected) + 1))


@pytest.mark.parametrize(
    "flaw",
    [
        pytest.param({"bounced": True}, id="it bounced"),
        pytest.param({"is_role": True}, id="many people read it"),
        pytest.param({"is_disposable": True}, id="it was made to be thrown away"),
        pytest.param({"is_placeholder": True, "key": None}, id="it stands for nothing"),
    ],
)
def test_a_flawed_address_comes_last(one_person: OnePerson, flaw: dict[str, Any]) -> None:
    flawed = mail("a", **flaw)
    points = one_person([{"points": [flawed]}, {"points": [flawed]}, {"points": [mail("b")]}]).golden_points
    assert points["value"].tolist() == ["b", "a"]


def test_the_newest_record_goes_first_among_equals(one_person: OnePerson) -> None:
    rows = [{"points": [mail("a")], "updated_at": "2020-01-01"}, {"points": [mail("b")], "updated_at": "2024-01-01"}]
    assert one_person(rows).golden_points["value"].tolist() == ["b", "a"]


def test_a_telling_label_beats_other(one_person: OnePerson) -> None:
    def phone(label: str | None) -> dict[str, Any]:
        return {"points": [{"kind": "phone", "value": "+4930555010", "label": label}]}

    points = one_person([phone("other"), phone("other"), phone("mobile"), phone(None)]).golden_points
    assert points["label"].tolist() == ["mobile"]


@pytest.mark.parametrize(
    ("places", "n_places", "first"),
    [
        pytest.param(
            [place("12 Ferry Lane", "Leeds"), place("12 Fery Lane", "Leeds"), place("12 Ferry Lane", "Leeds")],
            1, ["12 Ferry Lane", "Leeds"], id="a typo in the street is no other place",
        ),
        pytest.param(
            [place("12 Ferry Lane", "Leeds"), place("14 Ferry Lane", "Leeds")],
            2, ["12 Ferry Lane", "Leeds"], id="another house number is",
        ),
        pytest.param(
            [place("12 Ferry Lane", "Leeds"), place("12 Ferry Lane", "Bath")],
            2, ["12 Ferry Lane", "Leeds"], id="so is another town: never a street of one with the city of the other",
        ),
        pytest.param(
            [place(None, "Leeds"), place("12 Ferry Lane", "Leeds", postal_code="LS1 4AP")],
            1, ["12 Ferry Lane", "Leeds"], id="a town alone says nothing new",
        ),
    ],
)  # fmt: skip
def test_places(one_person: OnePerson, places: list[dict[str, Any]], n_places: int, first: list[str]) -> None:
    points = one_person([{"points": [one]} for one in places]).golden_points
    assert len(points) == n_places
    assert points[["street", "city"]].iloc[0].tolist() == first
    assert points["key"].is_unique


def test_blank_parts_come_from_the_same_place(one_person: OnePerson) -> None:
    rows = [
        {"points": [place("12 Ferry Lane", "Leeds", postal_code="LS1 4AP")]},
        {"points": [place("12 Ferry Lane", "Leeds", region="Yorkshire")]},
    ]
    point = one_person(rows).golden_points.iloc[0]
    assert point[["postal_code", "region", "country"]].tolist() == ["LS1 4AP", "Yorkshire", "GB"]
    assert point["value"] == "12 Ferry Lane, LS1 4AP Leeds, Yorkshire"


def test_a_country_is_derived_from_the_phone(one_person: OnePerson) -> None:
    phone = {"kind": "phone", "value": "+4930555010"}
    told = one_person([{"points": [phone, place("Gasse 1", "Ulm")]}])
    assert told.golden_points["country"].dropna().tolist() == ["DE"]
    assert told.survivors["rule"].tolist() == ["derived:phone_prefix"]
    two = one_person([{"points": [phone, {"kind": "phone", "value": "+33155501"}, place("Gasse 1", "Ulm")]}])
    assert two.golden_points["country"].isna().all()


def test_texts_of_different_columns_stay_apart(one_person: OnePerson) -> None:
    def text(label: str) -> dict[str, Any]:
        return {"kind": "text", "label": label, "value": "same"}

    assert len(one_person([{"points": [text("Colour"), text("Shape")]}]).golden_points) == 2
