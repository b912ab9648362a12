"""Addresses: what holds for any text, the same by columns as one by one, and distinct places kept apart."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise import apply
from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.post.addresses import AddressCells, read_address, read_city, read_region, read_street
from crm_clean.normalise.post.countries import normalise_country, suggest_country
from crm_clean.normalise.post.one_cell import split_address
from crm_clean.normalise.post.postcodes import read_postcode
from crm_clean.normalise.post.street_words import words_of
from crm_clean.normalise.post.streets import Frames, read_line, read_slowly
from crm_clean.normalise.post.units import split_plainly, split_thoroughly
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.text import clean

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_addresses.toml").read_text("utf-8"))["cases"]
WORDS = load()
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = (
    "12|12A|12-14|5 bis|N|NW|North|Main|Elm|St|St.|Street|Ave|Apt 4|#4|Suite|rue|de la|du|Paix|av.|Gal|Haupt|straße|"
    "Str.|C/|Calle|nº|2º|B|esc. A|piso|PO Box 12|BP|77|Postfach|,|, |-|/|c/o|Meyer|Floor|3rd|75001|Paris|IL|62701|USA|"
    "DE|Mª|Via|S.|O'Neill|s/n|\n|〒|東京|1/2|ul.|III|McAllen"
)
LINES = st.one_of(st.lists(st.sampled_from(PIECES.split("|")), max_size=8).map(" ".join), st.text(max_size=40))
FIELDS = ["value", "key", "street", "unit", "city", "region", "postal_code", "country", "is_placeholder"]


@MANY
@given(raw=LINES)
def test_a_street_read_again_is_the_same(raw: str) -> None:
    first = read_street(raw, has_unit=False, words=WORDS)
    if first.street is not None:
        # Its unit is in a cell of its own by then.
        again = read_street(first.street, has_unit=first.unit is not None, words=WORDS)
        assert (again.street, again.key) == (first.street, first.key)
        assert {c for c in again.codes if "address." in c} <= set(first.codes)


@MANY
@given(raw=LINES)
def test_a_street_read_beside_a_unit_has_the_key_it_has_without(raw: str) -> None:
    assert read_street(raw, has_unit=True, words=WORDS).key == read_street(raw, has_unit=False, words=WORDS).key


@MANY
@given(raw=LINES)
def test_units_of_plain_lines_are_what_the_thorough_way_makes_of_them(raw: str) -> None:
    known, line = words_of(WORDS), clean(raw)
    quick = split_plainly(line, known=known)
    if quick:
        assert quick == split_thoroughly(line, known=known, words=WORDS)


NUMBERS = st.sampled_from(["1", "7", "12", "999", "12345", "12A", "012", "3-5", "123456"])


@MANY
@given(
    name=st.lists(st.sampled_from(PIECES.split("|")), min_size=1, max_size=4).map(" ".join),
    numbers=st.lists(NUMBERS, min_size=6, max_size=6),
    shape=st.sampled_from(
        ["{0} {n}", "{n} {0}", "{0} {n} {1}", "{0} {n} #{1}", "{0} {n} Apt {1}", "{0} {n}, Flat {1}"]
    ),
    has_unit=st.booleans(),
)
def test_lines_remembered_by_their_frame_are_what_they_are_read_slowly(
    name: str, numbers: list[str], shape: str, has_unit: bool
) -> None:
    for first, second in zip(numbers, reversed(numbers), strict=True):
        line = clean(shape.format(first, second, n=name))
        slow = read_slowly(line, has_unit=has_unit, words=WORDS)
        assert read_line(line, has_unit=has_unit, words=WORDS) == slow


def test_plain_lines_are_found_at_all() -> None:
    assert split_plainly("12 Main St, Apt 4", known=words_of(WORDS)) == ("12 Main St", "Apt 4")
    frames = Frames(WORDS, has_unit=False)
    read = [frames.line(f"{n} Quillfeather Street Apt {n}") for n in (1, 2, 345)]
    assert read[:1] + read[2:] == [None, ("345 Quillfeather Street", "Apt 345", "345 quillfeather st")]


@MANY
@given(raw=LINES, country=st.sampled_from([None, "US", "GB", "CA", "FR", "DE", "BR", "IT", "MX", "AU", "JP", "LV"]))
def test_parts_read_again_are_the_same(raw: str, country: str | None) -> None:
    city = read_city(raw, words=WORDS).value
    assert city is None or read_city(city, words=WORDS).value == city
    region = read_region(raw, country=country, words=WORDS).value
    assert region is None or read_region(region, country=country, words=WORDS).value == region
    code = read_postcode(raw, country=country)
    if code.value:
        again = read_postcode(code.value, country=country)
        assert (again.value, again.key) == (code.value, code.key)
        assert again.code is None


@MANY
@given(raw=LINES)
def test_a_whole_address_loses_no_letter_or_digit_when_it_is_taken_apart(raw: str) -> None:
    parts = " ".join(split_address(raw, words=WORDS).values())
    lost = sorted(c for c in clean(raw).casefold() if c.isalnum())
    kept = sorted(c for c in parts.casefold() if c.isalnum())
    # The country before a postal code (`D-10115`) is all that goes.
    assert len(lost) - len(kept) <= 3
    assert set(kept) <= set(lost)


def test_addresses_by_columns_are_what_they_are_one_by_one(stage: Any) -> None:
    cells = [case["cells"] for case in CASES]
    points = [
        {"kind": "address", "record_id": f"s:{n}", "ordinal": 1}
        | {("raw" if part == "whole" else f"{part}_raw"): text for part, text in c.items()}
        for n, c in enumerate(cells, start=1)
    ]
    out = apply.normalise(*stage([{}] * len(cells), points), spec=NormaliseSpec(default_region="FR"))
    rows = out.contact_points.to_dict("records")
    assert len(rows) == len(cells)
    for row, given_cells in zip(rows, cells, strict=True):
        one = read_address(AddressCells(**given_cells), default_region="FR", words=WORDS)
        assert [None if pd.isna(row[f]) else row[f] for f in FIELDS] == [getattr(one, f) for f in FIELDS]
    found = {(c, n) for c, n in out.issues["code"].value_counts().items()}
    told = pd.Series(
        [
            code.rpartition("|")[2].partition("=")[0]
            for c in cells
            for code in set(read_address(AddressCells(**c), default_region="FR", words=WORDS).codes)
        ]
    )
    assert found == set(told.value_counts().items())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("Österreich", "AT", id="endonym"),
        pytest.param("Suomi", "FI", id="endonym in Finnish"),
        pytest.param("日本", "JP", id="endonym in Japanese"),
        pytest.param("Россия", "RU", id="endonym in Russian"),
        pytest.param("Niederlande", "NL", id="in German"),
        pytest.param("Stati Uniti", "US", id="in Italian"),
        pytest.param("Países Baixos", "NL", id="in Portuguese"),
        pytest.param("Verenigd Koninkrijk", "GB", id="in Dutch"),
        pytest.param("Swaziland", "SZ", id="former name"),
        pytest.param("Zaire", "CD", id="former name of another state form"),
        pytest.param("West Germany", "DE", id="a former part"),
        pytest.param("Wales", "GB", id="a part of a country"),
        pytest.param("DEU", "DE", id="three letters"),
        pytest.param("🇩🇪", "DE", id="flag"),
        pytest.param("Untied States", "US", id="a common slip"),
        pytest.param("ES - España", "ES", id="code in front of the name"),
        pytest.param("U.S.A.", "US", id="dots"),
        pytest.param("Czechoslovakia", None, id="a country that became two"),
        pytest.param("EU", None, id="a union is no country"),
    ],
)
def test_country(raw: str, code: str | None, words: Lexicons) -> None:
    assert normalise_country(raw, words=words) == code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param("Frnace", "FR", id="two letters changed places"),
        pytest.param("Unted Kingdom", "GB", id="a letter left out"),
        pytest.param("Nigera", None, id="as near to Niger as to Nigeria"),
        pytest.param("Atlantis", None, id="near to none"),
        pytest.param("Fr", None, id="too short to tell"),
    ],
)
def test_a_slip_in_a_country_is_suggested_where_one_country_is_nearest(
    raw: str, code: str | None, words: Lexicons
) -> None:
    assert suggest_country(raw, words=words) == code


HOSTILE = {
    "units": "Apt 4 " * 900,
    "commas": "12 Main St, " * 500,
    "numbers": "12 " * 3_000,
    "boxes": "PO Box " * 800,
    "postal codes": "75001 " * 900,
    "one word": "a" * 9_000,
    "slashes": "1/" * 4_000,
    "ordinals": "2º " * 2_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_addresses_cost_no_more_than_others(raw: str, words: Lexicons) -> None:
    started = time.process_time()
    read_street(raw, has_unit=False, words=words)
    read_address(AddressCells(whole=raw), words=words)
    read_address(AddressCells(city=raw, region=raw, postal_code=raw, country=raw), words=words)
    assert time.process_time() - started < 0.5


def test_the_words_remembered_are_bounded(words: Lexicons) -> None:
    known = words_of(words)
    for n in range(120_000):
        known[f"x{n}"]
    assert len(known) <= 100_000
