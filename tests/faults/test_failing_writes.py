"""The n-th write fails, for every n: what stood still stands, and the next run makes of it what it would have made."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

import pytest

from crm_clean import files
from crm_clean.store import connection

STRIDE = 29
_FUNCTIONS = (
    *("crm_clean.files.sync", "crm_clean.files.rename", "crm_clean.files.remove", "crm_clean.files.writing"),
    *("crm_clean.store.commit.statement", "crm_clean.store.duckdb.statement", "crm_clean.store.migrate.statement"),
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


def run_with(project, fuse, monkeypatch) -> bool:
    """Whether the run came through."""
    originals = {
        **{name: getattr(files, name.rpartition(".")[2]) for name in _FUNCTIONS if ".files." in name},
        **dict.fromkeys((n for n in _FUNCTIONS if n.endswith("statement")), connection.statement),
    }
    with monkeypatch.context() as patch:
        for name, original in originals.items():
            patch.setattr(name, fuse.before(original))
        try:
            project.run(workers=1)
        except OSError:
            return False
    return True


def harm_at(limit, kind, scene, folder, monkeypatch) -> bool:
    """Let write `limit` of a second run fail, check, recover, check; whether there was such a write."""
    project = scene.copy(folder)
    fuse = kind(limit)
    came_through = run_with(project, fuse, monkeypatch)
    if fuse.seen < limit:
        assert came_through
        return False
    scene.check_stands(project)
    project.run(workers=1)
    scene.check_recovered(project)
    return True


@pytest.mark.parametrize(
    "kind", [pytest.param(Fuse, id="and so do all after it"), pytest.param(Spark, id="and no other")]
)
def test_a_write_that_fails_harms_nothing(scene, kind, tmp_path, monkeypatch):
    limit = 1 if kind is Fuse else 1 + STRIDE // 2
    while harm_at(limit, kind, scene, tmp_path / f"at-{limit}", monkeypatch):
        limit += STRIDE
    assert limit > 100


@pytest.mark.soak
@pytest.mark.parametrize(
    "kind", [pytest.param(Fuse, id="and so do all after it"), pytest.param(Spark, id="and no other")]
)
def test_each_write_may_fail(scene, kind, tmp_path, monkeypatch):
    limit = 1
    while harm_at(limit, kind, scene, tmp_path / f"at-{limit}", monkeypatch):
        limit += 1
    assert limit > 100
