"""Whether texts are alike, asked for millions of pairs: refused in bulk by their letters, looked at one by one last.

A screen may let a pair through that is not alike; it never refuses one that is. What is left is looked at once for
each distinct pair of texts. Texts are not empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Ints
from crm_clean.link.texts import Letters, Texts

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
# Whether the texts of codes a[k] and b[k] are alike, for each k; the same for b and a.
Likeness = Callable[[Texts, Ints, Ints], Flags]

# Room for how floats are rounded, so that no screen refuses what lies on the very line.
_SLACK = 1e-6
# Jaro-Winkler adds for the same start only over this Jaro similarity, and this much a character.
_BOOSTED_AT, _BOOST = 0.7, 0.1


@dataclass(frozen=True)
class Bounds:
    """How alike text `a[k]` of one and text `b[k]` of another set of letters are at most; arrays in the order of k."""

    one: Letters
    other: Letters
    a: Ints
    b: Ints
    lengths: tuple[Counts, Counts]
    common: Counts  # marks that both texts bear

    @classmethod
    def of(cls, one: Letters, other: Letters, a: Ints, b: Ints) -> Bounds:
        common = np.bitwise_count(one.kinds[a] & other.kinds[b])
        common += np.bitwise_count(one.often[a] & other.often[b])
        return cls(one, other, a, b, (one.length[a], other.length[b]), common.astype(np.int32))

    @property
    def shorter(self) -> Counts:
        return np.minimum(*self.lengths)

    @property
    def longer(self) -> Counts:
        return np.maximum(*self.lengths)

    @property
    def edits(self) -> Counts:
        """How many edits (insert, delete, replace, transpose) lie between two texts at least.

        An edit gives one mark of each text at most to the other, and changes the length by one at most.
        """
        lacking = np.maximum(self.one.marks[self.a], self.other.marks[self.b]) - self.common
        edits: Counts = np.maximum(lacking, self.longer - self.shorter)
        return edits

    @property
    def jaro_winkler(self) -> Floats:
        """The Jaro-Winkler similarity at most: as if all characters in common stood in order."""
        long, wide = self.lengths
        # A mark that the other text lacks is a character without a fellow there.
        common = self.common + np.minimum(long - self.one.marks[self.a], wide - self.other.marks[self.b])
        jaro = (common / long + common / wide + 1.0) / 3.0
        unlike = self.one.start[self.a] ^ self.other.start[self.b]
        # The lowest bit that differs tells how many characters of 16 bits agree before it.
        same_start = np.bitwise_count((unlike & -unlike) - np.uint64(1)) // np.uint8(16)
        most: Floats = np.where(jaro + _SLACK >= _BOOSTED_AT, jaro + same_start * _BOOST * (1.0 - jaro), jaro)
        return most + _SLACK


def once(a: Ints, b: Ints, size: int, tell: Callable[[Ints, Ints], npt.NDArray[np.int8]]) -> npt.NDArray[np.int8]:
    """What `tell` says of codes a[k] and b[k] (b under `size`), asked once for each distinct two."""
    distinct, place = np.unique(a * max(size, 1) + b, return_inverse=True)
    return tell(*np.divmod(distinct, max(size, 1)))[place]


def screened(texts: Texts, a: Ints, b: Ints, may: Flags, tell: Callable[[list[str], list[str]], Flags]) -> Flags:
    """Whether `tell` says so of the texts of codes a[k] and b[k]; it is asked only where they `may` be alike."""
    found = np.zeros(len(a), dtype=bool)
    at = np.flatnonzero(may)
    small, large = np.minimum(a[at], b[at]), np.maximum(a[at], b[at])
    found[at] = once(small, large, len(texts), lambda one, two: tell(texts.take(one), texts.take(two)).view(np.int8))
    return found
