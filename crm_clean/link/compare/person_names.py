"""First and last name together, in either order; the maiden name counts as a last name."""

from __future__ import annotations

import numpy as np

from crm_clean.link.columns import Ints
from crm_clean.link.compare import names
from crm_clean.link.compare.levels import NULL, Compared, Flags, Levels
from crm_clean.link.compare.names import are_one_name, part_levels
from crm_clean.link.people import People

LEVELS = (
    "exact", "nickname", "close", "swapped", "part", "initial", "like", "last_alone", "first_alone",
    "familiar", "first_only", "last_only", "different", "unnamed",
)  # fmt: skip
CODE = {level: i + 1 for i, level in enumerate(LEVELS)}


def compare_names(p: People, left: Ints, right: Ints) -> Compared:
    """Levels of the whole name; `exact` is weighed by how many records bear the full name."""
    levels = _WHOLE[part_levels(p.first, left, right, given=True), _last_levels(p, left, right)]
    levels[(levels == NULL) & (p.is_named[left] != p.is_named[right])] = CODE["unnamed"]
    weak = np.flatnonzero((levels >= CODE["like"]) & (levels != CODE["unnamed"]))
    levels[weak[_is_swapped(p, left[weak], right[weak])]] = CODE["swapped"]
    exact = np.flatnonzero(levels == CODE["exact"])
    shared_by = np.zeros(len(left), dtype=np.int64)
    shared_by[exact] = p.full.counts[p.full.codes[left[exact]]]
    return Compared(levels, shared_by)


def _whole_names(first: Levels, last: Levels) -> Levels:
    """One level from the levels of both parts; what is set later outranks what was set before."""
    no_first, no_last = first == names.MISSING, last == names.MISSING
    near_first, near_last = (np.isin(part, (names.EXACT, names.CLOSE)) for part in (first, last))
    good_first = near_first | np.isin(first, (names.NICKNAME, names.PART))
    good_last = near_last | (last == names.PART)
    mangled = ((first == names.LIKE) & (near_last | (last == names.LIKE))) | (near_first & (last == names.LIKE))
    levels = np.full(len(first), CODE["different"], dtype=np.int8)
    levels[no_first & no_last] = NULL
    levels[good_last & ~good_first & ~no_first] = CODE["last_only"]
    levels[good_first & ~good_last & ~no_last] = CODE["first_only"]
    levels[((first == names.FAMILIAR) & good_last) | (good_first & (last == names.FAMILIAR))] = CODE["familiar"]
    levels[mangled] = CODE["like"]
    levels[no_last & good_first] = CODE["first_alone"]
    levels[no_first & good_last] = CODE["last_alone"]
    levels[(first == names.INITIAL) & good_last] = CODE["initial"]
    levels[good_first & good_last & ((last == names.PART) | (first == names.PART))] = CODE["part"]
    levels[near_first & near_last] = CODE["close"]
    levels[(first == names.NICKNAME) & near_last] = CODE["nickname"]
    levels[(first == names.EXACT) & (last == names.EXACT)] = CODE["exact"]
    return levels


_PARTS = np.arange(names.DIFFERENT + 1, dtype=np.int8)
# The level of a whole name by those of its first and its last.
_WHOLE = _whole_names(np.repeat(_PARTS, len(_PARTS)), np.tile(_PARTS, len(_PARTS))).reshape(len(_PARTS), -1)


def _last_levels(p: People, left: Ints, right: Ints) -> Levels:
    last = part_levels(p.last, left, right)
    if p.maiden.is_empty:
        return last
    for one, other in ((p.maiden, p.last), (p.last, p.maiden), (p.maiden, p.maiden)):
        married = are_one_name(one, other, left, right)
        last[married & (last > names.CLOSE)] = names.PART
    return last


def _is_swapped(p: People, left: Ints, right: Ints) -> Flags:
    swapped = are_one_name(p.first, p.last, left, right)
    at = np.flatnonzero(swapped)
    swapped[at] = are_one_name(p.last, p.first, left[at], right[at])
    return swapped


def compare_generations(p: People, left: Ints, right: Ints) -> Compared:
    """Senior, junior, the third: the same, said of one only, or in conflict."""
    same, one_sided, conflict = range(1, 4)
    a, b = p.suffix.codes[left], p.suffix.codes[right]
    levels = np.where(a == b, same, conflict)
    levels = np.where((a >= 0) != (b >= 0), one_sided, levels)
    return Compared(np.where((a >= 0) | (b >= 0), levels, NULL).astype(np.int8))
