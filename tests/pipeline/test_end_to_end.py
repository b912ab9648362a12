"""From exports to a store and an outbox, with every real stage: what must hold whatever the stages do inside."""

from __future__ import annotations

import json
import shutil
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.errors import GateFailed
from crm_clean.pipeline.reporter import Silent
from crm_clean.project import Project
from crm_clean.records.tables import (
    CONTACT_POINTS,
    DECISIONS,
    FILES,
    GOLDEN,
    MEMBERSHIP,
    PAIRS,
    QUARANTINE,
    RAW_ROWS,
    RECORDS,
    RUNS,
)  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    """Content by name, without the page that tells how long things took."""
    found = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: text for name, text in found.items() if not name.endswith("report.html")}


class TestOneRun:
    def test_every_row_read_is_in_the_crosswalk_or_in_quarantine(self, ran):
        store = ran[0].store
        files, quarantined = store.read(FILES), store.read(QUARANTINE)
        crosswalk = ran[0].crosswalk()
        assert len(crosswalk) == len(store.read(RAW_ROWS)) == files["n_rows"].sum() > 250
        assert quarantined["field"].isna().sum() == files["n_quarantined"].sum()
        assert crosswalk["golden_id"].notna().all()

    def test_every_golden_record_has_the_members_it_counts(self, ran):
        store = ran[0].store
        golden = store.read(GOLDEN).set_index("golden_id")["n_records"]
        sizes = store.read(MEMBERSHIP)["golden_id"].value_counts()
        assert sizes.sort_index().tolist() == golden.sort_index().tolist()
        assert len(golden) < len(store.read(RECORDS))

    def test_its_row_says_what_it_was_made_of(self, ran):
        row = ran[0].store.read(RUNS).iloc[0]
        assert json.loads(row["digests"]) == ran[0].store.digests()
        assert json.loads(row["counts"])["golden"] == len(ran[0].store.read(GOLDEN))
        assert json.loads(row["inputs"])["files"]

    def test_lineage_names_a_record_for_every_value(self, ran):
        project = ran[0]
        merged = project.store.read(GOLDEN).query("n_records > 1").iloc[0]
        lineage = project.lineage(merged["golden_id"])
        kept = lineage[lineage["is_kept"] & (lineage["field"] == "last_name")]
        assert kept["value"].tolist() == [merged["last_name"]]
        assert lineage["record_id"].nunique() == merged["n_records"]

    def test_steps_tell_what_they_cost(self, ran):
        names = ["ingest", "normalise", "link", "merge", "validate", "publish"]
        assert [step.name for step in ran[1].steps] == names
        assert all(step.seconds > 0 and step.peak_mb > 0 for step in ran[1].steps)

    def test_the_outbox_holds_it_and_no_work_is_left(self, ran):
        place = ran[0].place
        assert content(place.outbox / "latest") == content(place.outbox / "run-000001")
        assert content(place.outbox / "latest")
        assert list((place.store_folder / "runs").iterdir()) == []

    def test_everything_it_wrote_is_readable_by_its_owner_alone(self, ran):
        place = ran[0].place
        made = [p for top in (place.store_folder, place.outbox) for p in (top, *top.rglob("*")) if not p.is_symlink()]
        assert {oct(p.stat().st_mode & 0o077) for p in made} == {"0o0"}


def test_a_second_run_says_that_nothing_changed_and_changes_nothing(ran, exports):
    project = ran[0]
    before, put_out = project.store.digests(), content(project.place.outbox)
    again = project.run([exports], workers=1)
    assert not again.is_changed
    assert again.counts == ran[1].counts
    assert (project.store.digests(), content(project.place.outbox)) == (before, put_out)
    assert project.store.last_run() == 1


def test_two_workers_find_what_one_finds(ran, make, exports):
    project = make()
    project.run([exports], workers=2)
    assert project.store.digests() == ran[0].store.digests()
    assert content(project.place.outbox / "latest") == content(ran[0].place.outbox / "latest")


def test_step_by_step_is_the_same_as_at_once(ran, make, exports):
    project = make()
    project.step("ingest", [exports], workers=1)
    for name in ("normalise", "link", "merge", "validate"):
        done = project.step(name, workers=1)
        assert [step.is_reused for step in done.steps] == [True] * (len(done.steps) - 1) + [False]
        assert project.store.last_run() == 0
    project.step("publish", workers=1)
    assert project.store.digests() == ran[0].store.digests()


