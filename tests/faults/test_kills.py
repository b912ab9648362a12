"""SIGKILL at any moment: what stood stands, and the next run makes of it what it would have made."""

from __future__ import annotations

import random
import signal
import time

import pytest

from crm_clean.errors import StoreLocked

KILLED = -signal.SIGKILL
MOMENTS = 100


IN_EVERY_STEP = [
    pytest.param("sync", "ingest", 5, id="in ingest"),
    pytest.param("sync", "normalise", 3, id="in normalise"),
    pytest.param("sync", "link", 3, id="in link"),
    pytest.param("sync", "merge", 5, id="in merge"),
    pytest.param("sync", "validate", 1, id="in validate"),
    pytest.param("sync", "publish", 9, id="in publish"),
]
AROUND_THE_COMMIT = [
    pytest.param("statement", "publish", 3, id="as the commit begins"),
    pytest.param("statement:UPDATE", "publish", 3, id="while rows are closed"),
    pytest.param("statement:INSERT", "publish", 6, id="while rows are added"),
    pytest.param("statement:COMMIT", "publish", 1, id="just before the commit"),
    pytest.param("statement:CHECKPOINT", "publish", 1, id="between commit and checkpoint"),
    pytest.param("rename:run-000002", "publish", 1, id="before the outbox is moved"),
    pytest.param("rename:latest", "publish", 1, id="before latest follows"),
    pytest.param("remove:2.tmp", "publish", 2, id="before the work is tidied away"),
]


@pytest.mark.parametrize(("point", "step", "nth"), [*IN_EVERY_STEP, *AROUND_THE_COMMIT])
def test_a_killed_run_is_made_good_by_the_next(scene, victim, tmp_path, point, step, nth):
    project = scene.copy(tmp_path / "project")
    assert victim(project.place.folder, point, step, nth) == KILLED
    scene.check_stands(project)
    project.run(workers=1)
    scene.check_recovered(project)


def test_kill_after_kill_each_run_gets_a_little_further(scene, victim, tmp_path):
    project = scene.copy(tmp_path / "project")
    for case in IN_EVERY_STEP:
        assert victim(project.place.folder, *case.values) == KILLED
        scene.check_stands(project)
    result = project.run(workers=1)
    assert [step.name for step in result.steps if step.is_reused] == [
        "ingest",
        "normalise",
        "link",
        "merge",
        "validate",
    ]
    scene.check_recovered(project)


@pytest.mark.soak
@pytest.mark.parametrize("point", ["sync", "rename", "statement"])
def test_a_kill_at_each_write(scene, victim, tmp_path, point):
    nth, status = 1, KILLED
    while status == KILLED:
        project = scene.copy(tmp_path / f"at-{nth}")
        status = victim(project.place.folder, point, "ingest", nth)
        scene.check_stands(project)
        project.run(workers=1)
        scene.check_recovered(project)
        nth += 1
    assert nth > 20


@pytest.mark.parametrize(("point", "step", "nth"), [IN_EVERY_STEP[3], *AROUND_THE_COMMIT[3:6]])
def test_a_partial_run_that_is_killed_is_made_good_by_the_next(scenes, victim, tmp_path, point, step, nth):
    scene = scenes("file, a part")
    project = scene.copy(tmp_path / "project")
    assert victim(project.place.folder, point, step, nth) == KILLED
    scene.check_stands(project)
    project.run(workers=1)
    scene.check_recovered(project)


def run_when_let(project) -> None:
    """A run, once the server has noticed that whoever held the store is dead."""
    deadline = time.monotonic() + 30
    while True:
        try:
            project.run(workers=1)
        except StoreLocked:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


@pytest.mark.soak
@pytest.mark.parametrize("where", ["file", "file, a part", "server", "server, a part"])
def test_a_kill_at_a_hundred_random_moments(scenes, zygote, tmp_path, where):
    scene, draw, killed = scenes(where), random.Random(where), 0
    lasts = undisturbed_seconds(scene, zygote, tmp_path)
    while killed < MOMENTS:
        project = scene.copy(tmp_path / "project")
        status = zygote.kill_after(project.place.folder, draw.uniform(0, lasts))
        assert status in (0, KILLED)
        killed += status == KILLED
        scene.check_stands(project)
        run_when_let(project)
        scene.check_recovered(project)
        scene.drop(project)


def undisturbed_seconds(scene, zygote, tmp_path) -> float:
    """How long a run takes that nobody kills, in a process of its own."""
    project = scene.copy(tmp_path / "undisturbed")
    begun = time.monotonic()
    zygote.start(project.place.folder, "after", "600", 0)
    assert zygote.status() == 0
    scene.drop(project)
    return time.monotonic() - begun
