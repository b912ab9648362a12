"""Numbers that are nobody's: typed to get past a form, or kept in a system to fill a cell that must not be empty.

One digit over and over and runs up or down are known by their shape; the others stand in phones.toml, with their
country code or as they are written. A run of seven digits at the end of a real number turns up once in ten million
numbers, far less often than somebody types one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons

_UP, _DOWN = "0123456789012345678901234567890", "9876543210987654321098765432109"
_RUN = 7  # digits from which a run at the end of a number is no chance
_GUESS, _SHORT = 6, 8  # the same for what is no valid number anyway, and is as short as this
TAIL = 4


class Fillers(NamedTuple):
    """The numbers that stand for nothing, and what those begin with that may end in any digits.

    `lengths` are the pairs of such a beginning and the length of the whole. `tails` are the last TAIL digits of all
    other numbers and `heads` the first `head` digits of those beginnings: what has neither need not be looked at.
    """

    numbers: frozenset[str]
    starts: tuple[str, ...]
    lengths: frozenset[tuple[str, int]]
    tails: frozenset[str]
    heads: frozenset[str]
    head: int

    def has(self, written: str, *, whole: str | None = None, national: str | None = None, is_valid: bool) -> bool:
        """Whether a number is nobody's: its digits as `written`, with country code, and those after the code."""
        least = _GUESS if not is_valid and len(national or written) <= _SHORT else _RUN
        return (
            self._lists(written)
            or (whole is not None and self._lists(whole))
            or _is_filler(written, least)
            or (national is not None and _is_filler(national, least))
        )

    def may_have(self, digits: str) -> bool:
        """Whether `has` is worth asking about a valid number, given with its country code; costs next to nothing."""
        return digits[-TAIL:] in self.tails or digits[: self.head] in self.heads

    def _lists(self, digits: str) -> bool:
        if digits in self.numbers:
            return True
        return digits[: self.head] in self.heads and any(
            (start, len(digits)) in self.lengths for start in self.starts if digits.startswith(start)
        )


def _is_filler(digits: str, least: int) -> bool:
    """Whether `digits` are one digit over and over, a run, or end in a run of `least`."""
    if len(digits) < least:
        return len(digits) >= 3 and len(set(digits)) == 1
    return digits in _UP or digits in _DOWN or digits[-least:] in _runs(least)


@lru_cache(maxsize=4)
def _runs(n: int) -> frozenset[str]:
    """Runs of `n` digits: one digit, up to 9 or on to 0, down to 0."""
    up, down = "01234567890", "9876543210"
    return frozenset(str(d) * n for d in range(10)) | {s[i : i + n] for s in (up, down) for i in range(len(s) - n + 1)}


@lru_cache(maxsize=4)
def fillers(words: Lexicons) -> Fillers:
    """The fillers of `words`, made once."""
    entries = {re.sub(r"[^0-9x]", "", entry) for entry in words.sets["phones.placeholders"]}
    open_ended = {(entry.rstrip("x"), len(entry)) for entry in entries if entry.endswith("x")}
    numbers = frozenset(entry for entry in entries if entry.isdecimal())
    endless = {s[i : i + TAIL] for s in (_UP, _DOWN) for i in range(10)} | {str(d) * TAIL for d in range(10)}
    starts = tuple(sorted({start for start, _ in open_ended} - {""})) or ("none",)
    head = min(map(len, starts))
    return Fillers(
        numbers=numbers,
        starts=starts,
        lengths=frozenset(open_ended),
        tails=frozenset(number[-TAIL:] for number in numbers) | endless,
        heads=frozenset(start[:head] for start in starts),
        head=head,
    )