@pytest.fixture
def copied(ran, tmp_path) -> Project:
    """A project of its own with the first run done."""
    shutil.copytree(ran[0].place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


class TestTheNextRun:
    def test_a_new_export_renames_nobody(self, copied):
        before = copied.store.read(MEMBERSHIP)
        new = copied.place.landing / "fair.csv"
        new.write_text(
            "First Name,Last Name,Email\nQuilla,Nobody-Else,quilla@example.org\nRolf,Unseen,rolf@example.org\n"
        )
        result = copied.run(workers=1)
        assert result.run == 2
        after = copied.store.read(MEMBERSHIP).merge(before, on="record_id", suffixes=("", "_before"))
        assert (after["golden_id"] == after["golden_id_before"]).all()
        assert len(copied.store.read(MEMBERSHIP)) == len(before) + 2
        assert copied.store.history(RECORDS)["valid_from"].eq(2).sum() == 2

    def test_an_export_that_arrives_while_a_run_is_on_is_taken_by_the_next(self, copied):
        new = "First Name,Last Name,Email\n{0},Late,{0}@example.org\n"
        (copied.place.landing / "one.csv").write_text(new.format("quilla"))

        class Postman(Silent):
            def step_started(self, name: str, *_: object) -> None:
                if name == "link":
                    (copied.place.landing / "two.csv").write_text(new.format("rolf"))

        copied.run(workers=1, reporter=Postman())
        taken = copied.run(workers=1)
        assert taken.counts["files"] == 1
        assert {"one.csv", "two.csv"} < set(copied.store.read(FILES)["source_file"])

    def test_a_decision_is_honoured_and_then_nothing_changes(self, copied):
        pairs = copied.store.read(PAIRS)
        pair = pairs[pairs["verdict"] == "merge"].sort_values("weight").iloc[0]
        said = {"left_id": [pair["left_id"]], "right_id": [pair["right_id"]], "verdict": ["different"]}
        copied.store.append(DECISIONS, DECISIONS.frame({**said, "decided_by": ["kim"]}))
        assert copied.run(workers=1).is_changed
        members = copied.store.read(MEMBERSHIP).set_index("record_id")["golden_id"]
        assert members[pair["left_id"]] != members[pair["right_id"]]
        assert not copied.run(workers=1).is_changed

    def test_the_same_content_under_another_name_changes_no_record(self, copied, exports):
        export = next(p for p in sorted(exports.iterdir()) if "hubspot" in p.name.lower())
        lines = export.read_bytes()
        (copied.place.landing / "again.csv").write_bytes(lines + b"\r\n")
        before = copied.store.read(RECORDS)
        copied.run(workers=1)
        pd.testing.assert_frame_equal(copied.store.read(RECORDS), before)
        assert len(copied.store.history(CONTACT_POINTS)) == len(copied.store.read(CONTACT_POINTS))

    def test_a_critical_failure_commits_and_puts_out_nothing_until_it_is_mended(self, copied):
        (copied.place.landing / "fair.csv").write_text("First Name,Email\nQuilla,quilla@example.org\n")
        suite = copied.place.folder / "expectations" / "golden.json"
        said = suite.read_text()
        asked = json.loads(said)
        asked["expectations"][0]["kwargs"]["min_value"] = 1_000_000
        suite.write_text(json.dumps(asked))
        before, put_out = copied.store.digests(), content(copied.place.outbox)
        with pytest.raises(GateFailed, match="nothing was committed") as refusal:
            copied.run(workers=1)
        page = copied.place.reports / "refused.html"
        assert refusal.value.report == page
        assert str(page) in str(refusal.value)
        assert refusal.value.failures[0] in unescape(page.read_text())
        assert oct(page.stat().st_mode & 0o077) == "0o0"
        assert (copied.store.digests(), content(copied.place.outbox)) == (before, put_out)
        suite.write_text(said)
        mended = copied.run(workers=1)
        assert mended.run == 2
        assert [step.name for step in mended.steps if step.is_reused] == ["ingest", "normalise", "link", "merge"]
        assert not page.exists()
