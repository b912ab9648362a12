"""What a comparison is, and how values that a record holds several of are compared.

A comparison has levels in words from the strongest to the weakest. Level 0 is `null`: one side says nothing, which is
neutral. Of several values the best combination counts; likeness is computed once for each distinct pair of values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Bag, Ints, crossed
from crm_clean.link.people import People

Levels = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Likeness = Callable[[list[str], list[str]], Flags]

NULL = 0
# A mailbox or a phone that this many different people hold belongs to none of them.
MANY_PEOPLE = 4
# Levels of one bag of values.
SAME, ALIKE, DIFFERENT = 1, 2, 3
_UNSEEN = 127


@dataclass(frozen=True)
class Compared:
    """Levels of one comparison for all pairs (int8), and how many people hold the value agreed on (0 where none)."""

    levels: Levels
    shared_by: Ints | None = None

    def at(self, pairs: Ints) -> Compared:
        """The same for some of the pairs, given by position."""
        return Compared(self.levels[pairs], None if self.shared_by is None else self.shared_by[pairs])


@dataclass(frozen=True)
class Comparison:
    """One comparison: `levels` in words, strongest first; code k + 1 in `Compared.levels` is `levels[k]`.

    `likely` and `chance` are what the model believes, before it sees data, of how often a level occurs among pairs
    that are one person and among random pairs that are not; they sum to 1 over the levels. `by_value` names the
    levels that agree on a value, to be weighed by how many people share it; `neutral` those that say nothing.
    """

    name: str
    levels: tuple[str, ...]
    likely: tuple[float, ...]
    chance: tuple[float, ...]
    compare: Callable[[People, Ints, Ints], Compared]
    by_value: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()

    def code(self, level: str) -> int:
        """The code of a level; 0 for `null`."""
        return NULL if level == "null" else self.levels.index(level) + 1


def best(levels: Levels, pair: Ints, *, n: int) -> Levels:
    """The strongest level (lowest code but 0) of each of `n` pairs over its combinations; 0 where there is none."""
    out = np.full(n, _UNSEEN, dtype=np.int8)
    np.minimum.at(out, pair, np.where(levels == NULL, _UNSEEN, levels).astype(np.int8))
    out[out == _UNSEEN] = NULL
    return out


def alike(values: list[str], a: Ints, b: Ints, like: Likeness) -> Flags:
    """Whether the values of codes `a` and `b` are alike by `like`, which sees each distinct pair once."""
    key = np.minimum(a, b) * max(len(values), 1) + np.maximum(a, b)
    distinct, place = np.unique(key, return_inverse=True)
    one, two = np.divmod(distinct, max(len(values), 1))
    texts = np.array(values, dtype=object)
    found: Flags = like(texts[one].tolist(), texts[two].tolist())[place]
    return found


def fewest_holders(bag: Bag, people: People, left: Ints, right: Ints) -> Ints:
    """How many people hold the rarest value that the records of each pair have in common; 0 where there is none."""
    pair, i, j = crossed(bag.starts, left, right)
    common = bag.codes[i] == bag.codes[j]
    most = np.iinfo(np.int64).max
    out = np.full(len(left), most, dtype=np.int64)
    np.minimum.at(out, pair[common], people.holders(bag)[bag.codes[i[common]]])
    out[out == most] = 0
    return out


def bag_levels(bag: Bag, left: Ints, right: Ints, *, like: Likeness | None = None) -> Levels:
    """SAME, ALIKE (when `like` is given), DIFFERENT or NULL: the best over all combinations of values."""
    pair, i, j = crossed(bag.starts, left, right)
    a, b = bag.codes[i], bag.codes[j]
    levels = np.full(len(pair), DIFFERENT, dtype=np.int8)
    same = a == b
    levels[same] = SAME
    if like is not None:
        rest = np.flatnonzero(~same)
        levels[rest[alike(bag.values, a[rest], b[rest], like)]] = ALIKE
    return best(levels, pair, n=len(left))


def share_rare(bag: Bag, people: People, left: Ints, right: Ints, *, below: int) -> Flags:
    """Whether the records of each pair have a value in common that fewer than `below` people hold."""
    held = fewest_holders(bag, people, left, right)
    rare: Flags = (held > 0) & (held < below)
    return rare
