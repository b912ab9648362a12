"""Which person stands in which CRM, how often, since when, and under which e-mail address.

A row shows the person as of the day it was last looked after: an old employer, an old home, a maiden name stand in
rows that nobody has touched since. HubSpot and Mailchimp take an address once, as they do; the others do not care.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sample.addressing import draw_slots, other_emails, write_emails
from crm_clean.sample.columns import Column, Ints, Mask, Rng, chance, filled, keep, take, where
from crm_clean.sample.crms import CRM_SHARES, HUBSPOT, MAILCHIMP
from crm_clean.sample.mailboxes import FIRST, SECOND, WORK
from crm_clean.sample.people import AS_OF, YEAR
from crm_clean.sample.uniqueness import repeats
from crm_clean.sample.world import PERSON, World

ROWS_PER_PERSON = (0.60, 0.24, 0.105, 0.04, 0.015)  # one row, two rows, ...
PEOPLE_PER_ROW = 1 / 1.5  # a few more than needed, since some rows fall away


@dataclass(frozen=True)
class Rows:
    """Parallel arrays, one entry a row of an export; indices into the world as of the row's day."""

    person: Ints
    crm: Ints
    created: Ints  # seconds since 1970-01-01
    updated: Ints
    seen: Ints  # day whose state the row shows
    job: Ints
    home: Ints
    landline: Ints
    last: Ints
    slot: Ints  # which of the person's addresses, -1 for none
    email: Column
    other_email: Column
    email_is_shared: Mask

    def __len__(self) -> int:
        return len(self.person)

    def only(self, index: Ints) -> Rows:
        """The rows at `index`, in that order."""
        picked: dict[str, Any] = {name: _pick(values, index) for name, values in vars(self).items()}
        return Rows(**picked)


def _pick(values: Any, index: Ints) -> Any:
    return values[index] if isinstance(values, np.ndarray) else take(values, index)


def draw_rows(world: World, *, seed: int, contacts: int) -> Rows:
    """Exactly `contacts` rows, in order of people."""
    rng = np.random.default_rng([seed, 2])
    person, crm = _presence(rng, world)
    created, updated, seen = _times(rng, len(person))
    state = _state(world, person, seen)
    slot = draw_slots(rng, world, person, crm=crm, seen=seen)
    email, shared = write_emails(rng, world, person, crm=crm, slot=slot, job=state["job"])
    rows = Rows(
        person=person, crm=crm, created=created, updated=updated, seen=seen, slot=slot, email=email,
        email_is_shared=shared, other_email=other_emails(rng, world, person, slot=slot, seen=seen), **state,
    )  # fmt: skip
    rows = _second_choice(world, rows)
    return _one_portal(rows.only(np.flatnonzero(_admitted(rng, rows))[:contacts]))


def _presence(rng: Rng, world: World) -> tuple[Ints, Ints]:
    n = len(world.people)
    count = 1 + rng.choice(len(ROWS_PER_PERSON), n, p=ROWS_PER_PERSON)
    count[world.what != PERSON] = 1
    count[:4] = 1
    person = np.repeat(np.arange(n), count)
    crm = rng.choice(len(CRM_SHARES), len(person), p=CRM_SHARES)
    reachable = np.logical_or.reduce(filled(world.emails).reshape(n, 4), axis=1)
    has_email = reachable[person] | (world.what[person] != PERSON)
    crm = np.where((crm == MAILCHIMP) & ~has_email, HUBSPOT, crm)
    crm[:4] = np.arange(4)  # so that the smallest sample has all four exports
    return person, crm.astype(np.int64)


def _times(rng: Rng, n: int) -> tuple[Ints, Ints, Ints]:
    """Created within eleven years, more of it lately; updated and looked after since."""
    day = 86_400
    age = rng.random(n) ** 1.4 * 11 * YEAR * day
    created = AS_OF * day - 3_600 - age.astype(np.int64)
    updated = created + (rng.random(n) ** 0.6 * age).astype(np.int64)
    seen = created + (rng.random(n) ** 0.6 * (updated - created)).astype(np.int64)
    return created, updated, seen // day


def _state(world: World, person: Ints, seen: Ints) -> dict[str, Ints]:
    people = world.people
    before_move = (world.homes.before[person] >= 0) & (seen < people.moved_on[person])
    before_job = (world.old_job[person] >= 0) & (seen < people.hired_on[person])
    before_wedding = (people.maiden[person] >= 0) & (seen < people.married_on[person])
    return {
        "job": np.where(before_job, world.old_job[person], world.job[person]),
        "home": np.where(before_move, world.homes.before[person], world.homes.now[person]),
        "landline": np.where(before_move, world.telephones.old_landline[person], world.telephones.landline[person]),
        "last": np.where(before_wedding, people.maiden[person], people.last[person]),
    }


def _twice(rows: Rows) -> Mask:
    """Where HubSpot or Mailchimp already has the address from an earlier row."""
    lower = _lower(rows.email)
    portal, audience = rows.crm == HUBSPOT, rows.crm == MAILCHIMP
    in_portal, in_audience = repeats(keep(lower, portal)) & portal, repeats(keep(lower, audience)) & audience
    return np.asarray((in_portal | in_audience) & filled(rows.email))


def _second_choice(world: World, rows: Rows) -> Rows:
    """Whose address is taken there is known under another one, if there is another."""
    has = filled(world.emails).reshape(-1, 4)
    slot, own = rows.slot, world.what[rows.person] == PERSON
    for other in (SECOND, FIRST, WORK):
        slot = np.where(_twice(rows) & has[rows.person, other] & (slot == rows.slot) & own, other, slot)
    changed = slot != rows.slot
    email = where(changed, take(world.emails, np.where(changed, 4 * rows.person + slot, -1)), rows.email)
    shared = np.where(changed, world.shared_emails[4 * rows.person + slot], rows.email_is_shared)
    clash = changed & pc.equal(email, rows.other_email).to_numpy(zero_copy_only=False)
    return replace(rows, slot=slot, email=email, email_is_shared=shared, other_email=keep(rows.other_email, ~clash))


def _admitted(rng: Rng, rows: Rows) -> Mask:
    """False for a row that cannot be: in Mailchimp without an address of its own, in HubSpot mostly so too."""
    twice = _twice(rows)
    audience = (rows.crm == MAILCHIMP) & (twice | ~filled(rows.email))
    doubtful = twice & (rows.crm == HUBSPOT) & chance(rng, len(rows), 0.6)
    return np.asarray(~audience & ~doubtful)


def _one_portal(rows: Rows) -> Rows:
    """HubSpot keeps an address once: a second contact has none, and none is also somebody's additional address."""
    portal = rows.crm == HUBSPOT
    email = keep(rows.email, ~(portal & repeats(keep(_lower(rows.email), portal))))
    others = _lower(rows.other_email)
    primary = pd.Index(_lower(email).filter(pa.array(portal)).to_pandas())
    used = pd.Series(others.to_pandas()).isin(primary).to_numpy() | repeats(keep(others, portal))
    return replace(rows, email=email, other_email=keep(rows.other_email, ~(portal & used)))


def _lower(email: Column) -> Column:
    return pc.utf8_lower(email)
