"""A person's word on two records: recorded once, told, obeyed by the next run, taken back; never lost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import StoreLocked, UnknownThing, UsageError
from crm_clean.pipeline import decide as deciding
from crm_clean.pipeline.reporter import Silent
from crm_clean.project import Project
from crm_clean.records.tables import MEMBERSHIP

ROWS = """Record ID,First Name,Last Name,Email,Phone,Master Record ID
m1,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,
m2,Ottilie,Quarrel,ottilie@quarrel.example.org,415-555-0101,
m3,Otti,Quarrel,ottilie@quarrel.example.org,,
n1,Maria,Lopezeta,ml@one.example.org,,
n2,Maria,Lopezeta,maria.l@two.example.net,,
i1,Clara,Umbrix,clara@umbrix.example.org,,
i2,Cl.,Umbrix-Odd,,415-555-0105,i1
b1,Bob,Haddad,bob@haddad.example.com,212-555-0187,
b2,Robert,Haddad,bob@haddad.example.com,212-555-0187,
z1,Zebedee,Solitarius,zeb@solo.example.org,,
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of ten contacts after one run; not to be changed."""
    project = Project.init(tmp_path_factory.mktemp("decide") / "project")
    (project.place.landing / "hand.csv").write_text(ROWS)
    project.run(workers=1)
    return project


@pytest.fixture
def project(ran: Project, tmp_path: Path) -> Project:
    """A copy of it to work on."""
    shutil.copytree(ran.place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def _are_one(project: Project, left: str, right: str) -> bool:
    golden = project.store.read(MEMBERSHIP).set_index("record_id")["golden_id"]
    return bool(golden[f"hand.csv:{left}"] == golden[f"hand.csv:{right}"])


def _decide(project: Project, verdict: str, left: str, right: str, by: str = "Kim Rao") -> deciding.Decided:
    return project.decide(verdict, f"hand.csv:{left}", f"hand.csv:{right}", by=by)


def test_the_next_run_obeys_and_a_word_taken_back_is_forgotten(project: Project) -> None:
    assert (_are_one(project, "m1", "m2"), _are_one(project, "n1", "n2")) == (True, False)
    apart = _decide(project, "different", "m1", "m2")
    same = _decide(project, "same", "n1", "n2")
    assert "the next run takes them apart" in str(apart)
    assert "the next run puts them together" in str(same)
    assert project.run(workers=1).is_changed
    assert (_are_one(project, "m1", "m2"), _are_one(project, "n1", "n2")) == (False, True)
    assert not project.run(workers=1).is_changed
    back = _decide(project, "undone", "m2", "m1", by="Lee")
    assert "the next run goes by the records alone" in str(back)
    _decide(project, "undone", "n1", "n2")
    assert project.run(workers=1).is_changed
    assert (_are_one(project, "m1", "m2"), _are_one(project, "n1", "n2")) == (True, False)
    assert project.decisions().query("decided_by != 'import'")["verdict"].tolist() == [
        "different", "same", "undone", "undone",
    ]  # fmt: skip


def test_a_person_overrules_the_export_until_it_is_taken_back(project: Project) -> None:
    assert _are_one(project, "i1", "i2")
    _decide(project, "different", "i1", "i2")
    project.run(workers=1)
    assert not _are_one(project, "i1", "i2")
    assert "which says that they are one person" in str(_decide(project, "undone", "i1", "i2"))
    project.run(workers=1)
    assert _are_one(project, "i1", "i2")


def test_the_same_word_of_the_same_person_adds_nothing(project: Project) -> None:
    before = len(project.decisions())
    assert _decide(project, "same", "n1", "n2").is_new
    again = _decide(project, "same", "n2", "n1", by=" Kim Rao ")
    assert not again.is_new
    assert str(again).startswith("Nothing added: Kim Rao has said already that")
    assert _decide(project, "same", "n1", "n2", by="Lee").is_new  # a second voice is worth keeping
    assert _decide(project, "different", "n1", "n2").is_new
    assert _decide(project, "same", "n1", "n2").is_new  # a change of mind
    assert len(project.decisions()) == before + 4


def test_reasons_and_authors_are_kept(project: Project) -> None:
    project.decide("same", "hand.csv:4", "hand.csv:5", by=" Kim  Rao ", reason=" she told me ")
    row = project.decisions().iloc[-1]
    assert (row["left_id"], row["right_id"]) == ("hand.csv:n1", "hand.csv:n2")
    assert (row["decided_by"], row["reason"]) == ("Kim Rao", "she told me")
    assert row["decided_at"] > pd.Timestamp("2020-01-01", tz="UTC")


def test_a_golden_id_stands_for_its_smallest_record(project: Project) -> None:
    golden_id = project.store.read(MEMBERSHIP, where={"record_id": "hand.csv:m2"})["golden_id"].iloc[0]
    noted = project.decide("same", golden_id, "hand.csv:z1", by="Kim")
    assert (noted.left_id, noted.right_id) == ("hand.csv:m1", "hand.csv:z1")


def test_a_contradiction_is_recorded_and_said_with_its_chain(project: Project) -> None:
    _decide(project, "same", "n1", "z1")
    _decide(project, "same", "z1", "n2")
    clash = _decide(project, "different", "n1", "n2")
    assert clash.is_new
    assert clash.contradiction is not None
    assert "hand.csv:n1 = hand.csv:z1 = hand.csv:n2" in clash.contradiction
    assert clash.contradiction in str(clash)
    assert project.decisions()["verdict"].iloc[-1] == "different"
    assert project.run(workers=1).is_changed
    assert not _are_one(project, "n1", "n2")  # when in doubt it does not merge


def _golden(project: Project) -> str:
    return str(project.store.read(MEMBERSHIP, where={"record_id": "hand.csv:m2"})["golden_id"].iloc[0])


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        pytest.param(("maybe", "n1", "n2"), UsageError, "say same, different or undone", id="no such verdict"),
        pytest.param(("same", "n1", "n1"), UsageError, "about two records", id="one record twice"),
        pytest.param(("same", "n1", "x9"), UnknownThing, "hand.csv:x9: no such record", id="no such record"),
        pytest.param(("undone", "n1", "n2"), UsageError, "Nothing stands decided on hand.csv:n1", id="never decided"),
        pytest.param(("undone", "i1", "i2"), UsageError, "the export says so itself", id="decided by the export only"),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_recorded(
    project: Project, words: tuple[str, str, str], error: type[Exception], says: str
) -> None:
    before = len(project.decisions())
    with pytest.raises(error, match=says):
        _decide(project, *words)
    assert len(project.decisions()) == before


def test_a_golden_record_is_no_side_of_a_difference(project: Project) -> None:
    golden_id = _golden(project)
    for verdict in ("different", "undone"):
        with pytest.raises(UsageError, match="name two records instead of a golden record"):
            project.decide(verdict, golden_id, "hand.csv:z1", by="Kim")
    with pytest.raises(UsageError, match="are one golden record already"):
        project.decide("same", golden_id, "hand.csv:m1", by="Kim")


@pytest.mark.parametrize("by", ["", "  ", "\u200b", "import", "Import"])
def test_somebody_must_answer_for_it(project: Project, by: str) -> None:
    with pytest.raises(UsageError, match=r"Say who decides|what exports sign with"):
        _decide(project, "same", "n1", "n2", by=by)


class _Meanwhile(Silent):
    """Decides as soon as a step has ended, while the run goes on and holds its lock."""

    def __init__(self, project: Project, step: str) -> None:
        self._project, self._step = project, step

    def step_finished(self, name: str, counts: Mapping[str, object], seconds: float) -> None:  # noqa: ARG002
        if name == self._step:
            _decide(Project(self._project.place.folder), "same", "n1", "n2")


@pytest.mark.parametrize("step", ["ingest", "link", "validate"])
def test_a_word_given_while_a_run_is_under_way_is_not_lost(project: Project, step: str) -> None:
    (project.place.landing / "later.csv").write_text(
        "Record ID,First Name,Last Name,Email\ny1,Yan,Ru,yan@ru.example.com\n"
    )
    under_way = project.run(workers=1, reporter=_Meanwhile(project, step))
    assert under_way.is_changed
    told = project.explain("hand.csv:n1", "hand.csv:n2")
    if not _are_one(project, "n1", "n2"):
        assert told.kind == "decided_since"
        after = project.run(workers=1)
        assert after.is_changed
        assert after.run == under_way.run + 1
    assert _are_one(project, "n1", "n2")
    assert project.decisions().query("decided_by == 'Kim Rao'")["verdict"].tolist() == ["same"]
    assert not project.run(workers=1).is_changed


def test_a_word_given_between_two_steps_is_obeyed_by_the_same_run(project: Project) -> None:
    (project.place.landing / "later.csv").write_text(
        "Record ID,First Name,Last Name,Email\ny1,Yan,Ru,yan@ru.example.com\n"
    )
    project.step("merge", workers=1)
    _decide(project, "same", "n1", "n2")
    assert project.step("publish", workers=1).run == 2
    assert _are_one(project, "n1", "n2")


@pytest.fixture
def held(project: Project) -> Iterator[None]:
    """Another process has the store open for writing."""
    path = str(project.store.path)
    code = f"import duckdb, time; c = duckdb.connect({path!r}); print('held', flush=True); time.sleep(120)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.kill()


@pytest.mark.usefixtures("held")
def test_a_store_that_stays_held_is_told_after_a_little_while(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deciding.PATIENCE_SECONDS == 10.0
    monkeypatch.setattr(deciding, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(StoreLocked, match="close what holds it"):
        _decide(project, "same", "n1", "n2")


def test_in_a_notebook_it_is_text(project: Project) -> None:
    shown = _decide(project, "same", "n1", "n2", by="<b>Kim</b>")._repr_html_()
    assert "&lt;b&gt;Kim&lt;/b&gt; says that" in shown
