"""Dates of a fixed layout, read as matrices of their characters: ISO in its many endings, and `18/06/2026 17:32:05`.

A layout is written with a letter for each digit of a part: Y M D (or A B where the order is the column's), h m s, f for
parts of a second, z w for the hours and minutes of an offset. `T` may be a blank, `+` a minus, `/` a dot or a dash.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ENDS = ("", "Z", ".fff", ".fffZ", ".ffffff", ".ffffffZ", "+zz:ww", "+zzww", ".fff+zzww", ".fff+zz:ww", ".ffffff+zz:ww")
_LAYOUTS = (
    "YYYY-MM-DD", "YYYY-MM-DDThh:mm", *(f"YYYY-MM-DDThh:mm:ss{end}" for end in _ENDS),
    "AA/BB/YYYY", "AA/BB/YYYYThh:mm", "AA/BB/YYYYThh:mm:ss",
)  # fmt: skip
_SIGNS = {"T": b"T ", "+": b"+-", "/": b"./-"}
_MOST = {"h": 23, "m": 59, "s": 59, "z": 23, "w": 59}

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Matrix = np.ndarray[Any, np.dtype[np.uint8]]


class Parts:
    """Parts of dates as columns of figures; a part that a layout does not have is 0."""

    def __init__(self, where: Ints, figures: dict[str, Ints], east: Ints) -> None:
        self.where, self._figures, self.east = where, figures, east

    def __getitem__(self, letter: str) -> Ints:
        return self._figures.get(letter, np.zeros(len(self.where), np.int64))

    @property
    def has_order(self) -> bool:
        """Whether the layout itself tells day from month."""
        return "D" in self._figures


def take_apart(texts: pa.Array) -> list[Parts]:
    """The parts of those of `texts` that have a layout, layout by layout. `where` is their place, `east` the minutes
    of their zone east of UTC, `f` microseconds. Figures over what a clock can show are left out."""
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    found = []
    for length in np.unique(lengths):
        layouts = [layout for layout in _LAYOUTS if len(layout) == length]
        if not layouts:
            continue
        where = np.flatnonzero(lengths == length)
        matrix = _matrix(texts if len(where) == len(texts) else texts.take(pa.array(where)), int(length))
        for layout in layouts:
            fits = _fits(matrix, layout)
            if fits.any():
                found.append(_parts(matrix[fits], layout, where[fits]))
    return found


def _matrix(texts: pa.Array, length: int) -> Matrix:
    """The characters of texts that are all `length` bytes long, a row for each."""
    flat = pa.concat_arrays([texts])
    data = flat.buffers()[2]
    start = flat.offset * length if flat.offset else 0
    return np.frombuffer(data, np.uint8)[start : start + len(flat) * length].reshape(len(flat), length)


def _fits(matrix: Matrix, layout: str) -> Bools:
    fits = np.ones(len(matrix), dtype=bool)
    for place, letter in enumerate(layout):
        column = matrix[:, place]
        if letter.isalpha() and letter not in "TZ":
            fits &= (column >= 48) & (column <= 57)
        else:
            allowed = _SIGNS.get(letter, letter.encode())
            fits &= np.isin(column, np.frombuffer(allowed, np.uint8)) if len(allowed) > 1 else column == allowed[0]
    return fits & (matrix[:, 2] == matrix[:, 5]) if layout.startswith("AA/") else fits


def _parts(matrix: Matrix, layout: str, where: Ints) -> Parts:
    figures: dict[str, Ints] = {}
    for letter in dict.fromkeys(c for c in layout if c.isalpha() and c not in "TZ"):
        places = [place for place, c in enumerate(layout) if c == letter]
        powers = 10 ** np.arange(len(places) - 1, -1, -1)
        figures[letter] = (matrix[:, places].astype(np.int64) - 48) @ powers
    if "f" in figures:
        figures["f"] = figures["f"] * 10 ** (6 - layout.count("f"))
    east = np.zeros(len(where), np.int64)
    if "z" in figures:
        sign = np.where(matrix[:, layout.index("+")] == ord("-"), -1, 1)
        east = sign * (figures["z"] * 60 + figures["w"])
    good = np.ones(len(where), dtype=bool)
    for letter, most in _MOST.items():
        if letter in figures:
            good &= figures[letter] <= most
    return Parts(where[good], {letter: figure[good] for letter, figure in figures.items()}, east[good])
