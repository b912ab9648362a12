"""Candidate pairs from blocking rules, counted before they are made.

A rule joins records that share a key. A block over the cap, or past the rule's budget of pairs, is cut by the rule's
further keys; what is still too large is left out and reported with the value that fills it. A pair that several rules
make is the first one's. Memory is bounded by budgets and chunks, whatever the data. Says nothing about likeness; that
is `compare`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from crm_clean.link.columns import MISSING, Bag, Ints, combined, distinct

# Pairs that a rule with a whole share may always make.
_SMALL_TABLE_BUDGET = 200_000
# Pairs made at a time. Changes nothing in the result.
_CHUNK = 1_000_000
# A value that this many times more records share than a block may have is no key by itself: the block is cut by all
# further keys before any pair is made.
_HOT = 10
# Rules whose pairs are held before they are put together with those of the rules before.
_RULES_AT_ONCE = 8
_TOLD_BLOCKS = 10
# A value that fewer records hold may be one person's own: it is counted, not told.
_TOLD_FROM = 25
# Records looked at to tell what a block has in common.
_TOLD_BY = 100

Chosen = npt.NDArray[np.bool_]


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
    `value` tells in words what the records of one block have in common.
    """

    name: str
    keys: Callable[[], Keys]
    cuts: Sequence[Callable[[], Ints]] = ()
    share: float = 1.0
    value: Callable[[Ints], str] | None = None


@dataclass(frozen=True)
class FullBlock:
    """A block that was not joined as it is: how many records share its value, and how many of their pairs were left
    out. `value` is None where so few share it that it may be one person's own."""

    value: str | None
    n_records: int
    n_left_out: int


@dataclass
class RuleReport:
    """What a rule did: pairs made, pairs no earlier rule had, those of them that ended in one cluster, records in its
    largest block, what was left out, and the blocks that most was left out of."""

    name: str
    n_pairs: int = 0
    n_new: int = 0
    n_merged: int = 0
    largest_block: int = 0
    n_blocks_cut: int = 0
    n_blocks_dropped: int = 0
    n_records_dropped: int = 0
    n_left_out: int = 0
    fullest: list[FullBlock] = field(default_factory=list)


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


def block(
    rules: Sequence[Rule],
    *,
    n: int,
    max_block: int,
    pairs_per_record: float,
    focus: Chosen | None = None,
    workers: int = 1,
    chunk: int = _CHUNK,
) -> Candidates:
    """All candidate pairs of `rules` over `n` records, within the cap and the budget of each rule.

    With `focus`, a flag a record, those of them that have an end in it; reports count all pairs even so. `workers`
    rules are worked on side by side, `chunk` pairs are made at a time; neither changes the result.
    """
    budget = max(int(pairs_per_record * n), _SMALL_TABLE_BUDGET)
    joins = Joins(n, focus, chunk)

    def made(rule: Rule) -> tuple[Ints, RuleReport]:
        least = _SMALL_TABLE_BUDGET * min(rule.share, 1.0)
        return _made(rule, joins, max_block=max_block, budget=int(max(budget * rule.share, least)))

    seen, made_by, reports = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int16), []
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        for at in range(0, len(rules), _RULES_AT_ONCE):
            found = list(pool.map(made, rules[at : at + _RULES_AT_ONCE]))
            indexes = [np.full(len(keys), i, dtype=np.int16) for i, (keys, _) in enumerate(found, start=at)]
            seen, made_by = _first_made([seen, *(keys for keys, _ in found)], [made_by, *indexes])
            reports += [report for _, report in found]
    for report, n_new in zip(reports, np.bincount(made_by, minlength=len(rules)).tolist(), strict=True):
        report.n_new = n_new
    left, right = np.divmod(seen, max(n, 1))
    return Candidates(left, right, made_by, reports)


