"""A person erased: gone from every table, file and page, kept from coming back; and everybody else as before."""

from __future__ import annotations

import json
import stat

import pandas as pd
import pytest

from crm_clean.errors import StoreLocked, UnknownThing, UsageError
from crm_clean.project import open as open_project
from crm_clean.records.tables import (
    CONTACT_POINTS,
    DECISIONS,
    ERASURES,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    QUARANTINE,
    RAW_ROWS,
    RECORDS,
    SUPPRESSIONS,
    SURVIVORS,
)
from crm_clean.store.lock import run_lock
from tests.privacy import conftest as town
from tests.privacy.conftest import BERND, HOME, OLGA, TELLTALES, ZORA
from tests.privacy.scan import found

PLACES = ("landing/", "outbox/", "reports/", "store/crm.duckdb!kept.", "store/crm.duckdb!memory.")


def others(frame: pd.DataFrame, golden_id: str, record_ids: list[str]) -> pd.DataFrame:
    """The rows that are not hers; ids of files aside, which name what a file holds."""
    hers = pd.Series(False, index=frame.index)
    if "golden_id" in frame:
        hers |= frame["golden_id"].eq(golden_id)
    if "record_id" in frame:
        hers |= frame["record_id"].isin(record_ids)
    return frame[~hers.fillna(False)].drop(columns=["file_id"], errors="ignore").reset_index(drop=True)


class TestWhatTellsThePerson:
    def test_is_everywhere_before(self, firm):
        held = found(firm.folder, TELLTALES)
        assert set(held) == set(TELLTALES)
        everywhere = {place for places in held.values() for place in places}
        for place in PLACES:
            assert any(one.startswith(place) for one in everywhere), place
        for export in (
            "crm.csv",
            "shop.xlsx!xl/sharedStrings.xml",
            "events.parquet",
            "phone.vcf",
            "more.zip!a/news.csv",
        ):
            assert f"landing/{export}" in everywhere

    def test_is_nowhere_afterwards(self, erased):
        assert found(erased.place.folder, TELLTALES) == {}

    def test_is_nowhere_after_the_next_run_and_report(self, forgotten):
        forgotten.run(workers=1)
        forgotten.report()
        assert found(forgotten.place.folder, TELLTALES) == {}


