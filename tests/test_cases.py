"""The tables of hard cases are wide enough: so many of each kind, of so many countries, each case with its title."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from crm_clean.normalise.lexicon import load
from crm_clean.normalise.post.countries import normalise_country

Case = dict[str, Any]
CASES = Path(__file__).with_name("cases")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WORLD = "001"  # the region of numbers that belong to no country


@cache
def tables() -> dict[str, list[Case]]:
    """Every table of cases of normalising, by `file.name`."""
    found = {}
    for path in sorted(CASES.glob("normalise_*.toml")):
        for name, cases in tomllib.loads(path.read_text("utf-8")).items():
            if isinstance(cases, list) and all(isinstance(case, dict) for case in cases):
                found[f"{path.stem.removeprefix('normalise_')}.{name}"] = cases
    return found


def of_kind(*starts: str) -> list[Case]:
    """The cases of the tables whose file or name begins with one of `starts`."""
    chosen = [cases for name, cases in tables().items() if any(part.startswith(starts) for part in name.split("."))]
    return [case for cases in chosen for case in cases]


def texts(value: object) -> Iterator[str]:
    """Every text in a case, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def countries_of_phones() -> set[str]:
    """The countries of the numbers that are expected."""
    expected = [{key: part for key, part in case.items() if key not in ("title", "raw")} for case in of_kind("phone")]
    numbers = {found for case in expected for text in texts(case) for found in _E164.findall(text)}
    regions = {phonenumbers.region_code_for_number(phonenumbers.parse(number)) for number in numbers}
    return {region for region in regions if region and region != _WORLD}


def countries_of_addresses() -> set[str]:
    """The countries that the cells name, or that are expected."""
    named = [case.get(part, {}).get("country") for case in of_kind("address") for part in ("cells", "expect")]
    read = {normalise_country(name, words=load()) for name in named if isinstance(name, str)}
    return {country for country in read if country}


@pytest.mark.parametrize(
    ("kinds", "least"),
    [
        pytest.param(("name",), 60, id="names"),
        pytest.param(("email",), 60, id="e-mails"),
        pytest.param(("phone",), 60, id="phones"),
        pytest.param(("address",), 40, id="addresses"),
        pytest.param(("compan",), 30, id="companies"),
        pytest.param(("date", "instant", "birth"), 30, id="dates"),
        pytest.param(("tag", "status", "lists"), 30, id="tags and statuses"),
    ],
)
def test_of_each_kind_there_are_enough(kinds: tuple[str, ...], least: int) -> None:
    assert len(of_kind(*kinds)) >= least


def test_phones_are_of_enough_countries() -> None:
    assert len(countries_of_phones()) >= 25


def test_addresses_are_of_enough_countries() -> None:
    assert len(countries_of_addresses()) >= 8


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_case_has_a_title_of_its_own(name: str) -> None:
    titles = [str(case.get("title", "")) for case in tables()[name]]
    assert [case for case, title in zip(tables()[name], titles, strict=True) if not title.strip()] == []
    assert sorted({title for title in titles if titles.count(title) > 1}) == []


def test_no_case_stands_twice_under_two_titles() -> None:
    for name, cases in tables().items():
        bare = [repr(sorted((key, part) for key, part in case.items() if key != "title")) for case in cases]
        assert sorted({one for one in bare if bare.count(one) > 1}) == [], name
