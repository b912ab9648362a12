"""A row as one CRM knows it, before that CRM gives it its own columns: names, phones, place, work, standing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sample.columns import Column, Ints, Mask, Rng, chance, column, filled, join_filled, keep, take, where
from crm_clean.sample.crms import HUBSPOT, MAILCHIMP, PIPEDRIVE, SALESFORCE
from crm_clean.sample.habits import Hand
from crm_clean.sample.names import Names, write_names
from crm_clean.sample.people import AS_OF, YEAR
from crm_clean.sample.reach import Phones, Place, Presence, choose, write_phones, write_places
from crm_clean.sample.rows import Rows
from crm_clean.sample.words import words
from crm_clean.sample.world import PERSON, World

DAY = 86_400
PRESENCE = {
    HUBSPOT: Presence(
        first=0.96, last=0.96, mobile=0.64, work=0.45, home=0.12, address=0.45, town_only=0.3, company=0.85, title=0.5,
        birth=0.1,
    ),
    SALESFORCE: Presence(
        first=0.97, last=0.99, mobile=0.66, work=0.5, home=0.25, address=0.6, town_only=0.1, company=0.9, title=0.55,
        birth=0.4,
    ),
    MAILCHIMP: Presence(
        first=0.92, last=0.9, mobile=0.3, work=0.05, home=0.05, address=0.25, town_only=0.0, company=0.3, title=0.0,
        birth=0.15,
    ),
    PIPEDRIVE: Presence(
        first=0.98, last=0.97, mobile=0.66, work=0.5, home=0.2, address=0.33, town_only=0.0, company=0.85, title=0.4,
        birth=0.12,
    ),
}  # fmt: skip
LEGAL_FORM, TYPO_COMPANY = 0.7, 0.012
ASKED_HERE, ASKED_ANYWAY = 0.6, 0.02
OWNERS = (
    "Dana Whitfield", "Owen Marsh", "Inès Moreau", "Lukas Brandt", "Sofía Prieto", "Grace Obi", "Tom Hendry",
    "Marta Ruiz", "Yara de Wit",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """Parallel columns; days and seconds count from 1970-01-01, -1 is none."""

    rows: Rows
    hand: Hand
    names: Names
    phones: Phones
    place: Place
    company: Column
    company_id: Ints
    title: Column
    birth: Ints
    owner: Ints
    opted_out: Mask
    bounced: Mask
    do_not_call: Mask
    active: Ints

    def __len__(self) -> int:
        return len(self.rows)


def write_cards(rng: Rng, world: World, rows: Rows, *, crm: int) -> Card:
    """The cards of the rows of one CRM, in the order of `rows`."""
    n, presence, hand = len(rows), PRESENCE[crm], Hand.draw(rng, len(rows))
    choice = choose(rng, world, rows, presence=presence)
    names = write_names(rng, world, rows, hand=hand, presence=(presence.first, presence.last))
    company_id = np.where(chance(rng, n, presence.company), rows.job, -1)
    birth = np.where(chance(rng, n, presence.birth), world.people.birth[rows.person], -99_999)
    title = take(words().title.text, np.where(rows.job >= 0, world.title[rows.person], -1))
    return Card(
        rows=rows,
        hand=hand,
        names=names,
        phones=write_phones(rng, world, rows, choice=choice),
        place=write_places(rng, world, choice, rows=rows, hand=hand),
        company=_company(rng, world, company_id, hand=hand),
        company_id=company_id,
        title=keep(title, chance(rng, n, presence.title)),
        birth=np.where(world.what[rows.person] == PERSON, birth, -99_999),
        owner=rng.integers(0, len(OWNERS), n),
        opted_out=(world.wants_out[rows.person] & chance(rng, n, ASKED_HERE)) | chance(rng, n, ASKED_ANYWAY),
        bounced=(world.unreachable[rows.person] & chance(rng, n, ASKED_HERE)) | chance(rng, n, 0.01),
        do_not_call=chance(rng, n, 0.04),
        active=_activity(rng, rows),
    )


def _company(rng: Rng, world: World, company_id: Ints, *, hand: Hand) -> Column:
    legal = keep(take(world.companies.legal, company_id), chance(rng, len(company_id), LEGAL_FORM))
    return hand.write(rng, join_filled(take(world.companies.stem, company_id), legal, sep=" "), typos=TYPO_COMPANY)


def _activity(rng: Rng, rows: Rows) -> Ints:
    """The last call, mail or click: none for a third, years ago for the stale."""
    n, now = len(rows), AS_OF * DAY
    lately = now - (rng.random(n) ** 2 * 2 * YEAR * DAY).astype(np.int64)
    active = np.where(chance(rng, n, 0.35), rows.created + (rng.random(n) * 90 * DAY).astype(np.int64), lately)
    active = np.clip(active, rows.created, now - 1)
    return np.where(chance(rng, n, 0.33), -1, active)


def moments(seconds: Ints, pattern: str) -> Column:
    """Instants as text, "" where negative."""
    stamps = pa.array(seconds, mask=seconds < 0).cast(pa.timestamp("s"))
    return pc.strftime(stamps, format=pattern).fill_null("")


def dates(days: Ints, pattern: str = "%Y-%m-%d") -> Column:
    """Days as text, "" where they lie before 1900 or so."""
    known = days > -40_000
    stamps = pa.array(np.where(known, days, 0) * DAY, mask=~known).cast(pa.timestamp("s"))
    return pc.strftime(stamps, format=pattern).fill_null("")


def pick(rng: Rng, options: tuple[str, ...], n: int, share: float = 1.0) -> Column:
    """One of the options for a share of the rows; the first ones more often."""
    index = (rng.random(n) ** 1.5 * len(options)).astype(np.int64)
    return take(column(options), np.where(chance(rng, n, share), index, -1))


def phone_cell(phones: Phones) -> Column:
    """The one number of a CRM with one column for it."""
    first = where(filled(phones.work), phones.work, phones.home)
    return where(filled(first), first, phones.mobile)
