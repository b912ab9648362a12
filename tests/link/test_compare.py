"""What level two records reach; the titles are the specification."""

from __future__ import annotations

import numpy as np
import pytest

from crm_clean.link.compare.catalogue import comparisons

BOTH = (np.array([0]), np.array([1]))


def _level(people, name: str, left: dict, right: dict, others: list[dict] | None = None) -> str:  # type: ignore[no-untyped-def]
    table = people([left, right, *(others or [])])
    chosen = {c.name: c for c in comparisons(table)}
    if name not in chosen:
        return "null"
    here = chosen[name].compare(table, *BOTH).levels[0]
    back = chosen[name].compare(table, BOTH[1], BOTH[0]).levels[0]
    assert here == back, "a comparison does not depend on the order of its two records"
    return ("null", *chosen[name].levels)[here]


def _named(first: str | None, last: str | None, **more: str) -> dict:
    return {"first_name": first, "last_name": last, **more}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(_named("ann", "lee"), _named("ann", "lee"), "exact", id="the same"),
        pytest.param(_named("robert", "lee"), _named("bob", "lee"), "nickname", id="an English nickname"),
        pytest.param(_named("francisco", "ruiz"), _named("paco", "ruiz"), "nickname", id="a Spanish nickname"),
        pytest.param(_named("bill", "lee"), _named("will", "lee"), "nickname", id="two nicknames of one name"),
        pytest.param(_named("jonathan", "lee"), _named("jonahtan", "lee"), "close", id="letters transposed"),
        pytest.param(_named("ann", "henderson"), _named("ann", "hendersen"), "close", id="a typo in the surname"),
        pytest.param(_named("ann", "lee"), _named("lee", "ann"), "swapped", id="first and last name swapped"),
        pytest.param(_named("ana", "garcia lopez"), _named("ana", "garcia"), "part", id="one of two surnames"),
        pytest.param(_named("ann", "poe", maiden_name="lee"), _named("ann", "lee"), "part", id="the maiden name"),
        pytest.param(_named("mary ann", "lee"), _named("mary", "lee"), "part", id="one of two given names"),
        pytest.param(_named("j", "lee"), _named("john", "lee"), "initial", id="an initial"),
        pytest.param(_named("j p", "roy"), _named("jean pierre", "roy"), "initial", id="two initials"),
        pytest.param(_named("reuben", "james"), _named("rubnen", "james"), "like", id="a mangled name"),
        pytest.param(_named("ann", None), _named("ann", "lee"), "first_alone", id="no surname on one side"),
        pytest.param(_named(None, "lee"), _named("ann", "lee"), "last_alone", id="no given name on one side"),
        pytest.param(_named("ann", "lee"), _named("ann", "poe"), "first_only", id="another surname"),
        pytest.param(_named("ann", "lee"), _named("victor", "lee"), "last_only", id="another given name"),
        pytest.param(_named("ann", "lee"), _named("victor", "poe"), "different", id="nothing alike"),
        pytest.param(_named(None, None), _named("ann", "lee"), "unnamed", id="no name on one side"),
        pytest.param(_named(None, None), _named(None, None), "null", id="no name on either side"),
        pytest.param(_named("ann", None), _named(None, "lee"), "null", id="nothing to compare"),
        pytest.param(_named("иван", "петров"), _named("иван", "петров"), "exact", id="names in Cyrillic"),
    ],
)
def test_names(people, left: dict, right: dict, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "name", left, right) == expected


def test_a_near_name_that_many_bear_is_a_name_of_its_own(people) -> None:  # type: ignore[no-untyped-def]
    others = [_named("martin", f"x{i}") for i in range(6)] + [_named("marvin", f"y{i}") for i in range(6)]
    assert _level(people, "name", _named("martin", "lee"), _named("marvin", "lee"), others) == "familiar"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param({"suffix": "jr"}, {"suffix": "jr"}, "same", id="both junior"),
        pytest.param({"suffix": "jr"}, {"suffix": "sr"}, "conflict", id="father and son"),
        pytest.param({"suffix": "jr"}, {"suffix": None}, "one_sided", id="said of one only"),
        pytest.param({"suffix": None}, {"suffix": None}, "null", id="not said"),
    ],
)
def test_generations(people, left: dict, right: dict, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "generation", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param({"email": "a@x.com"}, {"email": ["b@y.com", "a@x.com"]}, "same", id="any mailbox of several"),
        pytest.param(
            {"email": "rocket77@x.com"}, {"email": "rocket77@y.com"}, "user", id="a telling user at two providers"
        ),
        pytest.param(
            _named("ann", "lee", email="ann.lee@posteo.example"),
            _named("ann", "lee", email="ann.lee@firm.org"),
            "different",
            id="a user made of the name says no more than the name",
        ),
        pytest.param({"email": "annika@gmail.com"}, {"email": "anniak@gmail.com"}, "close", id="a typo"),
        pytest.param({"role_email": "info@x.com"}, {"role_email": "info@x.com"}, "role", id="one role mailbox"),
        pytest.param(
            {"role_email": "info@x.com"}, {"role_email": "info@y.com"}, "null", id="two role mailboxes say nothing"
        ),
        pytest.param(
            {"role_email": "info@x.com"}, {"email": "a@x.com"}, "null", id="role against personal says nothing"
        ),
        pytest.param({"email": "kim@alpha.com"}, {"email": "zoe@beta.org"}, "different", id="nothing alike"),
        pytest.param({"email": "kim@alpha.com"}, {"phone": "+15550100"}, "null", id="missing on one side"),
    ],
)
def test_emails(people, left: dict, right: dict, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "email", left, right) == expected


