"""Taking up the tables: the order of records, codes that do not depend on the order of rows, users that tell."""

from __future__ import annotations

import pickle
from dataclasses import fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.link.columns import MISSING, Bag, Column, encode
from crm_clean.link.mailbox_users import says_more
from crm_clean.link.people import People, read_people
from crm_clean.link.reading import order_of_content
from crm_clean.records.tables import CONTACT_POINTS, RECORDS

ROWS = [
    {"first_name": "ann", "last_name": "lee", "email": ["rocket77@x.com", "a@x.com"], "city": "Berlin"},
    {"first_name": "ann", "last_name": "lee", "email": "rocket77@y.com", "street": "1 oak", "postal_code": "101 15"},
    {"first_name": "lee", "last_name": "ann", "phone": ["+15550100", "+15550101"], "role_email": "info@x.com"},
    {"first_name": None, "last_name": "иванов", "company": "acme", "text:club": "chess", "postal_code": "10115"},
    {"first_name": "jo", "last_name": None, "suffix": "jr", "birth_date": "1980-05-17", "profile": "linkedin/jo"},
    {"first_name": "jo", "last_name": None, "suffix": "jr", "birth_date": "1980-05-17", "profile": "linkedin/jo"},
    {},
]


@pytest.fixture
def plain_tables(tables):  # type: ignore[no-untyped-def]
    return tables(ROWS)


def _said(people: People) -> dict[str, object]:
    """All that people say, as plain lists."""

    def plain(part: object) -> object:
        if isinstance(part, Column):
            return part.codes.tolist(), part.values
        if isinstance(part, Bag):
            return part.record.tolist(), part.codes.tolist(), part.values, part.starts.tolist()
        if isinstance(part, dict):
            return {name: plain(value) for name, value in part.items()}
        return part.tolist()  # type: ignore[attr-defined]

    return {f.name: plain(getattr(people, f.name)) for f in fields(People) if not f.name.startswith("_")}


def test_people_are_the_same_whatever_the_order_of_rows(plain_tables) -> None:  # type: ignore[no-untyped-def]
    records, points = plain_tables
    said = _said(read_people(records, points))
    for seed in range(8):
        shuffled = (frame.sample(frac=1.0, random_state=seed).reset_index(drop=True) for frame in plain_tables)
        assert _said(read_people(*shuffled)) == said


def test_people_are_the_same_with_any_number_of_workers_and_from_arrow_tables(plain_tables) -> None:  # type: ignore[no-untyped-def]
    said = _said(read_people(*plain_tables))
    assert _said(read_people(*plain_tables, workers=5)) == said
    assert _said(read_people(RECORDS.to_arrow(plain_tables[0]), CONTACT_POINTS.to_arrow(plain_tables[1]))) == said


def test_another_process_is_handed_the_same_people(plain_tables) -> None:  # type: ignore[no-untyped-def]
    people = read_people(*plain_tables)
    counted = people.holders(people.emails).tolist()
    handed = pickle.loads(pickle.dumps(people))
    assert _said(handed) == _said(people)
    assert handed.holders(handed.emails).tolist() == counted
    assert handed.holders(handed.birth).tolist() == [1], "two rows of one person"


def test_no_records_are_no_people() -> None:
    nobody = read_people(RECORDS.empty(), CONTACT_POINTS.empty())
    assert nobody.n == 0
    assert nobody.emails.is_empty


def test_what_people_say(people) -> None:  # type: ignore[no-untyped-def]
    p = people(ROWS)
    assert [p.emails.values[c] for c in p.emails.codes] == ["rocket77@x.com", "a@x.com", "rocket77@y.com"]
    assert (p.roles.values, p.users.values[p.users.codes[0]]) == (["info@x.com"], "rocket77")
    assert (p.addresses.values, p.streets.values) == (["1 oak|101 15"], ["1 oak"])
    assert (p.postcodes.values, p.cities.values) == (["10115"], ["berlin"])
    assert p.full.codes[0] == p.full.codes[1] == p.full.codes[2] >= 0, "a full name is the same in either order"
    assert p.full.codes[3] == MISSING
    assert p.person[0] == p.person[1] != p.person[2]


