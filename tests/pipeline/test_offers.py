"""Where a field comes from: every value offered, kept or not, by whom, when and why; now and after an earlier run."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.offers import KEPT, PASSED_OVER, SAME, UNREADABLE, known_field
from crm_clean.project import Project
from crm_clean.records.fields import POINT_KINDS, SCALARS
from crm_clean.records.tables import MEMBERSHIP

FIRST = """Record ID,First Name,Last Name,Email,Phone,Job Title,Birth Date,Last Modified Date
m1,Ottilie,Quarrel,ottilie@quarrel.example.org,(415) 555-0101,Baker,in spring,2024-01-05 10:00
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,Pilot,,2025-02-06 10:00
m3,Ottilie,Quarrel,ottilie@quarrel.example.org,none of your business,Baker,,2023-01-01 10:00
z1,Zebedee,Solitarius,zeb@solo.example.org,,,,2024-01-01 10:00
"""
SECOND = """Record ID,First Name,Last Name,Email,Phone,Job Title,Birth Date,Last Modified Date
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0199,Astronaut,,2026-02-06 10:00
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of four contacts after two runs, the second of which changed one; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("offers") / "project")
    (project.place.landing / "hand.csv").write_text(FIRST)
    project.run(workers=1)
    (project.place.landing / "hand.csv").write_text(SECOND)
    assert project.run(workers=1).run == 2
    return project


def _golden_id(project: Project, record: str = "m1") -> str:
    return str(project.store.read(MEMBERSHIP, where={"record_id": f"hand.csv:{record}"})["golden_id"].iloc[0])


def _by_record(frame: pd.DataFrame, column: str) -> dict[str, str]:
    return dict(zip(frame["record_id"], frame[column], strict=True))


def test_each_value_is_told_with_its_record_row_and_time(project: Project) -> None:
    told = project.offered(_golden_id(project), "job_title")
    assert told.values == ("Astronaut",)
    assert _by_record(told.offers, "state") == {
        "hand.csv:m2": KEPT, "hand.csv:m1": PASSED_OVER, "hand.csv:m3": PASSED_OVER,
    }  # fmt: skip
    row = told.offers.iloc[0]
    assert (row["source_file"], row["source_row"], row["raw"]) == ("hand.csv", 1, "Astronaut")
    assert row["seen_at"] == pd.Timestamp("2026-02-06 10:00", tz="UTC")
    assert told.rule == "it comes along with what it belongs to, from the same record"
    assert str(told).startswith(f"{told.golden_id}, Ottilie Quarrel, 3 records. Job title: Astronaut\n")


def test_an_earlier_run_is_told_as_it_was(project: Project) -> None:
    then = project.offered("hand.csv:m1", "job_title", as_of=1)
    assert then.values != ("Astronaut",)
    assert set(then.offers["value"]) == {"Baker", "Pilot"}
    now = project.offered("hand.csv:m1", "job_title")
    assert set(now.offers["value"]) == {"Baker", "Astronaut"}


def test_who_says_the_same_is_told_apart_from_who_says_otherwise(project: Project) -> None:
    told = project.offered(_golden_id(project), "first_name")
    assert sorted(told.offers["state"]) == [KEPT, SAME, SAME]


def test_all_values_of_a_kind_are_kept(project: Project) -> None:
    told = project.offered(_golden_id(project), "phone")
    assert set(told.values) == {"+14155550101", "+14155550199", "none of your business"}
    assert set(told.offers["state"]) == {KEPT}
    assert "as it came: (415) 555-0101" in str(told)


def test_what_could_not_be_read_is_said_with_how_it_came(project: Project) -> None:
    told = project.offered(_golden_id(project), "birth_date")
    assert told.values == ()
    assert _by_record(told.offers, "state") == {"hand.csv:m1": UNREADABLE}
    assert told.rule == "no value that was offered can be used"
    assert "as it came: in spring" in str(told)


def test_a_derived_value_names_its_proof(project: Project) -> None:
    told = project.offered(_golden_id(project), "full_name")
    assert told.is_derived
    assert told.values == ("Ottilie Quarrel",)
    assert told.rule.startswith("derived, nobody offers it so: put together from the parts of the name (hand.csv:m")


def test_a_field_that_nobody_filled_is_blank(project: Project) -> None:
    told = project.offered("hand.csv:z1", "birth_date")
    assert (told.values, told.rule) == ((), "nobody offers a value")
    assert str(told).endswith("Birth date: blank\n  nobody offers a value\n\nNo record offers one.")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        *((name, name) for name in (*SCALARS, *POINT_KINDS)),
        pytest.param("phones", "phone", id="many"),
        pytest.param("Job Title", "job_title", id="as a label"),
        pytest.param("first-name", "first_name", id="with a hyphen"),
        pytest.param("city", "address", id="a part of an address"),
    ],
)
def test_fields_go_by_their_names(typed: str, field: str) -> None:
    assert known_field(typed) == field


@pytest.mark.parametrize(
    ("golden_id", "field", "as_of", "says"),
    [
        pytest.param("hand.csv:m1", "fone", None, "no field fone: did you mean phone", id="no such field"),
        pytest.param("hand.csv:m1", "", None, r"no field \(nothing\): take one", id="no field at all"),
        pytest.param("G-00", "phone", None, "no such golden record", id="no such golden record"),
        pytest.param("hand.csv:m1", "phone", 3, "There is no run 3: runs 1 to 2 stand", id="a run to come"),
        pytest.param("hand.csv:m1", "phone", 0, "There is no run 0", id="before the first run"),
    ],
)
def test_what_never_was_is_refused(project: Project, golden_id: str, field: str, as_of: int | None, says: str) -> None:
    with pytest.raises(UnknownThing, match=says):
        project.offered(golden_id, field, as_of=as_of)


def test_the_frames_of_a_project_show_any_past_state(project: Project) -> None:
    then, now = project.golden(as_of=1), project.golden()
    mine = _golden_id(project)
    titles = [frame.set_index("golden_id")["job_title"][mine] for frame in (then, now)]
    assert titles[0] != titles[1] == "Astronaut"
    for frame in (project.golden, project.crosswalk, project.lineage):
        with pytest.raises(UnknownThing, match="runs 1 to 2 stand"):
            frame(as_of=7)


def test_before_the_first_run_no_past_can_be_shown(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="run it first"):
        Project.init(tmp_path / "p").golden(as_of=1)
