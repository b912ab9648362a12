"""Languages: names, codes and locales against the table."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import Lexicons, load
from crm_clean.normalise.wording.languages import normalise_language

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_languages.toml").read_text("utf-8"))["cases"]
WORDS = load()


@pytest.mark.parametrize("case", [pytest.param(case, id=case["title"]) for case in CASES])
def test_language(case: dict[str, str], words: Lexicons) -> None:
    assert normalise_language(case["raw"], words=words) == (case["value"] or None)


def test_a_name_of_the_users_own_is_known(tmp_path: Path) -> None:
    (tmp_path / "languages.toml").write_text('[maps.names]\n"Plattdüütsch" = "de"\n', "utf-8")
    assert normalise_language("plattduutsch", words=load(str(tmp_path))) == "de"


@settings(max_examples=200, deadline=None)
@given(raw=st.text(max_size=30) | st.sampled_from(["en", "fr_FR", "German"]).map(lambda s: f"{s} / {s}"))
def test_a_code_read_again_is_the_same(raw: str) -> None:
    code = normalise_language(raw, words=WORDS)
    assert code is None or (len(code) == 2 and normalise_language(code, words=WORDS) == code)