def test_a_point_whose_record_does_not_stand_is_nobodys(plain_tables) -> None:  # type: ignore[no-untyped-def]
    records, points = plain_tables
    gone = records["record_id"].iloc[0]
    left = read_people(records[records["record_id"] != gone].reset_index(drop=True), points)
    kept = points[points["record_id"] != gone].reset_index(drop=True)
    assert _said(left) == _said(read_people(records[records["record_id"] != gone].reset_index(drop=True), kept))


hashes = st.one_of(st.none(), st.text("ab\0é", max_size=3), st.text("ab", min_size=7, max_size=10))


@given(st.lists(hashes, max_size=20), st.randoms(use_true_random=False))
def test_records_come_in_the_order_of_content_and_then_of_their_ids(held: list[str | None], draw) -> None:  # type: ignore[no-untyped-def]
    ids = [f"r{k:02d}" for k in range(len(held))]
    draw.shuffle(ids)
    table = pa.table({"content_hash": pa.array(held, pa.string()), "record_id": pa.array(ids, pa.string())})
    rows = list(zip(held, ids, strict=True))
    expected = sorted(range(len(held)), key=lambda k: (rows[k][0] is None, (rows[k][0] or "").encode(), rows[k][1]))
    assert order_of_content(table).tolist() == expected


@given(st.lists(st.one_of(st.none(), st.text("abé", max_size=2)), max_size=12), st.booleans())
def test_codes_stand_for_the_texts_and_an_empty_text_is_missing(held: list[str | None], in_order: bool) -> None:
    codes, texts = encode(pd.Series(held, dtype="string[pyarrow]"), in_order=in_order)
    assert [texts.values[c] if c >= 0 else None for c in codes] == [v or None for v in held]
    distinct = list(dict.fromkeys(v for v in held if v))
    assert texts.values == (sorted(distinct, key=str.encode) if in_order else distinct)


@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=8))
def test_a_bag_tells_what_each_record_holds(held: list[list[str]]) -> None:
    record = np.repeat(np.arange(len(held)), [len(values) for values in held])
    bag = Bag.of(record, [v for values in held for v in values], n=len(held))
    sets = [sorted(set(values)) for values in held]
    inside = [[bag.values[c] for c in bag.codes[bag.starts[k] : bag.starts[k + 1]]] for k in range(len(held))]
    assert inside == sets
    assert [bag.values[c] if c >= 0 else None for c in bag.only] == [s[0] if len(s) == 1 else None for s in sets]
    assert bag.several.tolist() == [len(s) > 1 for s in sets]
    vowels = bag.where(np.array([v == "a" for v in bag.values], dtype=bool))
    assert vowels.has.tolist() == ["a" in s for s in sets]


@pytest.mark.parametrize(
    ("user", "given_name", "family", "expected"),
    [
        pytest.param("jane.doe", "jane", "doe", False, id="the name"),
        pytest.param("j.doe", "jane", "doe", False, id="initial and surname"),
        pytest.param("annalee", "ann", "lee", False, id="a letter left"),
        pytest.param("janedoe77", "jane", "doe", True, id="a number beside the name"),
        pytest.param("maryann.lee", "mary ann", "lee", False, id="two given names in one"),
        pytest.param("rocket", "jane", "doe", True, id="nothing of the name"),
        pytest.param("box", "jane", "doe", False, id="too short to tell"),
        pytest.param("ANNLEE", "ann", "lee", False, id="capitals"),
    ],
)
def test_a_mailbox_user_says_more_than_the_name(user: str, given_name: str, family: str, expected: bool) -> None:
    assert says_more(user, given_name, family) is expected
