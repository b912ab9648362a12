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
from crm_clean.normalise.emails import read_email, split_emails
from crm_clean.normalise.languages import normalise_language
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.names import NameCells, read_name
from crm_clean.normalise.phones import read_phone, split_phones
from crm_clean.normalise.plain import normalise_list
from crm_clean.normalise.status import normalise_status

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


@pytest.mark.parametrize("case", table("emails"))
def test_email(case: dict[str, Any], words: Lexicons) -> None:
    found = read_email(case["raw"], words=words)
    assert (found.value or "", found.key or "") == (case["value"], case["key"])
    assert bare(found.codes) == case.get("codes", [])
    for flag in ("is_role", "is_free", "is_disposable", "is_placeholder"):
        assert getattr(found, flag) is case.get(flag, False), flag


@pytest.mark.parametrize("case", table("phones"))
def test_phone(case: dict[str, Any], words: Lexicons) -> None:
    found = read_phone(case["raw"], regions=tuple(case["regions"]), words=words)
    assert (found.value or "", found.key or "") == (case["value"], case.get("key", case["value"]))
    assert (found.extension or "", found.label or "") == (case.get("extension", ""), case.get("label", ""))
    assert (found.is_placeholder, bare(found.codes)) == (case.get("is_placeholder", False), case.get("codes", []))


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
    "status": normalise_status,
    "flags": flags.normalise_flag,
    "consent": flags.normalise_consent,
    "gender": flags.normalise_gender,
    "country": normalise_country,
    "lists": normalise_list,
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


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        pytest.param("a@example.com; b@example.com", ["a@example.com", "b@example.com"], id="semicolon"),
        pytest.param("a@example.com,b@example.com", ["a@example.com", "b@example.com"], id="comma"),
        pytest.param("a@example.com b@example.com", ["a@example.com", "b@example.com"], id="blank"),
        pytest.param("a@example.com ::: b@example.com", ["a@example.com", "b@example.com"], id="Google's marks"),
        pytest.param("a@example.com / b@example.com", ["a@example.com", "b@example.com"], id="slash"),
        pytest.param(
            "A <a@example.com>; B <b@example.com>", ["A <a@example.com>", "B <b@example.com>"], id="display names"
        ),
        pytest.param("a@example.com", ["a@example.com"], id="one stays"),
        pytest.param("a@@example.com", ["a@@example.com"], id="a slip is no list"),
    ],
)
def test_several_emails_in_a_cell(raw: str, parts: list[str]) -> None:
    assert split_emails(raw) == parts


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        pytest.param("01 99 00 12 34 / 06 39 98 12 34", ["01 99 00 12 34", "06 39 98 12 34"], id="slash"),
        pytest.param(
            "030/2312512 oder 0171/3920012", ["030/2312512", "0171/3920012"], id="oder, with slashes in the numbers"
        ),
        pytest.param("030/2312512", ["030/2312512"], id="an area code is no number"),
        pytest.param("0049 171/3920012", ["0049 171/3920012"], id="nor is a prefix with a network code"),
        pytest.param("+1 212 555 0123, +1 212 555 0124", ["+1 212 555 0123", "+1 212 555 0124"], id="comma"),
        pytest.param("212-555-0123, ext 5", ["212-555-0123, ext 5"], id="an extension is no number"),
        pytest.param("0199001234 ou 0639981234", ["0199001234", "0639981234"], id="ou"),
        pytest.param("212-555-0123\n212-555-0124", ["212-555-0123", "212-555-0124"], id="line break"),
        pytest.param("tel:+1-212-555-0123;ext=9", ["tel:+1-212-555-0123;ext=9"], id="extension of a link"),
    ],
)
def test_several_phones_in_a_cell(raw: str, parts: list[str]) -> None:
    assert split_phones(raw) == parts
