"""How each file of each column writes day and month, decided from the whole of the column.

Only figures over twelve prove anything. Dots are counted apart, since they go with the day first even in files that
write slashes the other way. A file that proves both has no order: what could be either there is not guessed at. One
that proves nothing follows its other date columns, then its source's other files, then the habit of AM and PM, of
birthdays without a year, and of its region.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.distinct import over, rows
from crm_clean.normalise.moments.date_forms import Order
from crm_clean.normalise.moments.dates import has_no_year, vote
from crm_clean.normalise.workers import Workers

_UNDECIDED = r"^[^\pN\pL]*\pN{1,2}[^\pN\pL:]{1,4}\pN{1,2}([^\pN\pL:]|$)"
_DOTTED = r"^[^\pN\pL]*\pN{1,2}\s?\.\s?\pN"
_CLOCK = r"\d{1,2}:[\d:.]+"
_MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "VI", "AS", "MP", "FM", "PW", "MH"})
# A smaller share of values that prove the other order are slips.
_MIXED = 0.02
_NAMES = ("day_first", "month_first", "mixed")
_VOTE = pa.schema(dict.fromkeys(("day", "month", "is_dotted", "has_halves", "is_short"), pa.int64()))
Counts = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Files:
    """Which file each row stood in, and of each file the source and the region that its dates are read in."""

    of: np.ndarray[Any, Any]
    source: np.ndarray[Any, Any]
    region: tuple[str, ...]

    @classmethod
    def from_rows(cls, file_id: pd.Series[str], source: pd.Series[str], region: pd.Series[str]) -> Files:
        """From three columns of the records."""
        of, names = pd.factorize(file_id.fillna(""))
        first = np.zeros(len(names), dtype=np.int64)
        first[of[::-1]] = np.arange(len(of) - 1, -1, -1)
        sources, _ = pd.factorize(source.fillna(""))
        return cls(of, sources[first], tuple(region.fillna("").iloc[first]))

    def __len__(self) -> int:
        return len(self.region)


@dataclass(frozen=True)
class Votes:
    """What the values of one column say, by file: how many can only be read day first and month first, with slashes
    and the like and with dots; how many have AM or PM, and how many no year."""

    slashed: Counts
    dotted: Counts
    halves: Counts
    short: Counts

    def __add__(self, other: Votes) -> Votes:
        return Votes(*(mine + its for mine, its in zip(vars(self).values(), vars(other).values(), strict=True)))


def count_votes(raw: pa.Array, files: Files, *, workers: Workers) -> Votes:
    """The votes of a column."""
    n = len(files)
    nothing = np.zeros((n, 2), np.int64), np.zeros((n, 2), np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    said = pc.fill_null(pc.match_substring_regex(raw, _UNDECIDED), False)
    where = np.flatnonzero(said.to_numpy(zero_copy_only=False))
    if not len(where):
        return Votes(*nothing)
    bare = pc.replace_substring_regex(raw.take(pa.array(where)), _CLOCK, "")  # the same for all times of a day
    found = over(rows(_vote, _VOTE), [bare], workers=workers)
    day, month, dotted, halves, short = (found[name].to_numpy() for name in _VOTE.names)
    of = files.of[where]

    def summed(what: np.ndarray[Any, Any]) -> Counts:
        return np.bincount(of, what, n).astype(np.int64)

    slashed = np.stack([summed(day * (1 - dotted)), summed(month * (1 - dotted))], axis=1)
    with_dots = np.stack([summed(day * dotted), summed(month * dotted)], axis=1)
    return Votes(slashed, with_dots, summed(halves), summed(short))


def _vote(raw: str) -> tuple[int, int, int, int, int]:
    return (*vote(raw), int(has_no_year(raw)))


def decide(raw: pa.Array, votes: Votes, files: Files, *, sisters: Votes) -> pa.Array:
    """The order of each row: `day_first`, `month_first` or `mixed`. `sisters`: the votes of all columns together."""
    slashed = np.array([_slashed(at, votes, files, sisters) for at in range(len(files))], dtype=np.int64)
    dotted = np.array([_NAMES.index(_proven(v) or "day_first") for v in votes.dotted], dtype=np.int64)
    codes = slashed[files.of]
    if (slashed != dotted).any():
        has_dots = pc.fill_null(pc.match_substring_regex(raw, _DOTTED), False).to_numpy(zero_copy_only=False)
        codes = np.where(has_dots, dotted[files.of], codes)
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), list(_NAMES)).cast(pa.string())


def _slashed(at: int, votes: Votes, files: Files, sisters: Votes) -> int:
    own = _proven(votes.slashed[at])
    if own:
        return _NAMES.index(own)
    of_source = files.source == files.source[at]
    for shown in (sisters.slashed[at], votes.slashed[of_source].sum(axis=0), sisters.slashed[of_source].sum(axis=0)):
        order = _proven(shown)
        if order and order != "mixed":
            return _NAMES.index(order)
    by_habit = votes.halves[at] or votes.short[at] or files.region[at] in _MONTH_FIRST
    return _NAMES.index("month_first" if by_habit and not votes.dotted[at].any() else "day_first")


def _proven(shown: Counts) -> Order | None:
    """The order that the votes for day and month first prove; None for no votes."""
    day, month = int(shown[0]), int(shown[1])
    if not day + month:
        return None
    if min(day, month) / (day + month) >= _MIXED:
        return "mixed"
    return "day_first" if day > month else "month_first"
