"""Arrow string columns: the few moves that building a million rows needs.

A column is an Arrow array of text without nulls; "" is missing, as in the files. Masks and indices are numpy arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column = Any  # pyarrow.StringArray: pyarrow carries no types
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Rng = np.random.Generator


def column(values: object) -> Column:
    """A column of the given texts."""
    return pa.array(values, pa.string())


def blank(n: int) -> Column:
    """A column of `n` missing values."""
    return constant("", n)


def constant(text: str, n: int) -> Column:
    """A column that says the same `n` times."""
    return pa.repeat(pa.scalar(text), n)


def numbers(values: Ints) -> Column:
    """Integers as text."""
    return pa.array(values).cast(pa.string())


def take(values: Column, index: Ints) -> Column:
    """The values at `index`; missing where it is negative."""
    return values.take(pa.array(index, mask=index < 0)).fill_null("")


def join(*parts: Column | str, sep: str = "") -> Column:
    """The parts side by side."""
    return pc.binary_join_element_wise(*parts, sep)


def join_filled(*parts: Column, sep: str) -> Column:
    """The parts that are not missing, side by side.

    Not by `null_handling="skip"`, which loses the rows where every part is null.
    """
    whole = parts[0]
    for part in parts[1:]:
        between = where(filled(whole) & filled(part), sep, "")
        whole = pc.binary_join_element_wise(whole, between, part, "")
    return whole


def where(mask: Mask, yes: Column | str, no: Column | str) -> Column:
    """`yes` where the mask holds, `no` elsewhere."""
    return pc.if_else(pa.array(mask), yes, no)


def keep(values: Column, mask: Mask) -> Column:
    """The values where the mask holds, missing elsewhere."""
    return where(mask, values, "")


def put(values: Column, mask: Mask, new: Column) -> Column:
    """`values` with the masked ones replaced, in order, by `new`, which is as long as the mask has hits."""
    return pc.replace_with_mask(values, pa.array(mask), new) if len(new) else values


def filled(values: Column) -> Mask:
    """Where there is a value."""
    hits: Mask = pc.not_equal(values, "").to_numpy(zero_copy_only=False)
    return hits


def lengths(values: Column) -> Ints:
    """Characters of each value."""
    return np.asarray(pc.utf8_length(values).to_numpy(zero_copy_only=False), dtype=np.int64)


def edit(values: Column, mask: Mask, change: Callable[[str, int], str], rng: Rng) -> Column:
    """`values` with the masked ones changed one by one; `change` is given a value and a random 30-bit number.

    For the few per cent that are damaged: everything else goes column by column.
    """
    hit = mask & filled(values)
    old = values.filter(pa.array(hit)).to_pylist()
    draws = rng.integers(0, 1 << 30, len(old)).tolist()
    return put(values, hit, column([change(text, draw) for text, draw in zip(old, draws, strict=True)]))


def by_group(groups: Ints, make: Callable[[int, Ints], Column]) -> Column:
    """One column from `make(group, rows)` of each group, back in row order."""
    if not len(groups):
        return blank(0)
    order = np.argsort(groups, kind="stable")
    names, starts = np.unique(groups[order], return_index=True)
    parts = np.split(order, starts[1:])
    made = [_flat(make(int(name), rows)) for name, rows in zip(names, parts, strict=True)]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(made).take(pa.array(back))


def _flat(values: Column) -> Column:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def chance(rng: Rng, n: int, share: float) -> Mask:
    """A mask that holds for about `share` of `n` rows."""
    return rng.random(n) < share
