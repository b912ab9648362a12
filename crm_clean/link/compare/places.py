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
    Flags,
    alike,
    bag_levels,
    fewest_holders,
)
from crm_clean.link.compare.names import is_close
from crm_clean.link.people import People

ADDRESS_LEVELS = ("same", "close", "postcode", "city", "different")
COMPANY_LEVELS = ("same", "close", "different")


def compare_addresses(p: People, left: Ints, right: Ints) -> Compared:
    """Street with postcode, else the postcode alone, else the city; each weighed by how many people live there."""
    same, close, postcode, city, different = range(1, 6)
    whole = bag_levels(p.addresses, left, right, like=is_like_street)
    line = bag_levels(p.streets, left, right, like=is_like_street)
    code = bag_levels(p.postcodes, left, right)
    town = bag_levels(p.cities, left, right, like=is_close)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(town == DIFFERENT) | (code == DIFFERENT) | (line == DIFFERENT)] = different
    levels[np.isin(town, (SAME, ALIKE))] = city
    levels[code == SAME] = postcode
    levels[(whole == ALIKE) | (line == SAME) | ((line == ALIKE) & (code == SAME))] = close
    levels[(line == SAME) & ((whole == SAME) | np.isin(code, (NULL, SAME)))] = same
    return Compared(levels, _holders_at(p, left, right, levels))


def _holders_at(p: People, left: Ints, right: Ints, levels: np.ndarray) -> Ints:
    """How many people share the place agreed on: the street, the postcode or the city, as the level says."""
    out = np.zeros(len(left), dtype=np.int64)
    for level, bag in ((1, p.streets), (3, p.postcodes), (4, p.cities)):
        at = np.flatnonzero(levels == level)
        out[at] = fewest_holders(bag, p, left[at], right[at])
    return out


def is_like_street(left: list[str], right: list[str]) -> Flags:
    """Whether two streets differ by a slip of the pen while their numbers agree."""
    alike = is_close(left, right)
    for k in np.flatnonzero(alike):
        alike[k] = _numbers(left[k]) == _numbers(right[k])
    return alike


def _numbers(street: str) -> list[str]:
    return [w for w in street.replace("|", " ").split() if w[:1].isdigit()]


def compare_companies(p: People, left: Ints, right: Ints) -> Compared:
    """Companies without their legal form; one that many people work for weighs less."""
    a, b = p.company.codes[left], p.company.codes[right]
    known = np.flatnonzero((a >= 0) & (b >= 0))
    levels = np.zeros(len(left), dtype=np.int8)
    levels[known] = DIFFERENT
    levels[known[alike(p.company.values, a[known], b[known], is_close)]] = ALIKE
    same = known[a[known] == b[known]]
    levels[same] = SAME
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[same] = p.company.counts[a[same]]
    return Compared(levels, shared_by)
