"""All comparisons of many pairs, some pairs at a time, side by side.

What is held at once beside the result is the work of a few pieces, however many pairs there are and however many
values their records hold. The result does not depend on the size of the pieces or on the number of workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from crm_clean.link.columns import Bag, Ints
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.people import People

PIECE = 1 << 19
# Combinations of values that a piece may hold for each pair of its size.
_CROSSED = 4


def compare_in_pieces(
    chosen: Sequence[Comparison], people: People, left: Ints, right: Ints, *, workers: int, piece: int = PIECE
) -> list[Compared]:
    """Levels of every comparison for pairs of records (positions `left[k]`, `right[k]`), `piece` pairs at a time.

    Most of the work is outside Python, so that threads run side by side.
    """
    pieces = list(_pieces(people, left, right, most=piece))

    def compare(task: tuple[slice, Comparison]) -> Compared:
        here, comparison = task
        return comparison.compare(people, left[here], right[here])

    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        tasks = [(here, comparison) for here in pieces for comparison in chosen]
        done = list(pool.map(compare, tasks))
    return [_joined(done[k :: len(chosen)]) for k in range(len(chosen))]


def _joined(parts: Sequence[Compared]) -> Compared:
    levels = np.concatenate([part.levels for part in parts])
    held = [part.shared_by for part in parts if part.shared_by is not None]
    return Compared(levels, np.concatenate(held) if held else None)


def _pieces(people: People, left: Ints, right: Ints, *, most: int) -> Iterator[slice]:
    """Runs of pairs, at least one run: no more than `most` pairs, and not many more combinations of their values."""
    values = _values_held(people)
    for begin in range(0, max(len(left), 1), most):
        end = min(begin + most, len(left))
        combinations = np.cumsum(values[left[begin:end]] * values[right[begin:end]])
        full = (combinations - 1) // (most * _CROSSED) if len(combinations) else combinations
        edges = np.flatnonzero(np.diff(full, prepend=full[:1])) + begin
        yield from (slice(*edge) for edge in zip([begin, *edges], [*edges, end], strict=True))


def _values_held(people: People) -> Ints:
    """The most values that each record holds of any kind, one at least."""
    p = people
    kinds: list[Bag] = [p.emails, p.roles, p.users, p.phones, p.addresses, p.streets, p.postcodes, p.cities, p.profiles]
    most = np.ones(p.n, dtype=np.int64)
    for bag in (*kinds, *p.texts.values()):
        np.maximum(most, np.diff(bag.starts), out=most)
    return most
