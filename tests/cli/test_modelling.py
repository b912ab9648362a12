"""`crm-clean model` and `--model`: a model told, compared, linked by, refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]

ROWS = """First Name,Last Name,Email
Ann,Bergman,ann@x.example
Anne,Bergman,ann@x.example
Bob,Cole,bob@y.example
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crm_clean: Command) -> Path:
    (tmp_path / "people.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    assert crm_clean("dedupe", "people.csv", "--out", "one")[0] == 0
    return tmp_path


def test_a_model_is_told_and_compared(crm_clean: Command, folder: Path) -> None:
    code, out, err = crm_clean("model", "one/model.json")
    assert (code, err) == (0, "")
    assert out.startswith("learnt from 3 records; ")
    assert "email:\n  same         +" in out
    code, out, _ = crm_clean("model", "one/model.json", "one/model.json")
    assert (code, out.splitlines()[-1]) == (0, "no level counts more or less by 0.5 bits or more")


def test_dedupe_links_by_a_model(crm_clean: Command, folder: Path) -> None:
    assert crm_clean("dedupe", "people.csv", "--out", "two", "--model", "one/model.json")[0] == 0
    assert (folder / "two" / "crosswalk.csv").read_bytes() == (folder / "one" / "crosswalk.csv").read_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("no JSON", "bad.json: this is no JSON; give the model.json that a run wrote", id="no JSON"),
        pytest.param(json.dumps({"kind": "else"}), "bad.json: this is JSON, but no model of crm-clean;", id="another"),
    ],
)
@pytest.mark.parametrize("words", [("dedupe", "people.csv", "--out", "two", "--model"), ("model",)])
def test_a_bad_model_is_one_sentence(
    crm_clean: Command, folder: Path, words: tuple[str, ...], content: str, sentence: str
) -> None:
    (folder / "bad.json").write_text(content)
    code, out, err = crm_clean(*words, "bad.json")
    assert (code, out) == (2, "")
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not (folder / "two").exists()


def test_learning_anew_by_a_model_is_no_wish(crm_clean: Command, folder: Path) -> None:
    assert crm_clean("init", "crm")[0] == 0
    code, _, err = crm_clean("run", "--project", "crm", "--full", "--model", "one/model.json")
    assert code == 2
    assert "exclude each other" in err
