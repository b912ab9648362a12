"""Stages: words and phrases in seven languages, what denies them, and an admin's own words."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording.status import STATUSES, normalise_status, read_status

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_status.toml").read_text("utf-8"))["cases"]
WORDS = load()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES])
def test_a_stage(case: dict[str, Any], words: Lexicons) -> None:
    found = read_status(case["raw"], words=words)
    assert found.value == (case["value"] or None)
    assert found.codes == (("status.unknown",) if case.get("code") else ())
    assert case.get("rule", found.rule) == found.rule


def test_a_word_of_an_admin_counts_within_phrases_too(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text('[maps.status]\n"Gold Member" = "customer"\n', "utf-8")
    words = load(str(tmp_path))
    assert normalise_status("gold member", words=words) == "customer"
    assert normalise_status("no longer a Gold Member", words=words) == "former"


def test_a_whole_phrase_of_an_admin_wins_over_its_words(tmp_path: Path) -> None:
    (tmp_path / "status.toml").write_text('[maps.status]\n"not a customer" = "prospect"\n', "utf-8")
    assert normalise_status("Not a customer!", words=load(str(tmp_path))) == "prospect"


PHRASES = st.lists(
    st.sampled_from(
        [
            "not",
            "a",
            "no longer",
            "customer",
            "Kunde",
            "kein",
            "mehr",
            "lead",
            "(",
            ")",
            "-",
            " - ",
            "/",
            "ex",
            "2019",
            "hot",
        ]
    ),
    max_size=6,
).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(raw=st.one_of(st.text(max_size=60), PHRASES))
def test_any_text_has_a_stage_or_none_and_stages_are_themselves(raw: str) -> None:
    found = read_status(raw, words=WORDS)
    assert found.value is None or found.value in STATUSES
    assert (found.rule == "unknown") is bool(found.codes)
    if found.value:
        assert normalise_status(found.value, words=WORDS) == found.value
