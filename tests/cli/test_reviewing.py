"""`explain`, `decide` and `undo` on the command line: what is printed, exit codes, and errors of one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.project import Project
from crm_clean.store.connection import connected

Command = Callable[..., tuple[int, str, str]]

ROWS = """Record ID,First Name,Last Name,Email,Phone
m1,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101
n1,Maria,Lopezeta,ml@one.example.org,
n2,Maria,Lopezeta,maria.l@two.example.net,
z1,Zebedee,Solitarius,zeb@solo.example.org,
"""
VALUES = ("Ottilie", "Quarrel", "quarrel.example.org", "5550101", "555-0101", "Lopezeta", "example.net")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project after one run; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("reviewing") / "project")
    (project.place.landing / "hand.csv").write_text(ROWS)
    project.run(workers=1)
    return project.place.folder


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    """A copy of it to work on."""
    return Path(shutil.copytree(ran, tmp_path / "project", symlinks=True))


def test_explain_prints_the_answer_and_nothing_else(crm_clean: Command, ran: Path) -> None:
    code, out, err = crm_clean("explain", "hand.csv:m1", "hand.csv:m2", "--project", ran)
    assert (code, err) == (0, "")
    assert out.startswith("One person, G-")
    assert "both write to ottilie@quarrel.example.org (+" in out
    assert len(out.splitlines()) <= 6


def test_explain_one_thing_alone(crm_clean: Command, ran: Path) -> None:
    code, out, _ = crm_clean("explain", "hand.csv:z1", "--project", ran)
    assert code == 0
    assert "It stands alone" in out


def test_the_command_that_explain_prints_can_be_typed(crm_clean: Command, folder: Path) -> None:
    _, out, _ = crm_clean("explain", "hand.csv:n1", "hand.csv:n2", "--project", folder)
    words = out.splitlines()[-1].partition("crm-clean ")[2].split()
    code, noted, err = crm_clean(*words, "--project", folder)
    assert (code, err) == (0, "")
    assert noted.startswith("Noted: YOU says that hand.csv:n1 and hand.csv:n2 are one person.")


def test_decide_and_undo(crm_clean: Command, folder: Path) -> None:
    pair = ("hand.csv:m1", "hand.csv:m2", "--project", folder)
    code, out, _ = crm_clean("decide", "different", *pair, "--by", "Kim Rao", "--reason", "two shops")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "the next run takes them apart" in out
    assert Project(folder).decisions()["reason"].iloc[-1] == "two shops"
    code, out, _ = crm_clean("undo", *pair, "--by", "Lee")
    assert code == 0
    assert out.startswith("Noted: Lee takes back what was decided on hand.csv:m1 and hand.csv:m2.")


PAIR = ("hand.csv:n1", "hand.csv:n2")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["explain"], "Missing argument 'GOLDEN_ID|RECORD'", id="nothing to explain"),
        pytest.param(["explain", "nobody"], "nobody: no such record;", id="an unknown record"),
        pytest.param(["explain", *PAIR, "more"], "Got unexpected extra argument", id="three things"),
        pytest.param(["explain", "G-0123"], "G-0123: no such golden record;", id="an unknown golden id"),
        pytest.param(
            ["decide", "same", *PAIR], "Missing option '--by'. Try `crm-clean decide --help`.", id="by nobody"
        ),
        pytest.param(["decide", "same", *PAIR, "--by", " "], "Say who decides,", id="by a blank"),
        pytest.param(
            ["decide", "same", *PAIR, "--by", "import"], "`import` is what exports sign with;", id="by import"
        ),
        pytest.param(["decide", "undone", *PAIR, "--by", "K"], "Say `same` or `different`, not `undone`;", id="undone"),
        pytest.param(["decide", "same", "hand.csv:n1", "--by", "K"], "Missing argument 'B'", id="one record only"),
        pytest.param(
            ["decide", "same", "hand.csv:n1", "hand.csv:n1", "--by", "K"], "two different record", id="itself"
        ),
        pytest.param(["undo", *PAIR, "--by", "K"], "Nothing stands decided on hand.csv:n1 and", id="never decided"),
        pytest.param(["undo", *PAIR], "Missing option '--by'.", id="undone by nobody"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exits_2(
    crm_clean: Command, ran: Path, words: list[str], sentence: str
) -> None:
    code, out, err = crm_clean(*words, "--project", ran)
    assert (code, out) == (2, "")
    assert err.startswith("crm-clean: ")
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not [value for value in VALUES if value in err]


def test_before_the_first_run(crm_clean: Command, tmp_path: Path) -> None:
    Project.init(tmp_path / "p")
    for words in (["explain", "a"], ["decide", "same", "a", "b", "--by", "K"], ["undo", "a", "b", "--by", "K"]):
        code, _, err = crm_clean(*words, "--project", tmp_path / "p")
        assert code == 2
        assert "run it first" in err


@pytest.mark.parametrize("words", [["decide", "same"], ["explain"]])
def test_a_store_that_is_held_exits_4(
    crm_clean: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    for module in ("decide", "explain"):
        monkeypatch.setattr(f"crm_clean.pipeline.{module}.PATIENCE_SECONDS", 0.2)
    by = ["--by", "Kim"] if words[0] == "decide" else []
    with connected(Project(folder).store.path, writing=True):
        code, out, err = crm_clean(*words, *PAIR, *by, "--project", folder)
    assert (code, out) == (4, "")
    assert "close what holds it" in err
    assert len(err.splitlines()) == 1


def test_the_terminal_gets_no_control_characters_back(crm_clean: Command, ran: Path) -> None:
    _, _, err = crm_clean("explain", "x\x1b[2J\u202e" + "y" * 500, "--project", ran)
    assert "\x1b" not in err
    assert "\u202e" not in err
    assert len(err) < 300
