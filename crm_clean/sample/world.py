"""The made-up world behind the exports: people, their homes, firms, telephones and mailboxes, as they truly are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_clean.sample.columns import Column, Ints, Mask, Rng, chance
from crm_clean.sample.companies import Companies, draw_companies
from crm_clean.sample.mailboxes import draw_mailboxes
from crm_clean.sample.people import FLATMATES, People, draw_people
from crm_clean.sample.phones import Numbers, give_numbers, lines
from crm_clean.sample.places import Addresses, draw_addresses
from crm_clean.sample.words import words

HAS_MOBILE, HAS_LANDLINE, HAS_DIRECT = 0.82, 0.4, 0.3
MAILBOX_CONTACTS, JUNK_CONTACTS = 0.008, 0.0015
WANTS_OUT, UNREACHABLE = 0.13, 0.05
PERSON, MAILBOX, JUNK = range(3)


@dataclass(frozen=True)
class Homes:
    """Where people live and lived, and where firms are: indices into `book`, -1 for none."""

    book: Addresses
    now: Ints  # by person
    before: Ints
    office: Ints  # by company


@dataclass(frozen=True)
class Telephones:
    """Who answers which number: indices into `book`, -1 for none."""

    book: Numbers
    mobile: Ints  # by person
    landline: Ints
    old_landline: Ints
    direct: Ints
    switchboard: Ints  # by company


@dataclass(frozen=True)
class World:
    """Indices are -1 for none. `emails` is indexed by `4 * person + slot`."""

    people: People
    companies: Companies
    homes: Homes
    telephones: Telephones
    emails: Column
    shared_emails: Mask
    what: Ints  # PERSON, MAILBOX (a firm's info@ kept as a contact) or JUNK (a test record)
    job: Ints  # company
    old_job: Ints
    title: Ints
    wants_out: Mask  # has asked some CRM to stop writing
    unreachable: Mask  # mail to them comes back


def draw_world(seed: int, at_least: int) -> World:
    """A world of at least so many people."""
    rng = np.random.default_rng([seed, 1])
    people = draw_people(rng, at_least)
    companies = draw_companies(rng, int(people.works.sum()))
    job = np.where(people.works, companies.pick(rng, people.country), -1)
    old_job = np.where(people.works & (people.hired_on >= 0), companies.pick(rng, people.country), -1)
    old_job = np.where(old_job == job, -1, old_job)
    emails, shared = draw_mailboxes(rng, people, companies, jobs=(job, old_job))
    return World(
        people=people, companies=companies, emails=emails, shared_emails=shared, job=job, old_job=old_job,
        what=_what(rng, people, job=job),
        title=words().title.draw(rng, people.country),
        wants_out=chance(rng, len(people), WANTS_OUT),
        unreachable=chance(rng, len(people), UNREACHABLE),
        homes=_homes(rng, people, companies),
        telephones=_telephones(rng, people, companies, job=job),
    )  # fmt: skip


def _what(rng: Rng, people: People, *, job: Ints) -> Ints:
    """At most one contact per firm is its mailbox, so that no two records of it are taken for two people."""
    n = len(people)
    mailbox = chance(rng, n, MAILBOX_CONTACTS) & (job >= 0)
    _, first_of_firm = np.unique(job, return_index=True)
    only = np.zeros(n, dtype=bool)
    only[first_of_firm] = True
    what = np.where(chance(rng, n, JUNK_CONTACTS), JUNK, PERSON)
    what = np.where(mailbox & only, MAILBOX, what)
    what[:4] = PERSON
    return what


def _homes(rng: Rng, people: People, companies: Companies) -> Homes:
    head = np.arange(len(people)) - people.role
    moved = people.moved_on >= 0
    town = np.concatenate([people.town, people.old_town[moved], companies.town])
    n, m = len(people), int(moved.sum())
    old = np.full(n, -1)
    old[moved] = n + np.arange(m)
    return Homes(book=draw_addresses(rng, town), now=head, before=old, office=n + m + np.arange(len(companies.country)))


def _telephones(rng: Rng, people: People, companies: Companies, *, job: Ints) -> Telephones:
    n, plan = len(people), lines()
    head = np.arange(n) - people.role
    has_landline = chance(rng, n, HAS_LANDLINE)[head] & ((people.kind != FLATMATES) | (people.role == 0))
    wanted = [
        (chance(rng, n, HAS_MOBILE), plan.mobile.draw(rng, people.country)),
        (has_landline & (people.role == 0), plan.first_town + people.town),
        (has_landline & (people.moved_on >= 0), plan.first_town + people.old_town),
        ((job >= 0) & chance(rng, n, HAS_DIRECT), plan.first_town + companies.town[np.maximum(job, 0)]),
        (np.ones(len(companies.country), dtype=bool), plan.first_town + companies.town),
    ]
    numbers = give_numbers(rng, np.concatenate([line[has] for has, line in wanted]))
    mobile, landline, old_landline, direct, switchboard = _slots([has for has, _ in wanted])
    return Telephones(
        book=numbers, mobile=mobile, landline=np.where(has_landline, landline[head], -1), old_landline=old_landline,
        direct=direct, switchboard=switchboard,
    )  # fmt: skip


def _slots(masks: list[Mask]) -> list[Ints]:
    """Running numbers for the hits of one mask after the other, -1 elsewhere."""
    out, start = [], 0
    for mask in masks:
        slot = np.full(len(mask), -1)
        slot[mask] = start + np.arange(int(mask.sum()))
        start += int(mask.sum())
        out.append(slot)
    return out
