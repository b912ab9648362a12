"""A run in which little is new: it looks at that, and at whom it touches, and leaves what a full run would leave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.cli import main
from crm_clean.errors import GateFailed
from crm_clean.project import Project
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    PAIRS,
    RECORDS,
    SURVIVORS,
    VOCABULARY,
)

HUBSPOT = "hubspot-crm-exports-all-contacts-2026-10-01.csv"
LATER = "hubspot-crm-exports-all-contacts-2026-11-01.csv"


def project_of(make: Callable[[], Project], *, partial: float, more: str = "") -> Project:
    project = make()
    file = project.place.settings_file
    file.write_text(
        file.read_text()
        .replace("# partial = 0.2", f"partial = {partial}")
        .replace("[sources]\n", f"[sources]\n{more}\n")
    )
    return project


@pytest.fixture(scope="module")
def loads(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """All exports but for a tenth of one; and that tenth, with some of the others changed."""
    first, second = (tmp_path_factory.mktemp(name) for name in ("first", "second"))
    for file in exports.rglob("*"):
        if file.is_file() and file.name not in (HUBSPOT, "truth.csv"):
            (first / file.name).write_bytes(file.read_bytes())
    rows = pd.read_csv(exports / HUBSPOT, dtype=str, keep_default_na=False)
    n = len(rows) * 9 // 10
    rows[:n].to_csv(first / HUBSPOT, index=False)
    changed = rows[:n:17].assign(**{"Phone Number": "+1 212 555 0177", "Job Title": "Chief Tester"})
    pd.concat([rows[n:], changed]).to_csv(second / LATER, index=False)
    return first, second


@pytest.fixture(scope="module")
def partly(make: Callable[[], Project], loads: tuple[Path, Path]) -> Project:
    project = project_of(make, partial=1.0)
    for load in loads:
        project.run([load])
    return project


@pytest.fixture(scope="module")
def fully(make: Callable[[], Project], loads: tuple[Path, Path]) -> Project:
    """The same loads, each looked at as a whole; by the threshold that the other project keeps."""
    project = project_of(make, partial=0.0)
    for load in loads:
        project.run([load])
    return project


def counts_of(project: Project) -> dict[str, int]:
    counted: dict[str, int] = json.loads(project.runs()["counts"].iloc[-1])
    return counted


def content(project: Project, table: Table, *but: str) -> pd.DataFrame:
    frame = project.store.read(table).drop(columns=list(but))
    return frame.sort_values(list(table.key), ignore_index=True)


class TestAPartialRun:
    def test_looks_at_few(self, partly, fully):
        assert counts_of(partly)["linked"] < counts_of(fully)["linked"]
        assert 0 < counts_of(partly)["remade"] < counts_of(fully)["remade"]

    @pytest.mark.parametrize("table", [RECORDS, CONTACT_POINTS, VOCABULARY, GOLDEN_POINTS], ids=lambda t: t.name)
    def test_leaves_what_a_full_run_leaves(self, partly, fully, table):
        pd.testing.assert_frame_equal(content(partly, table), content(fully, table))

    def test_says_of_everybody_what_a_full_run_says(self, partly, fully):
        """But for a company that nothing but new colleagues tell: it is looked for where something else is new."""
        one, other = content(partly, GOLDEN, "company"), content(fully, GOLDEN, "company")
        pd.testing.assert_frame_equal(one, other)
        told, all_told = content(partly, GOLDEN)["company"], content(fully, GOLDEN)["company"]
        assert told.dropna().eq(all_told[told.notna()]).all()
        assert all_told.notna().sum() - told.notna().sum() <= 0.02 * len(told)

    def test_puts_the_same_people_together_under_the_same_ids(self, partly, fully):
        assert content(partly, MEMBERSHIP, "match_probability").equals(content(fully, MEMBERSHIP, "match_probability"))

    def test_credits_the_same_records_with_the_same_values(self, partly, fully):
        one, other = (content(p, SURVIVORS).query("rule != 'derived:email_domain'") for p in (partly, fully))
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))

    def test_tells_of_the_same_events(self, partly, fully):
        one, other = (p.store.written(IDENTITY_EVENTS) for p in (partly, fully))
        pd.testing.assert_frame_equal(one, other)

    def test_keeps_the_same_pairs(self, partly, fully):
        one, other = (content(p, PAIRS).set_index(["left_id", "right_id"])["verdict"] for p in (partly, fully))
        assert set(one.index) ^ set(other.index) == set() or len(one.index.symmetric_difference(other.index)) <= 2
        assert (one.reindex(other.index) != other).sum() <= 2

    def test_counts_all_that_stands(self, partly, fully):
        one, other = counts_of(partly), counts_of(fully)
        for counted in ("records", "contact_points", "people", "merged", "golden", "decisions", "new"):
            assert one[counted] == other[counted], counted

    def test_closes_only_the_rows_of_those_it_touched(self, partly):
        history = partly.store.history(GOLDEN)
        assert 0 < history["valid_to"].notna().sum() < 0.2 * len(history)

    def test_speaks_to_each_crm_of_the_people_it_brought(self, partly):
        told = pd.read_csv(partly.place.outbox / "latest" / "common" / "id_map.csv", dtype=str)
        brought = partly.crosswalk().query("source_file == @LATER")["golden_id"]
        assert set(brought) <= set(told["golden_id"])
        assert len(set(told["golden_id"])) < len(partly.golden())


def test_the_same_files_again_are_no_run_at_all(partly, loads):
    before = partly.store.digests()
    assert not partly.run([loads[1]]).is_changed
    assert partly.store.digests() == before


def test_a_decision_alone_is_a_partial_run(partly):
    membership = partly.store.read(MEMBERSHIP)
    pair = membership[membership["golden_id"].duplicated(keep=False)].sort_values("golden_id")["record_id"].iloc[:2]
    partly.decide("different", *pair, by="Kim")
    partly.run()
    homes = partly.store.read(MEMBERSHIP, where={"record_id": pair.tolist()})["golden_id"]
    assert homes.nunique() == 2
    assert counts_of(partly)["linked"] < 10


def test_full_looks_at_everybody_again(partly):
    assert partly.run(full=True).is_changed
    assert counts_of(partly)["linked"] == counts_of(partly)["records"]


SHEET = "First Name,Last Name,Email,Phone\n"
PEOPLE = [f"Person{n:02d},Example{n:02d},person{n:02d}@example{n:02d}.org,+1 212 555 01{n:02d}" for n in range(20)]


class TestASnapshot:
    @pytest.fixture
    def project(self, make) -> Project:
        return project_of(make, partial=0.5, more='snapshots = ["people.csv", "people"]')

    def deliver(self, project: Project, rows: list[str], **options: object) -> None:
        (project.place.landing / "people.csv").write_text(SHEET + "\n".join(rows) + "\n")
        project.run(**options)

    def test_who_is_not_in_it_any_more_is_gone(self, project):
        self.deliver(project, PEOPLE)
        ids = project.golden().set_index("email")["golden_id"].sort_index()
        self.deliver(project, PEOPLE[2:])
        assert project.golden().set_index("email")["golden_id"].sort_index().equals(ids[2:])
        events = project.store.written(IDENTITY_EVENTS).query("run == 2")
        assert set(events["golden_id"]) == set(ids[:2])
        assert set(events["event"]) == {"retired"}

    def test_rows_in_another_order_are_the_same_people(self, project):
        self.deliver(project, PEOPLE)
        ids = project.golden().set_index("email")["golden_id"].sort_index()
        self.deliver(project, PEOPLE[::-1])
        assert project.golden().set_index("email")["golden_id"].sort_index().equals(ids)

    def test_a_row_that_changed_is_known_by_its_address(self, project):
        self.deliver(project, PEOPLE)
        ids = project.golden().set_index("email")["golden_id"].sort_index()
        self.deliver(project, ["Perry,Example00-Brown,person00@example00.org,+1 212 555 0199", *PEOPLE[1:]])
        assert project.golden().set_index("email")["golden_id"].sort_index().equals(ids)

    def test_one_that_lacks_much_is_refused_until_it_is_accepted(self, project, capsys):
        self.deliver(project, PEOPLE)
        before = project.store.digests()
        with pytest.raises(GateFailed, match=r"lacks 10 of its 20 records"):
            self.deliver(project, PEOPLE[:10])
        assert project.store.digests() == before
        with pytest.raises(SystemExit) as left:
            main(["run", "--project", str(project.place.folder)])
        assert left.value.code == 3
        assert "--accept-drop" in capsys.readouterr().err
        self.deliver(project, PEOPLE[:10], accept_drop=True)
        assert len(project.golden()) == 10

    def test_a_source_that_says_nothing_loses_nobody(self, project):
        self.deliver(project, PEOPLE)
        (project.place.landing / "people.csv").unlink()
        (project.place.landing / "others.csv").write_text(SHEET + "Otto,Other,otto@other.org,+1 212 555 0150\n")
        project.run()
        assert len(project.golden()) == 21
