"""A column as integer codes, with a comparison key per distinct value.

Work on text is done once per distinct value; rows carry numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.voices import Voices, text_keys
from crm_clean.records.table import Table

# UTF-8 read as cp1252, or letters that an encoding could not hold.
_GARBLED = re.compile("\u00c3[\u0080-\u00bf]|\u00e2\u20ac|\ufffd|\\?")

# What people type where they have nothing to say, as `squeeze` leaves it.
_EMPTY_WORDS = frozenset(
    ("na", "none", "null", "nil", "unknown", "unbekannt", "inconnu", "desconocido", "test", "tbd", "tba",
     "notavailable", "notprovided", "noname", "x", "xx", "xxx")
)  # fmt: skip


def arrow(table: Table, given: pd.DataFrame | pa.Table) -> pa.Table:
    """`given` as an Arrow table, whichever it is; a frame is checked."""
    return given if isinstance(given, pa.Table) else table.to_arrow(table.check(given))


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


def codes(values: pa.Array) -> tuple[IntArray, pa.Array]:
    """Number of each value, by first appearance, NONE where missing; and the values by number."""
    encoded = values.dictionary_encode()
    return encoded.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def taken(values: pa.Array, rows: IntArray) -> pa.Array:
    """`values` at `rows`; missing where the row is NONE."""
    if values.null_count == len(values):
        return pa.nulls(len(rows), values.type)
    return values.take(pa.array(rows, mask=rows == NONE))


def is_there(values: pa.Array) -> BoolArray:
    """Where a value is not missing."""
    return np.asarray(pc.is_valid(values).to_numpy(zero_copy_only=False), dtype=bool)


def is_true(flags: pa.Array) -> BoolArray:
    """Where a flag is true."""
    return np.asarray(flags.fill_null(False).to_numpy(zero_copy_only=False), dtype=bool)


def put(values: pa.Array, at: IntArray, new: pa.Array) -> pa.Array:
    """`values` with `new` in the rows `at`, each named once."""
    if not len(at):
        return values
    mask = np.zeros(len(values), dtype=bool)
    mask[at] = True
    ordered = new.take(pa.array(np.argsort(at, kind="stable"))).cast(values.type)
    return pc.replace_with_mask(values, pa.array(mask), ordered)


def joined(parts: Sequence[pa.Array], separator: str) -> pa.Array:
    """The parts that are not missing, row by row, with `separator` between them; missing where all are."""
    line = parts[0].cast(pa.large_string())
    for part in parts[1:]:
        more = part.cast(pa.large_string())
        both = pc.binary_join_element_wise(line, more, pa.scalar(separator, pa.large_string()))
        line = pc.coalesce(both, line, more)
    return line


@dataclass(frozen=True, eq=False)
class Column:
    """`code`: number of each row's value in `words`, NONE where missing.

    `is_exact`: two values are the same only when they are equal; else when their keys are. `voices`: who else says so.
    """

    code: IntArray
    words: pa.Array
    is_exact: bool = False
    voices: Voices | None = None

    @classmethod
    def of(cls, values: pa.Array, *, is_exact: bool = False, voices: Voices | None = None) -> Column:
        """A text column; the codes say nothing about order."""
        return cls(*codes(values), is_exact, voices)

    def at(self, rows: IntArray) -> Column:
        """The column as if it had values in `rows` alone: keys are made for those only."""
        used, back = np.unique(self.code[rows], return_inverse=True)
        missing = int(len(used) > 0 and used[0] == NONE)
        code = np.full(len(self.code), NONE, np.int64)
        code[rows] = back - missing
        return Column(code, self.words.take(pa.array(used[missing:])), self.is_exact, self.voices)

    @cached_property
    def distinct(self) -> list[str]:
        """The values by number."""
        words: list[str] = self.words.to_pylist()
        return words

    @cached_property
    def _keys(self) -> tuple[IntArray, list[str]]:
        keyed = self.distinct if self.is_exact else text_keys(self.distinct)
        numbers: dict[str, int] = {}
        of_code = [numbers.setdefault(key, len(numbers)) for key in keyed]
        return np.array([*of_code, NONE], dtype=np.int64), list(numbers)

    @cached_property
    def key(self) -> IntArray:
        """Number of the key of each row's value, NONE where missing."""
        return self._keys[0][self.code]

    @property
    def key_text(self) -> list[str]:
        """The keys themselves, by number."""
        return self._keys[1]

    def bearers(self, keys: IntArray) -> IntArray:
        """How many records say each of `keys`, everybody asked."""
        if self.voices is None:
            return np.zeros(len(keys), np.int64)
        which, back = np.unique(keys, return_inverse=True)
        return self.voices.bearers([self.key_text[key] for key in which])[back]

    def used(self, rows: IntArray) -> IntArray:
        """How many records write the value of each of `rows` (none missing) just so, everybody asked."""
        if self.voices is None or not len(rows):
            return np.zeros(len(rows), np.int64)
        which, back = np.unique(self.code[rows], return_inverse=True)
        return self.voices.used(self.words.take(pa.array(which)))[back]

    @cached_property
    def says_nothing(self) -> BoolArray:
        """Whether each row's value is a word for "nothing"."""
        of_key = np.array([text in _EMPTY_WORDS for text in self.key_text] + [False])
        return np.asarray(of_key[self.key])

    def measure(self, rows: IntArray, of_value: Callable[[str], int]) -> IntArray:
        """`of_value` of the value in each of `rows` (none missing), computed once per distinct value."""
        which, back = np.unique(self.code[rows], return_inverse=True)
        return np.array([of_value(self.distinct[code]) for code in which], dtype=np.int64)[back]

    def measure_or(self, rows: IntArray, of_value: Callable[[str], int], *, missing: int) -> IntArray:
        """`measure`, and `missing` for rows that have no value."""
        result = np.full(len(rows), missing, np.int64)
        said = self.code[rows] != NONE
        result[said] = self.measure(rows[said], of_value)
        return result


def each(function: Callable[[str], pa.Array], names: Sequence[str]) -> dict[str, pa.Array]:
    """`function` of each name, two at a time: Arrow lets others work meanwhile."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(function, names), strict=True))


def objects(values: Sequence[str | None]) -> npt.NDArray[np.object_]:
    """Texts as an array that can be picked from."""
    return np.array([*values, None], dtype=object)[:-1]


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
