"""Addresses of one golden record that are one place, written differently.

Streets that are equal or a typo apart, with the same house number, in the same town or postcode; and an address
without a street that says nothing but what a fuller one says too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crm_clean.merge.agreement import likeness, neighbours
from crm_clean.merge.column import Column, joined
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray
from crm_clean.merge.spec import Rule, Together
from crm_clean.records.fields import ADDRESS_PARTS

# Made without the checks that are for the fields of a record.
ADDRESS = Together.model_construct(
    fields=ADDRESS_PARTS,
    lead="street",
    rules=("most_frequent", "most_complete", "attested", "source_priority", "newest", "longest"),
)


@dataclass(frozen=True, eq=False)
class AddressRows:
    """Addresses as members gave them, by place: what `settle_together` asks of witnesses."""

    columns: Mapping[str, Column]
    groups: Groups
    gives: BoolArray
    ranks: Mapping[Rule, IntArray]

    @property
    def id_rank(self) -> IntArray:
        return np.arange(len(self.gives))

    @property
    def misnamed(self) -> BoolArray:
        return np.zeros(len(self.gives), dtype=bool)

    def column(self, field: str) -> Column:
        return self.columns[field]


def same_place(columns: Mapping[str, Column], owner: IntArray) -> IntArray:
    """A label per address: equal for addresses of one owner that are one place.

    `columns`: of ADDRESS_PARTS. `owner`: number of the golden record, ascending.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = neighbours(owner)
    street = _Likeness.of(columns["street"], left, right)
    city = _Likeness.of(columns["city"], left, right)
    postcode = _Likeness.of(columns["postal_code"], left, right)
    country = _Likeness.of(columns["country"], left, right)
    near = (city.like | postcode.like | (city.unsaid & postcode.unsaid)) & ~country.differs
    same = street.like & near & ~(city.differs & postcode.differs)
    partial = street.half & (city.like | postcode.like) & ~postcode.differs & ~country.differs
    joined = same | partial
    n = len(owner)
    edges = coo_array((np.ones(int(joined.sum()), np.int8), (left[joined], right[joined])), shape=(n, n))
    return np.asarray(connected_components(edges, directed=False)[1], dtype=np.int64) if n else owner


@dataclass(frozen=True)
class _Likeness:
    """Per pair: both say the same or a typo of it; both say something else; one says nothing; either says nothing."""

    like: BoolArray
    differs: BoolArray
    half: BoolArray
    unsaid: BoolArray

    @classmethod
    def of(cls, column: Column, left: IntArray, right: IntArray) -> _Likeness:
        one, other = column.key[left], column.key[right]
        both = (one != NONE) & (other != NONE)
        like = both & (one == other)
        unsure = np.flatnonzero(both & ~like)
        like[unsure] = likeness(column, one[unsure], other[unsure])[1]
        return cls(like, both & ~like, (one == NONE) != (other == NONE), ~both)


def one_line(parts: Mapping[str, pa.Array]) -> pa.Array:
    """The parts as one line: street, unit, postcode and city, region, country."""
    town = joined([parts["postal_code"], parts["city"]], " ")
    return joined([parts["street"], parts["unit"], town, parts["region"], parts["country"]], ", ")