@dataclass(frozen=True)
class Joins:
    """How the pairs of blocks over `n` records are made: all, or those with an end in `focus`."""

    n: int
    focus: Chosen | None
    chunk: int

    def of(self, blocks: _Blocks, which: Chosen) -> Ints:
        """Keys of the pairs of some blocks, in no order; with a focus one may come twice."""
        if self.focus is None:
            return joined(blocks.record, blocks.starts[which], blocks.sizes[which], n=self.n, chunk=self.chunk)
        entry = np.flatnonzero(self.focus[blocks.record] & np.repeat(which, blocks.sizes))
        at = np.searchsorted(blocks.starts, entry, side="right") - 1
        sizes = blocks.sizes[at]
        one = np.repeat(blocks.record[entry], sizes)
        within = np.arange(len(one)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        two = blocks.record[np.repeat(blocks.starts[at], sizes) + within]
        keys: Ints = (np.minimum(one, two) * self.n + np.maximum(one, two))[one != two]
        return keys


def is_among(keys: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """Whether each of `keys` is one of the sorted `known`."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    among: npt.NDArray[np.bool_] = known[place] == keys
    return among


def joined(record: Ints, starts: Ints, sizes: Ints, *, n: int, chunk: int = _CHUNK) -> Ints:
    """Keys (left * n + right) of all pairs inside blocks given by start and size over `record`, in no order.

    The records of a block must ascend. Blocks of one size are joined together, `chunk` pairs at a time.
    """
    out = np.empty(n_pairs(sizes), dtype=np.int64)
    done = 0
    for members in _members(record, starts, sizes, chunk=chunk):
        one, other = np.triu_indices(members.shape[1], k=1)
        keys = members[:, one] * n + members[:, other]
        out[done : done + keys.size] = keys.ravel()
        done += keys.size
    return out


def _members(record: Ints, starts: Ints, sizes: Ints, *, chunk: int) -> Iterator[Ints]:
    """Records of blocks, blocks x size, with at most `chunk` pairs in them unless one block alone has more."""
    order = np.argsort(sizes, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(sizes[order])) + 1) if len(order) else []:
        of_size = int(sizes[here[0]])
        step = max(chunk // max(of_size * (of_size - 1) // 2, 1), 1)
        for at in range(0, len(here), step):
            yield record[starts[here[at : at + step]][:, None] + np.arange(of_size)]


def _first_made(keys: list[Ints], rule: list[npt.NDArray[np.int16]]) -> tuple[Ints, npt.NDArray[np.int16]]:
    """Distinct pair keys, sorted, and the first rule that made each; runs come sorted and in the order of rules."""
    every = np.concatenate(keys)
    order = np.argsort(every, kind="stable")
    every = every[order]
    first = np.diff(every, prepend=MISSING) > 0
    return every[first], np.concatenate(rule)[order[first]]


@dataclass(frozen=True)
class _Blocks:
    """Blocks of two records or more: `record` from `starts[b]` on, ascending; `key[b]` is what they share."""

    record: Ints
    starts: Ints
    sizes: Ints
    key: Ints

    @classmethod
    def of(cls, record: Ints, key: Ints, *, n: int) -> _Blocks:
        """Blocks from entries; repeats count once. Key and record are sorted as one number, which is quickest."""
        bits = max(n, 1).bit_length()
        if int(key.max(initial=0)) >= 1 << (62 - bits):
            key = np.unique(key, return_inverse=True)[1]
        both = distinct((key << bits) | record)
        key = both >> bits
        edges = np.flatnonzero(np.diff(key, prepend=MISSING))
        sizes = np.diff(edges, append=len(key))
        several = sizes > 1
        kept = (both & ((1 << bits) - 1))[np.repeat(several, sizes)]
        sizes, edges = sizes[several], edges[several]
        return cls(kept, np.cumsum(sizes) - sizes, sizes, key[edges])

    def of_these(self, which: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The records of some blocks, and for each the rank of its block among these."""
        sizes = self.sizes[which]
        return self.record[np.repeat(which, self.sizes)], np.repeat(np.arange(len(sizes)), sizes)


def _made(rule: Rule, joins: Joins, *, max_block: int, budget: int) -> tuple[Ints, RuleReport]:
    """The distinct pair keys of one rule, sorted, and what it did."""
    report, n = RuleReport(rule.name), joins.n
    entries = rule.keys()
    blocks = whole = _Blocks.of(entries.record, entries.key, n=n)
    del entries
    root, n_made = np.arange(len(whole.sizes)), np.zeros(len(whole.sizes), dtype=np.int64)
    cuts, found = list(rule.cuts), []
    report.largest_block = int(whole.sizes.max(initial=0))
    hot = whole.sizes > _HOT * max_block
    while True:
        small = blocks.sizes[~hot[root]] if cuts else blocks.sizes
        fits = blocks.sizes <= _cap(small, max_block=max_block, budget=budget)
        if cuts:
            fits &= ~hot[root]
        found.append(joins.of(blocks, fits))
        made = blocks.sizes[fits]
        budget -= n_pairs(made)
        n_made += np.bincount(root[fits], weights=made * (made - 1) // 2, minlength=len(n_made)).astype(np.int64)
        if fits.all() or not cuts:
            break
        report.n_blocks_cut += int((~fits).sum())
        record, parent = blocks.of_these(~fits)
        code, root = cuts.pop(0)()[record], root[~fits]
        there = code >= 0
        wide = int(code.max(initial=0)) + 1
        blocks = _Blocks.of(record[there], parent[there] * wide + code[there], n=n)
        root = root[blocks.key // wide]
    report.n_blocks_dropped = int((~fits).sum())
    report.n_records_dropped = int(blocks.sizes[~fits].sum())
    _tell(rule, whole, n_made, report)
    pairs = distinct(np.concatenate(found))
    report.n_pairs = len(pairs)
    return pairs, report


def _cap(sizes: Ints, *, max_block: int, budget: int) -> int:
    """The largest block size that keeps all blocks up to it within the budget of pairs."""
    within = sizes[sizes <= max_block]
    times = np.bincount(within)
    size = np.flatnonzero(times)
    spent = np.cumsum(times[size] * (size * (size - 1) // 2))
    affordable = size[spent <= max(budget, 0)]
    return int(affordable[-1]) if len(affordable) else 0


def _tell(rule: Rule, whole: _Blocks, n_made: Ints, report: RuleReport) -> None:
    """Writes into `report` what was left out, and of which blocks most; equally full ones by their first record."""
    left_out = whole.sizes * (whole.sizes - 1) // 2 - n_made
    report.n_left_out = int(left_out.sum())
    some = np.flatnonzero(left_out)
    order = np.lexsort((whole.record[whole.starts[some]], -left_out[some]))[:_TOLD_BLOCKS]
    for at in some[order].tolist():
        start, size = int(whole.starts[at]), int(whole.sizes[at])
        told = rule.value is not None and size >= _TOLD_FROM
        value = rule.value(whole.record[start : start + min(size, _TOLD_BY)]) if rule.value and told else None
        report.fullest.append(FullBlock(value, size, int(left_out[at])))
