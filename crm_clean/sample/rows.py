"""Which person stands in which CRM, how often, since when, and under which e-mail address.

A row shows the person as of the day it was last looked after: an old employer, an old home, a maiden name stand in rows
that nobody has touched since. HubSpot and Mailchimp let an address in once, as they do; Salesforce and Pipedrive do not care.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.sample.columns import Column, Ints, Mask, Rng, chance, edit, filled, keep, put, take, where
from crm_clean.sample.dirt import misprint
from crm_clean.sample.mailboxes import FIRST, OLD_WORK, SECOND, WORK, placeholders, role_mailbox
from crm_clean.sample.people import AS_OF, YEAR
from crm_clean.sample.uniqueness import repeats
from crm_clean.sample.world import JUNK, MAILBOX, PERSON, World

HUBSPOT, SALESFORCE, MAILCHIMP, PIPEDRIVE = range(4)
CRM_SHARES = (0.40, 0.27, 0.18, 0.15)
ROWS_PER_PERSON = (0.60, 0.24, 0.105, 0.04, 0.015)  # one row, two rows, ...
PEOPLE_PER_ROW = 1 / 1.5  # a few more than needed, since some rows fall away

# By CRM: the share of rows with no e-mail, and of rows that use the address the person mostly uses.
NO_EMAIL = np.array([0.07, 0.17, 0.0, 0.15])
USUAL = np.array([0.84, 0.86, 0.76, 0.86])
PREFERS_WORK = 0.6
ROLE, PLACEHOLDER, TYPO, CAPITALS = 0.012, 0.012, 0.012, 0.03


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
        return Rows(**{name: _pick(values, index) for name, values in vars(self).items()})


def _pick(values: Column | Ints, index: Ints) -> Column | Ints:
    return values[index] if isinstance(values, np.ndarray) else take(values, index)


def draw_rows(world: World, *, seed: int, contacts: int) -> Rows:
    """Exactly `contacts` rows, in order of people."""
    rng = np.random.default_rng([seed, 2])
    person, crm = _presence(rng, world)
    created, updated, seen = _times(rng, len(person))
    state = _state(world, person, seen)
    slot = _slots(rng, world, person, crm=crm, seen=seen)
    email, shared = _emails(rng, world, person, crm=crm, slot=slot, job=state["job"])
    rows = Rows(
        person=person, crm=crm, created=created, updated=updated, seen=seen, slot=slot, email=email, email_is_shared=shared,
        other_email=_other(rng, world, person, slot=slot, seen=seen), **state,
    )  # fmt: skip
    return _one_portal(rows.only(np.flatnonzero(_admitted(rows))[:contacts]))


def _presence(rng: Rng, world: World) -> tuple[Ints, Ints]:
    n = len(world.people)
    count = 1 + rng.choice(len(ROWS_PER_PERSON), n, p=ROWS_PER_PERSON)
    count[world.what != PERSON] = 1
    count[:4] = 1
    person = np.repeat(np.arange(n), count)
    crm = rng.choice(len(CRM_SHARES), len(person), p=CRM_SHARES)
    has_email = filled(world.emails).reshape(n, 4).any(axis=1)[person] | (world.what[person] != PERSON)
    crm = np.where((crm == MAILCHIMP) & ~has_email, HUBSPOT, crm)
    crm[:4] = np.arange(4)  # so that the smallest sample has all four exports
    return person, crm.astype(np.int64)


def _times(rng: Rng, n: int) -> tuple[Ints, Ints, Ints]:
    """Created within eleven years, more of it lately; updated and looked after since."""
    day = 86_400
    age = rng.random(n) ** 1.4 * 11 * YEAR * day
    created = AS_OF * day - 3_600 - age.astype(np.int64)
    updated = created + (rng.random(n) ** 0.6 * age).astype(np.int64)
    seen = created + (rng.random(n) ** 0.4 * (updated - created)).astype(np.int64)
    return created, updated, seen // day


def _state(world: World, person: Ints, seen: Ints) -> dict[str, Ints]:
    people = world.people
    before_move = (world.old_home[person] >= 0) & (seen < people.moved_on[person])
    before_job = (world.old_job[person] >= 0) & (seen < people.hired_on[person])
    before_wedding = (people.maiden[person] >= 0) & (seen < people.married_on[person])
    return {
        "job": np.where(before_job, world.old_job[person], world.job[person]),
        "home": np.where(before_move, world.old_home[person], world.home[person]),
        "landline": np.where(before_move, world.old_landline[person], world.landline[person]),
        "last": np.where(before_wedding, people.maiden[person], people.last[person]),
    }


def _slots(rng: Rng, world: World, person: Ints, *, crm: Ints, seen: Ints) -> Ints:
    """Which of a person's addresses the row shows, -1 for none."""
    n = len(person)
    has = filled(world.emails).reshape(-1, 4)
    old = has[:, OLD_WORK][person] & (seen < world.people.hired_on[person])
    work = np.where(old, OLD_WORK, WORK)
    by_habit = chance(rng, len(world.people), PREFERS_WORK)[person] & has[person, WORK]
    usual = np.where(by_habit, work, FIRST)
    second = chance(rng, n, 0.4) & has[person, SECOND]
    unusual = np.where(second, SECOND, np.where(by_habit, FIRST, work))
    slot = np.where(rng.random(n) < USUAL[crm], usual, unusual)
    for fallback in (FIRST, WORK):
        slot = np.where(has[person, slot], slot, fallback)
    return np.where(has[person, slot] & (rng.random(n) >= NO_EMAIL[crm]), slot, -1).astype(np.int64)


