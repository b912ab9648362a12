"""Exports with a planted person, a Prefect server, and ways to run `python -m flows` as a user does."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crm_clean.project import Project
from crm_clean.sample.generate import write_sample
from crm_clean.store.lock import run_lock
from flows import environment, leash, names
from flows.server import HOST, Server, answers, free_port, started

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
PATIENCE = 240.0


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


# `python -m flows`, but with a merge that ends in an error of a library, which quotes the whole row it choked on.
BREAKING = """
import sys
from dataclasses import replace
from crm_clean.pipeline import run as running
from crm_clean.records.tables import RECORDS

def broken(context):
    people = context.shelf.read(RECORDS)
    row = str(people[people["last_name_raw"].eq("Qvogelsang")].iloc[0].to_dict())
    try:
        raise KeyError(row)
    except KeyError as cause:
        error = ValueError(f"cannot merge {row}")
        error.add_note(row)
        raise error from cause

running.STEPS = tuple(replace(step, run=broken) if step.name == "merge" else step for step in running.STEPS)
from flows.__main__ import main
main(sys.argv[1:])
"""


# `python -m flows` that has no patience with a run before it.
HURRIED = """
import sys
from flows import limits
from flows.__main__ import main
limits.WAIT_SECONDS = 2
main(sys.argv[1:])
"""


# The same run, without Prefect.
PLAIN = """
import sys
from crm_clean.project import Project
Project.init(sys.argv[1]).run([sys.argv[2]])
"""


class World(NamedTuple):
    """The server, where it keeps its things, and the environment that leads to it."""

    server: Server
    home: Path
    env: dict[str, str]

    def flow_run(self, name: str) -> Any:
        """The flow run of that name; there must be one."""
        (found,) = self.server.ask("/flow_runs/filter", {"flow_runs": {"name": {"any_": [name]}}})
        return found

    def of_run(self, what: str, flow_run: Any) -> list[Any]:
        """The task runs, or the artifacts, of a flow run."""
        if what == "artifacts":
            asked = {what: {"flow_run_id": {"any_": [flow_run["id"]]}}}
            return [one for one in self.server.ask("/artifacts/filter", asked) if one["key"]]
        return list(self.server.ask(f"/{what}/filter", {"flow_runs": {"id": {"any_": [flow_run["id"]]}}}))


def wait_until(found: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What `found` gives, once that is something."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if it := found():
            return it
        time.sleep(0.1)
    raise AssertionError(f"waited in vain for {what}")


def await_step(folder: Path, step: str, process: subprocess.Popen[str]) -> None:
    """Wait until the first run of a project has taken a step."""

    def reached() -> bool:
        assert process.poll() is None, process.communicate()
        return any(folder.glob(f"store/runs/1.tmp/{step}.step*"))

    wait_until(reached, f"{step} of {folder.name}")


class Ends(dict[str, Any]):
    """What each of the runs that were begun printed, and its exit code; waits for one that is asked for."""

    def __init__(self, begun: dict[str, subprocess.Popen[str]], end: Callable[[subprocess.Popen[str]], Any]) -> None:
        super().__init__()
        self.begun, self.end = begun, end

    def __missing__(self, name: str) -> Any:
        self[name] = self.end(self.begun[name])
        return self[name]

    def all(self) -> list[Any]:
        return [self[name] for name in self.begun]


@pytest.fixture(scope="module")
def plain(tmp_path_factory, exports, begin) -> tuple[Path, subprocess.Popen[str]]:
    """A project over the same exports, which is run without Prefect meanwhile."""
    folder = tmp_path_factory.mktemp("plain") / "plain"
    return folder, begin(folder, exports, code=PLAIN)


@pytest.fixture(scope="module")
def undisturbed(plain, end) -> dict[str, str]:
    """Its digests."""
    assert end(plain[1]).code == 0
    return Project(plain[0]).store.digests()


@pytest.fixture(scope="module")
def world(plain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("prefect")
    with started(home, port=free_port()) as server:
        yield World(server, home, {"PREFECT_API_URL": server.api, "PREFECT_HOME": str(home)})


@pytest.fixture(scope="module")
def folders(make_project) -> dict[str, Path]:
    made = {name: make_project(name) for name in ("demo", "broken", "refused", "held", "late", "killed", "bereft")}
    made["stood"] = made["killed"].with_name("stood")
    suite = made["refused"] / "expectations" / "golden.json"
    told = json.loads(suite.read_text())
    told["expectations"][0]["kwargs"] = {"min_value": 1, "max_value": 2}
    suite.write_text(json.dumps(told))
    return made


@pytest.fixture(scope="module")
def dying(world, tmp_path_factory) -> Iterator[tuple[World, subprocess.Popen[bytes]]]:
    """A second server, which comes up meanwhile, and its process."""
    home, port = tmp_path_factory.mktemp("dying"), free_port()
    server = Server(f"http://{HOST}:{port}/api")
    ours, its = sqlite3.connect(world.home / "prefect.db"), sqlite3.connect(home / "prefect.db")
    with closing(ours), closing(its):
        ours.backup(its)  # whose tables are made already, which takes a server longer than all else
    words = ["server", "start", "--host", HOST, "--port", str(port), "--no-ui"]
    with (home / "server.log").open("wb") as log:
        process = leash.start(words, env=environment.of_server(home, server.api), log=log)
    hasty = {"PREFECT_CLIENT_MAX_RETRIES": "1"}  # or each word to it, once it is dead, takes a quarter of a minute
    yield World(server, home, {"PREFECT_API_URL": server.api, "PREFECT_HOME": str(home)} | hasty), process
    leash.stop(process)


@pytest.fixture(scope="module")
def begun(world, dying, folders, exports, begin) -> dict[str, subprocess.Popen[str]]:
    """The runs that are begun together, on projects of these names.

    `demo` is a good one; `refused` ends at a failed gate, `broken` in a mistake of ours; `held` finds the store held,
    `late` the slot. `killed` is killed on its way (`stood` is what it left), and two more begin where it ended; the
    server of `bereft` is killed.
    """

    def refresh(name: str, on: World = world, code: str | None = None) -> subprocess.Popen[str]:
        return begin("refresh", "--project", folders[name], "--input", exports, env=on.env, code=code)

    occupy(world.server, names.limit(folders["late"]))
    with run_lock(folders["held"] / "store"):
        runs = {name: refresh(name) for name in ("killed", "demo", "refused", "held")}
        await_step(folders["killed"], "normalise", runs["killed"])
        os.killpg(runs["killed"].pid, signal.SIGKILL)
        runs["killed"].wait()
        shutil.copytree(folders["killed"], folders["stood"])
        runs |= {"broken": refresh("broken", code=BREAKING), "late": refresh("late", code=HURRIED)}
        wait_until(lambda: answers(dying[0].server.api), "the server that is to die")
        runs["bereft"] = refresh("bereft", on=dying[0])
        await_step(folders["bereft"], "normalise", runs["bereft"])
        os.killpg(dying[1].pid, signal.SIGKILL)
        wait_until(lambda: runs["held"].poll() is not None, "the run that finds the store held")
    return runs | {"next": refresh("killed"), "beside": refresh("killed")}


@pytest.fixture(scope="module")
def ran(begun, end) -> Ends:
    return Ends(begun, end)


def occupy(server: Server, limit: str) -> None:
    """Take the only slot of a limit, as a run would that goes on for ten minutes."""
    server.ask("/v2/concurrency_limits/", {"name": limit, "limit": 1})
    server.ask("/v2/concurrency_limits/increment-with-lease", {"names": [limit], "slots": 1, "lease_duration": 600})


@pytest.fixture(scope="session")
def until() -> Callable[..., Any]:
    """`until(found, what, patience=...)`: what `found` gives, once that is something."""
    return wait_until
