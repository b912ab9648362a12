"""Nobody's data is where nobody looks for it: printed, logged, cached, kept beside the store, told to Prefect.

One person is planted in exports that are run well and badly; each search finds its canary in store and exports first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crm_clean.cli import main
from crm_clean.pipeline import run as running
from crm_clean.pipeline.step import Context
from crm_clean.project import Project
from flows import environment
from flows.server import free_port, started
from tests.privacy.conftest import as_csv, others
from tests.privacy.scan import found

CANARY = ["7", "Zzcanary", "Qvogelsang", "zz7261@qvogelsang.example.net", "+49 171 2039999", "Kanariengasse 61"]
CANARY += ["Berlin", "10117", "DE", "qvtag", "qvsecret: likes the boathouse"]
WORDS = ("zzcanary", "qvogelsang", "zz7261", "1712039999", "171 2039999", "kanariengasse", "qvtag", "qvsecret")
# What people are meant to read or import; all else that a project holds is for machines.
FOR_PEOPLE = ("landing", "outbox", "store/crm.duckdb", "reports")

Said = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose exports hold the canary twice well, and once in a row that cannot be read."""
    made = Project.init(tmp_path / "firm")
    again = ["8", "ZZCANARY", *CANARY[2:]]
    rows = [*others()[:8], CANARY, again, [*CANARY, "one cell too many"]]
    (made.place.landing / "people.csv").write_text(as_csv(rows))
    return made


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """Run a command; everything it printed, on either stream, in small letters."""

    def run(*words: object) -> str:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        return f"exit {left.value.code or 0}\n{out}\n{err}".casefold()

    return run


@pytest.fixture
def choking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge that ends in an error of a library, which quotes the row it choked on."""

    def choke(context: Context) -> dict[str, int]:
        row = str(CANARY)
        try:
            raise KeyError(row)
        except KeyError as cause:
            error = ValueError(f"cannot merge {row}")
            error.add_note(row)
            raise error from cause

    steps = tuple(replace(step, run=choke) if step.name == "merge" else step for step in running.STEPS)
    monkeypatch.setattr(running, "STEPS", steps)


def refuse(project: Project) -> None:
    """Let no run through the gate."""
    suite = project.place.folder / "expectations" / "golden.json"
    told = json.loads(suite.read_text())
    told["expectations"][0]["kwargs"] = {"min_value": 1, "max_value": 2}
    suite.write_text(json.dumps(told))


def told_in(text: str) -> list[str]:
    return [word for word in WORDS if word in text]


def beside_the_store(project: Project) -> dict[str, list[str]]:
    """The canary in files that nobody reads or imports; Parquet of a run that goes on is data, as the store is."""
    kept = found(project.place.folder, WORDS)
    held = {
        word: [p for p in places if not p.startswith(FOR_PEOPLE) and ".parquet" not in p]
        for word, places in kept.items()
    }
    return {word: places for word, places in held.items() if places}


class TestTheCommandLine:
    def test_says_nothing_of_anybody_when_all_is_well(self, project, said):
        printed = said("run", "--project", project.place.folder, "--workers", 1)
        assert "exit 0" in printed
        assert told_in(printed) == []
        kept = found(project.place.folder, WORDS)
        assert {"zzcanary", "qvogelsang", "zz7261", "kanariengasse"} <= set(kept)
        for place in ("landing/people.csv", "store/crm.duckdb!kept.raw_rows", "store/crm.duckdb!kept.quarantine"):
            assert place in kept["qvogelsang"]
        assert beside_the_store(project) == {}
        model = (project.place.outbox / "latest" / "model.json").read_text().casefold()
        assert told_in(model) == []

    def test_says_nothing_of_anybody_when_the_gate_refuses(self, project, said):
        refuse(project)
        printed = said("run", "--project", project.place.folder, "--workers", 1)
        assert "exit 3" in printed
        assert told_in(printed) == []
        assert beside_the_store(project) == {}

    @pytest.mark.usefixtures("choking")
    @pytest.mark.parametrize("debug", [[], ["--debug"]], ids=["in a sentence", "in a traceback"])
    def test_says_nothing_of_anybody_when_a_library_quotes_them(self, project, said, debug):
        printed = said("run", "--project", project.place.folder, "--workers", 1, *debug)
        assert "exit 1" in printed
        assert "valueerror" in printed
        assert ("traceback" in printed) == bool(debug)
        assert told_in(printed) == []
        assert beside_the_store(project) == {}

    def test_says_nothing_of_anybody_when_a_file_cannot_be_read(self, project, said):
        headless = "\n".join(as_csv([CANARY]).splitlines()[1:])
        (project.place.landing / "broken.csv").write_text(headless)
        printed = said("run", "--project", project.place.folder, "--workers", 1, "--debug")
        assert "exit 2" in printed
        assert "broken.csv" in printed
        assert told_in(printed) == []

    def test_says_nothing_of_whom_it_erases(self, project, said):
        project.run(workers=1)
        planned = said("forget", CANARY[3], "--project", project.place.folder, "--dry-run")
        assert "would erase 2 records of g-" in planned
        erased = said("forget", CANARY[3], "--project", project.place.folder, "--by", "the office", "--yes")
        assert "erased 2 records of g-" in erased
        assert told_in(planned + erased) == []
        assert found(project.place.folder, WORDS) == {}

    def test_asks_before_it_erases(self, project, said):
        project.run(workers=1)
        printed = said("forget", CANARY[3], "--project", project.place.folder)
        assert "exit 2" in printed
        assert "add --yes" in printed
        assert "qvogelsang" in found(project.place.folder, WORDS)


# `python -m flows`, but with a merge that quotes the row it choked on.
CHOKING = """
import sys
from dataclasses import replace
from crm_clean.pipeline import run as running
from crm_clean.records.tables import RAW_ROWS

def choke(context):
    raise ValueError("cannot merge " + context.shelf.read(RAW_ROWS).to_csv())

running.STEPS = tuple(replace(step, run=choke) if step.name == "merge" else step for step in running.STEPS)
from flows.__main__ import main
main(sys.argv[1:])
"""


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Where a Prefect server of our own keeps its things, and the environment that leads to it."""
    home = tmp_path / "prefect"
    home.mkdir()
    with started(home, port=free_port()) as server:
        yield (
            home,
            {**os.environ, **environment.TELEMETRY_OFF, "PREFECT_API_URL": server.api, "PREFECT_HOME": str(home)},
        )


def test_prefect_is_told_nothing_of_anybody(project, prefect, root):
    home, env = prefect
    words = ["refresh", "--project", str(project.place.folder)]
    ran = [
        subprocess.run([sys.executable, *how, *words], cwd=root, env=env, capture_output=True, text=True, check=False)
        for how in (["-c", CHOKING], ["-m", "flows"])
    ]
    assert [one.returncode for one in ran] == [1, 0], ran
    printed = "\n".join(one.stdout + one.stderr for one in ran).casefold()
    assert "run 1 is committed" in printed
    assert told_in(printed) == []
    assert found(home, ["refresh firm"]) != {}
    assert found(home, WORDS) == {}
    assert beside_the_store(project) == {}
    assert "zzcanary" in found(project.place.store_folder, WORDS)
