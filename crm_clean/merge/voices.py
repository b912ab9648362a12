"""How many records bear a value, everybody asked: those that are merged and those that stand besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.groups import IntArray
from crm_clean.text import squeeze

_SMALL = bytes(ord(chr(code).lower()) if code < 128 else code for code in range(256))
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")


def text_key(value: str) -> str:
    """The comparison key of a text: folded, without blanks; the text itself where nothing is left of it."""
    return squeeze(value) or value


def text_keys(values: Sequence[str]) -> list[str]:
    """`text_key` of each value. Plain ones are folded at a time, line by line, in one go."""
    plain = "\n".join(values)
    if plain.isascii():
        keys = plain.encode().translate(_SMALL, _BETWEEN).decode().split("\n")
        if len(keys) == len(values):
            return [key or value for key, value in zip(keys, values, strict=True)]
        return [text_key(value) for value in values]
    if len(values) == 1:
        return [text_key(values[0])]
    is_plain = [value.isascii() for value in values]
    found = iter(text_keys([value for value, plainly in zip(values, is_plain, strict=True) if plainly]))
    return [next(found) if plainly else text_key(value) for value, plainly in zip(values, is_plain, strict=True)]


class Voices:
    """The values of one field that anybody gives, counted when first asked for."""

    def __init__(self, values: Callable[[], Sequence[pa.Array]], *, is_exact: bool = False) -> None:
        self._values, self._is_exact = values, is_exact

    @cached_property
    def _counted(self) -> tuple[pa.Array, IntArray]:
        parts = [pc.value_counts(array.drop_null().cast(pa.large_string())) for array in self._values()]
        words = pa.concat_arrays([part.field("values") for part in parts])
        counts = np.concatenate([part.field("counts").to_numpy() for part in parts])
        return words, counts

    @cached_property
    def _keys(self) -> pa.Array:
        words, _ = self._counted
        return words if self._is_exact else pa.array(text_keys(words.to_pylist()), pa.large_string())

    def bearers(self, keys: Sequence[str]) -> IntArray:
        """Records per key."""
        return self._sums(self._keys, pa.array(keys, pa.large_string()))

    def used(self, values: pa.Array) -> IntArray:
        """Records per value, written just so."""
        return self._sums(self._counted[0], values.cast(pa.large_string()))

    def _sums(self, told: pa.Array, asked: pa.Array) -> IntArray:
        place = pc.index_in(told, value_set=asked).fill_null(len(asked)).to_numpy(zero_copy_only=False)
        return np.bincount(place, weights=self._counted[1], minlength=len(asked) + 1)[:-1].astype(np.int64)
