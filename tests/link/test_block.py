"""Blocking: which pairs are made, and what is never made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.link.block import FullBlock, Keys, Rule, block, n_pairs
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
def test_a_rule_brings_them_together(people, left: dict[str, Any], right: dict[str, Any], rule: str) -> None:  # type: ignore[no-untyped-def]
    found = block(blocking_rules(people([left, right])), n=2, max_block=10, pairs_per_record=10)
    made = [report.name for report in found.reports if report.n_pairs]
    assert _pairs(found) == {(0, 1)}
    assert rule in made


def test_a_table_that_knows_mailboxes_and_phones_goes_without_the_broad_rules(people) -> None:  # type: ignore[no-untyped-def]
    rich = [{"email": f"m{i}@x.example", "phone": f"+1415555267{i}", "postal_code": "8000"} for i in range(2)]
    assert not len(block(blocking_rules(people(rich)), n=2, max_block=10, pairs_per_record=10))


def test_counting_pairs() -> None:
    assert n_pairs(np.array([1, 2, 3, 100])) == 0 + 1 + 3 + 4950


def _bag_rule(name: str, values: list[list[int]], *, told: str | None = None) -> Rule:
    """A rule over records that hold several codes each."""
    record = np.repeat(np.arange(len(values)), [len(v) for v in values])
    codes = np.array([code for held in values for code in held], dtype=np.int64)
    return Rule(name, lambda: Keys(record, codes), value=None if told is None else lambda _: told)


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=60),
    st.lists(st.integers(-1, 2), min_size=60, max_size=60),
    st.integers(2, 12),
    st.integers(1, 40),
)
def test_chunks_and_workers_change_nothing(values: list[list[int]], finer: list[int], cap: int, chunk: int) -> None:
    def made(workers: int, chunk: int):  # type: ignore[no-untyped-def]
        rules = [_bag_rule("bag", values), Rule("fine", lambda: Keys.of(codes), (codes[::-1].copy,))]
        return block(rules, n=n, max_block=cap, pairs_per_record=9, workers=workers, chunk=chunk)

    n, codes = len(values), _codes(*finer[: len(values)])
    one, other = made(1, 1_000_000), made(3, chunk)
    np.testing.assert_array_equal(one.left, other.left)
    np.testing.assert_array_equal(one.right, other.right)
    np.testing.assert_array_equal(one.rule, other.rule)
    assert one.reports == other.reports
    assert (one.left < one.right).all()
    assert (np.diff(one.left * n + one.right) > 0).all()


def test_a_full_block_is_told_with_its_value_and_the_pairs_left_out() -> None:
    crowd = [[7]] * 40 + [[8]] * 3
    report = block([_bag_rule("phone", crowd, told="phone 7")], n=43, max_block=10, pairs_per_record=100).reports[0]
    assert report.fullest == [FullBlock("phone 7", n_records=40, n_left_out=780)]
    assert (report.n_pairs, report.n_left_out) == (3, 780)


def test_a_value_that_few_share_is_counted_and_not_told() -> None:
    report = block([_bag_rule("phone", [[7]] * 20, told="phone 7")], n=20, max_block=10, pairs_per_record=9).reports[0]
    assert report.fullest == [FullBlock(None, n_records=20, n_left_out=190)]


def test_what_further_keys_save_of_a_full_block_is_not_left_out() -> None:
    crowd, finer = np.zeros(30, dtype=np.int64), np.concatenate([np.arange(10) // 2, np.full(20, 9)])
    rule = Rule("hot", lambda: Keys.of(crowd), (lambda: finer,))
    report = block([rule], n=30, max_block=5, pairs_per_record=100).reports[0]
    assert report.fullest == [FullBlock(None, n_records=30, n_left_out=30 * 29 // 2 - 5)]


def test_the_ten_fullest_blocks_are_told_the_fullest_first() -> None:
    sizes = np.arange(26, 46)
    rule = Rule("wide", lambda: Keys.of(np.repeat(np.arange(20), sizes)), value=lambda records: f"of {records[0]}")
    report = block([rule], n=int(sizes.sum()), max_block=20, pairs_per_record=100).reports[0]
    assert [full.n_records for full in report.fullest] == list(range(45, 35, -1))


def test_a_value_that_thousands_share_is_cut_by_all_further_keys_before_any_pair_is_made() -> None:
    n = 2_000
    half, fine = np.arange(n) % 500, np.arange(n) % 999
    rule = Rule("hot", lambda: Keys.of(np.zeros(n, dtype=np.int64)), (lambda: half, lambda: fine))
    hot = block([rule], n=n, max_block=10, pairs_per_record=100)
    assert _pairs(hot) == {
        (i, j) for i in range(n) for j in range(i + 1, n) if half[i] == half[j] and fine[i] == fine[j]
    }
    assert len(block([rule], n=n, max_block=400, pairs_per_record=100)) == 500 * 6  # no more than cut once


@pytest.mark.parametrize(
    ("row", "rule", "value"),
    [
        pytest.param({"role_email": "info@acme.example"}, "role_mailbox", "mailbox info@acme.example", id="mailbox"),
        pytest.param({"phone": "+13125550100"}, "phone", "phone +13125550100", id="phone"),
        pytest.param({"first_name": "test", "last_name": "test"}, "name", "name test test", id="name"),
        pytest.param({"birth_date": "1900-01-01"}, "birth_date", "birth date 1900-01-01", id="birth date"),
        pytest.param(
            {"text:club": "chess", "first_name": "kim"}, "text:club+first", "club chess, first name kim", id="text"
        ),
    ],
)
def test_rules_tell_what_fills_a_block(people, row: dict[str, str], rule: str, value: str) -> None:  # type: ignore[no-untyped-def]
    found = block(blocking_rules(people([row] * 60)), n=60, max_block=20, pairs_per_record=1)
    report = next(r for r in found.reports if r.name == rule)
    assert report.fullest == [FullBlock(value, n_records=60, n_left_out=60 * 59 // 2)]


def test_more_text_columns_share_the_budgets_of_a_few(people) -> None:  # type: ignore[no-untyped-def]
    def share(columns: int) -> float:
        row = {"first_name": "kim", "birth_date": "1980-01-01", **{f"text:{i}": "x" for i in range(columns)}}
        return sum(rule.share for rule in blocking_rules(people([row, row])) if rule.name.startswith("text:"))

    assert share(60) == pytest.approx(share(4))


@pytest.mark.parametrize(
    ("left", "right", "rule"),
    [
        pytest.param(
            {"company": "alba textiles", "postal_code": "10001"},
            {"company": "alba textils", "postal_code": "10001"},
            "company_start+postcode",
            id="a company with a slip in its name, one postcode",
        ),
        pytest.param(
            {"company": "alba textiles", "city": "green ville"},
            {"company": "alba textiles ltd", "city": "greenville"},
            "company_start+city",
            id="a town with a space too many",
        ),
        pytest.param(
            {"first_name": "ann", "last_name": "alvarez"},
            {"first_name": "ann", "last_name": "avlarez"},
            "first+surname_end",
            id="a slip at the start of a surname",
        ),
        pytest.param(
            {"first_name": "samantha", "last_name": "kalnik"},
            {"first_name": "samtnha", "last_name": "kalnik"},
            "first_start+surname",
            id="a slip late in a first name",
        ),
        pytest.param(
            {"first_name": "ann", "last_name": "lee", "street": "97 merfield place", "birth_date": "1980-01-01"},
            {"first_name": "bob", "last_name": "poe", "street": "97 merfieldplace", "birth_date": "1970-02-02"},
            "street_start",
            id="a street with a space too few",
        ),
        pytest.param(
            {"first_name": "dylan", "last_name": "poe", "street": "12 mackey place"},
            {"first_name": "lee", "last_name": "dylan", "street": "mackey plce"},
            "street_name+name",
            id="names swapped in one street",
        ),
    ],
)
def test_a_rule_finds_what_a_slip_hides(people, left: dict[str, str], right: dict[str, str], rule: str) -> None:  # type: ignore[no-untyped-def]
    found = block(blocking_rules(people([left, right])), n=2, max_block=10, pairs_per_record=10)
    assert rule in [report.name for report in found.reports if report.n_pairs]
