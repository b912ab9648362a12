"""Each kind of value against its table of hard cases."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crm_clean.normalise import flags, numbers, urls
from crm_clean.normalise.addresses import AddressCells, read_address
from crm_clean.normalise.companies import read_company
from crm_clean.normalise.countries import normalise_country
from crm_clean.normalise.dates import read_birth_date, read_instant
from crm_clean.normalise.languages import normalise_language
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.names import NameCells, read_name

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


@pytest.mark.parametrize("case", table("dates", "instants"))
def test_instant(case: dict[str, Any]) -> None:
    found = read_instant(case["raw"], order=case.get("order", "day_first"))
    expected = datetime.fromisoformat(case["value"]).replace(tzinfo=UTC) if case["value"] else None
    assert (found.at, found.code) == (expected, case.get("code"))


@pytest.mark.parametrize("case", table("dates", "birth_dates"))
def test_birth_date(case: dict[str, Any]) -> None:
    found = read_birth_date(case["raw"], order=case.get("order", "day_first"))
    assert found == (case["value"] or None, case.get("code"))


WORDED: dict[str, Any] = {
    "flags": flags.normalise_flag,
    "consent": flags.normalise_consent,
    "gender": flags.normalise_gender,
    "country": normalise_country,
}
WORDLESS: dict[str, Any] = {
    "language": normalise_language,
    "amount": numbers.normalise_amount,
    "website": urls.normalise_website,
    "profile": urls.normalise_profile,
}


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        pytest.param(kind, case.values[0], id=f"{kind}: {case.id}")
        for kind in (*WORDED, *WORDLESS)
        for case in table("words", kind)
    ],
)
def test_closed_meaning(kind: str, case: dict[str, Any], words: Lexicons) -> None:
    expected = case.get("value")
    found = WORDED[kind](case["raw"], words=words) if kind in WORDED else WORDLESS[kind](case["raw"])
    assert found == (None if expected == "" else expected)
