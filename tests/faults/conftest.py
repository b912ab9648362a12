"""A project after its first run, a second export waiting, and what an undisturbed second run makes of it.

There are four of these scenes: the store a file or a PostgreSQL database, the second run over everything or a part.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, wraps
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.files import TEMPORARY_SUFFIX
from crm_clean.project import Project

# The tests of one kind of fault build upon those of another; last, so that no library is shadowed.
sys.path.append(str(Path(__file__).resolve().parent))

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
FILE, FILE_PART, SERVER, SERVER_PART = "file", "file, a part", "server", "server, a part"
SCENES = (FILE, FILE_PART, SERVER, SERVER_PART)
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
    """`before` and `after`: digests of the store around the undisturbed second run; `put_out`: the outbox after it.

    `server` holds the store, in a database of the name of the folder's parent, where it is no file.
    """

    folder: Path
    before: dict[str, str]
    after: dict[str, str]
    put_out: dict[str, bytes]
    is_part: bool = False
    server: Any = None

    def copy(self, to: Path) -> Project:
        """The project after its first run, to be harmed."""
        shutil.copytree(self.folder, to, symlinks=True)
        if self.server is not None:
            name = database_of(to)
            self.server.say(
                f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
                f"CREATE DATABASE {name} TEMPLATE {database_of(self.folder)}",
            )
            (to / "crm_clean.toml").write_text(settings_of(to, is_part=self.is_part, server=self.server))
        return Project(to)

    def of(self, project: Project) -> Scene:
        """A scene whose copies are copies of `project`."""
        return replace(self, folder=project.place.folder)

    def drop(self, project: Project) -> None:
        """The copy is not needed any more."""
        shutil.rmtree(project.place.folder)
        if self.server is not None:
            self.server.say(f"DROP DATABASE {database_of(project.place.folder)} WITH (FORCE)")

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
        assert project.store.last_run() == 2
        assert files_of(project.place.outbox / "latest") == self.put_out
        assert orphans(project.place.folder) == []


def database_of(folder: Path) -> str:
    """The name of the database of the project in `folder`."""
    return f"of_{blake2b(str(folder).encode(), digest_size=8).hexdigest()}"


def settings_of(folder: Path, *, is_part: bool, server: Any) -> str:
    """Settings under which the second run looks at everything, or at a part."""
    store = f'store = "{server.url(database_of(folder))}"\n' if server is not None else ""
    return f"{store}[link]\npartial = {1.0 if is_part else 0.0}\n"


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
        if options.get("crowd") is not None:  # asks the store
            return function(*args, **options)
        quiet = {name: value for name, value in options.items() if name not in UNASKED}
        key = content_key([*args, *quiet.items()])
        if key not in known:
            known[key] = function(*args, **options)
        return known[key]

    return ask


def content_key(values: object) -> str:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        values = pa.table({"values": values})
    if isinstance(values, pd.DataFrame):
        values = pa.Table.from_pandas(values)
    if isinstance(values, pa.Table):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, values.schema) as stream:
            stream.write_table(values)
        return blake2b(sink.getvalue()).hexdigest()
    if isinstance(values, dict):
        values = list(values.items())
    if hasattr(values, "membership"):  # what stood before: frames in a dataclass, and questions to the store
        values = list(vars(values).values())
    if isinstance(values, list | tuple):
        return "|".join(map(content_key, values))
    return str(getattr(values, "__qualname__", values)) if callable(values) else repr(values)


@pytest.fixture(scope="session")
def scenes(
    tmp_path_factory: pytest.TempPathFactory, remembered: None, request: pytest.FixtureRequest
) -> Callable[[str], Scene]:
    """Any of SCENES, made when it is first asked for."""

    @cache
    def scene(kind: str) -> Scene:
        server = request.getfixturevalue("postgres_server") if kind in (SERVER, SERVER_PART) else None
        return made(tmp_path_factory.mktemp("scene") / "project", kind in (FILE_PART, SERVER_PART), server)

    return scene


def made(folder: Path, is_part: bool, server: Any) -> Scene:
    if server is not None:
        server.say(f"CREATE DATABASE {database_of(folder)}")
    folder.mkdir()
    (folder / "crm_clean.toml").write_text(settings_of(folder, is_part=is_part, server=server))
    project = Project.init(folder)
    (project.place.landing / "first.csv").write_text(FIRST)
    project.run(workers=1)
    (project.place.landing / "second.csv").write_text(SECOND)
    scene = Scene(folder, project.store.digests(), {}, {}, is_part, server)
    undisturbed = scene.copy(folder.with_name("undisturbed"))
    counts = undisturbed.run(workers=1).counts
    assert (counts["remade"] < counts["golden"]) == is_part
    return replace(scene, after=undisturbed.store.digests(), put_out=files_of(undisturbed.place.outbox / "latest"))


@pytest.fixture(scope="session")
def scene(scenes: Callable[[str], Scene]) -> Scene:
    return scenes(FILE)


@dataclass(frozen=True)
class Zygote:
    """Runs in processes of their own, which die where they are told to; one at a time."""

    process: subprocess.Popen[str]

    def start(self, folder: Path, point: str, step: str, nth: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{folder}\t{point}\t{step}\t{nth}\n")
        self.process.stdin.flush()

    def kill_after(self, folder: Path, seconds: float) -> int:
        """The exit status of a run that is killed so many seconds after it began."""
        self.start(folder, "after", str(seconds), 0)
        return self.status()

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
