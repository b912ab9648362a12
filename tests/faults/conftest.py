"""A project after its first run, a second export waiting, and what an undisturbed second run makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.files import TEMPORARY_SUFFIX
from crm_clean.project import Project

FIRST = """First Name,Last Name,Email,Phone,City
Ada,Longfellow,ada.longfellow@example.org,+1 212 555 0101,Springfield
ada,longfellow,ADA.LONGFELLOW@example.org,(212) 555-0101,Springfield
Ben,Shortt,ben@example.com,+1 212 555 0102,Shelbyville
Cleo,Wide,cleo.wide@example.net,,Ogdenville
"""
SECOND = """First Name,Last Name,Email,Phone,City
Benjamin,Shortt,ben@example.com,+1 212 555 0102,Shelbyville
Dora,Neumann,dora@example.net,+1 212 555 0104,Capital City
"""
# The stages are pure: the same frames in, the same frames out. What they found once is handed out again, so that a
# loop over every write spends its time on what is tested here.
STAGES = (
    ("crm_clean.normalise.apply", "normalise"),
    ("crm_clean.link.linking", "link"),
    ("crm_clean.merge.golden", "merge"),
    ("crm_clean.validate.suites", "audit"),
    ("crm_clean.publish.plan", "plan"),
)
# What changes nothing, or is the same in every copy of the scene.
UNASKED = ("on_progress", "workers", "as_of", "folder")


@dataclass(frozen=True)
class Scene:
    """`before` and `after`: digests of the store around the undisturbed second run; `put_out`: the outbox after it."""

    folder: Path
    before: dict[str, str]
    after: dict[str, str]
    put_out: dict[str, bytes]

    def copy(self, to: Path) -> Project:
        """The project after its first run, to be harmed."""
        shutil.copytree(self.folder, to, symlinks=True)
        return Project(to)

    def check_stands(self, project: Project) -> None:
        """What stands is all of the first run or all of the second."""
        standing = {1: self.before, 2: self.after}
        assert project.store.digests() == standing[project.store.last_run()]
        latest = (project.place.outbox / "latest").resolve()
        assert latest.name in ("run-000001", "run-000002")
        assert (latest / "report.html").exists()

    def check_recovered(self, project: Project) -> None:
        """The second run is there as if nothing had happened, and nothing else is left."""
        assert project.store.digests() == self.after
        assert files_of(project.place.outbox / "latest") == self.put_out
        assert orphans(project.place.folder) == []


def files_of(folder: Path) -> dict[str, bytes]:
    """Content by name, without the page that tells how long things took."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "report.html"
    }


def orphans(folder: Path) -> list[Path]:
    """Whatever a killed writer can leave behind."""
    left = [p for p in folder.rglob("*") if TEMPORARY_SUFFIX in p.name or p.name.endswith(".wal")]
    return left + list((folder / "store" / "runs").iterdir())


@pytest.fixture(scope="session")
def remembered() -> Iterator[None]:
    """Stages that answer from memory what they were asked before, under a clock that stands still."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in STAGES:
            patch.setattr(f"{module}.{name}", remembering(getattr(import_module(module), name)))
        patch.setattr("crm_clean.project._now", lambda: datetime(2026, 1, 1, tzinfo=UTC))
        yield


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    @wraps(function)
    def ask(*args: Any, **options: Any) -> Any:
        quiet = {name: value for name, value in options.items() if name not in UNASKED}
        key = content_key([*args, *quiet.items()])
        if key not in known:
            known[key] = function(*args, **options)
        return known[key]

    return ask


def content_key(values: object) -> str:
    if isinstance(values, pd.DataFrame | pa.Table):
        sink = pa.BufferOutputStream()
        table = values if isinstance(values, pa.Table) else pa.Table.from_pandas(values)
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        return blake2b(sink.getvalue()).hexdigest()
    if isinstance(values, dict):
        return content_key(list(values.items()))
    if isinstance(values, list | tuple):
        return "|".join(map(content_key, values))
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return content_key(pa.table({"values": values}))
    if hasattr(values, "membership"):  # what stood before: frames in a dataclass
        return content_key(list(vars(values).values()))
    return repr(values)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory, remembered: None) -> Scene:
    folder = tmp_path_factory.mktemp("scene") / "project"
    project = Project.init(folder)
    (project.place.landing / "first.csv").write_text(FIRST)
    project.run(workers=1)
    (project.place.landing / "second.csv").write_text(SECOND)
    before = project.store.digests()
    undisturbed = Scene(folder, before, {}, {}).copy(folder.with_name("undisturbed"))
    undisturbed.run(workers=1)
    return Scene(folder, before, undisturbed.store.digests(), files_of(undisturbed.place.outbox / "latest"))


@dataclass(frozen=True)
class Zygote:
    """Runs in processes of their own, which die where they are told to; one at a time."""

    process: subprocess.Popen[str]

    def start(self, folder: Path, point: str, step: str, nth: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{folder}\t{point}\t{step}\t{nth}\n")
        self.process.stdin.flush()

    def status(self) -> int:
        """The exit status of what was started, once it has ended."""
        assert self.process.stdout
        return int(self.process.stdout.readline())


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    yield Zygote(process)
    process.communicate()


@pytest.fixture
def victim(zygote: Zygote) -> Callable[[Path, str, str, int], int]:
    """A run in a process of its own that dies at a point; its exit status."""

    def run(folder: Path, point: str, step: str, nth: int) -> int:
        zygote.start(folder, point, step, nth)
        return zygote.status()

    return run
