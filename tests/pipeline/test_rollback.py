"""Back to an earlier run: what stood then stands again, value for value; what people said since is not taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.succession import events_between
from crm_clean.project import Project
from crm_clean.records.tables import (
    FILES,
    GOLDEN,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    PAIRS,
    RAW_ROWS,
    RECORDS,
    RUNS,
    VERSIONED,
)

HEAD = "Record ID,First Name,Last Name,Email,Phone,Job Title,Unsubscribed,Last Modified Date\n"
FIRST = f"""{HEAD}m1,Ottilie,Quarrel,ottilie@quarrel.example.org,(415) 555-0101,Baker,,2024-01-05 10:00
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,Pilot,,2025-02-06 10:00
z1,Zebedee,Solitarius,zeb@solo.example.org,,,,2024-01-01 10:00
k1,Kim,Umbrix,kim@umbrix.example.org,,Smith,,2024-01-01 10:00
k2,Kimberly,Umbrix-Odd,kuo@elsewhere.example.net,,,,2024-01-01 10:00
"""
SECOND = f"""{HEAD}m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0199,Astronaut,,2026-02-06 10:00
y1,Yolanda,Fresh,yolanda@fresh.example.org,,Potter,,2026-01-01 10:00
n3,Otti,Quarrel,ottilie@quarrel.example.org,,,,2026-01-01 10:00
"""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three runs: five contacts; three new or changed; two put together by hand, and another rule. To be left alone."""
    project = Project.init(tmp_path_factory.mktemp("rollback") / "project")
    _bring(project, "first.csv", FIRST)
    project.run(workers=1)
    _bring(project, "first.csv", SECOND)
    project.run(workers=1)
    project.decide("same", "first.csv:k1", "first.csv:k2", by="Kim Rao")
    project.place.settings_file.write_text('[merge.rules]\nlanguage = "longest"\n', encoding="utf-8")
    assert project.run(workers=1).run == 3
    return project


