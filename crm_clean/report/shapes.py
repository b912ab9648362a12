"""What values look like when they can be used, and how many of a column do; a million in a fraction of a second.

Columns are Arrow's; a missing value never matches. Shapes are coarser than what normalising asks for: they measure its
result from outside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ISO_DATE = r"^(\d{4}|-)-\d\d-\d\d$"
ISO_INSTANT = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$"
TRIMMED = r"^\S+(?: \S+)*$"
POSTCODE = r"^[A-Za-z0-9 -]{0,9}[0-9][A-Za-z0-9 -]{0,9}$"
POINT = {
    "email": r"^[^@\s]+@[^@\sA-Z]+\.[^@\sA-Z]+$",
    "phone": r"^\+[1-9]\d{6,14}$",
    "profile": r"^\S+\.\S+$",
    "website": r"^\S+\.\S+$",
}
PART = {"postal_code": POSTCODE, "country": r"^[A-Z]{2}$"}
# Fields with a closed list of meanings; `other` says that nobody told us what was meant.
MEANINGS = {
    "status": ("lead", "prospect", "customer", "former"),
    "consent_status": ("subscribed", "unsubscribed", "pending", "unknown"),
}


def column(values: pd.Series) -> pa.Array:
    """`values` as one Arrow array."""
    found = pa.array(values, from_pandas=True)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def n(values: pa.Array) -> int:
    """How many there are."""
    return int(len(values) - values.null_count)


def true(flags: pa.Array) -> int:
    """How many hold."""
    return int(pc.sum(flags, min_count=0).as_py())


def equal(left: pa.Array, right: pa.Array) -> int:
    """How many are the same on both sides."""
    return true(pc.fill_null(pc.equal(left, right), False))


def among(values: pa.Array, known: tuple[str, ...]) -> pa.Array:
    """Whether each is one of `known`."""
    return pc.is_in(values, value_set=pa.array(known, values.type))


def matches(values: pa.Array, pattern: str) -> pa.Array:
    """Whether each has the shape of `pattern`."""
    return pc.fill_null(pc.match_substring_regex(values, pattern), False)


def matching(values: pa.Array, pattern: str) -> int:
    """How many have the shape of `pattern`."""
    return true(matches(values, pattern))


def written_like_a_name(values: pa.Array) -> int:
    """How many have single blanks and are not all capitals or all small letters. Initials and the like are."""
    tidy = matches(values, TRIMMED)
    upper, lower = matches(values, r"\p{Lu}"), matches(values, r"\p{Ll}")
    short = pc.fill_null(pc.less_equal(pc.utf8_length(values), 3), False)
    return true(pc.and_(tidy, pc.or_(short, pc.equal(upper, lower))))


def n_distinct(values: pa.Array) -> int:
    """How many different ones there are."""
    return int(pc.count_distinct(values).as_py())


def held_alone(owners: pa.Array, keys: pa.Array) -> tuple[int, int]:
    """How many of the different keys one owner holds alone, and how many keys there are."""
    there = pc.is_valid(keys)
    key, owner = (a.filter(there).dictionary_encode() for a in (keys, owners))
    if not len(key):
        return 0, 0
    at, who = (coded.indices.to_numpy() for coded in (key, owner))
    somebody = np.empty(len(key.dictionary), dtype=who.dtype)
    somebody[at] = who
    is_shared = np.zeros(len(key.dictionary), dtype=bool)
    is_shared[at[who != somebody[at]]] = True
    return int((~is_shared).sum()), len(is_shared)
