"""What the ingest step says of the files it takes, beside their counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.pipeline.reporter import Silent
from crm_clean.project import Project, dedupe_files

PEOPLE = "Vorname,Nachname,E-Mail\nJürgen,Muster,j@example.org\nIda,Beispiel,i@example.org\n"


class Heard(Silent):
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)


@pytest.mark.parametrize(
    ("files", "notices"),
    [
        pytest.param({"a.csv": PEOPLE.encode("utf-8")}, [], id="UTF-8 proves itself"),
        pytest.param({"a.csv": PEOPLE.encode("utf-16")}, [], id="so does UTF-16"),
        pytest.param(
            {"a.csv": PEOPLE.encode("cp1252")},
            ["a.csv was read as Windows-1252; save it as UTF-8 if letters look wrong."],
            id="Windows-1252 is assumed",
        ),
        pytest.param(
            {"a.csv": PEOPLE.encode("utf-8"), "b.csv": b"sku,price\na,1\n"},
            ["b.csv was passed over: it holds no contacts."],
            id="a table without contacts",
        ),
    ],
)
def test_what_was_assumed_or_left_out_is_said(
    files: dict[str, bytes], notices: list[str], tmp_path: Path, make: Callable[[], Project]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    heard = Heard()
    make().step("ingest", [folder], reporter=heard)
    assert heard.notices == notices


def test_a_run_without_a_project_says_it_too(tmp_path: Path) -> None:
    path, heard = tmp_path / "kunden.csv", Heard()
    path.write_bytes(f"{PEOPLE}Jürgen,Muster,J@example.org\n".encode("cp1252"))
    dedupe_files([path], tmp_path / "out", reporter=heard)
    assert heard.notices == ["kunden.csv was read as Windows-1252; save it as UTF-8 if letters look wrong."]


def test_a_file_in_which_nobody_is_merged_is_cleaned_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "kunden.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    assert dedupe_files([path], tmp_path / "out")["rows"] == {"read": 2, "quarantined": 0, "golden": 2}
