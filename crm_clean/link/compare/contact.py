"""Mailboxes and phones: any of the one record against any of the other."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from crm_clean.link.columns import Ints, encode
from crm_clean.link.compare.levels import (
    A_CROWD,
    MANY_PEOPLE,
    NULL,
    Compared,
    Crossing,
    Levels,
    fewest_holders,
    share_rare,
)
from crm_clean.link.compare.likeness import Bounds, Flags, screened
from crm_clean.link.mailbox_users import parted
from crm_clean.link.people import People
from crm_clean.link.texts import Texts

EMAIL_LEVELS = ("same", "user", "close", "like", "role", "different")
PHONE_LEVELS = ("same", "close", "shared", "different")

_LONG_MAILBOX = 14
_MANGLED_AT = 0.72
_MOST_SLIPS = 2
_SAME_DIGITS, _SAME_END = 8, 3
_SLACK = 1e-6  # for how floats are rounded
_TELLING_USER = 4


def compare_emails(p: People, left: Ints, right: Ints) -> Compared:
    """Personal mailboxes; a role mailbox, or one that many people hold, is weak when shared and says nothing else."""
    same, user, close, like, role, different = range(1, 7)
    held = p.holders(p.emails)
    crossing = Crossing.of(p.emails, left, right)
    levels = np.full(len(crossing.pair), different, dtype=np.int8)
    equal = crossing.a == crossing.b
    levels[equal] = _by_holders(held[crossing.a[equal]], same=same, by_many=role)
    rest = np.flatnonzero(~equal)
    a, b = crossing.a[rest], crossing.b[rest]
    levels[rest[is_mangled(p.emails.texts, a, b)]] = like
    levels[rest[is_mistyped(p.emails.texts, a, b)]] = close
    whole = crossing.best(levels)
    whole[share_rare(p.users, p, left, right, below=MANY_PEOPLE) & (whole > user)] = user
    readers = fewest_holders(p.roles, p, left, right)
    whole[(readers > 0) & (readers < A_CROWD) & ((whole == NULL) | (whole == different))] = role
    return Compared(whole, crossing.fewest(held))


def _by_holders(held: Ints, *, same: int, by_many: int) -> Levels:
    """The level of an equal value by how many people hold it."""
    return np.where(held >= A_CROWD, NULL, np.where(held >= MANY_PEOPLE, by_many, same)).astype(np.int8)


def is_mistyped(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two mailboxes differ by one edit, two in long ones; another number is another mailbox."""
    may = Bounds.of(texts.letters, texts.letters, a, b).edits <= _MOST_SLIPS
    return screened(texts, a, b, may, _are_slips)


def _are_slips(left: list[str], right: list[str]) -> Flags:
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=_MOST_SLIPS, dtype=np.int32)
    near: Flags = edits <= _MOST_SLIPS
    for k in np.flatnonzero(near):
        near[k] = _is_slip(left[k], right[k], edits=int(edits[k]))
    return near


def _is_slip(a: str, b: str, *, edits: int) -> bool:
    short = min(len(a.partition("@")[0]), len(b.partition("@")[0]))
    is_long = min(len(a), len(b)) >= _LONG_MAILBOX
    return short >= _TELLING_USER and (edits <= 1 or is_long) and _digits(a) == _digits(b)


def is_mangled(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether most letters of each two mailboxes stand in the same order; at one domain only the users are compared."""
    users, domain = texts.made(parted).users, texts.made(_domains)
    at_one_domain = domain[a] == domain[b]
    mangled = np.zeros(len(a), dtype=bool)
    for part, at in ((users, np.flatnonzero(at_one_domain)), (texts, np.flatnonzero(~at_one_domain))):
        bounds = Bounds.of(part.letters, part.letters, a[at], b[at])
        may = bounds.edits <= (1.0 - _MANGLED_AT + _SLACK) * bounds.longer
        mangled[at] = screened(part, a[at], b[at], may, _are_mangled)
    return mangled


def _are_mangled(left: list[str], right: list[str]) -> Flags:
    like = cpdist(left, right, scorer=OSA.normalized_similarity, score_cutoff=_MANGLED_AT, dtype=np.float32)
    mangled: Flags = like >= _MANGLED_AT
    for k in np.flatnonzero(mangled):
        mangled[k] = not _is_other_number(left[k], right[k])
    return mangled


def _domains(mailboxes: Texts) -> Ints:
    """A code for what stands behind the first @ of each mailbox."""
    return encode(mailboxes.made(parted).domains, in_order=False)[0]


def _is_other_number(a: str, b: str) -> bool:
    """Whether two users are the same letters with another number of the same length: two accounts, not a slip."""
    digits_a, digits_b = _digits(a), _digits(b)
    return digits_a != digits_b and len(digits_a) == len(digits_b) and _letters(a) == _letters(b)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _letters(text: str) -> str:
    return "".join(c for c in text if not c.isdigit())


def compare_phones(p: People, left: Ints, right: Ints) -> Compared:
    """Phones; one that many people hold is a switchboard. A number without its prefix is the same number."""
    same, close, shared, different = range(1, 5)
    held = p.holders(p.phones)
    digits = p.phones.texts.made(_phone_digits)
    crossing = Crossing.of(p.phones, left, right)
    levels = np.full(len(crossing.pair), different, dtype=np.int8)
    equal = crossing.a == crossing.b
    rest = np.flatnonzero(~equal)
    a, b = crossing.a[rest], crossing.b[rest]
    levels[rest[is_one_digit_off(digits, a, b)]] = close
    equal[rest[is_same_tail(digits, a, b)]] = True
    levels[equal] = _by_holders(held[crossing.a[equal]], same=same, by_many=shared)
    return Compared(crossing.best(levels), crossing.fewest(held))


def _phone_digits(phones: Texts) -> Texts:
    """The digits of each phone, without its extension."""
    return Texts(pc.replace_substring_regex(phones.array, ";.*$|[^0-9]", ""))


def is_one_digit_off(digits: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two numbers differ by one digit: another, too many, missing or out of turn."""
    may = Bounds.of(digits.letters, digits.letters, a, b).edits <= 1
    return screened(digits, a, b, may, _are_one_off)


def _are_one_off(left: list[str], right: list[str]) -> Flags:
    near: Flags = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int32) == 1
    return near


def is_same_tail(digits: Texts, a: Ints, b: Ints) -> Flags:
    """Whether the shorter number, its trunk zero aside, ends the longer one; with equal digits extensions differ."""
    tail = digits.made(_last_digits)
    return screened(digits, a, b, tail[a] == tail[b], _are_one_tail)


def _last_digits(digits: Texts) -> Ints:
    """A code for the last digits of each number, in which most numbers differ already."""
    return encode(pc.utf8_slice_codeunits(digits.array, -_SAME_END, None), in_order=False)[0]


def _are_one_tail(left: list[str], right: list[str]) -> Flags:
    found = np.zeros(len(left), dtype=bool)
    for k, (one, other) in enumerate(zip(left, right, strict=True)):
        short, long = sorted((one, other), key=len)
        found[k] = _SAME_DIGITS <= len(short) < len(long) and long.endswith(short.lstrip("0"))
    return found
