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
_GUESS = 6  # the same for what is no valid number anyway
_TAIL = 4


class Fillers(NamedTuple):
    """The numbers that stand for nothing, and what those begin with that may end in any digits.

    `lengths` are the pairs of such a beginning and the length of the whole; `tails` the last digits of all other
    numbers: what ends otherwise need not be looked at.
    """

    numbers: frozenset[str]
    starts: tuple[str, ...]
    lengths: frozenset[tuple[str, int]]
    tails: frozenset[str]

    def has(self, written: str, *, whole: str | None = None, national: str | None = None, is_valid: bool) -> bool:
        """Whether a number is nobody's: its digits as `written`, with country code, and those after the code."""
        least = _RUN if is_valid else _GUESS
        return (
            any(self._lists(form) for form in (written, whole) if form)
            or _is_filler(written, least)
            or bool(national and _is_filler(national, least))
        )

    def may_have(self, digits: str) -> bool:
        """Whether `has` is worth asking about a valid number, given with its country code; costs next to nothing."""
        return digits[-_TAIL:] in self.tails or digits.startswith(self.starts)

    def _lists(self, digits: str) -> bool:
        if digits in self.numbers:
            return True
        return digits.startswith(self.starts) and any(
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
    endless = {s[i : i + _TAIL] for s in (_UP, _DOWN) for i in range(10)} | {str(d) * _TAIL for d in range(10)}
    return Fillers(
        numbers=numbers,
        starts=tuple(sorted({start for start, _ in open_ended} - {""})) or ("none",),
        lengths=frozenset(open_ended),
        tails=frozenset(number[-_TAIL:] for number in numbers) | endless,
    )
