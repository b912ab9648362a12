"""Settings are read once, closed, and say what is wrong with them."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

from crm_clean.errors import BadSettings
from crm_clean.link.spec import LinkSpec
from crm_clean.settings import Settings
from crm_clean.sources.spec import Limits


@pytest.fixture
def read(tmp_path):
    def read(text: str) -> Settings:
        (tmp_path / "crm_clean.toml").write_text(text, encoding="utf-8")
        return Settings.read(tmp_path)

    return read


def template() -> str:
    return (resources.files("crm_clean.pipeline") / "crm_clean.toml").read_text(encoding="utf-8")


def test_no_file_means_every_default(tmp_path):
    assert Settings.read(tmp_path) == Settings()


def test_the_template_says_the_defaults(read):
    assert read(template()) == Settings()


def test_every_line_the_template_offers_is_understood(read):
    offered = re.sub(r"^# (?=\[|\"?[\w .]+\"? = )", "", template(), flags=re.MULTILINE)
    settings = read(offered)
    assert settings.link.threshold == 0.9
    assert settings.link.model_copy(update={"threshold": None}) == LinkSpec()
    assert settings.sources.limits == Limits()
    assert settings.sources.mapping == {"Mobile no.": "phone"}
    assert set(tomllib.loads(offered)) == set(Settings.model_fields)


def test_a_section_reaches_its_room(read):
    assert read("[link]\nprecision = 0.95").link.precision == 0.95


def test_folders_are_taken_from_where_the_file_is(read, tmp_path):
    assert read('[sources]\nprofiles = "own"').sources.profiles == tmp_path / "own"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[link]\nprecison = 0.9", "there is no key link.precison; did you mean precision?", id="a typo"),
        pytest.param("[lnk]\nx = 1", "there is no section lnk; did you mean link?", id="a section that is none"),
        pytest.param("[sources.limits]\nmax_colums = 3", "did you mean max_columns?", id="a typo one level down"),
        pytest.param("[link]\nprecision = 7", "link.precision: ", id="a value out of range"),
        pytest.param("[link]\nprecision = ", "this is not TOML", id="not TOML at all"),
        pytest.param('[sources]\nmapping = {A = "emial"}', "no such field: emial", id="a field that does not exist"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(read, tmp_path, text, told):
    with pytest.raises(BadSettings) as refused:
        read(text)
    assert told in str(refused.value)
    assert str(tmp_path / "crm_clean.toml") in str(refused.value)
    assert refused.value.exit_code == 2


def test_settings_cannot_be_changed_once_read(read):
    with pytest.raises(ValueError, match="frozen"):
        read("").link.precision = 0.5
