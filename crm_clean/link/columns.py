"""Text columns as integers: what blocking and comparison compute on.

`Column` holds one value a record, `Bag` holds any number. Dictionaries are sorted, so that codes, and all that is
computed from them, do not depend on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
MISSING = -1


def strings(values: pd.Series[str]) -> pa.Array:
    """A text series as one Arrow array."""
    array = pa.array(values, type=pa.string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def encode(values: pd.Series[str] | pa.Array) -> tuple[Ints, list[str]]:
    """Codes (int64, -1 where missing or empty) into the sorted list of distinct values."""
    array = strings(values) if isinstance(values, pd.Series) else values
    array = pc.if_else(pc.equal(array, ""), None, array)
    coded = array.dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy(zero_copy_only=False)
    rank = np.empty(len(order) + 1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = MISSING
    codes = pc.fill_null(coded.indices, len(order)).to_numpy(zero_copy_only=False).astype(np.int64)
    return rank[codes], coded.dictionary.take(pa.array(order)).to_pylist()


def distinct(keys: Ints) -> Ints:
    """The distinct keys, none negative, sorted."""
    ordered = np.sort(keys)
    return ordered[np.diff(ordered, prepend=MISSING) > 0]


@dataclass(frozen=True)
class Column:
    """One value a record: `codes` (int64, shape n, -1 missing) into `values`."""

    codes: Ints
    values: list[str]

    @classmethod
    def of(cls, series: pd.Series[str]) -> Column:
        return cls(*encode(series))

    @classmethod
    def of_values(cls, values: list[str | None]) -> Column:
        return cls(*encode(pa.array(values, type=pa.string())))

    @property
    def size(self) -> int:
        return len(self.values)

    @property
    def is_empty(self) -> bool:
        return not self.values

    @cached_property
    def counts(self) -> Ints:
        """Records per distinct value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=self.size).astype(np.int64)

    def mapped(self, values: list[str | None]) -> Column:
        """The column of another text for each distinct value, such as its sound; None is missing."""
        codes, others = encode(pa.array(values, type=pa.string()))
        return Column(np.append(codes, MISSING)[self.codes], others)


@dataclass(frozen=True)
class Bag:
    """Any number of values a record: entry k says that record `record[k]` holds `codes[k]`; sorted by record.

    `starts` (int64, shape n + 1) says where each record's entries begin.
    """

    record: Ints
    codes: Ints
    values: list[str]
    starts: Ints

    @classmethod
    def of(cls, record: Ints, series: pd.Series[str] | pa.Array, *, n: int) -> Bag:
        """A bag over `n` records from parallel arrays; missing values and repeats within a record are left out."""
        codes, values = encode(series)
        return cls.coded(record, codes, values, n=n)

    @classmethod
    def coded(cls, record: Ints, codes: Ints, values: list[str], *, n: int) -> Bag:
        """A bag from codes made before."""
        there = codes >= 0
        both = distinct(record[there] * max(len(values), 1) + codes[there])
        held, kept = np.divmod(both, max(len(values), 1))
        starts = np.searchsorted(held, np.arange(n + 1))
        return cls(held, kept, values, starts.astype(np.int64))

    @property
    def is_empty(self) -> bool:
        return not len(self.record)

    @cached_property
    def has(self) -> npt.NDArray[np.bool_]:
        """Whether each record holds anything."""
        return np.diff(self.starts) > 0

    def mapped(self, values: list[str | None]) -> Bag:
        """The bag of another text for each distinct value."""
        codes, others = encode(pa.array(values, type=pa.string()))
        return Bag.coded(self.record, np.append(codes, MISSING)[self.codes], others, n=len(self.starts) - 1)

    def holders(self, people: Ints) -> Ints:
        """How many different `people` codes hold each distinct value (int64, shape of `values`)."""
        size = int(people.max(initial=0)) + 2
        each = distinct(self.codes * size + people[self.record] + 1)
        return np.bincount(each // size, minlength=len(self.values)).astype(np.int64)


def crossed(bag_starts: Ints, left: Ints, right: Ints, *, most: int = 400_000_000) -> tuple[Ints, Ints, Ints]:
    """Every combination of a left entry and a right entry for each pair of records.

    Returns (pair, left entry, right entry), int64 arrays of one length; `pair` counts up from 0. Raises MemoryError
    when there would be more than `most`, which only records with thousands of values each can cause.
    """
    n_left = bag_starts[left + 1] - bag_starts[left]
    n_right = bag_starts[right + 1] - bag_starts[right]
    n_both = n_left * n_right
    total = int(n_both.sum())
    if total > most:
        raise MemoryError(f"{total} combinations of values to compare; split the records that hold the most values")
    pair = np.repeat(np.arange(len(left)), n_both)
    within = np.arange(total) - np.repeat(np.cumsum(n_both) - n_both, n_both)
    wide = n_right[pair]
    return pair, bag_starts[left][pair] + within // wide, bag_starts[right][pair] + within % wide


def combined(*codes: Ints) -> Ints:
    """One int64 key for several code arrays; -1 where any is missing."""
    key = codes[0].copy()
    for other in codes[1:]:
        size = int(other.max(initial=0)) + 1
        if int(key.max(initial=0)) > 2**62 // max(size, 1):
            key = np.where(key >= 0, np.unique(key, return_inverse=True)[1], MISSING)
        key = np.where((key >= 0) & (other >= 0), key * size + other, MISSING)
    return key