@pytest.fixture
def project(past: Project, tmp_path: Path) -> Project:
    """A copy of it to work on."""
    shutil.copytree(past.place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def _bring(project: Project, name: str, text: str) -> None:
    (project.place.landing / name).write_text(text, encoding="utf-8")


def _home(project: Project, record: str) -> str:
    return str(project.store.read(MEMBERSHIP, where={"record_id": f"first.csv:{record}"})["golden_id"].iloc[0])


@pytest.mark.parametrize("to", [1, 2])
def test_every_table_is_what_it_was_value_for_value(project: Project, to: int) -> None:
    back = project.rollback(to)
    assert (back.run, back.to, back.is_changed) == (4, to, True)
    store = project.store
    for table in VERSIONED:
        pd.testing.assert_frame_equal(store.read(table), store.read(table, as_of=to))
    pd.testing.assert_frame_equal(project.golden(), project.golden(as_of=to))


def test_one_can_go_forward_again(project: Project) -> None:
    project.rollback(1)
    project.rollback(3)
    for table in VERSIONED:
        pd.testing.assert_frame_equal(project.store.read(table), project.store.read(table, as_of=3))
    assert project.store.last_run() == 5


def test_nothing_is_destroyed(project: Project) -> None:
    store = project.store
    before = {run: [store.digest(table, as_of=run) for table in VERSIONED] for run in (1, 2, 3)}
    rows = [len(store.read(table)) for table in (FILES, RAW_ROWS)]
    events = len(store.read(IDENTITY_EVENTS))
    project.rollback(1)
    assert {run: [store.digest(table, as_of=run) for table in VERSIONED] for run in (1, 2, 3)} == before
    assert [len(store.read(table)) for table in (FILES, RAW_ROWS)] == rows
    assert len(store.read(IDENTITY_EVENTS)) > events


def test_golden_ids_come_back_and_what_became_of_them_is_told(project: Project) -> None:
    now, young = _home(project, "k1"), _home(project, "y1")
    (gone,) = {_home_then(project, record, 2) for record in ("k1", "k2")} - {now}
    back = project.rollback(2)
    events = project.store.written(IDENTITY_EVENTS)
    mine = events[events["run"] == back.run]
    assert mine[["golden_id", "event"]].values.tolist() == sorted([[gone, "revived"], [gone, "split"]])
    assert {_home(project, "k1"), _home(project, "k2")} == {now, gone}
    assert "Golden ids: 1 came back, 1 gave members back." in str(back)
    project.rollback(1)
    assert project.customer(young).note is not None
    assert "none of its records is left" in str(project.customer(young).note)


def _home_then(project: Project, record: str, run: int) -> str:
    then = project.store.read(MEMBERSHIP, as_of=run, where={"record_id": f"first.csv:{record}"})
    return str(then["golden_id"].iloc[0])


def test_files_taken_in_since_do_not_come_in_again_by_themselves(project: Project) -> None:
    back = project.rollback(1)
    assert "1 file taken in since no longer counted" in str(back)
    crosswalk = project.crosswalk()
    assert crosswalk["golden_id"].isna().sum() == 2  # y1 and n3; m2 stands as the first file has it
    assert project.run(workers=1).run == 5
    assert set(project.store.read(RECORDS)["record_id"]) == {f"first.csv:{r}" for r in ("m1", "m2", "z1", "k1", "k2")}
    _bring(project, "mended.csv", SECOND.replace("Astronaut", "Cosmonaut"))
    assert project.run(workers=1).counts["files"] == 1
    assert "Cosmonaut" in set(project.golden()["job_title"].dropna())


def test_decisions_stand_and_the_next_run_obeys_them(project: Project) -> None:
    back = project.rollback(2)
    assert "1 decision made since" in str(back)
    assert _home(project, "k1") != _home(project, "k2")
    assert project.run(workers=1).is_changed
    assert _home(project, "k1") == _home(project, "k2")


def test_pairs_and_the_model_are_those_that_fit(project: Project) -> None:
    project.rollback(1)
    store = project.store
    stand = set(store.read(RECORDS)["record_id"])
    pairs = store.read(PAIRS)
    assert set(pairs["left_id"]) | set(pairs["right_id"]) <= stand
    runs = store.read(RUNS).set_index("run")
    assert runs["model"][4] == runs["model"][1]
    assert '"kind": "rollback"' in runs["inputs"][4]


def test_where_that_state_stands_already_nothing_is_done(project: Project) -> None:
    back = project.rollback(3)
    assert (back.run, back.is_changed) == (3, False)
    assert str(back) == "Run 3 stands already: there is nothing to take back."
    assert project.store.last_run() == 3


@pytest.mark.parametrize("run", [0, 4, -1, 10**9])
def test_a_run_that_never_was_is_refused_with_those_there_are(project: Project, run: int) -> None:
    with pytest.raises(UnknownThing, match=f"There is no run {run}: runs 1 to 3 stand"):
        project.rollback(run)


def test_before_the_first_run_there_is_no_way_back(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="run it first"):
        Project.init(tmp_path / "p").rollback(1)


def test_the_outbox_and_the_page_are_those_of_the_new_run(project: Project) -> None:
    back = project.rollback(1)
    assert back.result is not None
    assert back.result.outbox is not None
    assert (back.result.outbox / "report.html").exists()
    assert (project.place.outbox / "latest").resolve() == back.result.outbox.resolve()


def test_rolling_back_looks_the_same_whatever_lies_between(project: Project) -> None:
    project.rollback(2)
    project.rollback(1)
    for table in VERSIONED:
        pd.testing.assert_frame_equal(project.store.read(table), project.store.read(table, as_of=1))
    assert len(project.store.read(GOLDEN)) == 4


def _members(**homes: str) -> pd.DataFrame:
    return MEMBERSHIP.frame({"record_id": list(homes), "golden_id": list(homes.values())})


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        pytest.param({"a": "G1"}, {"a": "G1"}, [], id="nothing changed"),
        pytest.param({"a": "G1"}, {}, [("G1", "retired", None)], id="nobody is left"),
        pytest.param({}, {"a": "G1"}, [("G1", "revived", None)], id="somebody is back"),
        pytest.param(
            {"a": "G1", "b": "G1"}, {"a": "G1", "b": "G2"}, [("G2", "revived", None), ("G2", "split", "G1")],
            id="two that were one",
        ),
        pytest.param(
            {"a": "G1", "b": "G2"}, {"a": "G1", "b": "G1"}, [("G2", "absorbed", "G1")], id="one that were two",
        ),
        pytest.param(
            {"a": "G1", "b": "G1", "c": "G1"}, {"a": "G2", "b": "G3", "c": "G3"},
            [("G1", "absorbed", "G3"), ("G2", "revived", None), ("G3", "revived", None)],
            id="most of it went there",
        ),
    ],
)  # fmt: skip
def test_events_between_two_states(
    before: dict[str, str], after: dict[str, str], events: list[tuple[str, str, str | None]]
) -> None:
    told = events_between(_members(**before), _members(**after))
    assert [tuple(None if pd.isna(v) else v for v in row) for row in told.itertuples(index=False)] == events
