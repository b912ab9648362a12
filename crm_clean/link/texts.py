"""Distinct texts, and what their letters say before any two are compared.

`Letters` sums up each text in a few integers, from which `compare.likeness` tells in bulk that two texts cannot be
alike. Texts are made into Python strings only where somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint64]
Made = TypeVar("Made")

# Bytes of text whose letters are looked at together.
_AT_ONCE = 1 << 22
_LETTERS, _DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
# The letters whose repetitions tell most, how often each is told, and how many characters are counted in one integer.
_COMMON, _TIMES, _PIECE = "aeinrolsmt", (2, 3, 4), 63
_WIDTH = _PIECE.bit_length()
_ASCII = 128
_OTHER_SCRIPTS = 64
_START = 4


def _kind_table() -> Marks:
    """The bit of each kind of character: one a letter or digit, some for other scripts, some for all the rest."""
    table = np.zeros(_ASCII + _OTHER_SCRIPTS, dtype=np.uint64)
    known = _LETTERS + _DIGITS
    for char in range(1, len(table)):
        if char >= _ASCII:
            bit = len(known) + char % 20
        else:
            bit = known.index(chr(char)) if chr(char) in known else 56 + char % 8
        table[char] = 1 << bit
    return table


def _count_table() -> Marks:
    """A counter of its own for each common letter, side by side in one integer."""
    table = np.zeros(_ASCII + _OTHER_SCRIPTS, dtype=np.uint64)
    for place, letter in enumerate(_COMMON):
        table[ord(letter)] = 1 << (_WIDTH * place)
    return table


_KIND, _COUNT = _kind_table(), _count_table()


@dataclass(frozen=True)
class Letters:
    """What each text is made of; arrays in the order of the texts.

    `length` in characters; `kinds` one bit for each kind of character that occurs; `often` one bit for each further
    time that a common letter occurs; `marks` how many bits these are; `start` the first four characters, 16 bits each.
    """

    length: Counts
    marks: Counts
    kinds: Marks
    often: Marks
    start: Marks

    @classmethod
    def of(cls, array: pa.StringArray) -> Letters:
        """The letters of an array of texts, none missing."""
        length = pc.utf8_length(array).to_numpy(zero_copy_only=False).astype(np.int32)
        kinds, often, start = (np.zeros(len(array), dtype=np.uint64) for _ in range(3))
        for rows, chars in _in_blocks(array):
            here = length[rows].astype(np.int64)
            begins = np.cumsum(here) - here
            kinds[rows] = np.where(here > 0, np.bitwise_or.reduceat(_KIND[chars], begins), 0)
            often[rows] = np.where(here > 0, _repetitions(chars, begins, here), 0)
            start[rows] = _starts(chars, begins, here)
        marks = np.bitwise_count(kinds).astype(np.int32) + np.bitwise_count(often)
        return cls(length, marks, kinds, often, start)


def _in_blocks(array: pa.StringArray) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
    """Rows and their characters, some megabytes at once; characters beyond ASCII are told apart roughly."""
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int32)[array.offset : array.offset + len(array) + 1]
    held = array.buffers()[2]
    text = np.frombuffer(held, dtype=np.uint8) if held is not None else np.empty(0, dtype=np.uint8)
    begin = 0
    while begin < len(array):
        end = int(np.searchsorted(offsets, offsets[begin] + _AT_ONCE, side="right")) - 1
        end = min(max(end, begin + 1), len(array))
        chars = text[offsets[begin] : offsets[end]]
        if len(chars) and chars.max() >= _ASCII:
            points = np.frombuffer(chars.tobytes().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
            chars = np.where(points < _ASCII, points, _ASCII + points % _OTHER_SCRIPTS).astype(np.uint8)
        yield slice(begin, end), np.append(chars, np.uint8(0))
        begin = end


def _repetitions(chars: npt.NDArray[Any], begins: Ints, length: Ints) -> Marks:
    """Bits that say of each common letter whether it occurs twice, three times, four times."""
    pieces = np.maximum(-(-length // _PIECE), 1)  # a counter holds no more
    first = np.cumsum(pieces) - pieces
    within = np.arange(pieces.sum()) - np.repeat(first, pieces)
    counts = np.add.reduceat(_COUNT[chars], np.repeat(begins, pieces) + within * _PIECE)
    found = np.zeros(len(begins), dtype=np.uint64)
    for place in range(len(_COMMON)):
        times = np.add.reduceat((counts >> np.uint64(_WIDTH * place)) & np.uint64(_PIECE), first)
        for rank, least in enumerate(_TIMES):
            found |= (times >= least).astype(np.uint64) << np.uint64(place * len(_TIMES) + rank)
    return found


def _starts(chars: npt.NDArray[Any], begins: Ints, length: Ints) -> Marks:
    start = np.zeros(len(begins), dtype=np.uint64)
    for place in range(_START):
        char = np.where(length > place, chars[np.minimum(begins + place, len(chars) - 1)], 0)
        start |= char.astype(np.uint64) << np.uint64(16 * place)
    return start


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts by their code: `array[code]`, none missing. What is made of them is kept."""

    array: pa.StringArray
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)
    _making: RLock = field(default_factory=RLock, repr=False)

    def __len__(self) -> int:
        return len(self.array)

    def __reduce__(self) -> tuple[type[Texts], tuple[pa.StringArray]]:
        """Other processes are handed the texts alone."""
        return Texts, (self.array,)

    @classmethod
    def of(cls, values: list[str]) -> Texts:
        """Texts from strings."""
        return cls(pa.array(values, type=pa.string()))

    @cached_property
    def values(self) -> list[str]:
        """All texts as strings."""
        listed: list[str] = self.array.to_numpy(zero_copy_only=False).tolist()
        return listed

    def take(self, codes: Ints) -> list[str]:
        """The texts of some codes as strings."""
        taken: list[str] = self.array.take(pa.array(codes)).to_numpy(zero_copy_only=False).tolist()
        return taken

    @property
    def letters(self) -> Letters:
        return self.made(_letters)

    def made(self, make: Callable[[Texts], Made]) -> Made:
        """What `make` makes of these texts; made once."""
        with self._making:  # threads that need the same wait for the first
            if make not in self._made:
                self._made[make] = make(self)
        made: Made = self._made[make]
        return made


def _letters(texts: Texts) -> Letters:
    return Letters.of(texts.array)
