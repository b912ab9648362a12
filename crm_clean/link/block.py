"""Candidate pairs from blocking rules, counted before they are made.

A rule joins records that share a key. A block over the cap, or past the rule's budget of pairs, is cut by the rule's
further keys; what is still too large is left out and reported. A pair made by an earlier rule is not made again.
Says nothing about likeness; that is `compare`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import Bag, Ints, combined, distinct

_SMALL_TABLE_BUDGET = 100_000


@dataclass(frozen=True)
class Keys:
    """Entry k: record `record[k]` has the blocking key `key[k]`. A record may have several."""

    record: Ints
    key: Ints

    @classmethod
    def of(cls, codes: Ints) -> Keys:
        """One key a record; missing ones take no part."""
        there = np.flatnonzero(codes >= 0)
        return cls(there, codes[there])

    @classmethod
    def of_bag(cls, bag: Bag) -> Keys:
        return cls(bag.record, bag.codes)

    def narrowed(self, codes: Ints) -> Keys:
        """The same entries, keyed further by a code of the record; entries where it is missing go."""
        key = combined(self.key, codes[self.record])
        there = key >= 0
        return Keys(self.record[there], key[there])


@dataclass(frozen=True)
class Rule:
    """A blocking rule: entries, the codes by which its over-full blocks are cut, in turn, and its share of a budget.

    A broad rule gets a small share: of large tables it then makes the pairs of rare keys, which are the telling ones.
    """

    name: str
    keys: Keys
    cuts: Sequence[Callable[[], Ints]] = ()
    share: float = 1.0


@dataclass
class RuleReport:
    """What a rule did: pairs made, pairs no earlier rule had, records in its largest block, what was left out."""

    name: str
    n_pairs: int = 0
    n_new: int = 0
    largest_block: int = 0
    n_blocks_cut: int = 0
    n_blocks_dropped: int = 0
    n_records_dropped: int = 0


@dataclass(frozen=True)
class Candidates:
    """Pairs of record positions, left < right, each once, in order; `rule` is the index of the rule that made it."""

    left: Ints
    right: Ints
    rule: npt.NDArray[np.int16]
    reports: list[RuleReport] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.left)


def n_pairs(sizes: Ints) -> int:
    """How many pairs blocks of these sizes hold."""
    return int((sizes * (sizes - 1) // 2).sum())


def block(rules: Sequence[Rule], *, n: int, max_block: int, pairs_per_record: float) -> Candidates:
    """All candidate pairs of `rules` over `n` records, within the cap and the budget of each rule."""
    budget = max(int(pairs_per_record * n), _SMALL_TABLE_BUDGET)
    seen = np.empty(0, dtype=np.int64)
    made_by = np.empty(0, dtype=np.int16)
    reports = []
    for index, rule in enumerate(rules):
        report = RuleReport(rule.name)
        spend = max(int(budget * rule.share), _SMALL_TABLE_BUDGET)
        found = distinct(_pair_keys(rule, n=n, max_block=max_block, budget=spend, report=report))
        new = found[~is_among(found, seen)]
        report.n_pairs, report.n_new = len(found), len(new)
        both = np.concatenate([seen, new])
        order = np.argsort(both, kind="stable")  # two sorted runs: merged in one pass
        seen = both[order]
        made_by = np.concatenate([made_by, np.full(len(new), index, dtype=np.int16)])[order]
        reports.append(report)
    left, right = np.divmod(seen, max(n, 1))
    return Candidates(left, right, made_by, reports)


def is_among(keys: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """Whether each of `keys` is one of the sorted `known`."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    among: npt.NDArray[np.bool_] = known[place] == keys
    return among


def _pair_keys(rule: Rule, *, n: int, max_block: int, budget: int, report: RuleReport) -> Ints:
    """Int64 pair keys (left * n + right) of one rule, with repeats."""
    keys, cuts, found = rule.keys, list(rule.cuts), []
    while True:
        keys, starts, sizes = _grouped(keys)
        report.largest_block = max(report.largest_block, int(sizes.max(initial=0)))
        cap = _cap(sizes, max_block=max_block, budget=budget)
        fits = sizes <= cap
        found.append(joined(keys.record, starts[fits], sizes[fits], n=n))
        budget -= n_pairs(sizes[fits])
        if fits.all():
            break
        if not cuts:
            report.n_blocks_dropped = int((~fits).sum())
            report.n_records_dropped = int(sizes[~fits].sum())
            break
        report.n_blocks_cut += int((~fits).sum())
        over = np.repeat(~fits, sizes)
        keys = Keys(keys.record[over], keys.key[over]).narrowed(cuts.pop(0)())
    return np.concatenate(found)


def _grouped(keys: Keys) -> tuple[Keys, Ints, Ints]:
    """Entries sorted by key with repeats gone, and where blocks of two or more begin and how large they are."""
    order = np.lexsort((keys.record, keys.key))
    record, key = keys.record[order], keys.key[order]
    again = np.zeros(len(key), dtype=bool)
    again[1:] = (key[1:] == key[:-1]) & (record[1:] == record[:-1])
    record, key = record[~again], key[~again]
    edges = np.flatnonzero(np.diff(key, prepend=-2)) if len(key) else np.empty(0, dtype=np.int64)
    sizes = np.diff(edges, append=len(key))
    alone = np.repeat(sizes < 2, sizes)
    sizes = sizes[sizes > 1]
    starts = np.cumsum(sizes) - sizes
    return Keys(record[~alone], key[~alone]), starts, sizes


def _cap(sizes: Ints, *, max_block: int, budget: int) -> int:
    """The largest block size that keeps all blocks up to it within the budget of pairs."""
    size, times = np.unique(sizes, return_counts=True)
    spent = np.cumsum(times * (size * (size - 1) // 2))
    affordable = size[spent <= max(budget, 0)]
    return min(max_block, int(affordable[-1])) if len(affordable) else 0


def joined(record: Ints, starts: Ints, sizes: Ints, *, n: int) -> Ints:
    """Pair keys of all pairs inside blocks given by start and size over `record`."""
    if not len(sizes):
        return np.empty(0, dtype=np.int64)
    place = np.repeat(starts, sizes) + (np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes))
    after = np.repeat(starts + sizes, sizes) - place - 1
    one = np.repeat(place, after)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(after) - after, after)
    a, b = record[one], record[other]
    keys: Ints = np.minimum(a, b) * n + np.maximum(a, b)
    return keys
