"""The n-th write fails, for every n: what stood still stands, and the next run makes of it what it would have made."""

from __future__ import annotations

import errno
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

SCENES = ("file", "file, a part", "server", "server, a part")
_STRIDES = dict(zip(SCENES, (41, 97, 97, 97), strict=True))
_FILE, _SERVER = "crm_clean.store", "crm_clean.store.postgres"
_FUNCTIONS = (
    *("crm_clean.files.sync", "crm_clean.files.rename", "crm_clean.files.remove", "crm_clean.files.writing"),
    *(f"{_FILE}.{name}.statement" for name in ("commit", "duckdb", "migrate", "memory", "erasing")),
    *(f"{_SERVER}.{name}.statement" for name in ("commit", "connection", "migrate", "memory", "indexes", "erasing")),
    *(f"{_SERVER}.store.statement", f"{_SERVER}.commit.ingest", f"{_SERVER}.memory.ingest"),
)


class Fuse:
    """Lets `limit - 1` writes pass and fails the next one, as a full disk would; or with `only_that_one`, just that."""

    def __init__(self, limit: int) -> None:
        self.limit, self.seen = limit, 0

    @property
    def is_blown(self) -> bool:
        return self.seen >= self.limit

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **options: Any) -> Any:
            self.seen += 1
            if self.is_blown:
                raise OSError(errno.ENOSPC, "No space left on device")
            return function(*args, **options)

        return guarded


class Spark(Fuse):
    """Fails that one write only: whoever tidies up afterwards can."""

    @property
    def is_blown(self) -> bool:
        return self.seen == self.limit


def come_through(act, fuse, monkeypatch) -> bool:
    """Whether `act` came through."""
    with monkeypatch.context() as patch:
        for name in _FUNCTIONS:
            module, _, function = name.rpartition(".")
            patch.setattr(name, fuse.before(getattr(import_module(module), function)))
        try:
            act()
        except OSError:
            return False
    return True


def harm_at(limit, kind, scene, folder, monkeypatch) -> bool:
    """Let write `limit` of a second run fail, check, recover, check; whether there was such a write."""
    project = scene.copy(folder)
    fuse = kind(limit)
    came_through = come_through(lambda: project.run(workers=1), fuse, monkeypatch)
    if fuse.seen < limit:
        assert came_through
        return False
    scene.check_stands(project)
    project.run(workers=1)
    scene.check_recovered(project)
    scene.drop(project)
    return True


FAILING = [pytest.param(Fuse, id="and so do all after it"), pytest.param(Spark, id="and no other")]


# Every scene with one write that fails; the first also with all that come after it.
BRIEFLY = [(SCENES[0], Fuse), *((where, Spark) for where in SCENES)]


@pytest.mark.parametrize(("where", "kind"), BRIEFLY, ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_a_write_that_fails_harms_nothing(scenes, where, kind, tmp_path, monkeypatch):
    stride = _STRIDES[where]
    limit = 1 if kind is Fuse else 1 + stride // 4
    while harm_at(limit, kind, scenes(where), tmp_path / f"at-{limit}", monkeypatch):
        limit += stride
    assert limit > 100


@pytest.mark.soak
@pytest.mark.parametrize("where", SCENES)
@pytest.mark.parametrize("kind", FAILING)
def test_each_write_may_fail(scenes, where, kind, tmp_path, monkeypatch):
    limit = 1
    while harm_at(limit, kind, scenes(where), tmp_path / f"at-{limit}", monkeypatch):
        limit += 1
    assert limit > 100
