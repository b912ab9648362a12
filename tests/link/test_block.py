"""Blocking: which pairs are made, and what is never made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.link.block import Keys, Rule, block, n_pairs
from crm_clean.link.rules import blocking_rules


def _codes(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def _keys(*values: int) -> Callable[[], Keys]:
    return lambda: Keys.of(_codes(*values))


def _pairs(candidates) -> set[tuple[int, int]]:  # type: ignore[no-untyped-def]
    return set(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True))


def test_records_that_share_a_key_become_pairs_once_and_missing_keys_never() -> None:
    rules = [Rule("a", _keys(1, 1, -1, -1, 1)), Rule("b", _keys(7, 7, 7, -1, -1))]
    found = block(rules, n=5, max_block=10, pairs_per_record=10)
    assert _pairs(found) == {(0, 1), (0, 4), (1, 4), (0, 2), (1, 2)}
    assert [r.n_new for r in found.reports] == [3, 2]
    assert found.rule[found.left.tolist().index(0)] == 0  # the pair that both rules make is the first one's


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=40), st.lists(st.integers(-1, 4), min_size=1, max_size=40))
def test_pairs_are_exactly_those_that_agree_on_a_key(one: list[int], two: list[int]) -> None:
    n = min(len(one), len(two))
    rules = [Rule("one", _keys(*one[:n])), Rule("two", _keys(*two[:n]))]
    expected = {(i, j) for i in range(n) for j in range(i + 1, n) if one[i] == one[j] >= 0 or two[i] == two[j] >= 0}
    assert _pairs(block(rules, n=n, max_block=100, pairs_per_record=100)) == expected


def test_a_block_over_the_cap_is_cut_by_the_next_key_and_what_stays_too_large_is_reported() -> None:
    crowd = np.zeros(30, dtype=np.int64)
    finer = np.concatenate([np.arange(10) // 2, np.full(20, 9)])
    found = block([Rule("hot", lambda: Keys.of(crowd), (lambda: finer,))], n=30, max_block=5, pairs_per_record=100)
    assert _pairs(found) == {(0, 1), (2, 3), (4, 5), (6, 7), (8, 9)}
    report = found.reports[0]
    assert (report.largest_block, report.n_blocks_cut, report.n_blocks_dropped, report.n_records_dropped) == (
        30,
        1,
        1,
        20,
    )


def test_a_value_that_everyone_has_costs_no_pairs() -> None:
    n = 200_000
    found = block([Rule("hot", lambda: Keys.of(np.zeros(n, dtype=np.int64)))], n=n, max_block=500, pairs_per_record=1.5)
    assert len(found) == 0
    assert found.reports[0].n_records_dropped == n


def test_a_rule_never_spends_more_than_its_budget() -> None:
    n = 300_000
    codes = np.arange(n) // 20  # 15,000 blocks of 20 would be 2,850,000 pairs
    found = block([Rule("wide", lambda: Keys.of(codes))], n=n, max_block=500, pairs_per_record=1.0)
    assert found.reports[0].n_pairs <= n


@pytest.mark.parametrize(
    ("left", "right", "rule"),
    [
        pytest.param({"email": ["a@b.com", "x@y.com"]}, {"email": "x@y.com"}, "email", id="any mailbox of several"),
        pytest.param({"phone": "+15550100"}, {"phone": ["+15550199", "+15550100"]}, "phone", id="any phone of several"),
        pytest.param(
            {"first_name": "ann", "last_name": "lee"},
            {"first_name": "lee", "last_name": "ann"},
            "name",
            id="names swapped",
        ),
        pytest.param(
            {"first_name": "bob", "last_name": "lee"},
            {"first_name": "robert", "last_name": "lee"},
            "nickname+surname",
            id="a nickname",
        ),
        pytest.param(
            {"first_name": "ann", "last_name": "lee", "maiden_name": "poe"},
            {"first_name": "ann", "last_name": "poe"},
            "first+maiden",
            id="a maiden name",
        ),
        pytest.param({"birth_date": "1980-01-02"}, {"birth_date": "1980-01-02"}, "birth_date", id="a birth date"),
        pytest.param(
            {"first_name": "ann", "last_name": "smith"},
            {"first_name": "anna", "last_name": "smyth"},
            "initial+surname",
            id="a surname that sounds alike",
        ),
        pytest.param(
            {"first_name": "ann", "text:club": "chess"},
            {"first_name": "ann", "text:club": "chess"},
            "text:club+first",
            id="a plain text column",
        ),
        pytest.param(
            {"last_name": "bergman", "birth_date": "1980-01-02"},
            {"last_name": "bergerac", "birth_date": "1980-11-20"},
            "surname_start+year",
            id="how a surname begins, and the year of birth, where little else is known",
        ),
        pytest.param({"postal_code": "8000"}, {"postal_code": "8000"}, "postcode", id="a postcode alone, there"),
    ],
)
def test_a_rule_brings_them_together(people, left: dict, right: dict, rule: str) -> None:  # type: ignore[no-untyped-def]
    found = block(blocking_rules(people([left, right])), n=2, max_block=10, pairs_per_record=10)
    made = [report.name for report in found.reports if report.n_pairs]
    assert _pairs(found) == {(0, 1)}
    assert rule in made


def test_a_table_that_knows_mailboxes_and_phones_goes_without_the_broad_rules(people) -> None:  # type: ignore[no-untyped-def]
    rich = [{"email": f"m{i}@x.example", "phone": f"+1415555267{i}", "postal_code": "8000"} for i in range(2)]
    assert not len(block(blocking_rules(people(rich)), n=2, max_block=10, pairs_per_record=10))


def test_counting_pairs() -> None:
    assert n_pairs(np.array([1, 2, 3, 100])) == 0 + 1 + 3 + 4950
