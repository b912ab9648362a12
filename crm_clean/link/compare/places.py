"""Addresses and companies."""

from __future__ import annotations

import numpy as np

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import (
    ALIKE,
    DIFFERENT,
    NULL,
    SAME,
    Compared,
    Crossing,
    Flags,
    bag_levels,
    crossed_levels,
)
from crm_clean.link.compare.names import is_close
from crm_clean.link.people import People
from crm_clean.link.texts import Texts

ADDRESS_LEVELS = ("same", "close", "postcode", "city", "different")
COMPANY_LEVELS = ("same", "close", "different")


def compare_addresses(p: People, left: Ints, right: Ints) -> Compared:
    """Street with postcode, else the postcode alone, else the city; each weighed by how many people live there."""
    same, close, postcode, city, different = range(1, 6)
    streets, codes, towns = (Crossing.of(bag, left, right) for bag in (p.streets, p.postcodes, p.cities))
    whole = bag_levels(p.addresses, left, right, like=is_like_street)
    line = crossed_levels(p.streets, streets, like=is_like_street)
    code = crossed_levels(p.postcodes, codes)
    town = crossed_levels(p.cities, towns, like=is_close)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(town == DIFFERENT) | (code == DIFFERENT) | (line == DIFFERENT)] = different
    levels[(town == SAME) | (town == ALIKE)] = city
    levels[code == SAME] = postcode
    elsewhere = (code == DIFFERENT) & (town == DIFFERENT)  # one name of a street in two towns
    levels[(((whole == ALIKE) | (line == SAME)) & ~elsewhere) | ((line == ALIKE) & (code == SAME))] = close
    levels[(line == SAME) & ((whole == SAME) | (code == NULL) | (code == SAME))] = same
    held = {same: (p.streets, streets), postcode: (p.postcodes, codes), city: (p.cities, towns)}
    shared_by = np.zeros(len(left), dtype=np.int64)
    for level, (bag, crossing) in held.items():
        shared_by = np.where(levels == level, crossing.fewest(p.holders(bag)), shared_by)
    return Compared(levels, shared_by)


def is_like_street(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two streets differ by a slip of the pen while their numbers agree."""
    alike = is_close(texts, a, b)
    at = np.flatnonzero(alike)
    pairs = zip(texts.take(a[at]), texts.take(b[at]), strict=True)
    alike[at] = [_numbers(one) == _numbers(other) for one, other in pairs]
    return alike


def _numbers(street: str) -> list[str]:
    return [w for w in street.replace("|", " ").split() if w[:1].isdigit()]


def compare_companies(p: People, left: Ints, right: Ints) -> Compared:
    """Companies without their legal form; one that many people work for weighs less."""
    a, b = p.company.codes[left], p.company.codes[right]
    known = np.flatnonzero((a >= 0) & (b >= 0))
    levels = np.zeros(len(left), dtype=np.int8)
    levels[known] = DIFFERENT
    is_same = a[known] == b[known]
    same, rest = known[is_same], known[~is_same]
    levels[same] = SAME
    levels[rest[is_close(p.company.texts, a[rest], b[rest])]] = ALIKE
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[same] = p.company.counts[a[same]]
    return Compared(levels, shared_by)
