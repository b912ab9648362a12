"""Pairs compared a few at a time, by any number of workers, are pairs compared at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared
from crm_clean.link.compare.side_by_side import compare_in_pieces

ROWS = [
    {"first_name": f, "last_name": last, "email": mail, "phone": phone, "street": street, "postal_code": "10115"}
    for f in ("ann", "anne", "bob", "robert", None)
    for last in ("lee", "henderson", "hendersen")
    for mail, phone, street in (
        ("ann.lee@x.com", "+14155550100", "1 main st"),
        (["ann.lee@x.com", "anlee@x.com", "bob@y.org"], ["+14155550100", "raw:4155550100"], "1 mian st"),
        (None, "+14155550101", None),
    )
]


def _plain(compared: Sequence[Compared]) -> list[tuple[list[int], list[int] | None]]:
    return [(c.levels.tolist(), None if c.shared_by is None else c.shared_by.tolist()) for c in compared]


@pytest.mark.parametrize("workers", [pytest.param(1, id="one worker"), pytest.param(3, id="three workers")])
@pytest.mark.parametrize("piece", [1, 7, 100, 1_000_000])
def test_neither_pieces_nor_workers_change_a_level(people, piece: int, workers: int) -> None:  # type: ignore[no-untyped-def]
    table = people(ROWS)
    left, right = (part.astype(np.int64) for part in np.triu_indices(table.n, k=1))
    chosen = comparisons(table)
    at_once = [comparison.compare(table, left, right) for comparison in chosen]
    found = compare_in_pieces(chosen, table, left, right, workers=workers, piece=piece)
    assert _plain(found) == _plain(at_once)
    assert [c.levels.dtype for c in found] == [np.dtype(np.int8)] * len(chosen)


def test_no_pairs_have_no_levels(people) -> None:  # type: ignore[no-untyped-def]
    table, nothing = people(ROWS), np.empty(0, dtype=np.int64)
    found = compare_in_pieces(comparisons(table), table, nothing, nothing, workers=2)
    assert [len(c.levels) for c in found] == [0] * len(comparisons(table))


def test_records_that_hold_very_many_values_are_compared_a_few_pairs_at_a_time(people) -> None:  # type: ignore[no-untyped-def]
    boxes = [f"box{k}@x.com" for k in range(300)]
    table = people([{"first_name": "ann", "last_name": "lee", "email": boxes[k:]} for k in range(12)])
    left, right = (part.astype(np.int64) for part in np.triu_indices(table.n, k=1))
    taken: list[int] = []

    def noted(comparison):  # type: ignore[no-untyped-def]
        def compare(people, left, right):  # type: ignore[no-untyped-def]
            taken.append(len(left))
            return comparison.compare(people, left, right)

        return type(comparison)(**{**vars(comparison), "compare": compare})

    chosen = [noted(c) for c in comparisons(table) if c.name == "email"]
    found = compare_in_pieces(chosen, table, left, right, workers=1, piece=1000)
    assert max(taken) < 5, "each pair has some 90,000 combinations of mailboxes"
    assert len(found[0].levels) == len(left) == sum(taken)
