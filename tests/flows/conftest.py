"""Exports with a planted person, projects to run them in, and a way to run `python -m flows` as a user does."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from crm_clean.project import Project
from crm_clean.sample.generate import write_sample

# Whatever says one of these outside the store, the outbox and the landing folder has leaked a person.
CANARY = {
    "First Name": "Zzcanary7261",
    "Last Name": "Qvogelsang",
    "Email": "zzcanary7261@qvogelsang.example.org",
    "Phone Number": "+1 212-555-0199",
    "Company": "Qvogelsang Halyards",
    "Notes": "qvsecret: prefers the boathouse",
    "Qvcolumn": "qvcell",
}
CONTACTS = 150


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of 150 made-up contacts, and one more file with the planted person: twice well, once in a broken row."""
    folder = tmp_path_factory.mktemp("flows") / "exports"
    write_sample(folder, contacts=CONTACTS, seed=11)
    (folder / "truth.csv").unlink()
    with (folder / "more.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(CANARY)
        writer.writerow(CANARY.values())
        writer.writerow({**CANARY, "First Name": "ZZCANARY7261", "Phone Number": "2125550199"}.values())
        writer.writerow([*CANARY.values(), "zzcanary7261", "one cell too many"])
    return folder


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A new, empty project of that name."""

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp("projects") / name
        Project.init(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def begin(root: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """`begin("refresh", "--project", folder, env=...)` starts `python -m flows` in a session of its own."""
    begun: list[subprocess.Popen[str]] = []

    def start(
        *words: object, env: dict[str, str] | None = None, code: str | None = None, cwd: Path = root
    ) -> subprocess.Popen[str]:
        how = ["-c", code] if code else ["-m", "flows"]
        process = subprocess.Popen(
            [sys.executable, *how, *map(str, words)],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        with process:  # which closes its pipes and waits
            process.kill()


@pytest.fixture(scope="session")
def end() -> Callable[[subprocess.Popen[str]], Ran]:
    """Wait for what was begun: its exit code, and what it printed."""

    def wait(process: subprocess.Popen[str], timeout: float = 240) -> Ran:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return Ran(process.returncode, out, err)

    return wait
