"""Job titles: fit for a card, and keys under which spellings of one title meet and different titles do not."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.business.job_titles import read_job_title
from crm_clean.normalise.lexicon import Lexicons, load

FILE = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_job_titles.toml").read_text("utf-8"))
WORDS = load()


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in FILE[name]]


@pytest.mark.parametrize("case", table("cases"))
def test_a_job_title(case: dict[str, Any], words: Lexicons) -> None:
    found = read_job_title(case["raw"], words=words)
    assert (found.value or "", found.key or "") == (case["value"], case["key"])
    assert list(found.codes) == case.get("codes", [])


@pytest.mark.parametrize("case", table("apart"))
def test_titles_that_are_not_the_same(case: dict[str, Any], words: Lexicons) -> None:
    keys = [read_job_title(case[side], words=words).key for side in ("left", "right")]
    assert keys[0] != keys[1]


def test_an_admin_adds_abbreviations(tmp_path: Path) -> None:
    (tmp_path / "job_titles.toml").write_text('[maps.written_out]\n"TAM" = "technical account manager"\n', "utf-8")
    words = load(str(tmp_path))
    keys = {read_job_title(raw, words=words).key for raw in ("TAM EMEA", "Technical Account Manager EMEA")}
    assert keys == {"manager technical account emea"}


PIECES = (
    *(
        "VP",
        "vp",
        "SALES",
        "Sales",
        "of",
        "Of",
        "Dir.",
        "directeur",
        "CEO",
        "&",
        "/",
        "(m/w/d)",
        ",",
        "Ceo",
        "D'",
        "r&d",
    ),
    *("ii", "Chargé(e)", "*in", "-", ".", '"', "ß", "Head", "a", "0"),
)
TITLES = st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(raw=st.one_of(st.text(max_size=60), TITLES))
@example(raw="ŉ")
@example(raw="İ ı")
def test_a_title_read_twice_is_the_same(raw: str) -> None:
    once = read_job_title(raw, words=WORDS)
    if once.value is not None:
        again = read_job_title(once.value, words=WORDS)
        assert (again.value, again.key) == (once.value, once.key)
        assert "job_title.placeholder" not in again.codes
    else:
        assert once.key is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("VP / " * 20_000, id="slashes"),
        pytest.param("a" * 200_000, id="a long word"),
        pytest.param("(e" * 50_000, id="brackets"),
        pytest.param(" - ," * 50_000, id="strays"),
        pytest.param("Dir. " * 50_000, id="abbreviations"),
    ],
)
def test_a_hostile_title_costs_no_more_than_others(raw: str) -> None:
    started = time.process_time()
    read_job_title(raw, words=WORDS)
    assert time.process_time() - started < 0.2
