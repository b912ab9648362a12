"""Which phone numbers and which address a row has, and what they look like there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_clean.sample.columns import (
    Column,
    Ints,
    Mask,
    Rng,
    by_group,
    chance,
    column,
    edit,
    filled,
    join,
    keep,
    numbers,
    put,
    take,
    where,
)
from crm_clean.sample.dirt import misdial
from crm_clean.sample.habits import Hand
from crm_clean.sample.lexicon import lexicons
from crm_clean.sample.phones import write_numbers
from crm_clean.sample.places import codes, write_streets, write_units
from crm_clean.sample.rows import Rows
from crm_clean.sample.words import words
from crm_clean.sample.world import PERSON, World

OWN_LINE, EXTENSION, MISDIALLED, FAKE, MOBILE_AS_PHONE = 0.6, 0.3, 0.014, 0.01, 0.12
# The share of numbers written with their country code, where the row tells a place and where it does not.
CODE_AT_HOME, CODE_NOWHERE = 0.2, 0.85
AT_THE_OFFICE, SHORT_STREETS, TYPO_STREET, TYPO_CITY = 0.1, 0.4, 0.025, 0.01
# Who has no address to write to was called or visited: such rows have a number or a street more often.
TYPED_FROM_A_CARD, RESCUED = 0.6, 0.8
FAKE_NUMBERS = (
    "0000000000", "000-000-0000", "123456789", "1111111111", "9999999999", "n/a", "0", "(555) 555-5555", "+00 000 000",
    "1234567890",
)  # fmt: skip


@dataclass(frozen=True)
class Presence:
    """The share of rows of an export that have a value, given that there is one to have."""

    first: float
    last: float
    mobile: float
    work: float
    home: float
    address: float
    town_only: float
    company: float
    title: float
    birth: float


@dataclass(frozen=True)
class Phones:
    mobile: Column
    work: Column
    home: Column


@dataclass(frozen=True)
class Place:
    street: Column
    unit: Column
    city: Column
    region: Column
    region_long: Column
    postal_code: Column
    country: Column
    country_code: Column
    country_id: Ints  # -1 where no place is known


@dataclass(frozen=True)
class Choice:
    """What a row has; phone and address indices, -1 for none."""

    mobile: Ints
    work: Ints
    home: Ints
    address: Ints
    town_only: Mask


def choose(rng: Rng, world: World, rows: Rows, *, presence: Presence) -> Choice:
    """Most rows keep at least one thing that tells the person from others; a few are hopeless."""
    n = len(rows)
    mobile, landline, direct = world.telephones.mobile[rows.person], rows.landline, world.telephones.direct[rows.person]
    current = rows.job == world.job[rows.person]
    own_line = (direct >= 0) & current & chance(rng, n, OWN_LINE)
    switchboard = np.where(rows.job >= 0, world.telephones.switchboard[np.maximum(rows.job, 0)], -1)
    work = np.where(own_line, direct, switchboard)
    has_mobile, has_home = chance(rng, n, presence.mobile), chance(rng, n, presence.home)
    has_address = chance(rng, n, presence.address)
    office = has_address & (rows.job >= 0) & chance(rng, n, AT_THE_OFFICE)
    reachable = filled(rows.email) & ~rows.email_is_shared
    has_mobile |= ~reachable & chance(rng, n, TYPED_FROM_A_CARD)
    has_address |= ~reachable & chance(rng, n, TYPED_FROM_A_CARD / 2)
    known = reachable | (has_mobile & (mobile >= 0)) | (has_address & ~office)
    rescued = ~known & ~own_line & chance(rng, n, RESCUED)
    has_mobile |= rescued
    has_address |= rescued & (mobile < 0)
    person = world.what[rows.person] == PERSON
    return Choice(
        mobile=np.where(has_mobile & person, mobile, -1),
        work=np.where(chance(rng, n, presence.work), work, -1),
        home=np.where(has_home & person, landline, -1),
        address=np.where(has_address, np.where(office, world.homes.office[np.maximum(rows.job, 0)], rows.home), -1),
        town_only=~has_address & chance(rng, n, presence.town_only),
    )


def write_phones(rng: Rng, world: World, rows: Rows, *, choice: Choice) -> Phones:
    """Numbers in the ways of their country; without a country in the row, mostly with the country code."""
    n = len(rows)
    local = (choice.address >= 0) | choice.town_only
    abroad = np.where(local, CODE_AT_HOME, CODE_NOWHERE)
    mobile = write_numbers(rng, world.telephones.book, choice.mobile, international=abroad)
    home = write_numbers(rng, world.telephones.book, choice.home, international=abroad)
    work = _with_extension(
        rng, world, rows, work=write_numbers(rng, world.telephones.book, choice.work, international=abroad)
    )
    written = [_wrong(rng, phone) for phone in (mobile, work, home)]
    fake = chance(rng, n, FAKE)
    said = column([FAKE_NUMBERS[i] for i in rng.integers(0, len(FAKE_NUMBERS), int(fake.sum())).tolist()])
    work = put(written[1], fake, said)
    moved = (choice.mobile >= 0) & (choice.work < 0) & (choice.home < 0) & ~fake & chance(rng, n, MOBILE_AS_PHONE)
    return Phones(keep(written[0], ~moved), where(moved, written[0], work), written[2])


def _wrong(rng: Rng, phone: Column) -> Column:
    return edit(phone, chance(rng, len(phone), MISDIALLED), misdial, rng)


def _with_extension(rng: Rng, world: World, rows: Rows, *, work: Column) -> Column:
    """Some switchboard numbers carry the extension of the desk, always the same for one person."""
    n = len(rows)
    has = filled(work) & (world.telephones.direct[rows.person] < 0) & chance(rng, n, EXTENSION)
    country = world.companies.country[np.maximum(rows.job, 0)]
    desk = numbers(100 + rows.person * 7919 % 900)
    forms = [lex.phone.extension for lex in lexicons()]
    style = rng.integers(0, 6, n)

    def add(group: int, at: Ints) -> Column:
        options = forms[group // 6]
        before, after = options[group % 6 % len(options)].split("{}")
        return join(before, desk.take(at), after)

    return join(work, keep(by_group(country * 6 + style, add), has))


def write_places(rng: Rng, world: World, choice: Choice, *, rows: Rows, hand: Hand) -> Place:
    """Addresses as the row's hand writes them; the parts of one address stand or fall together, with few gaps."""
    n, book = len(rows), world.homes.book
    known = choice.address >= 0
    index = np.where(known, choice.address, rows.home)
    town, country = book.town[index], book.country[index]
    short = chance(rng, n, SHORT_STREETS)
    street = hand.write(rng, keep(write_streets(book, index, short=short), known), typos=TYPO_STREET)
    somewhere = known | choice.town_only
    name = words().country_name.draw(rng, country)

    def part(values: Column, present: Mask, share: float) -> Column:
        return keep(values, present & chance(rng, n, share))

    return Place(
        street=street,
        unit=keep(write_units(book, index), known & filled(street)),
        city=hand.write(rng, part(take(words().town.text, town), somewhere, 0.97), typos=TYPO_CITY),
        region=part(take(words().town_region, town), somewhere, 0.6),
        region_long=part(take(words().town_region_long, town), somewhere, 0.6),
        postal_code=part(take(book.postal_code, index), known, 0.96),
        country=part(take(words().country_name.text, name), somewhere, 0.85),
        country_code=keep(take(codes(), country), somewhere),
        country_id=np.where(somewhere, country, -1),
    )
