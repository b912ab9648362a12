"""Mailboxes and phones: any of the one record against any of the other."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from crm_clean.link.columns import Ints, crossed
from crm_clean.link.compare.levels import (
    MANY_PEOPLE,
    NULL,
    Compared,
    Flags,
    alike,
    best,
    fewest_holders,
    share_rare,
)  # fmt: skip
from crm_clean.link.people import People

EMAIL_LEVELS = ("same", "user", "close", "like", "role", "different")
PHONE_LEVELS = ("same", "close", "shared", "different")

_LONG_MAILBOX = 14
_MANGLED_AT = 0.72
_SAME_DIGITS = 8
_TELLING_USER = 4


def compare_emails(p: People, left: Ints, right: Ints) -> Compared:
    """Personal mailboxes; a role mailbox, or one that many people hold, is weak when shared and says nothing else."""
    same, user, close, like, role, different = range(1, 7)
    bag = p.emails
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    levels = np.full(len(pair), different, dtype=np.int8)
    equal = a == b
    rest = np.flatnonzero(~equal)
    levels[rest[alike(bag.values, a[rest], b[rest], is_mangled)]] = like
    levels[rest[alike(bag.values, a[rest], b[rest], is_mistyped)]] = close
    levels[equal] = np.where(p.holders(bag)[a[equal]] >= MANY_PEOPLE, role, same)
    whole = best(levels, pair, n=len(left))
    whole[share_rare(p.users, p, left, right, below=MANY_PEOPLE) & (whole > user)] = user
    whole[(fewest_holders(p.roles, p, left, right) > 0) & np.isin(whole, (NULL, different))] = role
    return Compared(whole, fewest_holders(bag, p, left, right))


def is_mistyped(left: list[str], right: list[str]) -> Flags:
    """Whether two mailboxes differ by one edit, two in long ones; another number is another mailbox."""
    if not left:
        return np.zeros(0, dtype=bool)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    near: Flags = edits <= 2
    for k in np.flatnonzero(near):
        near[k] = _is_slip(left[k], right[k], edits=int(edits[k]))
    return near


def _is_slip(a: str, b: str, *, edits: int) -> bool:
    short = min(len(a.partition("@")[0]), len(b.partition("@")[0]))
    is_long = min(len(a), len(b)) >= _LONG_MAILBOX
    return short >= _TELLING_USER and (edits <= 1 or is_long) and _digits(a) == _digits(b)


def is_mangled(left: list[str], right: list[str]) -> Flags:
    """Whether most letters of two mailboxes stand in the same order; at one domain only the users are compared."""
    if not left:
        return np.zeros(0, dtype=bool)
    parted = [_compared_part(a, b) for a, b in zip(left, right, strict=True)]
    one, two = [a for a, _ in parted], [b for _, b in parted]
    like = cpdist(one, two, scorer=OSA.normalized_similarity, score_cutoff=_MANGLED_AT, dtype=np.float32)
    mangled: Flags = like >= _MANGLED_AT
    for k in np.flatnonzero(mangled):
        mangled[k] = not _is_other_number(one[k], two[k])
    return mangled


def _compared_part(a: str, b: str) -> tuple[str, str]:
    user_a, _, domain_a = a.partition("@")
    user_b, _, domain_b = b.partition("@")
    return (user_a, user_b) if domain_a == domain_b else (a, b)


def _is_other_number(a: str, b: str) -> bool:
    """Whether two users are the same letters with another number of the same length: two accounts, not a slip."""
    digits_a, digits_b = _digits(a), _digits(b)
    return digits_a != digits_b and len(digits_a) == len(digits_b) and _letters(a) == _letters(b)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _letters(text: str) -> str:
    return "".join(c for c in text if not c.isdigit())


def compare_phones(p: People, left: Ints, right: Ints) -> Compared:
    """Phones; one that many people hold is a switchboard. A number without its prefix is the same number."""
    same, close, shared, different = range(1, 5)
    bag = p.phones
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    levels = np.full(len(pair), different, dtype=np.int8)
    equal = a == b
    rest = np.flatnonzero(~equal)
    digits = p.phone_digits
    levels[rest[alike(digits, a[rest], b[rest], _is_one_digit_off)]] = close
    equal[rest[alike(digits, a[rest], b[rest], _is_same_tail)]] = True
    levels[equal] = np.where(p.holders(bag)[a[equal]] >= MANY_PEOPLE, shared, same)
    return Compared(best(levels, pair, n=len(left)), fewest_holders(bag, p, left, right))


def _is_one_digit_off(left: list[str], right: list[str]) -> Flags:
    if not left:
        return np.zeros(0, dtype=bool)
    near: Flags = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32) == 1
    return near


def _is_same_tail(left: list[str], right: list[str]) -> Flags:
    """Whether the shorter number, its trunk zero aside, ends the longer one; with equal digits extensions differ."""
    found = np.zeros(len(left), dtype=bool)
    # Most pairs differ in the last digits already.
    ends = np.fromiter((a[-3:] == b[-3:] for a, b in zip(left, right, strict=True)), dtype=bool, count=len(left))
    for k in np.flatnonzero(ends):
        short, long = sorted((left[k], right[k]), key=len)
        found[k] = len(short) >= _SAME_DIGITS and short != long and long.endswith(short.lstrip("0"))
    return found
