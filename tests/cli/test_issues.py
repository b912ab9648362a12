"""`crm-clean issues`: how often each finding is, the rows behind one, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_clean.cli import findings as command
from crm_clean.errors import UnknownThing
from crm_clean.pipeline.issues import by_source
from crm_clean.project import Project

Runs = Callable[..., Any]
EAST = "Vorname,Nachname,Email,Telefon\nAda,Langfeld,ada@example.org,12\nBen,Kurz,none@none.com,+49 30 5550101\n"
WEST = "First Name,Last Name,Email,Phone\nCleo,Weit,cleo@example.com,020 7946\nDora,Klein,dora@example.net,12\n"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project that has run over two systems; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("issues") / "crm")
    for name, text in (("east.csv", EAST), ("west.csv", WEST)):
        (project.place.landing / name).write_text(text, encoding="utf-8")
    project.run(workers=1)
    return project.place.folder


def test_without_a_code_each_code_is_counted_by_source_and_named(crm_clean: Runs, ran: Path) -> None:
    done = crm_clean("issues", "--project", ran)
    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    sources = sorted(Project(ran).issues()["source"].unique())
    assert head.split() == ["code", "in", "all", *sources]
    (phone,) = [line.split(None, 4) for line in lines if line.startswith("phone.unreadable ")]
    assert phone == ["phone.unreadable", "3", "1", "2", "Phone that cannot be dialled"]
    assert lines[-1] == "The rows behind one: crm-clean issues CODE"


def test_with_a_code_its_rows_are_shown_and_where_they_stand(crm_clean: Runs, ran: Path) -> None:
    done = crm_clean("issues", "phone.unreadable", "--project", ran)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Phone that cannot be dialled (phone.unreadable)\n  Too short, ")
    assert "3 times, 3 records: west.csv 2, east.csv 1" in done.out
    rows = [line.split(None, 3) for line in done.out.splitlines() if line.startswith(("east.csv:", "west.csv:"))]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("east.csv:1", "phone", "12"),
        ("west.csv:1", "phone", "020 7946"),
        ("west.csv:2", "phone", "12"),
    ]


def test_one_source_and_the_first_rows_alone(crm_clean: Runs, ran: Path) -> None:
    done = crm_clean("issues", "phone.unreadable", "--source", "west.csv", "--limit", "1", "--project", ran)
    assert "2 times, 2 records: west.csv 2" in done.out
    assert "west.csv:1" in done.out
    assert "west.csv:2" not in done.out
    assert done.out.endswith("and 1 more: --limit N shows, --csv FILE keeps them\n")


def test_a_code_of_which_nothing_was_found(crm_clean: Runs, ran: Path) -> None:
    done = crm_clean("issues", "phone.scientific", "--project", ran)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("Nothing of that kind was found in the last run.\n")


def test_the_rows_go_to_a_file_of_its_owners_alone(crm_clean: Runs, ran: Path, tmp_path: Path) -> None:
    done = crm_clean("issues", "phone.unreadable", "--csv", tmp_path / "rows.csv", "--project", ran)
    assert done.out == f"3 rows with the values as they came: {tmp_path}/rows.csv. It holds personal data.\n"
    written = pd.read_csv(tmp_path / "rows.csv", dtype="string[pyarrow]")
    assert written["raw"].tolist() == ["12", "020 7946", "12"]
    assert list(written.columns) == list(Project(ran).issues().columns)
    assert os.stat(tmp_path / "rows.csv").st_mode & 0o077 == 0
    again = crm_clean("issues", "--csv", tmp_path / "rows.csv", "--project", ran)
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    every = crm_clean("issues", "--csv", tmp_path / "all.csv", "--project", ran)
    assert every.code == 0
    assert len(pd.read_csv(tmp_path / "all.csv")) == len(Project(ran).issues())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["phone.unreadabel"], "There is no code phone.unreadabel; did you mean phone.unreadable", id="code",
        ),
        pytest.param(["--source", "wst"], "There is no source wst; did you mean west", id="source"),
        pytest.param(["phone.unreadable", "--limit", "0"], "Invalid value for '--limit'", id="no row at all"),
        pytest.param(["x\x1b[2J\u202e" + "y" * 500], "There is no code x[2Jyyy", id="a code that steers the screen"),
    ],
)  # fmt: skip
def test_what_never_was_is_refused_with_what_comes_near(
    crm_clean: Runs, ran: Path, words: list[str], said: str
) -> None:
    done = crm_clean("issues", *words, "--project", ran)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not set("\x1b\u202e") & set(done.err)


def test_before_the_first_run(crm_clean: Runs, tmp_path: Path) -> None:
    Project.init(tmp_path / "p")
    done = crm_clean("issues", "--project", tmp_path / "p")
    assert (done.code, done.out) == (2, "")
    assert "run it first" in done.err


def test_data_without_findings_is_said_to_be_so(crm_clean: Runs, tmp_path: Path) -> None:
    project = Project.init(tmp_path / "p")
    (project.place.landing / "a.csv").write_text("First Name,Last Name,Email\nAda,Langfeld,ada@example.org\n")
    project.run(workers=1)
    assert crm_clean("issues", "--project", tmp_path / "p").out == "No value gave reason to complain.\n"


class TestInPython:
    def test_rows_by_code_source_and_field(self, ran: Path) -> None:
        project = Project(ran)
        phones = project.issues("phone.unreadable")
        assert phones.dtypes.astype(str).to_dict() == {
            **dict.fromkeys(["code", "field", "record_id", "source", "source_file"], "string"),
            "source_row": "Int64",
            **dict.fromkeys(["source_record_id", "raw", "suggestion"], "string"),
            "run": "Int64",
        }
        assert set(phones["code"]) == {"phone.unreadable"}
        assert project.issues(field="phone", source="west.csv")["raw"].tolist() == ["020 7946", "12"]
        assert len(project.issues("phone.unreadable", limit=2)) == 2

    @pytest.mark.parametrize("asked", [{"code": "fone.unreadable"}, {"source": "south"}, {"field": "fone"}])
    def test_what_never_was_is_refused(self, ran: Path, asked: dict[str, str]) -> None:
        with pytest.raises(UnknownThing, match="did you mean"):
            Project(ran).issues(**asked)

    def test_a_view_of_the_store_says_the_same(self, ran: Path) -> None:
        project = Project(ran)
        viewed = project.store.view("issues", where={"code": "phone.unreadable"})
        assert viewed.equals(project.issues("phone.unreadable"))

    def test_words_of_lists(self, ran: Path) -> None:
        found = Project(ran).vocabulary()
        assert [*found.columns] == ["field", "written", "value", "rule", "suggestion", "n_records", "run"]
        with pytest.raises(UnknownThing):
            Project(ran).vocabulary("tgas")


def test_many_sources_do_not_break_the_line() -> None:
    found = pd.DataFrame({"code": "phone.unreadable", "source": [f"system {n % 20:02}" for n in range(100)]})
    counted = command._few_sources(by_source(found.assign(n=1)))
    assert counted.columns.tolist()[-1] == "15 others"
    assert counted.iloc[0, 2:].sum() == 100
    assert all(len(line) < 130 for line in command._counts(found, 120))


def test_a_narrow_terminal_has_the_name_of_a_code_below_it() -> None:
    found = pd.DataFrame({"code": ["phone.unreadable"], "source": ["hubspot"]})
    assert list(command._counts(found, 40))[1:3] == [
        "phone.unreadable        1        1",
        "    Phone that cannot be dialled",
    ]
