"""Telephone cells against their table of hard cases, several numbers in one cell, and what holds for any text."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.telephony.phone_cells import split_phones
from crm_clean.normalise.telephony.phones import normalise_phone, read_phone

CASES = tomllib.loads((Path(__file__).parents[1] / "cases/normalise_phones.toml").read_text("utf-8"))["cases"]
WORDS = load()
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES])
def test_phone(case: dict[str, Any], words: Lexicons) -> None:
    found = read_phone(case["raw"], regions=tuple(case["regions"]), words=words)
    assert (found.value or "", found.key or "") == (case["value"], case.get("key", case["value"]))
    assert (found.extension or "", found.label or "") == (case.get("extension", ""), case.get("label", ""))
    assert (found.is_placeholder, list(found.codes)) == (case.get("is_placeholder", False), case.get("codes", []))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES if case["value"]])
def test_a_value_read_again_is_the_same(case: dict[str, Any], words: Lexicons) -> None:
    regions = tuple(case["regions"])
    once = read_phone(case["raw"], regions=regions, words=words)
    assert once.value
    again = read_phone(once.value, regions=regions, words=words)
    assert (again.value, again.key) == (once.value, (once.key or "").partition(";")[0] or None)


def test_the_cases_come_from_all_over_the_world(words: Lexicons) -> None:
    import phonenumbers

    seen = set()
    for case in CASES:
        value = read_phone(case["raw"], regions=tuple(case["regions"]), words=words).value
        if value and value.startswith("+") and value[1:].isdecimal():
            seen.add(phonenumbers.region_code_for_number(phonenumbers.parse(value)))
    assert len(seen) >= 40


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
        pytest.param("+33 199001234 +33 639981234", ["+33 199001234", "+33 639981234"], id="a second plus"),
        pytest.param("0199001234 0639981234", ["0199001234", "0639981234"], id="two blocks of digits"),
        pytest.param("01 99 00 12 34", ["01 99 00 12 34"], id="one number in pairs"),
        pytest.param("Tel 030 2312512 Fax 030 2312513", ["Tel 030 2312512", "Fax 030 2312513"], id="a word for each"),
        pytest.param("M: 07700 900123 H: 020 7946 0958", ["M: 07700 900123", "H: 020 7946 0958"], id="initials"),
        pytest.param(
            "0199001234 (home) 0639981234 (work)", ["0199001234 (home)", "0639981234 (work)"], id="asides behind"
        ),
        pytest.param("0199001234 home, 0639981234 work", ["0199001234 home", "0639981234 work"], id="words behind"),
        pytest.param(
            "office 212-555-0123 cell 212-555-0199", ["office 212-555-0123", "cell 212-555-0199"], id="words before"
        ),
        pytest.param("030 2312512 (privat)", ["030 2312512 (privat)"], id="one number with an aside"),
        pytest.param("212-555-0123 ext 45 work", ["212-555-0123 ext 45 work"], id="an extension and a word"),
        pytest.param("212-555-0123 ext 45", ["212-555-0123 ext 45"], id="a word and few digits are no number"),
        pytest.param("06 39 98 12 34 en 01 99 00 12 34", ["06 39 98 12 34", "01 99 00 12 34"], id="Dutch en"),
        pytest.param("1 " * 150, ["1 " * 150], id="a long cell is left alone"),
    ],
)
def test_several_phones_in_a_cell(raw: str, parts: list[str]) -> None:
    assert split_phones(raw) == parts


SNIPS = (
    "+ 00 011 0 (0) +33 33 0049 +1 44 06 12 345 6789 ext x poste DW O l ٣ ６ - / . , ; ( ) tel: ;ext= # ~ Fax call "
    "FLOWERS 7 9 0000 .0 E+10 \u200b é 15 9 044 55 11 8123 \u202e"
)
PIECES = st.sampled_from(SNIPS.split())
CELLS = st.one_of(st.text(max_size=40), st.lists(PIECES | st.just(" "), max_size=12).map("".join))
PLACES = ("", "US", "FR", "DE GB", "IT", "BR", "MX", "AR", "AU", "JP", "ZZ", "RU")
REGIONS = st.sampled_from(PLACES).map(lambda regions: tuple(regions.split()))


@MANY
@given(raw=CELLS, regions=REGIONS)
def test_any_text_read_twice_is_the_same(raw: str, regions: tuple[str, ...]) -> None:
    assert split_phones(raw)
    once = read_phone(raw, regions=regions, words=WORDS)
    if once.value is not None:
        again = read_phone(once.value, regions=regions, words=WORDS)
        assert again.value == once.value
        assert once.key is None or again.key == once.key.partition(";ext=")[0]


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        pytest.param("(212) 555-0123", "US", "+12125550123", id="in its region"),
        pytest.param("(212) 555-0123", None, None, id="nowhere"),
        pytest.param("call after six", "US", None, id="no number"),
    ],
)
def test_normalise_phone(raw: str, region: str | None, expected: str | None, words: Lexicons) -> None:
    assert normalise_phone(raw, region=region, words=words) == expected