class TestEverybodyElse:
    @pytest.mark.parametrize(
        "table", [RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS], ids=lambda table: table.name
    )
    def test_stands_as_before_with_all_history(self, firm, erased, table):
        before = open_project(firm.folder).store
        hers = before.read(MEMBERSHIP, where={"golden_id": firm.golden_id})["record_id"].tolist()
        now = others(before.read(table), firm.golden_id, hers)
        ever = others(before.history(table), firm.golden_id, hers)
        assert len(ever) > 30
        pd.testing.assert_frame_equal(erased.store.read(table).drop(columns=["file_id"], errors="ignore"), now)
        pd.testing.assert_frame_equal(erased.store.history(table).drop(columns=["file_id"], errors="ignore"), ever)

    def test_keeps_the_rows_they_came_in(self, firm, erased):
        before = open_project(firm.folder)
        hers = before.store.read(MEMBERSHIP, where={"golden_id": firm.golden_id})["record_id"].tolist()
        rows = others(before.store.read(RAW_ROWS), firm.golden_id, hers)
        crosswalk = before.crosswalk().query("golden_id != @firm.golden_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(erased.store.read(RAW_ROWS).drop(columns="file_id"), rows)
        pd.testing.assert_frame_equal(erased.crosswalk(), crosswalk)

    def test_keeps_what_was_decided_without_the_words_about_her(self, erased):
        said = erased.decisions()
        assert said[["left_id", "right_id", "verdict", "decided_by"]].to_numpy().tolist() == [
            ["hubspot:8", "hubspot:9", "different", "Kim"]
        ]
        assert said["reason"].isna().all()

    def test_keeps_their_rows_in_every_export(self, erased):
        text = (erased.place.landing / "crm.csv").read_text()
        assert [row[3] for row in town.others() if row[3] not in text] == []
        assert "bernd.qvogel@wolkenpost.de" in text

    def test_keeps_their_lines_in_the_import_files(self, firm, erased):
        name = "outbox/run-000002/hubspot/1_update_survivors.csv"
        before, after = ((folder / name).read_text() for folder in (firm.folder, erased.place.folder))
        assert [line for line in before.splitlines() if not line.startswith("7,")] == after.splitlines()


class TestTheBooks:
    def test_balance(self, erased):
        files, rows, aside = (erased.store.read(table) for table in (FILES, RAW_ROWS, QUARANTINE))
        assert rows.groupby("file_id").size().to_dict() == dict(zip(files["file_id"], files["n_rows"], strict=True))
        n_aside = aside.groupby("file_id").size()
        told = files[files["n_quarantined"] > 0]
        assert n_aside.to_dict() == dict(zip(told["file_id"], told["n_quarantined"], strict=True))
        assert set(aside["reason"]) == {"privacy.erased"}
        assert aside["raw"].isna().all()

    def test_name_the_exports_as_they_are_now(self, forgotten):
        before = forgotten.store.last_run()
        result = forgotten.run(workers=1)
        assert result.counts.get("files", 0) == 0
        assert forgotten.store.read(FILES)["file_id"].is_unique
        assert result.run in (before, before + 1)

    def test_count_one_erasure(self, erased):
        (row,) = erased.store.read(ERASURES).to_dict("records")
        assert (row["erased_by"], row["reason"]) == ("the office", "asked by letter")
        assert json.loads(row["removed"])["store"]["records"] >= 5


class TestTheNextExport:
    SPELLINGS = (
        ["700", "ZORA", "QVANARY", "ZORA.QVANARY@WOLKENPOST.DE", *[""] * 7],
        ["701", "", "", "Zora Qvanary <zora.qvanary@wolkenpost.de>", *[""] * 7],
        ["702", "", "", "mailto:zora.qvanary@wolkenpost.de", *[""] * 7],
        ["703", "", "", "  zozo@qvanary.example.net ", *[""] * 7],
        ["704", "", "", "ｚｏｚｏ＠qvanary.example.net", *[""] * 7],
        ["705", "Zora", "Qvanary", "", "0049 171 2034561", *[""] * 6],
        ["706", "Zora", "Qvanary", "", "0171 / 203 45 61", "", "", "", "DE", "", ""],
        ["707", "Z.", "Qvanary", "", "+49-171-2034561", *[""] * 6],
        ["708", "Zora", "Qvanary", "", HOME, *[""] * 6],
        ["709", "Qvanary", "Zora", "", "+49 (0)30 2034567", *[""] * 6],
        ["710", "Zora", "Qvanary", "", "", "Qvanargasse 5", "Berlin", "10117", "DE", "", ""],
    )

    def test_brings_her_back_in_no_spelling_and_says_so(self, forgotten, deliver):
        before = forgotten.store.read(RECORDS)
        deliver(forgotten, [*self.SPELLINGS, BERND, OLGA, town.others(800)[7]])
        after = forgotten.store.read(RECORDS)
        assert len(after) - len(before) == 3
        counts = json.loads(forgotten.runs()["counts"].iloc[-1])
        assert (counts["rows"], counts["suppressed"]) == (14, 11)
        said = forgotten.store.read(QUARANTINE, where={"reason": "privacy.suppressed"})
        assert said["source_row"].tolist() == list(range(1, 12))

    def test_leaves_nothing_of_her_but_in_the_export_itself(self, forgotten, deliver):
        deliver(forgotten, [*self.SPELLINGS, BERND, OLGA])
        places = {place for held in found(forgotten.place.folder, TELLTALES).values() for place in held}
        assert places == {"landing/again.csv"}

    def test_brings_the_others_back_as_they_were(self, forgotten, deliver):
        was = forgotten.golden()
        deliver(forgotten, [self.SPELLINGS[0], town.others()[0]])
        now = forgotten.golden()
        assert set(was["golden_id"]) == set(now["golden_id"])

    def test_is_refused_when_the_key_is_gone(self, forgotten, deliver):
        (forgotten.place.folder / ".key").unlink()
        with pytest.raises(UsageError, match=r"put the old \.key back"):
            deliver(forgotten, [ZORA])


class TestAskingForHer:
    def test_by_her_golden_id_says_that_she_was_erased(self, firm, erased):
        assert str(erased.explain(firm.golden_id)) == (f"{firm.golden_id} was erased for good: nothing of it is kept.")
        customer = erased.customer(firm.golden_id)
        assert customer.note == "It was erased for good: nothing of it is kept."
        assert customer.history["kind"].tolist() == ["created", "erased"]
        assert len(customer.members) == len(customer.lineage) == 0

    def test_to_be_erased_again_says_that_nothing_is_left(self, firm, erased):
        with pytest.raises(UnknownThing, match="nothing left to erase"):
            erased.forget(firm.golden_id, by="the office")
        with pytest.raises(UnknownThing, match="nobody here has that"):
            erased.forget(ZORA[3], by="the office")


class TestNamingSomebody:
    @pytest.mark.parametrize(
        "typed",
        [
            pytest.param("zora.qvanary@wolkenpost.de", id="by e-mail"),
            pytest.param(" Mailto:Zora.Qvanary@WOLKENPOST.DE ", id="by e-mail in another spelling"),
            pytest.param("0049 171 2034561", id="by phone"),
            pytest.param("0171/2034561", id="by phone, as in her country"),
            pytest.param("hubspot:7", id="by record"),
            pytest.param("crm.csv:41", id="by row"),
        ],
    )
    def test_finds_all_her_records(self, firm, typed):
        planned = open_project(firm.folder).forget(typed, by="the office", dry_run=True)
        assert planned.golden_ids == (firm.golden_id,)
        assert planned.n_records == 5

    def test_by_what_two_people_have_is_refused_with_their_ids(self, firm, project):
        with pytest.raises(UsageError, match="2 golden records have that address: G-") as refused:
            project.forget(HOME, by="the office")
        assert firm.golden_id in str(refused.value)
        assert "--everyone" in str(refused.value)
        erased = project.forget(HOME, by="the office", everyone=True)
        assert len(erased.golden_ids) == 2
        assert found(project.place.folder, [*TELLTALES, "qvogel"]) == {}

    @pytest.mark.parametrize(
        "typed", ["nobody@example.org", "+49 30 9999999", "G-ffffffffffffffffffff", "", "crm.csv:999"]
    )
    def test_who_is_not_there_is_refused(self, project, typed):
        with pytest.raises(UnknownThing):
            project.forget(typed, by="the office")

    def test_in_the_reason_is_refused(self, firm, project):
        with pytest.raises(UsageError, match="The reason names the person"):
            project.forget(firm.golden_id, by="the office", reason="Letter of Zora Qvanary")

    def test_while_a_run_holds_the_store_is_refused(self, firm, project):
        with run_lock(project.place.store_folder), pytest.raises(StoreLocked):
            project.forget(firm.golden_id, by="the office")


class TestADryRun:
    def test_says_ids_and_counts_and_changes_nothing(self, firm, project):
        before = project.store.digests()
        said = str(project.forget(ZORA[3], by="the office", dry_run=True))
        assert said.startswith(f"Would erase 5 records of {firm.golden_id}, in all history.")
        assert [word for word in TELLTALES if word in said.casefold()] == []
        assert project.store.digests() == before
        assert set(found(project.place.folder, TELLTALES)) == set(TELLTALES)
        assert project.store.read(SUPPRESSIONS).empty


class TestTheCertificate:
    def test_says_when_by_whom_why_and_how_much(self, firm, erased):
        (paper,) = erased.place.reports.glob("erasure-*.txt")
        said, read = paper.read_text(), json.loads(paper.with_suffix(".json").read_text())
        assert "asked by letter" in said
        assert "backups" in said
        assert read["erased_by"] == "the office"
        assert read["n_records"] == 5
        assert read["golden_ids"] == [firm.golden_id]
        assert read["removed"]["landing"] == {"files_rewritten": 6, "rows_emptied": 7}
        assert read["removed"]["store"]["raw_rows"] == 6
        assert read["removed"]["outbox"]["pages_told_again"] >= 2
        assert stat.S_IMODE(paper.stat().st_mode) == 0o600

    def test_names_nobody(self, erased):
        said = "".join(path.read_text().casefold() for path in erased.place.reports.glob("erasure-*"))
        assert [word for word in (*TELLTALES, "2034567", "hubspot:7", "wolkenpost") if word in said] == []

    def test_says_what_could_not_be_reached(self, firm, project):
        (project.place.landing / "phone.vcf").unlink()
        done = project.forget(firm.golden_id, by="the office")
        assert done.left == (
            "1 exports that were read are no longer in the landing folder; erase them where they are.",
        )


def test_decisions_about_her_go_and_the_next_run_is_sound(forgotten):
    assert forgotten.store.read(DECISIONS, where={"left_id": "hubspot:7"}).empty
    assert forgotten.run(workers=1).counts["golden"] == len(forgotten.golden())
