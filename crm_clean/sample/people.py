"""Who there is: households of people with names, birth dates and lives.

Nobody is copied from anywhere. Fathers share their whole name with a son, twins their birth date, couples a street and
often a landline, and some strangers share a name: what a linker must not confuse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm_clean.sample.columns import Ints, Mask, Rng, chance
from crm_clean.sample.lexicon import lexicons
from crm_clean.sample.words import words

AS_OF = 20_727  # days since 1970-01-01: 2026-10-01, the day of the exports
YEAR = 365.25
FEMALE, MALE = 0, 1

# Kinds of household: share, people, whether they share the surname.
SINGLE, COUPLE, PARTNERS, FAMILY, NAMESAKES, TWINS, SIBLINGS, FLATMATES = range(8)
HOUSEHOLDS = ((0.86, 1), (0.052, 2), (0.02, 2), (0.02, 3), (0.013, 2), (0.01, 2), (0.01, 2), (0.015, 2))
HOMONYMS, SAME_TOWN = 0.012, 0.15
MOVED, NEW_JOB, NEW_NAME = 0.14, 0.18, 0.10


@dataclass
class People:
    """Parallel arrays, one entry a person; -1 is none, days count from 1970-01-01."""

    household: Ints
    kind: Ints  # of household
    role: Ints  # place in the household, 0 the head
    country: Ints
    sex: Ints
    first: Ints
    last: Ints
    last2: Ints
    maiden: Ints
    initial: Ints  # middle initial, 0 to 25
    generation: Ints  # 0 none, 1 junior, 2 senior
    birth: Ints
    works: Mask
    moved_on: Ints
    hired_on: Ints
    married_on: Ints
    town: Ints
    old_town: Ints

    def __len__(self) -> int:
        return len(self.household)


def draw_people(rng: Rng, at_least: int) -> People:
    """At least so many people, whole households only; the order of people is the order of households."""
    sizes = np.array([size for _, size in HOUSEHOLDS])
    shares = np.array([share for share, _ in HOUSEHOLDS])
    kinds = rng.choice(len(sizes), at_least, p=shares / shares.sum())
    household = np.repeat(np.arange(at_least), sizes[kinds])
    kind = kinds[household]
    role = np.arange(len(household)) - np.searchsorted(household, household)
    lexicon_shares = np.array([lex.share for lex in lexicons()])
    by_house = rng.choice(len(lexicon_shares), at_least, p=lexicon_shares / lexicon_shares.sum())
    country = by_house[household]
    head = np.searchsorted(household, household)
    sex = _sexes(rng, kind, role, head)
    first, last, last2 = _names(rng, kind, role, country=country, sex=sex, head=head)
    birth = _births(rng, kind, role, head)
    town = words().town.draw(rng, by_house)[household]
    people = People(
        household=household, kind=kind, role=role, country=country, sex=sex, first=first, last=last, last2=last2,
        maiden=_maiden(rng, country, sex=sex, married=(kind == COUPLE) & (role == 1)),
        initial=rng.integers(0, 26, len(country)),
        generation=np.where(kind == NAMESAKES, 2 - role, 0),
        birth=birth,
        works=_works(rng, birth),
        moved_on=_happened(rng, len(country), MOVED),
        hired_on=_happened(rng, len(country), NEW_JOB),
        married_on=_day(rng, len(country)),
        town=town,
        old_town=words().town.draw(rng, country),
    )  # fmt: skip
    _make_homonyms(rng, people)
    return people


def _day(rng: Rng, n: int) -> Ints:
    """A day of the last nine years."""
    return AS_OF - (rng.random(n) * 9 * YEAR).astype(np.int64)


def _happened(rng: Rng, n: int, share: float) -> Ints:
    return np.where(chance(rng, n, share), _day(rng, n), -1)


def _works(rng: Rng, birth: Ints) -> Mask:
    age = (AS_OF - birth) / YEAR
    return chance(rng, len(birth), 0.68) & (age < 67) | chance(rng, len(birth), 0.1)


def _sexes(rng: Rng, kind: Ints, role: Ints, head: Ints) -> Ints:
    sex = rng.integers(0, 2, len(kind))
    same = np.isin(kind, [NAMESAKES, TWINS, SIBLINGS]) & chance(rng, len(kind), 0.75)
    spouse = np.isin(kind, [COUPLE, PARTNERS, FAMILY]) & (role == 1)
    sex = np.where(kind == NAMESAKES, np.where(chance(rng, len(kind), 0.8), MALE, FEMALE)[head], sex)
    sex = np.where(same, sex[head], sex)
    return np.where(spouse & chance(rng, len(kind), 0.97), 1 - sex[head], sex).astype(np.int64)


def _names(rng: Rng, kind: Ints, role: Ints, *, country: Ints, sex: Ints, head: Ints) -> tuple[Ints, Ints, Ints]:
    """First name and the one or two surnames. Where people bear two, spouses keep their own and children join them."""
    n = len(kind)
    first = _first_names(rng, country * 2 + sex, head=head, role=role)
    first = np.where((kind == NAMESAKES) & (role == 1), first[head], first)
    last = words().last.draw(rng, country)
    doubles = np.array([lex.double_surname for lex in lexicons()])[country]
    last2 = np.where(rng.random(n) < doubles, words().last.draw(rng, country), -1)
    spouse = np.isin(kind, [COUPLE, FAMILY]) & (role == 1) & (doubles < 0.5)
    children = np.isin(kind, [NAMESAKES, TWINS, SIBLINGS]) & (role == 1) | (kind == FAMILY) & (role == 2)
    related = spouse | children
    full = related & ((kind != FAMILY) | (doubles < 0.5))
    return first, np.where(related, last[head], last), np.where(full, last2[head], last2)


def _first_names(rng: Rng, group: Ints, *, head: Ints, role: Ints) -> Ints:
    """Nobody in a household has the first name of its head: a twin would be no other person on paper."""
    first = words().first.draw(rng, group)
    for _ in range(20):
        again = np.flatnonzero((first == first[head]) & (role > 0))
        first[again] = words().first.draw(rng, group[again])
    return first


def _births(rng: Rng, kind: Ints, role: Ints, head: Ints) -> Ints:
    n = len(kind)
    age = np.where(np.isin(kind, [FAMILY, NAMESAKES]), rng.integers(44, 88, n), rng.integers(19, 84, n)) * YEAR
    born = AS_OF - (age + rng.random(n) * YEAR).astype(np.int64)
    apart = (rng.normal(0, 4, n) * YEAR).astype(np.int64)
    child = ((kind == FAMILY) & (role == 2)) | ((kind == NAMESAKES) & (role == 1))
    later = np.where(child, rng.integers(int(20 * YEAR), int(27 * YEAR), n), apart)
    later = np.where(kind == SIBLINGS, rng.integers(400, 3000, n), later)
    later = np.where(kind == TWINS, 0, later)
    return np.where(role > 0, born[head] + later, born)


def _maiden(rng: Rng, country: Ints, *, sex: Ints, married: Mask) -> Ints:
    doubles = np.array([lex.double_surname for lex in lexicons()])[country]
    share = np.where(married, 0.35, NEW_NAME)
    renamed = (sex == FEMALE) & (doubles < 0.5) & (rng.random(len(country)) < share)
    return np.where(renamed, words().last.draw(rng, country), -1)


def _make_homonyms(rng: Rng, people: People) -> None:
    """Give some who live alone the name of another who does: mostly far away, sometimes in the same town."""
    n = len(people)
    alone = np.flatnonzero((people.kind == SINGLE) & (people.last2 < 0))
    copies = alone[chance(rng, len(alone), HOMONYMS)]
    if not len(copies):
        return
    group = people.country * 2 + people.sex
    order = np.argsort(group[alone], kind="stable")
    starts = np.searchsorted(group[alone][order], group[copies])
    ends = np.searchsorted(group[alone][order], group[copies], side="right")
    originals = alone[order[starts + (rng.random(len(copies)) * (ends - starts)).astype(np.int64)]]
    people.first[copies] = people.first[originals]
    people.last[copies] = people.last[originals]
    near = chance(rng, n, SAME_TOWN)[copies]
    people.town[copies] = np.where(near, people.town[originals], people.town[copies])
