"""A person's word on a value or an address: obeyed at once, kept, lifted; refused where it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.project import Project
from crm_clean.records.tables import CONSENTS, GOLDEN_POINTS, OVERRIDES

ROWS = """Record ID,First Name,Last Name,Email,Phone,Job Title
m1,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,Baker
z1,Zebedee,Solitarius,zeb@solo.example.org,,Potter
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two contacts after one run."""
    project = Project.init(tmp_path_factory.mktemp("override") / "project")
    (project.place.landing / "hand.csv").write_text(ROWS)
    project.run(workers=1)
    return project


def test_a_word_stands_at_once_is_explained_and_is_lifted(project: Project) -> None:
    done = project.override("hand.csv:m1", "job_title", " Head of  Baking ", by="Kim", reason="her card")
    assert (done.was, done.value) == ("Baker", "Head of Baking")
    told = project.offered("hand.csv:m1", "job_title")
    assert told.is_manual
    assert "set by Kim on" in told.rule
    assert told.offers["state"].tolist() == ["by hand", "passed over"]
    listed = project.overrides()
    assert listed[["field", "value", "decided_by", "holds"]].values.tolist() == [
        ["job_title", "Head of Baking", "Kim", True]
    ]
    assert project.lift("hand.csv:m1", "job_title", by="Lee").value == "Baker"
    assert project.overrides().empty
    assert project.store.read(OVERRIDES)["verdict"].tolist() == ["set", "lifted"]


def test_an_address_is_closed_for_good_and_opened_with_a_reason_only(project: Project) -> None:
    assert project.consent("close", "ZEB@solo.example.org", by="Kim").n_open == 0
    points = project.store.read(GOLDEN_POINTS, where={"key": "zeb@solo.example.org"})
    assert points["opt_out"].tolist() == [True]
    with pytest.raises(UsageError, match="Say with --reason"):
        project.consent("open", "zeb@solo.example.org", by="Kim")
    assert project.consent("open", "zeb@solo.example.org", by="Kim", reason="wrote to us").n_open == 1
    mine = project.store.read(CONSENTS)
    assert mine[mine["decided_by"].notna()]["event"].tolist() == ["closed", "opened"]


@pytest.mark.parametrize(
    ("field", "value", "error", "says"),
    [
        pytest.param("email_opt_out", "no", UsageError, "crm-clean consent open", id="consent"),
        pytest.param("city", "Rome", UsageError, "say the whole one", id="a part of an address"),
        pytest.param("job", "x", UnknownThing, "did you mean job_title", id="no such field"),
        pytest.param("phone", "12", UsageError, "cannot be dialled", id="no number"),
        pytest.param("phone", None, UsageError, "cannot be made blank", id="a blank address"),
    ],
)
def test_what_makes_no_sense_is_refused(
    project: Project, field: str, value: str | None, error: type[Exception], says: str
) -> None:
    before = len(project.store.read(OVERRIDES))
    with pytest.raises(error, match=says):
        project.override("hand.csv:m1", field, value, by="Kim")
    with pytest.raises(UsageError, match="set by nobody"):
        project.lift("hand.csv:z1", "job_title", by="Kim")
    assert len(project.store.read(OVERRIDES)) == before


def test_before_the_first_run_nothing_can_be_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="run it first"):
        Project.init(tmp_path / "p").override("a", "job_title", "x", by="Kim")
