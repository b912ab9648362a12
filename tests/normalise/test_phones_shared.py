"""Numbers that are nobody's own because everybody has them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from crm_clean.normalise.telephony.common_numbers import OWNERS, find_shared

NUMBER = "+12125550123"
MANY = [f"owner {n}" for n in range(OWNERS)]


@pytest.mark.parametrize(
    ("owners", "is_shared"),
    [
        pytest.param(MANY, True, id="ten owners have it"),
        pytest.param(MANY[1:], False, id="nine owners are too few"),
        pytest.param(["acme"] * 500, False, id="the switchboard of one company"),
        pytest.param(["acme"] * 20 + MANY, False, id="the switchboard of one company, other names beside it"),
        pytest.param(["acme"] * 8 + MANY, True, id="a company that has it as one of many"),
        pytest.param([None] * 500, False, id="records that do not say whose they are"),
        pytest.param([None] * 500 + MANY, True, id="ten owners among such records"),
    ],
)
def test_a_number_is_shared_by_owners_not_by_records(owners: list[str | None], is_shared: bool) -> None:
    found = find_shared(np.arange(len(owners)), pa.array([NUMBER] * len(owners)), pa.array(owners, pa.string()))
    assert found.to_pylist() == ["phone.shared" if is_shared else None] * len(owners)


def test_extensions_of_one_number_count_together() -> None:
    keys = pa.array([f"{NUMBER};ext={n}" for n in range(OWNERS)])
    assert find_shared(np.arange(OWNERS), keys, pa.array(MANY)).null_count == 0


def test_one_record_counts_once() -> None:
    at = np.zeros(OWNERS, dtype=np.int64)
    assert find_shared(at, pa.array([NUMBER] * OWNERS), pa.array(["one"])).null_count == OWNERS


def test_what_has_no_key_is_not_counted() -> None:
    keys = pa.array([None] * OWNERS, pa.string())
    assert find_shared(np.arange(OWNERS), keys, pa.array(MANY)).null_count == OWNERS


def test_no_numbers_at_all() -> None:
    nothing = pa.array([], pa.string())
    assert len(find_shared(np.zeros(0, dtype=np.int64), nothing, nothing)) == 0


def test_other_numbers_of_the_same_records_are_left_alone() -> None:
    at = np.concatenate([np.arange(OWNERS), np.arange(OWNERS)])
    keys = pa.array([NUMBER] * OWNERS + [f"+1212555{n:04d}" for n in range(OWNERS)])
    found = find_shared(at, keys, pa.array(MANY)).to_pylist()
    assert found == ["phone.shared"] * OWNERS + [None] * OWNERS
