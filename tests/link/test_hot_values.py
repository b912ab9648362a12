"""One value that very many records share: it costs little, merges nobody and is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm_clean.link.linking import link
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS
from tests.link.conftest import tables_of

_N, _HOT = 8_000, 2_000
_SYLLABLES = (
    "ba",
    "do",
    "fe",
    "gi",
    "ka",
    "lo",
    "mu",
    "ne",
    "pi",
    "ro",
    "sa",
    "tu",
    "vi",
    "wo",
    "ze",
    "ha",
    "ju",
    "ky",
)


def _name(number: int) -> str:
    """A name of its own for each number."""
    size = len(_SYLLABLES)
    return "".join(_SYLLABLES[number // size**place % size] for place in range(4))


def _rows() -> Iterator[dict[str, Any]]:
    """People with a name, a mailbox and a phone of their own, every second one in two records; ids tell who it is."""
    for number in range(_N // 2):
        row = {"first_name": _name(7 * number + 3), "last_name": _name(11 * number + 5)}
        row |= {"phone": f"+1312{number:07d}", "email": f"{_name(number)}@mail.example", "city": f"town {number % 40}"}
        yield {"id": f"{number:05d}:a", **row}
        if number % 2:
            yield {"id": f"{number:05d}:b", **row, "phone": f"+1415{number:07d}"}


def _without(row: dict[str, Any], *names: str, **shared: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names} | shared


def _linked(**shared: str) -> Linked:
    """The town with `shared` in place of their own in the first records; a role mailbox stands for the mailbox too."""
    rows = list(_rows())
    away = ("email",) if "role_email" in shared else ()
    rows[:_HOT] = [_without(row, *away, **shared) for row in rows[:_HOT]]
    return link(*tables_of(rows), DECISIONS.empty(), spec=LinkSpec())


CASES = [
    pytest.param({"role_email": "info@acme.example"}, "mailbox info@acme.example", id="role mailbox"),
    pytest.param({"phone": "+13125550100"}, "phone +13125550100", id="switchboard"),
    pytest.param({"first_name": "test", "last_name": "test"}, "name test test", id="placeholder name"),
]


@pytest.fixture(scope="module")
def plain() -> Linked:
    return _linked()


@pytest.mark.parametrize(("shared", "value"), CASES)
def test_a_value_that_thousands_share_merges_nobody_and_is_told(
    plain: Linked, shared: dict[str, str], value: str
) -> None:
    found = _linked(**shared)
    person = found.clusters["record_id"].str[:5]
    assert person.groupby(found.clusters["cluster_id"].to_numpy(dtype=object)).nunique().max() == 1
    assert found.report["n_pairs"] < 1.2 * plain.report["n_pairs"]
    told = [full for rule in found.report["rules"] for full in rule["fullest"] if full["n_records"] == _HOT]
    assert value in {full["value"] for full in told}
    assert all(full["n_left_out"] > 0.99 * _HOT * (_HOT - 1) / 2 for full in told)
