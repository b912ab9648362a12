"""Addresses and companies."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import (
    ALIKE,
    DIFFERENT,
    NULL,
    SAME,
    Compared,
    Crossing,
    Flags,
    Levels,
    bag_levels,
    crossed_levels,
)
from crm_clean.link.compare.names import is_close
from crm_clean.link.people import People
from crm_clean.link.texts import Texts

ADDRESS_LEVELS = ("same", "close", "road", "postcode", "area", "city", "different")
_LONG_POSTCODE, _INWARD = 4, 3
COMPANY_LEVELS = ("same", "close", "different")


def compare_addresses(p: People, left: Ints, right: Ints) -> Compared:
    """Street with postcode, else the postcode alone, else the city; each weighed by how many people live there.

    Where a table knows little else, streets of one postcode or town may agree but for their number (`road`), and
    postcodes of one town but for a slip (`area`).
    """
    same, close, _, postcode, _, city, different = range(1, 8)
    streets, codes, towns = (Crossing.of(bag, left, right) for bag in (p.streets, p.postcodes, p.cities))
    whole = bag_levels(p.addresses, left, right, like=is_like_street)
    line = crossed_levels(p.streets, streets, like=is_like_street)
    code = crossed_levels(p.postcodes, codes)
    town = crossed_levels(p.cities, towns, like=is_close)
    levels = np.zeros(len(left), dtype=np.int8)
    levels[(town == DIFFERENT) | (code == DIFFERENT) | (line == DIFFERENT)] = different
    levels[(town == SAME) | (town == ALIKE)] = city
    levels[code == SAME] = postcode
    if p.is_thin:
        levels = _finer(p, left, right, levels, other_street=line == DIFFERENT, other_code=code == DIFFERENT)
    elsewhere = (code == DIFFERENT) & (town == DIFFERENT)  # one name of a street in two towns
    levels[(((whole == ALIKE) | (line == SAME)) & ~elsewhere) | ((line == ALIKE) & (code == SAME))] = close
    levels[(line == SAME) & ((whole == SAME) | (code == NULL) | (code == SAME))] = same
    held = {same: (p.streets, streets), postcode: (p.postcodes, codes), city: (p.cities, towns)}
    shared_by = np.zeros(len(left), dtype=np.int64)
    for level, (bag, crossing) in held.items():
        shared_by = np.where(levels == level, crossing.fewest(p.holders(bag)), shared_by)
    return Compared(levels, shared_by)


def _finer(p: People, left: Ints, right: Ints, levels: Levels, *, other_street: Flags, other_code: Flags) -> Levels:
    """`levels` with `road` and `area` told apart from what is merely in one postcode or town."""
    road, postcode, area, city = (ADDRESS_LEVELS.index(level) + 1 for level in ("road", "postcode", "area", "city"))
    out = levels.copy()
    here = np.flatnonzero((levels == city) & other_code)
    out[here[bag_levels(p.postcodes, left[here], right[here], like=is_like_postcode) == ALIKE]] = area
    here = np.flatnonzero(((levels == city) | (levels == postcode)) & other_street)
    on_road = bag_levels(p.roads, left[here], right[here], like=is_close)
    out[here[(on_road == SAME) | (on_road == ALIKE)]] = road
    return out


def is_like_street(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two streets differ by a slip of the pen while their numbers agree."""
    alike = is_close(texts, a, b)
    at = np.flatnonzero(alike)
    pairs = zip(texts.take(a[at]), texts.take(b[at]), strict=True)
    alike[at] = [_numbers(one) == _numbers(other) for one, other in pairs]
    return alike


def is_like_postcode(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two postcodes are of one district, or differ by one slip of the pen."""
    if not len(a):
        return np.zeros(0, dtype=bool)
    left, right = texts.take(a), texts.take(b)
    slips = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32) <= 1
    pairs = zip(left, right, slips.tolist(), strict=True)
    return np.fromiter((_is_near_postcode(*pair) for pair in pairs), dtype=bool, count=len(a))


def _is_near_postcode(one: str, other: str, one_slip: bool) -> bool:
    if min(len(one), len(other)) < _LONG_POSTCODE:
        return False
    has_district = not one.isdigit() and len(one) > _INWARD + 1
    return one_slip or (has_district and one[:-_INWARD] == other[:-_INWARD])


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
