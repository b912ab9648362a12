"""What unknown columns are taken for, by their headers, their values and their neighbours."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "sources_guess.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES["table"]])
def test_a_table_is_understood(case: dict[str, object], mapping_of) -> None:
    assert mapping_of(case["header"], *case["rows"]) == dict(zip(case["header"], case["means"], strict=True))


@pytest.mark.parametrize(
    ("header", "value", "target"),
    [pytest.param(header, word["value"], word["means"], id=f"{header} is {word['means'] or 'nothing known'}")
     for word in CASES["word"] for header in word["headers"]],
)  # fmt: skip
def test_a_header_is_understood(header: str, value: str, target: str, mapping_of) -> None:
    first, last = ("", "") if target in ("first_name", "last_name", "full_name") else ("Vorname", "Nachname")
    rows = [[first or "x1", last or "x2", "zz", header], ["Ann", "Lee", "1", value], ["Bob", "Ray", "1", value]]
    found = mapping_of(*rows)
    assert found[header] == target


@pytest.mark.parametrize("header", CASES["never"]["headers"])
def test_answers_are_never_evidence(header: str, mapping_of) -> None:
    found = mapping_of(["email", header], ["a@example.com", "c1"], ["b@example.com", "c2"])
    assert found == {"email": "email", header: ""}


@pytest.mark.parametrize(
    ("values", "target"),
    [
        pytest.param(["1", "2", "3"], "source_record_id", id="unique and filled is an id"),
        pytest.param(["1", "2", "2"], "", id="a repeated value makes it none"),
        pytest.param(["1", "", "3"], "", id="a blank makes it none"),
    ],
)
@pytest.mark.parametrize("header", ["id", "unique_id", "rec_id", "Customer ID", "Record ID", "Kunden-Nr.", "N° client"])
def test_an_id_column(header: str, values: list[str], target: str, mapping_of) -> None:
    rows = [[value, f"p{i}@example.com"] for i, value in enumerate(values)]
    assert mapping_of([header, "email"], *rows)[header] == target
