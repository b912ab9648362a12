"""One seeded source of chance for a made-up table, with the slips people make when they type."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import accumulate
from string import ascii_lowercase
from typing import Generic, TypeVar

Value = TypeVar("Value")
NEIGHBOURS = {
    **{"a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk"},
    **{"k": "jl", "l": "ko", "m": "n", "n": "bm", "o": "ip", "p": "ol", "q": "wa", "r": "et", "s": "ad", "t": "ry"},
    **{"u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xa"},
}


class Weighted(Generic[Value]):
    """Values and how often each comes: the value of rank r in proportion to 1 / (r + flat) ** steep."""

    def __init__(self, values: Sequence[Value], *, flat: float, steep: float = 1.0) -> None:
        self.values = list(values)
        self.sums = list(accumulate(1 / (rank + flat) ** steep for rank in range(1, len(self.values) + 1)))


class Dice(random.Random):
    """`random.Random` with the throws that tables need; equal seeds make equal tables."""

    def chance(self, share: float) -> bool:
        return self.random() < share

    def one(self, values: Sequence[Value]) -> Value:
        return values[int(self.random() * len(values))]

    def common(self, weighted: Weighted[Value]) -> Value:
        """A value, the frequent ones more often."""
        return self.choices(weighted.values, cum_weights=weighted.sums)[0]

    def slip(self, text: str) -> str:
        """`text` as mistyped once: letters swapped, left out, doubled or hit beside; texts under three stay."""
        if len(text) < 3:
            return text
        at, kind = self.randrange(1, len(text)), self.random()
        if kind < 0.25:
            return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
        if kind < 0.5:
            return text[:at] + text[at + 1 :]
        if kind < 0.65:
            return text[:at] + text[at - 1 :]
        hit = self.one(NEIGHBOURS.get(text[at].lower(), ascii_lowercase))
        return text[:at] + hit + text[at + (kind < 0.85) :]

    def digit_slip(self, text: str) -> str:
        """`text` with one of its digits wrong, or two neighbours swapped; a text without digits stays."""
        places = [i for i, sign in enumerate(text) if sign.isdigit()]
        if not places:
            return text
        at = self.one(places)
        if self.chance(0.3) and at + 1 in places:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + str((int(text[at]) + self.randrange(1, 10)) % 10) + text[at + 1 :]
