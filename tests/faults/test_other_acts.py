"""A return, a split, an erasure, a decision: when a write of theirs fails, asking again ends what was begun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from test_failing_writes import Fuse, Spark, come_through

from crm_clean.errors import UnknownThing
from crm_clean.project import Project
from crm_clean.records.tables import (
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    RAW_ROWS,
    RECORDS,
    SURVIVORS,
)  # fmt: skip

BY = "Kim Rao"
STANDS = (RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, RAW_ROWS)


def together(project: Project) -> tuple[str, list[str]]:
    """A golden record of several members, and those."""
    membership = project.store.read(MEMBERSHIP)
    golden_id = membership["golden_id"].value_counts().idxmax()
    return golden_id, sorted(membership.loc[membership["golden_id"] == golden_id, "record_id"])


def roll_back(project: Project) -> None:
    project.rollback(1)


def split(project: Project) -> None:
    golden_id, members = together(project)
    if len(members) > 1:
        project.split(golden_id, members[:1], by=BY)
    else:  # begun before: what was said is in the ledger
        project.run(workers=1)


def split_or_obey(project: Project) -> None:
    """What somebody does who finds that a split failed: look whether it is in the ledger, run or split again."""
    if len(project.decisions()):
        project.run(workers=1)
    else:
        split(project)


def forget(project: Project) -> None:
    project.forget("ada.longfellow@example.org", by=BY)


def forget_again(project: Project) -> None:
    try:
        forget(project)
    except UnknownThing:  # the erasure had come through, all but its last tidying
        project.run(workers=1)


def decide(project: Project) -> None:
    one, two = sorted(project.store.read(RECORDS)["record_id"])[-2:]
    project.decide("different", one, two, by=BY)


@dataclass(frozen=True)
class Act:
    """What is done, how it is done again after it failed, and the stride over its writes."""

    do: Callable[[Project], None]
    again: Callable[[Project], None]
    stride: int


ACTS = {
    "rollback": Act(roll_back, roll_back, 97),
    "split": Act(split, split_or_obey, 97),
    "forget": Act(forget, forget_again, 41),
    "decide": Act(decide, decide, 2),
}


def digests(project: Project) -> dict[str, str]:
    store = project.store
    with store.at_once():
        return {table.name: store.digest(table) for table in STANDS}


@pytest.fixture(scope="module")
def second(scenes, tmp_path_factory) -> Callable[[str], tuple[object, Project]]:
    """A project after its second run, and the scene that knows how to copy it."""
    known: dict[str, tuple[object, Project]] = {}

    def make(where: str):
        if where not in known:
            scene = scenes(where)
            project = scene.copy(tmp_path_factory.mktemp("second") / "project")
            project.run(workers=1)
            known[where] = scene.of(project), project
        return known[where]

    return make


def harm_at(limit, kind, act, scene, folder, undisturbed, monkeypatch) -> bool:
    """Let write `limit` of an act fail, do it again, and compare; whether there was such a write."""
    project = scene.copy(folder)
    before = digests(project)
    fuse = kind(limit)
    came_through = come_through(lambda: act.do(project), fuse, monkeypatch)
    if fuse.seen < limit:
        assert came_through
        return False
    assert digests(Project(folder)) in (before, undisturbed), "half of it stands"
    act.again(project)
    assert digests(project) == undisturbed
    assert len(project.decisions()) == len(project.decisions().drop_duplicates(["left_id", "right_id"]))
    scene.drop(project)
    return True


def harm(name, kind, where, second, folder, monkeypatch, stride) -> None:
    act, (scene, _) = ACTS[name], second(where)
    undisturbed = scene.copy(folder / "undisturbed")
    act.do(undisturbed)
    after = digests(undisturbed)
    scene.drop(undisturbed)
    limit = 1 if kind is Fuse else 1 + stride // 2
    while harm_at(limit, kind, act, scene, folder / f"at-{limit}", after, monkeypatch):
        limit += stride
    assert limit > 1


KINDS = [pytest.param(Fuse, id="and so do all after it"), pytest.param(Spark, id="and no other")]


@pytest.mark.parametrize("name", ACTS)
def test_a_write_that_fails_is_made_good_by_asking_again(second, name, tmp_path, monkeypatch):
    harm(name, Fuse, "file, a part", second, tmp_path, monkeypatch, ACTS[name].stride)


@pytest.mark.soak
@pytest.mark.parametrize("where", ["file, a part", "server, a part"])
@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_write_may_fail_and_is_made_good(second, where, name, kind, tmp_path, monkeypatch):
    harm(name, kind, where, second, tmp_path, monkeypatch, 1)