def test_a_mailbox_that_many_people_hold_is_no_ones(people) -> None:  # type: ignore[no-untyped-def]
    others = [_named(f, f"{f}son", email="us@x.com") for f in ("kim", "bo", "zoe", "max")]
    left, right = _named("ann", "lee", email="us@x.com"), _named("tom", "poe", email="us@x.com")
    assert _level(people, "email", left, right, others) == "role"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param("+14155550100", "+14155550100", "same", id="the same"),
        pytest.param("+14155550100", "raw:4155550100", "same", id="the prefix missing on one side"),
        pytest.param("+442079460958", "raw:02079460958", "same", id="a trunk zero for the prefix"),
        pytest.param("+14155550100", "+14155550180", "close", id="one digit off"),
        pytest.param("+14155550100", "+14155550100;ext=7", "different", id="an extension is another phone"),
        pytest.param("+14155550100", "+493012345678", "different", id="nothing alike"),
    ],
)
def test_phones(people, left: str, right: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "phone", {"phone": left}, {"phone": right}) == expected


def test_a_phone_that_many_people_hold_is_a_switchboard(people) -> None:  # type: ignore[no-untyped-def]
    others = [_named(f, f"{f}son", phone="+15550100") for f in ("kim", "bo", "zoe", "max")]
    left, right = _named("ann", "lee", phone="+15550100"), _named("tom", "poe", phone="+15550100")
    assert _level(people, "phone", left, right, others) == "shared"


def test_in_a_table_that_knows_mailboxes_another_house_number_is_another_house(people) -> None:  # type: ignore[no-untyped-def]
    left, right = ({**_home(f"{k} main st", "10115"), "email": f"m{k}@x.example"} for k in (1, 7))
    assert _level(people, "address", left, right) == "postcode"


def _home(street: str | None = None, code: str | None = None, city: str | None = None) -> dict:
    return {"street": street, "postal_code": code, "city": city}


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(_home("1 main st", "10115"), _home("1 main st", "10115"), "same", id="street and postcode"),
        pytest.param(_home("1 main st"), _home("1 main st", "10115"), "same", id="street, a postcode missing"),
        pytest.param(
            _home("1 main street", "10115"), _home("1 mian street", "10115"), "close", id="a typo in the street"
        ),
        pytest.param(_home("1 main st", "10115"), _home("1 main st", "20999"), "close", id="one street, two postcodes"),
        pytest.param(_home("1 main st", "10115"), _home("9 oak ave", "10115"), "postcode", id="the postcode alone"),
        pytest.param(_home("1 main st", "10115"), _home("7 main st", "10115"), "road", id="another house number"),
        pytest.param(
            _home("1 main st", "10115", "bonn"), _home("9 oak ave", "10151", "bonn"), "area", id="a slip in a postcode"
        ),
        pytest.param(
            _home(None, "tq138df", "ashton"), _home(None, "tq138hu", "ashton"), "area", id="one district of a town"
        ),
        pytest.param(_home(None, "tq138df"), _home(None, "tq138hu"), "different", id="one district, no town"),
        pytest.param(_home(city="berlin"), _home(city="berlin"), "city", id="the city alone"),
        pytest.param(
            _home("1 main st", "10115", "berlin"), _home("9 oak ave", "75001", "paris"), "different", id="moved"
        ),
        pytest.param(_home("1 main st"), _home(city="berlin"), "null", id="nothing to compare"),
    ],
)
def test_addresses(people, left: dict, right: dict, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "address", left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param("1980-05-17", "1980-05-17", "same", id="the same"),
        pytest.param("1980-05-07", "1980-07-05", "swapped", id="day and month swapped"),
        pytest.param("1980-05-17", "1980-05-18", "close", id="one digit off"),
        pytest.param("1980-05-17", "1980-05-71", "close", id="two digits transposed"),
        pytest.param("1980-05-17", "1980-11-17", "partly", id="another month"),
        pytest.param("1980-05-17", "1981-04-02", "near", id="within about a year"),
        pytest.param("1980-05-17", "1962-11-30", "different", id="nothing alike"),
        pytest.param("1980-05-17", "--05-17", "same", id="the year not said"),
    ],
)
def test_birth_dates(people, left: str, right: str, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, "birth_date", {"birth_date": left}, {"birth_date": right}) == expected


@pytest.mark.parametrize(
    ("name", "left", "right", "expected"),
    [
        pytest.param("company", {"company": "acme"}, {"company": "acme"}, "same", id="one company"),
        pytest.param("company", {"company": "initech"}, {"company": "inittech"}, "close", id="a typo in the company"),
        pytest.param("company", {"company": "acme"}, {"company": "globex"}, "different", id="two companies"),
        pytest.param("profile", {"profile": "linkedin/ann"}, {"profile": "linkedin/ann"}, "same", id="one profile"),
        pytest.param(
            "profile", {"profile": "linkedin/ann"}, {"profile": "linkedin/tom"}, "different", id="two profiles"
        ),
        pytest.param("text:club", {"text:club": "chess"}, {"text:club": "chess"}, "same", id="a plain text"),
        pytest.param(
            "text:club", {"text:club": "fencing"}, {"text:club": "fenicng"}, "close", id="a plain text with a typo"
        ),
    ],
)
def test_the_rest(people, name: str, left: dict, right: dict, expected: str) -> None:  # type: ignore[no-untyped-def]
    assert _level(people, name, left, right) == expected
