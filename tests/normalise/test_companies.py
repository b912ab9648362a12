"""Companies: value, key, legal form and findings, and what holds for any text."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.business.companies import read_company
from crm_clean.normalise.lexicon import Lexicons, load

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_companies.toml").read_text("utf-8"))["cases"]
WORDS = load()
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = (
    "Acme|ACME|acme.com|www.|Müller|Soehne|&|and|u.|et|GmbH|Co.|KG|S.A.|S. L.|sp. z o.o.|A/S|AS|me|The|La|Ets.|(UK)|"
    "(Globex)|t/a|Ltd|LTD|Inc,|株式会社|ひかり|ООО|Ромашка|I.B.M.|A&B|24/7|O'Neill's|-|1ST|McD|ß|е"
)
NAMES = st.one_of(st.lists(st.sampled_from(PIECES.split("|")), max_size=7).map(" ".join), st.text(max_size=40))


@pytest.mark.parametrize("case", [pytest.param(c, id=c["title"]) for c in CASES])
def test_company(case: dict[str, Any], words: Lexicons) -> None:
    found = read_company(case["raw"], words=words)
    assert (found.value or "", found.key or "", found.legal_form or "") == (
        case["value"],
        case["key"],
        case["legal_form"],
    )
    assert list(found.codes) == case.get("codes", [])


@MANY
@given(raw=NAMES)
def test_a_company_read_again_is_the_same(raw: str) -> None:
    first = read_company(raw, words=WORDS)
    if first.value is not None:
        again = read_company(first.value, words=WORDS)
        assert (again.value, again.key, again.legal_form) == first[:3]
        assert {c for c in again.codes if c.startswith("company.")} <= set(first.codes)


@MANY
@given(raw=NAMES)
def test_what_is_a_company_has_a_key_and_what_is_none_has_nothing(raw: str) -> None:
    found = read_company(raw, words=WORDS)
    assert (found.value is None) == (found.key is None)
    assert found.value is not None or found.legal_form is None


DIFFERENT = [
    ("Blue Wave Ltd", "Blauwelle Ltd"),
    ("Acme UK Ltd", "Acme France Ltd"),
    ("Le Monde", "Mondo"),
    ("Smith & Sons", "Smith & Daughters"),
    ("Boeing", "Böing"),
    ("Acme Holding GmbH", "Acme GmbH"),
    ("Acme One", "Acme Two"),
    ("3M", "M"),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT, ids=[f"{a} / {b}" for a, b in DIFFERENT])
def test_different_companies_have_different_keys(left: str, right: str, words: Lexicons) -> None:
    assert read_company(left, words=words).key != read_company(right, words=words).key


HOSTILE = {
    "dots": "a." * 5_000,
    "brackets": "(" * 400 + "x" + ")" * 400,
    "forms": "GmbH & Co. KG " * 300,
    "domains": "www.a.com " * 800,
    "ampersands": "a&b" * 3_000,
    "digraphs": "mueller" * 1_000,
    "blanks before a trading name": "a" + " " * 9_000 + "t/a",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_cost_no_more_than_others(raw: str, words: Lexicons) -> None:
    started = time.process_time()
    read_company(raw, words=words)
    assert time.process_time() - started < 0.3
