"""Made-up towns: people in one to four records, with typos, gaps, households, firms, and who each record is."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

_FIRST = (
    "ann", "bob", "carla", "dmitri", "emil", "farah", "greta", "hugo", "ines", "jonas", "kim", "lena", "marcus", "nora",
    "oskar", "paula", "quentin", "rosa", "stefan", "tessa", "ulrich", "vera", "walter", "xenia", "yusuf", "zoe",
    "elizabeth", "robert", "william", "margaret", "thomas", "anna", "peter", "maria", "john", "susan",
)  # fmt: skip
_SHORT = {
    "elizabeth": "liz", "robert": "bob", "william": "bill", "margaret": "peggy", "thomas": "tom", "susan": "sue",
    "walter": "walt", "john": "jack", "maria": "mari", "dmitri": "dima", "stefan": "steff", "ulrich": "uli",
}  # fmt: skip
_START = ("ab", "berg", "col", "dahl", "eck", "frey", "gold", "hal", "iv", "jung", "koch", "lop", "mar", "nor", "wes")
_MIDDLE = ("a", "en", "er", "i", "o", "in", "el", "u")
_END = ("son", "mann", "ez", "ova", "ton", "ski", "berg", "field", "ley", "sen", "court", "ic")
_FREQUENT = ("smith", "jones", "mueller", "garcia", "brown", "cole", "frey", "koch", "hale", "jung", "abel", "ivers")
_STREETS = ("oak", "elm", "hill", "mill", "church", "station", "park", "garden", "king", "queen")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Row = dict[str, Any]


def town(n_people: int, *, seed: int) -> tuple[list[Row], list[int]]:
    """Records of about `n_people` people in the plain form of `tables_of`, and the person of each."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    who: list[int] = []
    for person in range(n_people):
        whole = _person(rng, house=person // 3)
        for _ in range(int(rng.choice([1, 1, 2, 2, 3, 4]))):
            rows.append(_seen(rng, whole))
            who.append(person)
    return rows, who


def crowd(given: Mapping[str, Any], *, seed: int) -> list[Row]:
    """`given["n"]` other people, one record each, who hold all else that is given."""
    rng = np.random.default_rng(seed)
    shared = {name: value for name, value in given.items() if name != "n"}
    people = (_person(rng, house=10_000 + k) for k in range(given["n"]))
    return [_seen(rng, whole, gaps=False) | shared for whole in people]


def _person(rng: np.random.Generator, *, house: int) -> Row:
    """Everything there is to know of one person. Three people live in a house, one surname to most houses."""
    at = np.random.default_rng(house)
    frequent = rng.random() < 0.15
    of_the_house = "".join(at.choice(part) for part in (_START, _MIDDLE, _END))
    family = _FREQUENT[rng.integers(len(_FREQUENT))] if frequent else of_the_house
    mailbox = "".join(rng.choice(list(_LETTERS), 7))
    firm = int(rng.integers(40))
    return {
        "first_name": str(rng.choice(_FIRST)),
        "last_name": str(family),
        "email": f"{mailbox}@mail{rng.integers(6)}.example",
        "other": f"{mailbox[:4]}{rng.integers(1000)}@post.example",
        "mobile": f"+1{rng.integers(2_000_000_000, 9_999_999_999)}",
        "landline": f"+1312{at.integers(2_000_000, 9_999_999)}",
        "desk": f"+1646{np.random.default_rng(firm).integers(2_000_000, 9_999_999)}",
        "street": f"{house % 90 + 1} {_STREETS[house // 90 % 10]} st",
        "postal_code": f"{10_000 + house // 12}",
        "city": f"town {house // 60}",
        "company": _firm(firm),
        "former_company": _firm(int(rng.integers(40))),
        "former_home": {"street": f"{rng.integers(90)} old road", "postal_code": f"{rng.integers(10_000, 99_999)}"},
        "role_email": f"info@firm{firm}.example",
        "birth_date": f"{rng.integers(1940, 2003)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        "suffix": str(rng.choice(["jr", "sr"])) if rng.random() < 0.02 else None,
    }


def _firm(number: int) -> str:
    return f"{_START[number % 15]}{_MIDDLE[number % 8]} works"


def _seen(rng: np.random.Generator, whole: Row, *, gaps: bool = True) -> Row:
    """One record of a person: what one source knows, as it was typed."""
    row: Row = {
        "first_name": whole["first_name"],
        "last_name": whole["last_name"],
        "suffix": whole["suffix"],
        "source": str(rng.choice(["hubspot", "salesforce", "mailchimp", "pipedrive"])),
    }
    lucky = rng.random(12)
    if lucky[0] < 0.75 or not gaps:
        row["email"] = whole["email"] if lucky[1] < 0.8 or not gaps else whole["other"]
    if lucky[2] < 0.7:
        row["phone"] = whole["mobile"] if lucky[3] < 0.7 else whole["landline"] if lucky[3] < 0.9 else whole["desk"]
    if lucky[4] < 0.6:
        row |= {name: whole[name] for name in ("street", "postal_code", "city")}
        if lucky[5] < 0.3:
            del row["street"], row["postal_code"]
        elif lucky[9] < 0.12:
            row |= whole["former_home"]
    if lucky[6] < 0.3:
        row["birth_date"] = whole["birth_date"]
    if lucky[7] < 0.4:
        row["company"] = whole["company"] if lucky[10] < 0.75 else whole["former_company"]
        if lucky[8] < 0.15:
            row["role_email"] = whole["role_email"]
    return _mistyped(rng, row) if gaps else row


def _mistyped(rng: np.random.Generator, row: Row) -> Row:
    lucky = rng.random(4)
    if lucky[0] < 0.15:
        row["first_name"] = _SHORT.get(row["first_name"], row["first_name"])
    if lucky[0] < 0.03:
        row["first_name"] = row["first_name"][:1]
    for name, chance in (("last_name", 0.08), ("email", 0.02), ("phone", 0.02), ("street", 0.04), ("company", 0.03)):
        if name in row and rng.random() < chance:
            row[name] = _transposed(row[name], at=int(rng.integers(1, 5)))
    if lucky[2] < 0.02:
        row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
    if lucky[3] < 0.03 and "birth_date" in row:
        year, month, day = row["birth_date"].split("-")
        row["birth_date"] = f"{year}-{day}-{month}" if int(day) < 13 else f"{year}-{month}-01"
    return row


def _transposed(text: str, *, at: int) -> str:
    """`text` with two letters in each other's place, as many from its end as `at` says."""
    k = max(len(text) - at - 1, 0)
    return text[:k] + text[k + 1 : k + 2] + text[k : k + 1] + text[k + 2 :]


def pairs(ids: list[str]) -> list[tuple[str, str]]:
    """Every two of `ids`, the smaller one first."""
    return list(itertools.combinations(sorted(ids), 2))
