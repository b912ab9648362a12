"""A golden record taken apart: who goes with whom, what stands then, and that it lasts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import StoreLocked, UnknownThing, UsageError
from crm_clean.pipeline.split import plan_split
from crm_clean.project import Project
from crm_clean.records.tables import GOLDEN, GOLDEN_POINTS, IDENTITY_EVENTS, MEMBERSHIP, RUNS, SURVIVORS

HEAD = "Record ID,First Name,Last Name,Email,Phone,Job Title,Unsubscribed,Last Modified Date\n"
FIRST = f"""{HEAD}m1,Ottilie,Quarrel,ottilie@quarrel.example.org,(415) 555-0101,Baker,,2024-01-05 10:00
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,Pilot,,2025-02-06 10:00
n1,Maria,Lopezeta,ml@one.example.org,,Nurse,,2024-01-01 10:00
n2,Maria,Lopezeta,maria.l@two.example.net,,Chef,yes,2025-01-01 10:00
z1,Zebedee,Solitarius,zeb@solo.example.org,,,,2024-01-01 10:00
"""
SECOND = f"""{HEAD}m3,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,Astronaut,,2026-02-06 10:00
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Run 1: m1 and m2 are one. Run 2: m3 joined them. Run 3: n1 and n2 are one, by hand. Not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("split") / "project")
    (project.place.landing / "hand.csv").write_text(FIRST)
    project.run(workers=1)
    (project.place.landing / "hand.csv").write_text(SECOND)
    project.run(workers=1)
    project.decide("same", "hand.csv:n1", "hand.csv:n2", by="Lee", reason="she told me")
    assert project.run(workers=1).run == 3
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    """A copy of it to work on."""
    shutil.copytree(ran.place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def _homes(project: Project, *records: str) -> list[str]:
    golden = project.store.read(MEMBERSHIP).set_index("record_id")["golden_id"]
    return [str(golden[f"hand.csv:{record}"]) for record in records]


def _values(project: Project, golden_id: str, *, as_of: int | None = None) -> list[pd.DataFrame]:
    where = {"golden_id": golden_id}
    return [project.store.read(table, as_of=as_of, where=where) for table in (GOLDEN, GOLDEN_POINTS, SURVIVORS)]


def test_the_last_merge_is_undone_value_for_value(project: Project) -> None:
    whole = _homes(project, "m1")[0]
    parted = project.split(whole, by="Kim Rao")
    one, two, three = _homes(project, "m1", "m2", "m3")
    assert one == two == whole != three
    assert "as before run 2" in str(parted)
    for now, then in zip(_values(project, whole), _values(project, whole, as_of=1), strict=True):
        pd.testing.assert_frame_equal(now, then)
    assert project.golden().set_index("golden_id")["job_title"][three] == "Astronaut"


def test_sides_get_back_the_ids_they_had(project: Project) -> None:
    now = _homes(project, "n1")[0]
    then = project.store.read(MEMBERSHIP, as_of=2).set_index("record_id")["golden_id"]
    project.split(now, by="Kim Rao", force=True)
    assert _homes(project, "n1", "n2") == [then["hand.csv:n1"], then["hand.csv:n2"]]
    events = project.store.written(IDENTITY_EVENTS)
    assert "revived" in set(events["event"][events["run"] == 4])


def test_it_is_a_run_that_touches_nobody_else(project: Project) -> None:
    others = list(project.store.read(MEMBERSHIP)["golden_id"].unique())
    whole = _homes(project, "m1")[0]
    parted = project.split(whole, by="Kim Rao")
    assert parted.run == 4
    assert '"kind": "split"' in project.store.read(RUNS)["inputs"].iloc[-1]
    changed = project.store.history(GOLDEN)
    touched = set(changed["golden_id"][(changed["valid_from"] == 4) | (changed["valid_to"] == 4)])
    assert touched == {whole, parted.homes["hand.csv:m3"]}
    assert set(others) <= set(project.store.read(MEMBERSHIP)["golden_id"])


def test_every_later_run_keeps_them_apart(project: Project) -> None:
    project.split("hand.csv:m3", ["hand.csv:m3"], by="Kim Rao")
    assert not project.run(workers=1).is_changed
    (project.place.landing / "more.csv").write_text(SECOND.replace("m3", "m4").replace("Astronaut", "Poet"))
    assert project.run(workers=1).is_changed
    assert project.run(workers=1, full=True).is_changed
    one, two, three = _homes(project, "m1", "m2", "m3")
    assert one == two != three


def test_an_opt_out_stays_closed_on_the_side_that_said_so(project: Project) -> None:
    home = _homes(project, "n1")[0]
    project.split(home, by="Kim Rao", force=True)
    points = project.store.read(GOLDEN_POINTS, where={"kind": "email"})
    closed = points[points["opt_out"].fillna(False)]
    assert closed["value"].tolist() == ["maria.l@two.example.net"]


def test_named_records_go_together_and_all_part(project: Project) -> None:
    whole = _homes(project, "m1")[0]
    project.split(whole, ["hand.csv:m1", "hand.csv:m3"], by="Kim Rao", reason="two sisters")
    one, two, three = _homes(project, "m1", "m2", "m3")
    assert one == three != two
    said = project.decisions().query("decided_by == 'Kim Rao'")
    assert set(said["verdict"]) == {"different"}
    assert set(said["reason"]) == {"two sisters"}
    parted = project.split(one, every=True, by="Kim Rao")
    assert len(set(_homes(project, "m1", "m2", "m3"))) == 3
    assert parted.n_decisions == 1


def test_what_was_decided_can_be_taken_back(project: Project) -> None:
    project.split("hand.csv:m3", ["hand.csv:m3"], by="Kim Rao")
    for other in ("m1", "m2"):
        project.decide("undone", "hand.csv:m3", f"hand.csv:{other}", by="Kim Rao")
    project.run(workers=1)
    assert len(set(_homes(project, "m1", "m2", "m3"))) == 1


@pytest.mark.parametrize(
    ("golden_id", "records", "error", "says"),
    [
        pytest.param("hand.csv:z1", [], UsageError, "has one record only", id="nothing to split"),
        pytest.param("hand.csv:m1", ["hand.csv:z1"], UsageError, "hand.csv:z1 is no record of G-", id="of another"),
        pytest.param("hand.csv:m1", ["hand.csv:x9"], UnknownThing, "no such record", id="no such record"),
        pytest.param("G-00", [], UnknownThing, "no such golden record", id="no such golden record"),
        pytest.param(
            "hand.csv:m1", ["hand.csv:m1", "hand.csv:m2", "hand.csv:m3"], UsageError, "Those are all its records",
            id="all of them",
        ),
        pytest.param("hand.csv:n1", [], UsageError, r"because Lee said so on .*--force", id="decided by a person"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_recorded(
    ran: Project, golden_id: str, records: list[str], error: type[Exception], says: str
) -> None:
    before = len(ran.decisions()), ran.store.last_run()
    with pytest.raises(error, match=says):
        ran.split(golden_id, records, by="Kim Rao")
    assert (len(ran.decisions()), ran.store.last_run()) == before


def test_somebody_must_answer_for_it(ran: Project) -> None:
    with pytest.raises(UsageError, match="Say who decides"):
        ran.split("hand.csv:m1", by=" ")


def test_while_a_run_holds_the_store_nothing_is_recorded(ran: Project) -> None:
    before = len(ran.decisions())
    with ran.store.hold(), pytest.raises(StoreLocked):
        ran.split("hand.csv:m1", by="Kim Rao")
    assert len(ran.decisions()) == before


def test_records_that_only_a_third_held_together_stay_together_when_they_are_taken_out(ran: Project) -> None:
    plan = plan_split(ran.store, "hand.csv:m1", ["hand.csv:m1", "hand.csv:m2"])
    assert plan.together == ()  # a link of their own holds them
    assert set(plan.apart) == {("hand.csv:m1", "hand.csv:m3"), ("hand.csv:m2", "hand.csv:m3")}


def test_members_that_came_all_at_once_part_all(ran: Project, tmp_path: Path) -> None:
    shutil.copytree(ran.place.folder, tmp_path / "p", symlinks=True)
    project = Project(tmp_path / "p")
    project.rollback(1)
    plan = plan_split(project.store, "hand.csv:m1")
    assert (plan.undoes, plan.apart) == (None, (("hand.csv:m1", "hand.csv:m2"),))
