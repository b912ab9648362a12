"""The Python face: opening, deduping without a project, and what is said when something is not there."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pandas as pd
import pytest

import crm_clean
from crm_clean.errors import BadSettings, GateFailed, UnknownThing, UnreadableInput, UsageError
from crm_clean.pipeline import dedupe as deduping
from crm_clean.project import Options, Project, dedupe_files

ROWS = """Vorname,Nachname,E-Mail,Telefon,Ort,Lieblingsfarbe
Ada,Langfeld,ada.langfeld@example.org,+49 30 5550101,Berlin,rot
ada,langfeld,ADA.LANGFELD@example.org,,Berlin,blau
Ben,Kurz,ben@example.com,,Bonn,
Cleo,Weit,cleo.weit@example.net,"030 5550199",Köln,grün
"""
FILES = ["crosswalk.csv", "golden.csv", "model.json", "quarantine.csv", "report.html", "review.csv", "summary.json"]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "kontakte.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def out(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deduped") / "out"
    dedupe_files([export], folder, options=Options(default_region="DE"))
    return folder


def header(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as stream:
        return next(csv.reader(stream))


class TestDedupe:
    def test_writes_six_files_and_leaves_nothing_beside_them(self, out):
        assert sorted(p.name for p in out.iterdir()) == FILES
        assert [p.name for p in out.parent.iterdir()] == ["out"]

    def test_the_crosswalk_has_every_row_in_input_order(self, out):
        crosswalk = pd.read_csv(out / "crosswalk.csv")
        assert list(crosswalk.columns) == [
            "source_file", "source_row", "source_record_id", "golden_id", "match_probability",
        ]  # fmt: skip
        assert crosswalk["source_row"].tolist() == [1, 2, 3, 4]
        assert set(crosswalk["source_file"]) == {"kontakte.csv"}
        assert crosswalk["match_probability"].between(0, 1).all()

    def test_golden_records_come_with_their_id_first_and_raw_values(self, out):
        golden = pd.read_csv(out / "golden.csv", dtype=str)
        assert golden.columns[0] == "golden_id"
        assert golden["golden_id"].is_unique
        assert "+49305550199" in set(golden["phone"].dropna())
        assert any("Lieblingsfarbe" in text for text in golden["custom"].dropna())

    def test_review_and_quarantine_have_their_columns(self, out):
        assert header(out / "quarantine.csv")[:4] == ["source_file", "source_line", "reason", "raw"]
        assert header(out / "review.csv")[:6] == [
            "left_file", "left_row", "right_file", "right_row", "match_probability", "reason",
        ]  # fmt: skip

    def test_the_summary_has_rows_threshold_promise_and_steps_in_order(self, out):
        summary = json.loads((out / "summary.json").read_text())
        golden = pd.read_csv(out / "golden.csv")
        assert summary["rows"] == {"read": 4, "quarantined": 0, "golden": len(golden)}
        assert list(summary["steps"]) == ["ingest", "normalise", "link", "merge", "validate", "publish"]
        assert all(set(cost) == {"seconds", "peak_mb"} for cost in summary["steps"].values())
        assert 0 < summary["threshold"] < 1
        assert 0 < summary["expected_precision"] <= 1

    def test_the_files_are_for_their_owner_alone(self, out):
        assert {oct(p.stat().st_mode & 0o077) for p in (out, *out.iterdir())} == {"0o0"}

    def test_again_into_the_same_folder_gives_the_same_bytes(self, export, out, tmp_path):
        again = tmp_path / "out"
        again.mkdir()
        (again / "golden.csv").write_text("of an earlier day")
        dedupe_files([export], again, options=Options(default_region="DE"))
        for name in ("crosswalk.csv", "golden.csv", "review.csv", "quarantine.csv"):
            assert (again / name).read_bytes() == (out / name).read_bytes()

    def test_a_frame_gives_what_its_file_gives(self, export, out):
        frame = pd.read_csv(export, dtype=str, keep_default_na=False)
        result = crm_clean.dedupe(frame, default_region="DE")
        expected = pd.read_csv(out / "crosswalk.csv")
        groups = result.crosswalk.groupby("golden_id")["source_row"].agg(list).sort_values()
        assert groups.tolist() == expected.groupby("golden_id")["source_row"].agg(list).sort_values().tolist()
        assert result.crosswalk["source_row"].dtype == "Int64"
        assert result.golden["golden_id"].is_unique
        assert list(result.review.columns)[:2] == ["left_file", "left_row"]
        assert result.summary["rows"]["read"] == 4

    def test_a_mapping_is_stronger_than_the_guess(self, export, tmp_path):
        dedupe_files([export], tmp_path / "out", options=Options({"Lieblingsfarbe": "nickname"}, default_region="DE"))
        assert "nickname" in header(tmp_path / "out" / "golden.csv")


class TestNothingIsHalfWritten:
    @pytest.fixture
    def earlier(self, tmp_path: Path) -> Path:
        folder = tmp_path / "out"
        folder.mkdir()
        (folder / "golden.csv").write_text("of an earlier day")
        return folder

    def check(self, earlier: Path) -> None:
        assert [p.name for p in earlier.iterdir()] == ["golden.csv"]
        assert (earlier / "golden.csv").read_text() == "of an earlier day"
        assert [p.name for p in earlier.parent.iterdir() if p.name.startswith(".")] == []

    def test_when_the_gate_stops_it(self, export, earlier, monkeypatch):
        def stop(*_: object) -> None:
            raise GateFailed(["golden: no"])

        monkeypatch.setattr("crm_clean.validate.gate.gate", stop)
        with pytest.raises(GateFailed):
            dedupe_files([export], earlier)
        self.check(earlier)

    def test_when_the_last_file_fails(self, export, earlier, monkeypatch):
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(deduping, "write_report", full)
        with pytest.raises(OSError, match="No space"):
            dedupe_files([export], earlier)
        self.check(earlier)

    def test_when_the_input_is_no_table(self, earlier, tmp_path):
        (tmp_path / "photo.csv").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)))
        with pytest.raises(UnreadableInput):
            dedupe_files([tmp_path / "photo.csv"], earlier)
        self.check(earlier)

    def test_when_the_input_is_not_there(self, earlier, tmp_path):
        with pytest.raises(UnknownThing, match="no such file or folder"):
            dedupe_files([tmp_path / "gone.csv"], earlier)
        self.check(earlier)

    def test_when_a_field_does_not_exist(self, export, earlier):
        with pytest.raises(BadSettings, match="no such field: emial"):
            dedupe_files([export], earlier, options=Options({"E-Mail": "emial"}))
        self.check(earlier)


class TestProject:
    def test_open_says_where_there_is_none(self, tmp_path):
        with pytest.raises(UnknownThing, match="crm-clean init"):
            crm_clean.open(tmp_path)

    def test_init_makes_all_of_it_and_keeps_what_is_there(self, tmp_path):
        project = Project.init(tmp_path / "p")
        assert sorted(os.listdir(tmp_path / "p")) == [
            *("crm_clean.toml", "expectations", "landing", "lexicons", "outbox", "store")
        ]
        project.place.settings_file.write_text('[project]\nname = "ours"\n')
        (project.place.landing / "a.csv").write_text(ROWS)
        Project.init(tmp_path / "p")
        assert crm_clean.open(tmp_path / "p").settings().project.name == "ours"
        assert (project.place.landing / "a.csv").exists()

    def test_a_new_one_is_empty_and_can_be_looked_at(self, tmp_path):
        project = Project.init(tmp_path)
        frames = (project.golden(), project.crosswalk(), project.lineage(), project.review_queue(), project.runs())
        assert [len(frame) for frame in frames] == [0, 0, 0, 0, 0]
        assert list(frames[1].columns)[:2] == ["source_file", "source_row"]

    def test_a_run_without_exports_says_where_to_put_them(self, tmp_path):
        with pytest.raises(UnknownThing, match="put files there"):
            Project.init(tmp_path).run()

    def test_a_step_that_does_not_exist_is_named(self, tmp_path):
        with pytest.raises(UsageError, match="the steps are ingest, normalise"):
            Project.init(tmp_path).step("polish")

    def test_a_typo_in_the_settings_stops_a_run_before_it_begins(self, tmp_path):
        project = Project.init(tmp_path)
        project.place.settings_file.write_text("[link]\nprecison = 0.9\n")
        with pytest.raises(BadSettings, match="did you mean precision"):
            project.run()
        assert not (project.place.store_folder / "runs").exists()
