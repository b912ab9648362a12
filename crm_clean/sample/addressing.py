"""Under which e-mail address a row knows its person: usual or unusual, present or former, mistyped, shared, made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_clean.sample.columns import Column, Ints, Mask, Rng, chance, edit, filled, put, take, where
from crm_clean.sample.crms import PIPEDRIVE, SALESFORCE
from crm_clean.sample.dirt import misprint
from crm_clean.sample.mailboxes import FIRST, OLD_WORK, SECOND, WORK, placeholders, role_mailbox
from crm_clean.sample.world import JUNK, MAILBOX, PERSON, World

# By CRM: the share of rows with no e-mail, and of rows that use the address the person mostly uses.
NO_EMAIL = np.array([0.05, 0.12, 0.0, 0.12])
USUAL = np.array([0.95, 0.96, 0.92, 0.95])
PREFERS_WORK = 0.6
ROLE, PLACEHOLDER, TYPO, CAPITALS = 0.012, 0.012, 0.012, 0.03


def draw_slots(rng: Rng, world: World, person: Ints, *, crm: Ints, seen: Ints) -> Ints:
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


def write_emails(rng: Rng, world: World, person: Ints, *, crm: Ints, slot: Ints, job: Ints) -> tuple[Column, Mask]:
    """The address of each row, and whether more people than one have it."""
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


def other_emails(rng: Rng, world: World, person: Ints, *, slot: Ints, seen: Ints) -> Column:
    """A second address the CRM knows: mostly the one left behind with the last job."""
    n = len(person)
    has = filled(world.emails).reshape(-1, 4)
    old = has[:, OLD_WORK][person] & (seen >= world.people.hired_on[person])
    fresh = np.where(slot == FIRST, np.where(has[person, WORK], WORK, SECOND), FIRST)
    fresh = np.where(chance(rng, n, 0.4) & has[person, SECOND] & (slot != SECOND), SECOND, fresh)
    fresh = np.where((fresh == WORK) & (seen < world.people.hired_on[person]), FIRST, fresh)
    choice = np.where(old & chance(rng, n, 0.5) & (slot != OLD_WORK), OLD_WORK, fresh)
    known = chance(rng, n, 0.34) & has[person, choice] & (choice != slot) & (slot >= 0)
    return take(world.emails, np.where(known & (world.what[person] == PERSON), 4 * person + choice, -1))