def _emails(
    rng: Rng, world: World, person: Ints, *, crm: Ints, slot: Ints, job: Ints
) -> tuple[Column, Mask]:
    n = len(person)
    at = np.where(slot >= 0, 4 * person + slot, -1)
    email = take(world.emails, at)
    shared = world.shared_emails[np.maximum(at, 0)] & (at >= 0)
    careless = np.isin(crm, [SALESFORCE, PIPEDRIVE])
    role = (chance(rng, n, ROLE) & (slot >= WORK)) | (world.what[person] == MAILBOX)
    email = where(role, role_mailbox(world.companies, np.where(role, job, -1)), email)
    fake = (chance(rng, n, PLACEHOLDER) & careless) | (world.what[person] == JUNK)
    email = put(email, fake, placeholders(rng, int(fake.sum())))
    shared = shared | role | fake
    return _damage(rng, world, email, ~shared), shared


def _damage(rng: Rng, world: World, email: Column, own: Mask) -> Column:
    """Typing mistakes that hit nobody else's address, and capital letters."""
    n = len(email)
    hit = chance(rng, n, TYPO) & own & filled(email)
    wrong = edit(email, hit, _mistype, rng)
    taken = pd.Index(world.emails.drop_null().to_pandas())
    typed = pd.Series(wrong.filter(hit).to_pandas())
    collides = np.zeros(n, dtype=bool)
    collides[np.flatnonzero(hit)] = (typed.isin(taken) | typed.duplicated(keep=False)).to_numpy()
    email = where(collides, email, wrong)
    return edit(email, chance(rng, n, CAPITALS), lambda text, draw: text.title() if draw % 3 else text.upper(), rng)


def _mistype(email: str, draw: int) -> str:
    local, at, domain = email.partition("@")
    return local + at + misprint(domain, draw // 8) if draw % 8 == 0 else misprint(local, draw // 8) + at + domain


def _other(rng: Rng, world: World, person: Ints, *, slot: Ints, seen: Ints) -> Column:
    """A second address the CRM knows: mostly the one left behind with the last job."""
    n = len(person)
    has = filled(world.emails).reshape(-1, 4)
    old = has[:, OLD_WORK][person] & (seen >= world.people.hired_on[person])
    fresh = np.where(slot == FIRST, np.where(has[person, WORK], WORK, SECOND), FIRST)
    fresh = np.where(chance(rng, n, 0.4) & has[person, SECOND] & (slot != SECOND), SECOND, fresh)
    fresh = np.where((fresh == WORK) & (seen < world.people.hired_on[person]), FIRST, fresh)
    choice = np.where(old & chance(rng, n, 0.5) & (slot != OLD_WORK), OLD_WORK, fresh)
    known = chance(rng, n, 0.24) & has[person, choice] & (choice != slot) & (slot >= 0)
    return take(world.emails, np.where(known & (world.what[person] == PERSON), 4 * person + choice, -1))


def _admitted(rows: Rows) -> Mask:
    """False for a row that Mailchimp would not take: no address, or one it has."""
    audience = rows.crm == MAILCHIMP
    own = keep(_lower(rows.email), audience)
    twice = repeats(own) & audience
    return ~audience | (filled(rows.email) & ~twice)


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
