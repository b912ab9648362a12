"""Each kind of value against its table of hard cases."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crm_clean.normalise.business.companies import read_company
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.names import NameCells, read_name
from crm_clean.normalise.post.addresses import AddressCells, read_address
from crm_clean.normalise.post.countries import normalise_country

CASES = Path(__file__).parents[1] / "cases"


def table(file: str, name: str = "cases") -> list[Any]:
    found = tomllib.loads((CASES / f"normalise_{file}.toml").read_text("utf-8"))[name]
    return [pytest.param(case, id=case.get("title", case.get("raw"))) for case in found]


def bare(codes: tuple[str, ...]) -> list[str]:
    return sorted({c.rpartition("|")[2] for c in codes})


@pytest.mark.parametrize("case", table("names"))
def test_name(case: dict[str, Any], words: Lexicons) -> None:
    found = read_name(NameCells(**case["cells"]), region=case.get("region"), words=words)
    assert {
        f: getattr(found, f) or ("" if not isinstance(e, bool) else False) for f, e in case["expect"].items()
    } == case["expect"]
    assert bare(found.codes) == case.get("codes", [])


@pytest.mark.parametrize("case", table("addresses"))
def test_address(case: dict[str, Any], words: Lexicons) -> None:
    found = read_address(AddressCells(**case["cells"]), words=words)
    assert {f: getattr(found, f) or "" for f in case["expect"]} == case["expect"]
    assert bare(found.codes) == case.get("codes", [])


@pytest.mark.parametrize("case", table("companies"))
def test_company(case: dict[str, Any], words: Lexicons) -> None:
    found = read_company(case["raw"], words=words)
    assert (found.value or "", found.key or "") == (case["value"], case["key"])


WORDED: dict[str, Any] = {
    "country": normalise_country,
}


@pytest.mark.parametrize(
    ("kind", "case"),
    [pytest.param(kind, case.values[0], id=f"{kind}: {case.id}") for kind in WORDED for case in table("words", kind)],
)
def test_closed_meaning(kind: str, case: dict[str, Any], words: Lexicons) -> None:
    expected = case.get("value")
    found = WORDED[kind](case["raw"], words=words)
    assert found == (None if expected == "" else expected)
