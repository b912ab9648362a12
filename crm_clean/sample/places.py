"""Addresses: a street in a town, with the postal code that street has there, and how people write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from crm_clean.sample.columns import (
    Column,
    Ints,
    Mask,
    Rng,
    by_group,
    chance,
    column,
    join,
    join_filled,
    numbers,
    take,
    where,
)
from crm_clean.sample.lexicon import lexicons
from crm_clean.sample.words import words

_LETTERS = np.frombuffer(b"ABDEFGHJLNPQRSTUWXYZ", np.uint8)
UNIT_SHARE = 0.22
_SPREAD = 0x9E3779B97F4A7C15  # an odd 64-bit number, 2^64 divided by the golden ratio


@dataclass(frozen=True)
class Addresses:
    """Parallel arrays, one entry an address; `unit` is -1 where there is none."""

    country: Ints
    town: Ints
    street: Ints
    number: Ints
    unit: Ints
    postal_code: Column


@cache
def town_country() -> Ints:
    """The country of each town in pool order."""
    return np.repeat(np.arange(len(lexicons())), [len(lex.places.towns) for lex in lexicons()])


def draw_addresses(rng: Rng, town: Ints) -> Addresses:
    """An address in each of the given towns."""
    country = town_country()[town]
    street = words().street.draw(rng, country)
    highest = np.array([lex.places.highest_number for lex in lexicons()])[country]
    number = 1 + (rng.random(len(town)) ** 2 * highest).astype(np.int64)
    unit = np.where(chance(rng, len(town), UNIT_SHARE), words().unit.draw(rng, country), -1)
    return Addresses(country, town, street, number, unit, _postal_codes(town, street))


@cache
def _postal_patterns() -> tuple[list[str], Ints, Ints]:
    towns = [town for lex in lexicons() for town in lex.places.towns]
    count = np.array([len(town.postal_codes) for town in towns])
    return [code for town in towns for code in town.postal_codes], np.cumsum(count) - count, count


def _postal_codes(town: Ints, street: Ints) -> Column:
    """The same street of a town has the same code, whoever lives there."""
    patterns, start, count = _postal_patterns()
    mixed = (town * 100_003 + street + 1).astype(np.uint64) * np.uint64(_SPREAD)
    luck = (mixed >> np.uint64(24)).astype(np.int64)
    pattern = start[town] + luck % count[town]
    return by_group(pattern, lambda code, rows: _fill(patterns[code], luck[rows] // 64))


def _fill(pattern: str, luck: Ints) -> Column:
    text = np.tile(np.frombuffer(pattern.encode(), np.uint8), (len(luck), 1))
    lowest = 1 if "@" in pattern else 0
    for place, sign in enumerate(pattern):
        if sign == "#":
            text[:, place] = 48 + lowest + luck % (10 - lowest)
        elif sign == "@":
            text[:, place] = _LETTERS[luck % len(_LETTERS)]
        if sign in "#@":
            luck = luck // 20 + luck % 20 * 997
    return pa.array(text.view(f"S{len(pattern)}").ravel()).cast(pa.string())


def write_streets(addresses: Addresses, index: Ints, *, short: Mask) -> Column:
    """Street and number at `index`, the street type shortened where asked, in the order of the country."""
    street_ids = addresses.street[index]
    street = where(short, take(words().street_short, street_ids), take(words().street.text, street_ids))
    number = numbers(addresses.number[index])

    def line(country: int, rows: Ints) -> Column:
        before, after = lexicons()[country].places.line.split("{street}")
        parts = [number.take(pa.array(rows)) if "{number}" in side else side for side in (before, after)]
        signs = [side.replace("{number}", "") for side in (before, after)]
        first = join(parts[0], signs[0]) if "{number}" in before else ""
        last = join(signs[1], parts[1]) if "{number}" in after else ""
        return join(first, street.take(pa.array(rows)), last)

    return by_group(addresses.country[index], line)


def write_units(addresses: Addresses, index: Ints) -> Column:
    """The flat, floor or suite, "" where there is none."""
    return take(words().unit.text, addresses.unit[index])


def one_line(parts: list[Column], *, sep: str) -> Column:
    """A whole address in one cell."""
    return join_filled(*parts, sep=sep)


@cache
def codes() -> Column:
    """ISO codes in country order."""
    return column([lex.code for lex in lexicons()])
