"""The part of a mailbox before the @, where it says more of its holder than the name does."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.columns import Bag, Column, encode
from crm_clean.link.texts import Texts

_GENERIC_USERS = 3


class Parted(NamedTuple):
    users: Texts
    domains: pa.StringArray  # missing where there is no @


def parted(mailboxes: Texts) -> Parted:
    """What stands before the first @ of each mailbox, the whole where there is none, and what stands behind."""
    parts = pc.split_pattern(mailboxes.array, "@", max_splits=1)
    begins = np.asarray(parts.offsets)
    has_none = np.diff(begins) < 2
    behind = parts.values.take(pa.array(begins[:-1] + 1, mask=has_none))
    return Parted(Texts(parts.values.take(pa.array(begins[:-1]))), behind)


def telling_users(emails: Bag, first: Column, last: Column) -> Bag:
    """The part before the @ of each mailbox, where it is long enough and not the holder's own name.

    `jane.doe` at two providers says no more than that both are called Jane Doe, which the name says already.
    """
    codes, texts = encode(emails.texts.made(parted).users.array, in_order=False)
    known = codes[codes >= 0]
    recurs = np.bincount(known, minlength=len(texts))[codes] > 1  # at two providers at least
    entry = np.flatnonzero((recurs & (codes >= 0))[emails.codes])
    record, user = emails.record[entry], codes[emails.codes[entry]]
    given, family = first.codes[record] + 1, last.codes[record] + 1
    key = (user * (first.size + 1) + given) * (last.size + 1) + family
    distinct, place = np.unique(key, return_inverse=True)
    telling = _say_more(distinct, texts, first, last)[place]
    return Bag.coded(record[telling], user[telling], texts, n=emails.n)


def _say_more(keys: np.ndarray, users: Texts, first: Column, last: Column) -> np.ndarray:
    rest, family = np.divmod(keys, last.size + 1)
    user, given = np.divmod(rest, first.size + 1)
    held = zip(users.take(user), _names(first, given), _names(last, family), strict=True)
    return np.fromiter((says_more(*each) for each in held), dtype=bool, count=len(keys))


def _names(column: Column, codes: np.ndarray) -> list[str]:
    """The names of codes counted from 1; 0 is none."""
    names: list[str] = np.array(["", *column.values], dtype=object)[codes].tolist()
    return names


def says_more(user: str, given: str, family: str) -> bool:
    """Whether letters or digits are left of a mailbox user once the name and its initials are taken out."""
    if len(user) <= _GENERIC_USERS:
        return False
    rest = user.lower()
    if not rest.isalnum():
        rest = "".join(c for c in rest if c.isalnum())
    for name in sorted((given.replace(" ", ""), family.replace(" ", ""), *given.split(), *family.split()), key=len):
        if len(name) > 1:
            rest = rest.replace(name, "", 1)
    return len(rest) >= 2  # one letter left is an initial
