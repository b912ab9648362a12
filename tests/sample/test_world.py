"""The people behind a sample: who shares what with whom, and that nobody else does."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

import numpy as np
import phonenumbers
import pytest

from crm_clean.sample import people as kinds
from crm_clean.sample.cards import PRESENCE
from crm_clean.sample.generate import Customers, draw_customers
from crm_clean.sample.lexicon import CODES, lexicons
from crm_clean.sample.phones import give_numbers, lines, write_numbers
from crm_clean.sample.world import World


@cache
def customers() -> Customers:
    return draw_customers(contacts=12_000, seed=2)


def world() -> World:
    return customers().world


def test_an_address_belongs_to_one_person_unless_shared_on_purpose() -> None:
    rows = customers().rows
    owners = defaultdict(set)
    shared = set()
    for email, other, person, is_shared in zip(
        rows.email.to_pylist(), rows.other_email.to_pylist(), rows.person.tolist(), rows.email_is_shared, strict=True
    ):
        for address in {email.lower(), other.lower()} - {""}:
            owners[address].add(person)
        if is_shared:
            shared.add(email.lower())
    couples = {world().emails[i].as_py() for i in np.flatnonzero(world().shared_emails)}
    several = {address for address, people in owners.items() if len(people) > 1}
    assert several
    assert several <= shared | couples


def test_some_share_an_address_on_purpose() -> None:
    rows = customers().rows
    said = {email.split("@")[0].lower() for email in rows.email.filter(rows.email_is_shared).to_pylist()}
    assert {"info", "sales", "test", "noemail"} <= said


@pytest.mark.parametrize(
    ("kind", "name", "birth"),
    [
        pytest.param(kinds.NAMESAKES, True, False, id="father and son: one name, two birth dates"),
        pytest.param(kinds.TWINS, False, True, id="twins: one birth date, two names"),
        pytest.param(kinds.SIBLINGS, False, False, id="siblings: two names, two birth dates"),
    ],
)
def test_relatives(kind: int, name: bool, birth: bool) -> None:
    people = world().people
    second = np.flatnonzero((people.kind == kind) & (people.role == 1))
    head = second - 1
    assert len(second) > 20
    assert (people.last[second] == people.last[head]).all()
    assert (people.birth[second] == people.birth[head]).all() == birth
    same_first = people.first[second] == people.first[head]
    assert same_first.all() if name else not same_first.any()
    assert (world().homes.now[second] == world().homes.now[head]).all()


def test_fathers_are_older_than_their_sons() -> None:
    people = world().people
    son = np.flatnonzero((people.kind == kinds.NAMESAKES) & (people.role == 1))
    years = (people.birth[son] - people.birth[son - 1]) / 365.25
    assert years.min() > 18


def test_strangers_share_a_name_in_one_town_and_in_two() -> None:
    people = world().people
    homes = defaultdict(list)
    for first, last, last2, town in zip(people.first, people.last, people.last2, people.town, strict=True):
        homes[first, last, last2].append(town)
    several = [towns for towns in homes.values() if len(towns) > 1]
    assert 0.005 < sum(map(len, several)) / len(people) < 0.12
    assert any(len(set(towns)) < len(towns) for towns in several)
    assert any(len(set(towns)) == len(towns) for towns in several)


def test_colleagues_share_a_switchboard_and_a_domain() -> None:
    jobs = world().job[world().job >= 0]
    assert np.bincount(jobs).max() >= 5
    domains = world().companies.domain.to_pylist()
    assert len(domains) == len(set(domains))


def test_no_number_is_given_out_twice() -> None:
    book, plan = world().telephones.book, lines()
    key = set(zip(plan.country[book.line], plan.area[book.line], book.number, strict=True))
    assert len(key) == len(book.number)


@pytest.mark.parametrize("country", range(len(CODES)), ids=CODES)
@pytest.mark.parametrize("abroad", [0.0, 1.0], ids=["as at home", "with the country code"])
def test_numbers_are_valid_in_their_country(country: int, abroad: float) -> None:
    rng = np.random.default_rng(1)
    plan = lines()
    line = rng.permutation(np.flatnonzero(plan.country == country).repeat(3))
    numbers = give_numbers(rng, line)
    said = write_numbers(rng, numbers, np.arange(len(line)), international=np.full(len(line), abroad)).to_pylist()
    parsed = [phonenumbers.parse(text, CODES[country]) for text in said]
    valid = [phonenumbers.is_valid_number(number) for number in parsed]
    assert sum(valid) >= 0.95 * len(valid)
    assert len({(n.national_number, n.italian_leading_zero) for n in parsed}) == len(parsed)
    assert {n.country_code for n in parsed} == {int(lexicons()[country].phone.code)}


def test_few_rows_are_hopeless() -> None:
    rows = customers().rows
    bare = 0
    for crm in PRESENCE:
        card = customers().cards(crm)
        has = [card.rows.email, card.phones.mobile, card.phones.work, card.phones.home, card.place.street]
        bare += sum(not any(values) for values in zip(*(column.to_pylist() for column in has), strict=True))
    assert 0 < bare < 0.03 * len(rows)


def test_rows_show_the_past_and_the_present() -> None:
    rows, people = customers().rows, world().people
    assert 0.01 < (rows.last != people.last[rows.person]).mean() < 0.1
    assert 0.02 < (rows.home != world().homes.now[rows.person]).mean() < 0.2
    assert 0.02 < (rows.job != world().job[rows.person]).mean() < 0.2


def test_opt_outs_disagree_between_rows_of_one_person() -> None:
    said = defaultdict(set)
    for crm in PRESENCE:
        card = customers().cards(crm)
        for person, out in zip(card.rows.person.tolist(), card.opted_out.tolist(), strict=True):
            said[person].add(out)
    assert sum(len(answers) == 2 for answers in said.values()) > 50
