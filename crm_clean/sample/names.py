"""What a row says a person is called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from crm_clean.sample.columns import (
    Column,
    Mask,
    Rng,
    chance,
    column,
    filled,
    join,
    join_filled,
    keep,
    put,
    take,
    where,
)
from crm_clean.sample.habits import Hand
from crm_clean.sample.lexicon import CODES
from crm_clean.sample.people import MALE
from crm_clean.sample.rows import Rows
from crm_clean.sample.words import words
from crm_clean.sample.world import JUNK, MAILBOX, World

NICKNAME, INITIAL_ONLY, MIDDLE, BOTH_SURNAMES, GENERATION = 0.10, 0.012, 0.12, 0.62, 0.45
SWAPPED, ALL_IN_LAST, UNKNOWN_LAST, TYPO_FIRST, TYPO_LAST = 0.01, 0.012, 0.006, 0.014, 0.018
SALUTED = 0.25
CIVILITIES = (
    ("Ms.", "Mr."), ("Mrs", "Mr"), ("Mme", "M."), ("Sra.", "Sr."), ("Frau", "Herr"), ("Sig.ra", "Sig."),
    ("Mevr.", "Dhr."), ("Sra.", "Sr."),
)  # fmt: skip
JUNK_NAMES = (("Test", "Test"), ("test", "test"), ("Test", "User"), ("asdf", "asdf"), ("John", "Doe"), ("x", "x"))
NOBODY = ("Unknown", "N/A", ".", "-", "Unknown", "none")


@dataclass(frozen=True)
class Names:
    salutation: Column
    first: Column
    last: Column


def write_names(rng: Rng, world: World, rows: Rows, *, hand: Hand, presence: tuple[float, float]) -> Names:
    """Names of the rows; `presence` is the share of rows that have a first and a last name."""
    n = len(rows)
    first = _first(rng, world, rows)
    last = _last(rng, world, rows)
    first = hand.write(rng, keep(first, chance(rng, n, presence[0])), typos=TYPO_FIRST)
    last = hand.write(rng, keep(last, chance(rng, n, presence[1])), typos=TYPO_LAST)
    last = put(last, *_of(rng, chance(rng, n, UNKNOWN_LAST), NOBODY))
    first, last = _misplaced(rng, first, last)
    first, last = _not_people(rng, world, rows, first=first, last=last)
    return Names(_salutation(rng, world, rows), first, last)


def _first(rng: Rng, world: World, rows: Rows) -> Column:
    n, people = len(rows), world.people
    ids = people.first[rows.person]
    first = take(words().first.text, ids)
    short = words().has_nickname[ids] & chance(rng, n, NICKNAME)
    first = put(first, short, take(words().nickname.text, words().nickname.draw(rng, ids[short])))
    initial = join(pc.utf8_slice_codeunits(first, 0, 1), ".")
    first = where(chance(rng, n, INITIAL_ONLY), initial, first)
    american = people.country[rows.person] == CODES.index("US")
    letters = column([f" {chr(65 + i)}" for i in range(26)] + [f" {chr(65 + i)}." for i in range(26)])
    middle = take(letters, people.initial[rows.person] + 26 * rng.integers(0, 2, n))
    return where(american & chance(rng, n, MIDDLE), join(first, middle), first)


def _last(rng: Rng, world: World, rows: Rows) -> Column:
    n, people = len(rows), world.people
    last = take(words().last.text, rows.last)
    second_id = people.last2[rows.person]
    both = (second_id >= 0) & (rows.last == people.last[rows.person]) & chance(rng, n, BOTH_SURNAMES)
    hyphen = np.isin(people.country[rows.person], [CODES.index("ES"), CODES.index("PT")])
    second = take(words().last.text, np.where(both, second_id, -1))
    last = where(both, join(last, where(hyphen, " ", "-"), second), last)
    generation = people.generation[rows.person] * chance(rng, n, GENERATION)
    suffix = take(column(["", " Jr.", " Sr.", " Jr", " Sr"]), generation + 2 * rng.integers(0, 2, n) * (generation > 0))
    return join(last, suffix)


def _of(rng: Rng, mask: Mask, options: tuple[str, ...]) -> tuple[Mask, Column]:
    """A mask and one of the options for each of its hits."""
    return mask, column([options[i] for i in rng.integers(0, len(options), int(mask.sum())).tolist()])


def _misplaced(rng: Rng, first: Column, last: Column) -> tuple[Column, Column]:
    n = len(first)
    swapped = chance(rng, n, SWAPPED) & filled(first) & filled(last)
    first, last = where(swapped, last, first), where(swapped, first, last)
    whole = chance(rng, n, ALL_IN_LAST) & filled(first) & filled(last)
    comma = chance(rng, n, 0.3)
    together = where(comma, join(last, first, sep=", "), join_filled(first, last, sep=" "))
    return keep(first, ~whole), where(whole, together, last)


def _not_people(rng: Rng, world: World, rows: Rows, *, first: Column, last: Column) -> tuple[Column, Column]:
    n, what = len(rows), world.what[rows.person]
    mailbox, junk = what == MAILBOX, what == JUNK
    firm = where(chance(rng, n, 0.6), take(world.companies.stem, rows.job), "")
    first, last = keep(first, ~mailbox), where(mailbox, firm, last)
    which = rng.integers(0, len(JUNK_NAMES), n)
    for part, values in enumerate((first, last)):
        said = take(column([pair[part] for pair in JUNK_NAMES]), which)
        if part == 0:
            first = where(junk, said, values)
        else:
            last = where(junk, said, values)
    return first, last


def _salutation(rng: Rng, world: World, rows: Rows) -> Column:
    country, sex = world.people.country[rows.person], world.people.sex[rows.person]
    flat = column([civility for pair in CIVILITIES for civility in pair])
    said = take(flat, country * 2 + (sex == MALE))
    return keep(said, chance(rng, len(rows), SALUTED) & (world.what[rows.person] == 0))
