"""Text columns as integers: what blocking and comparison compute on.

`Column` holds one value a record, `Bag` holds any number. Codes follow the order of the texts, or, where sorting
would cost more than it says, the order in which records first show them; records are taken in the order of their
content, so that codes, and all that is computed from them, do not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.texts import Texts

Ints = npt.NDArray[np.int64]
MISSING = -1

Strings = (pa.Array, pa.ChunkedArray)
TextLike: TypeAlias = "pd.Series[str] | pa.Array | pa.ChunkedArray | Sequence[str | None]"


def strings(values: TextLike) -> pa.StringArray:
    """Texts as one Arrow array."""
    return one_array(values, pa.string())


def one_array(values: TextLike, kind: pa.DataType) -> pa.Array:
    """Values of one type as one Arrow array, without a copy where they are one."""
    array = values if isinstance(values, Strings) else pa.array(values, type=kind, from_pandas=True)
    if not isinstance(array, pa.ChunkedArray):
        return array
    return array.chunk(0) if array.num_chunks == 1 else array.combine_chunks()


def encode(values: TextLike, *, in_order: bool = True) -> tuple[Ints, Texts]:
    """Codes (int64, -1 where missing or empty) into the distinct texts.

    Codes follow the order of the texts; if not `in_order`, the order in which the texts first come.
    """
    coded = strings(values).dictionary_encode()
    dictionary = coded.dictionary
    kept = pc.not_equal(dictionary, "").to_numpy(zero_copy_only=False)
    order = pc.sort_indices(dictionary).to_numpy(zero_copy_only=False) if in_order else np.arange(len(dictionary))
    order = order[kept[order]]
    rank = np.full(len(dictionary) + 1, MISSING, dtype=np.int64)
    rank[order] = np.arange(len(order))
    codes = pc.fill_null(coded.indices, len(dictionary)).to_numpy(zero_copy_only=False)
    texts = dictionary if len(order) == len(dictionary) and not in_order else dictionary.take(pa.array(order))
    return rank[codes], Texts(texts)


def distinct(keys: Ints) -> Ints:
    """The distinct keys, none negative, sorted."""
    ordered = np.sort(keys)
    return ordered[np.diff(ordered, prepend=MISSING) > 0]


@dataclass(frozen=True)
class Column:
    """One value a record: `codes` (int64, shape n, -1 missing) into `texts`."""

    codes: Ints
    texts: Texts

    @classmethod
    def of(cls, values: TextLike, *, in_order: bool = True) -> Column:
        """A column of texts, one a record."""
        return cls(*encode(values, in_order=in_order))

    @property
    def values(self) -> list[str]:
        """The distinct texts."""
        return self.texts.values

    @property
    def size(self) -> int:
        return len(self.texts)

    @property
    def is_empty(self) -> bool:
        return not len(self.texts)

    @cached_property
    def counts(self) -> Ints:
        """Records per distinct value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=self.size).astype(np.int64)

    def holders(self, people: Ints) -> Ints:
        """How many different `people` codes say each distinct value (int64, shape of `texts`)."""
        there = np.flatnonzero(self.codes >= 0)
        return _holders(self.codes[there], people[there], size=self.size)

    def mapped(self, values: TextLike) -> Column:
        """The column of another text for each distinct value, such as its sound; None is missing."""
        codes, others = encode(values)
        return Column(np.append(codes, MISSING)[self.codes], others)


@dataclass(frozen=True)
class Bag:
    """Any number of values a record: entry k says that record `record[k]` holds `codes[k]`; sorted by record.

    `starts` (int64, shape n + 1) says where each record's entries begin.
    """

    record: Ints
    codes: Ints
    texts: Texts
    starts: Ints

    @classmethod
    def of(cls, record: Ints, values: TextLike, *, n: int, in_order: bool = True) -> Bag:
        """A bag over `n` records from parallel arrays; missing values and repeats within a record are left out."""
        codes, texts = encode(values, in_order=in_order)
        return cls.coded(record, codes, texts, n=n)

    @classmethod
    def coded(cls, record: Ints, codes: Ints, texts: Texts | list[str], *, n: int) -> Bag:
        """A bag from codes made before."""
        texts = Texts.of(texts) if isinstance(texts, list) else texts
        there = codes >= 0
        size = max(len(texts), 1)
        held, kept = np.divmod(distinct(record[there] * size + codes[there]), size)
        starts = np.zeros(n + 1, dtype=np.int64)
        np.cumsum(np.bincount(held, minlength=n), out=starts[1:])
        return cls(held, kept, texts, starts)

    @property
    def n(self) -> int:
        """How many records there are."""
        return len(self.starts) - 1

    @property
    def values(self) -> list[str]:
        """The distinct texts."""
        return self.texts.values

    @property
    def is_empty(self) -> bool:
        return not len(self.record)

    @cached_property
    def has(self) -> npt.NDArray[np.bool_]:
        """Whether each record holds anything."""
        return np.diff(self.starts) > 0

    @cached_property
    def several(self) -> npt.NDArray[np.bool_]:
        """Whether each record holds more than one value."""
        return np.diff(self.starts) > 1

    @cached_property
    def only(self) -> Ints:
        """The one value that each record holds; -1 where it holds none or several."""
        codes = np.full(self.n, MISSING, dtype=np.int64)
        alone = np.flatnonzero(np.diff(self.starts) == 1)
        codes[alone] = self.codes[self.starts[alone]]
        return codes

    def mapped(self, values: TextLike, *, in_order: bool = True) -> Bag:
        """The bag of another text for each distinct value."""
        codes, others = encode(values, in_order=in_order)
        return Bag.coded(self.record, np.append(codes, MISSING)[self.codes], others, n=self.n)

    def where(self, kept: npt.NDArray[np.bool_]) -> Bag:
        """The bag without those values that are not `kept` (one flag a distinct value)."""
        codes = np.where(kept, np.cumsum(kept) - 1, MISSING)
        return Bag.coded(self.record, codes[self.codes], Texts(self.texts.array.filter(pa.array(kept))), n=self.n)

    def holders(self, people: Ints) -> Ints:
        """How many different `people` codes hold each distinct value (int64, shape of `texts`)."""
        return _holders(self.codes, people[self.record], size=len(self.texts))


def _holders(codes: Ints, people: Ints, *, size: int) -> Ints:
    """How many different people each code comes with."""
    n_people = int(people.max(initial=0)) + 1
    each = distinct(codes * n_people + people)
    return np.bincount(each // n_people, minlength=size).astype(np.int64)


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
