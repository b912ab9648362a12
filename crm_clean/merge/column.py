"""A column as integer codes, with a comparison key per distinct value.

Work on text is done once per distinct value; rows carry numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.records.table import Table
from crm_clean.text import squeeze

# UTF-8 read as cp1252, or letters that an encoding could not hold.
_GARBLED = re.compile("\u00c3[\u0080-\u00bf]|\u00e2\u20ac|\ufffd|\\?")

# What people type where they have nothing to say, as `squeeze` leaves it.
_EMPTY_WORDS = frozenset(
    ("na", "none", "null", "nil", "unknown", "unbekannt", "inconnu", "desconocido", "test", "tbd", "tba",
     "notavailable", "notprovided", "noname", "x", "xx", "xxx")
)  # fmt: skip


def arrow(table: Table, given: pd.DataFrame | pa.Table) -> pa.Table:
    """`given` as an Arrow table, whichever it is."""
    return given if isinstance(given, pa.Table) else table.to_arrow(given)


def whole(values: pd.Series[str] | pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one Arrow array; text is always large text, however it comes."""
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, from_pandas=True)
    if pa.types.is_string(array.type):
        array = array.cast(pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def positions(values: pa.Array, among: pa.Array) -> IntArray:
    """Where each of `values` stands in `among`, NONE where nowhere."""
    if not len(values) or values.equals(among):
        return np.arange(len(values))
    found = pc.index_in(values, value_set=among)
    return np.asarray(found.fill_null(NONE).to_numpy(zero_copy_only=False), dtype=np.int64)


def text_key(value: str) -> str:
    """The comparison key of a text: folded, without blanks; the text itself where nothing is left of it."""
    return squeeze(value) or value


@dataclass(frozen=True, eq=False)
class Column:
    """`code`: number of each row's value in `distinct`, NONE where missing. `keyed`: what makes two values the same."""

    code: IntArray
    distinct: Sequence[str]
    keyed: Callable[[str], str] = text_key

    @classmethod
    def of(cls, series: pd.Series[str], keyed: Callable[[str], str] = text_key) -> Column:
        """A text column; the codes say nothing about order."""
        encoded = whole(series).dictionary_encode()
        code = encoded.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64)
        return cls(code, encoded.dictionary.to_pylist(), keyed)

    def at(self, rows: IntArray) -> Column:
        """The column as if it had values in `rows` alone: keys are made for those only."""
        codes, back = np.unique(self.code[rows], return_inverse=True)
        code = np.full(len(self.code), NONE, np.int64)
        code[rows] = back
        return Column(code, [self.distinct[at] for at in codes], self.keyed)

    @cached_property
    def _keys(self) -> tuple[IntArray, list[str]]:
        numbers: dict[str, int] = {}
        of_code = [numbers.setdefault(self.keyed(value), len(numbers)) for value in self.distinct]
        return np.array([*of_code, NONE], dtype=np.int64), list(numbers)

    @cached_property
    def key(self) -> IntArray:
        """Number of the key of each row's value, NONE where missing."""
        return self._keys[0][self.code]

    @property
    def key_text(self) -> list[str]:
        """The keys themselves, by number."""
        return self._keys[1]

    @cached_property
    def used(self) -> IntArray:
        """Rows per value."""
        return np.bincount(self.code[self.code >= 0], minlength=len(self.distinct))

    @cached_property
    def bearers(self) -> IntArray:
        """Rows per key."""
        return np.bincount(self.key[self.key >= 0], minlength=len(self.key_text))

    @cached_property
    def says_nothing(self) -> BoolArray:
        """Whether each row's value is a word for "nothing"."""
        of_key = np.array([text in _EMPTY_WORDS for text in self.key_text] + [False])
        return np.asarray(of_key[self.key])

    def measure(self, rows: IntArray, of_value: Callable[[str], int]) -> IntArray:
        """`of_value` of the value in each of `rows` (none missing), computed once per distinct value."""
        codes, back = np.unique(self.code[rows], return_inverse=True)
        return np.array([of_value(self.distinct[code]) for code in codes], dtype=np.int64)[back]

    def measure_or(self, rows: IntArray, of_value: Callable[[str], int], *, missing: int) -> IntArray:
        """`measure`, and `missing` for rows that have no value."""
        result = np.full(len(rows), missing, np.int64)
        said = self.code[rows] != NONE
        result[said] = self.measure(rows[said], of_value)
        return result


def writing(value: str) -> int:
    """How badly a value is written: garbled, then in one case throughout, then without its accents or marks.

    A short word in capitals may be an acronym. Two writings of one key differ by case, marks and accents alone.
    """
    letters = [c for c in value if c.isalpha()]
    is_garbled = _GARBLED.search(value) is not None
    is_shouting = len(letters) > 4 and value.isupper()
    is_flat = value.islower()
    marks = sum(1 for c in value if not c.isascii() or c in "'-.&")
    return is_garbled * 1000 + (is_shouting + is_flat) * 100 - min(marks, 50)
