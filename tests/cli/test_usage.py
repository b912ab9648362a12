"""Wrong usage: one sentence on stderr that says what to do, exit code 2, nothing on stdout, nothing written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean import __version__
from crm_clean.sample import generate

Command = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["clean"], "No such command 'clean'. Try `crm-clean --help`.", id="an unknown command"),
        pytest.param(["run", "--fast"], "No such option: --fast. Try `crm-clean run --help`.", id="an unknown option"),
        pytest.param(
            ["dedupe", "a.csv"],
            "Missing option '--out'. Try `crm-clean dedupe --help`.",
            id="an option that must be given",
        ),
        pytest.param(["dedupe", "--out", "o"], "Missing argument 'FILE'. Try", id="no file"),
        pytest.param(["run", "--workers", "0"], "Invalid value for '--workers': Input should be", id="no workers"),
        pytest.param(["sample", "--contacts", "many", "--out", "o"], "Invalid value for '--contacts':", id="no number"),
        pytest.param(
            ["sample", "--contacts", "3", "--out", "o"],
            "A sample has from 10 to 5000000 contacts;",
            id="too small a sample",
        ),
        pytest.param(
            ["run", "--project", "nowhere"],
            "No project in nowhere: there is no crm_clean.toml. Make one with",
            id="no project",
        ),
        pytest.param(
            ["dedupe", "missing.csv", "--out", "o"], "missing.csv: no such file or folder;", id="no such file"
        ),
        pytest.param(
            ["dedupe", "a.csv", "--out", "o", "--map", "Mobile"],
            "--map Mobile: write COLUMN=field, as in --map Mobile=phone.",
            id="a mapping without a field",
        ),
        pytest.param(
            ["dedupe", "a.csv", "--out", "o", "--map", "=phone"],
            "--map =phone: write COLUMN=field",
            id="one without a column",
        ),
        pytest.param(
            ["dedupe", "a.csv", "--out", "o", "--map", "A=phone", "--map", "A=email"],
            "--map A: a column holds one field; map it once.",
            id="a column mapped twice",
        ),
        pytest.param(
            ["dedupe", "a.csv", "--out", "o", "--map", "A=telephone"],
            "no such field: telephone; use",
            id="an unknown field",
        ),
        pytest.param(
            ["dedupe", "a.csv", "--out", "o", "--default-region", "Spain"], "default_region", id="no country code"
        ),
        pytest.param(["dedupe", "a.csv", "--out", "o", "--threshold", "90"], "threshold", id="no probability"),
    ],
)
def test_wrong_usage(
    crm_clean: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("Email\nann@example.com\n")
    code, out, err = crm_clean(*words)
    assert (code, out) == (2, "")
    assert err.startswith("crm-clean: ")
    assert sentence in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("words", [[], ["--help"], ["run", "--help"]], ids=["no words", "--help", "help on a command"])
def test_help_is_on_stdout_without_colour(crm_clean: Command, words: list[str]) -> None:
    code, out, err = crm_clean(*words)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: crm-clean")
    assert "\x1b" not in out


def test_version(crm_clean: Command) -> None:
    assert crm_clean("--version") == (0, f"crm-clean {__version__}\n", "")


@pytest.mark.parametrize("place", [0, 1, 3], ids=["before the command", "after it", "at the end"])
def test_debug_shows_the_traceback_wherever_it_stands(tmp_path: Path, place: int) -> None:
    words = ["run", "--project", str(tmp_path)]
    words.insert(place, "--debug")
    command = [sys.executable, "-c", "from crm_clean.cli import main; main()", *words]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "Traceback (most recent call last)" in ran.stderr
    assert "UnknownThing" in ran.stderr


def test_an_error_of_ours_is_one_sentence_and_exit_code_1(
    crm_clean: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("ann@example.com is not in list")

    monkeypatch.setattr(generate, "write_sample", fail)
    code, out, err = crm_clean("sample", "--contacts", 100, "--out", tmp_path)
    assert (code, out) == (1, "")
    assert "ValueError at crm_clean/cli/__init__.py:" in err
    assert "ann" not in err
    assert err.count("\n") == 1


def test_interrupting_a_command_is_one_sentence(
    crm_clean: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(generate, "write_sample", interrupt)
    ran = crm_clean("sample", "--contacts", 100, "--out", tmp_path)
    assert ran == (130, "", "crm-clean: Stopped. What stood before still stands.\n")
