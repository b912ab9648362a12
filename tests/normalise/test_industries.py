"""Industries: words, constants and codes against one closed list."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.errors import BadSettings
from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording.industries import read_industry

FILE = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_industries.toml").read_text("utf-8"))
WORDS = load()


def table(name: str) -> list[Any]:
    return [pytest.param(case, id=case["title"]) for case in FILE[name]]


@pytest.mark.parametrize("case", table("cases"))
def test_an_industry(case: dict[str, Any], words: Lexicons) -> None:
    found = read_industry(case["raw"], words=words)
    assert found.value == (case["value"] or None)
    assert found.codes == (() if case["value"] else ("industry.unknown",))
    assert case.get("rule", found.rule) == found.rule


@pytest.mark.parametrize("case", table("blanks"))
def test_nothing_said_is_nothing_unknown(case: dict[str, Any], words: Lexicons) -> None:
    assert read_industry(case["raw"], words=words) == (None, "", ())


@pytest.mark.parametrize("label", sorted(set(WORDS.maps["industries.industries"].values())))
def test_every_industry_of_the_list_is_itself(label: str, words: Lexicons) -> None:
    assert read_industry(label, words=words).value == label


def test_an_admin_adds_words_to_the_list(tmp_path: Path) -> None:
    (tmp_path / "industries.toml").write_text('[maps.industries]\n"Moon mining" = "Mining & Metals"\n', "utf-8")
    assert read_industry("moon-mining", words=load(str(tmp_path))).value == "Mining & Metals"


def test_an_industry_that_is_not_in_the_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "industries.toml").write_text('[maps.industries]\n"Moon mining" = "Minning"\n', "utf-8")
    with pytest.raises(BadSettings, match="Minning"):
        load(str(tmp_path))


RAWS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(["NACE", "SIC", "62.01", "541511", "Software", "Bau", "branche", "-", "/", "and", ":", "Z"]),
        max_size=5,
    ).map(" ".join),
)


@settings(max_examples=200, deadline=None)
@given(raw=RAWS)
def test_any_text_has_an_industry_or_none_and_industries_are_themselves(raw: str) -> None:
    found = read_industry(raw, words=WORDS)
    assert (found.rule == "unknown") is bool(found.codes)
    if found.value:
        assert read_industry(found.value, words=WORDS).value == found.value
