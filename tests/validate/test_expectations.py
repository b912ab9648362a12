"""Every entry of every suite can fail, by itself, and does not fail on a sound table."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_clean.records.tables import TABLES
from crm_clean.validate.balance import PUBLISH_BALANCE, RUN_BALANCE
from crm_clean.validate.suites import audit, load_suites, own_folder

Frames = dict[str, pd.DataFrame]

BREAKAGES = tomllib.loads((Path(__file__).parent / "breakages.toml").read_text("utf-8"))


def _entries() -> list[tuple[str, str]]:
    """(table, entry) of all suites, as written in their files."""
    found = []
    for path in sorted(own_folder().glob("*.json")):
        for entry in json.loads(path.read_text("utf-8"))["expectations"]:
            named = entry["kwargs"].get("column_list") or [
                entry["kwargs"][k] for k in ("column", "column_A", "column_B") if k in entry["kwargs"]
            ]
            found.append((path.stem, f"{entry.get('name', entry['type'])} | {', '.join(named)}"))
    return found


ENTRIES = _entries()


@pytest.fixture
def sound(run_tables: Frames, publish_tables: Frames) -> Frames:
    """Every table that has a suite, nothing wrong in any."""
    clean = {name: 0 for name, kind in RUN_BALANCE.columns.items() if name.startswith("n_")}
    return {
        **run_tables,
        **publish_tables,
        "run_balance": RUN_BALANCE.frame(
            {k: [v] for k, v in {**clean, "share_quarantined": 0.0, "share_merged": 0.1}.items()}
        ),
        "publish_balance": PUBLISH_BALANCE.frame({key: [0] for key in PUBLISH_BALANCE.columns}),
    }


def _broken(frame: pd.DataFrame, case: dict[str, Any], table: str) -> pd.DataFrame:
    """`frame` with the one change of `case`."""
    definition = {**TABLES, "run_balance": RUN_BALANCE, "publish_balance": PUBLISH_BALANCE}[table]
    changed = frame.copy()
    for column, value in case.get("set", {}).items():
        rows = case.get("rows", range(len(frame)))
        cells = changed[column].astype(object)
        for row in rows:
            cells.iloc[row] = None if value == "NULL" else pd.Timestamp(value) if column.endswith("_at") else value
        changed[column] = pd.Series(cells.to_list(), dtype=frame[column].dtype)
    changed = changed.head(case["keep"]) if "keep" in case else changed
    changed = pd.concat([changed, changed.head(1)]) if case.get("repeat") else changed
    return definition.frame(changed)


def _unmet(checks: pd.DataFrame) -> list[str]:
    failed = checks[~checks["is_met"]]
    return [f"{e} | {c}" for e, c in zip(failed["expectation"], failed["column"], strict=True)]


@pytest.mark.parametrize("table", sorted({table for table, _ in ENTRIES}))
def test_a_sound_table_meets_every_expectation(table: str, sound: Frames) -> None:
    checks = audit({table: sound[table]})
    assert set(checks["suite"]) == {table}
    assert _unmet(checks) == []


@pytest.mark.parametrize(("table", "entry"), [pytest.param(t, e, id=f"{t}: {e}") for t, e in ENTRIES])
def test_each_expectation_fails_alone_when_its_promise_is_broken(table: str, entry: str, sound: Frames) -> None:
    cases = [case for case in BREAKAGES.get(table, {}).get("cases", []) if case["entry"] == entry]
    assert len(cases) == 1, f"breakages.toml needs one case for this entry: {entry}"
    assert _unmet(audit({table: _broken(sound[table], cases[0], table)})) == [entry]


def test_no_breakage_is_left_of_an_entry_that_is_gone() -> None:
    written = {(table, case["entry"]) for table, part in BREAKAGES.items() for case in part["cases"]}
    assert written - set(ENTRIES) == set()


@pytest.mark.parametrize("table", ["records", "membership", "golden", "run_balance", "publish_balance"])
def test_an_empty_table_fails_where_rows_are_required(table: str, sound: Frames) -> None:
    checks = audit({table: sound[table].head(0)})
    rows = checks[checks["expectation"].eq("expect_table_row_count_to_be_between")]
    assert rows["is_met"].tolist() == [False]
    assert rows["severity"].tolist() == ["critical"]


@pytest.mark.parametrize("suite", [s for s in ENTRIES if s[1].startswith("expect_table_row_count")])
def test_rows_are_asked_for_before_anything_else(suite: tuple[str, str]) -> None:
    assert next(entry for table, entry in ENTRIES if table == suite[0]) == suite[1]


@pytest.mark.parametrize(
    "table",
    ["raw_rows", "contact_points", "golden_points", "publish_changes", "publish_merges", "publish_suppressions"],
)
def test_an_empty_table_is_fine_where_it_may_be_empty(table: str, sound: Frames) -> None:
    checks = audit({table: sound[table].head(0)})
    assert len(checks) > 0
    assert checks["is_met"].all()
    assert checks["n_rows"].eq(0).all()


def test_contacts_with_names_and_birth_dates_alone_pass_every_critical_expectation(run_tables: Frames) -> None:
    blank = ["status", "company", "created_at", "created_at_raw", "updated_at", "updated_at_raw"]
    for name in ("records", "golden"):
        table = TABLES[name]
        run_tables[name] = table.frame(run_tables[name].drop(columns=[c for c in blank if c in table.columns]))
    for name in ("contact_points", "golden_points"):
        run_tables[name] = TABLES[name].empty()
    checks = audit(run_tables)
    assert "run_balance" in set(checks["suite"])
    assert checks[checks["severity"].eq("critical")]["is_met"].all()


def test_every_own_suite_is_loaded_and_every_critical_table_has_its_keys_guarded() -> None:
    suites = {suite.table: suite for suite in load_suites()}
    assert sorted(suites) == sorted({table for table, _ in ENTRIES})
    for table, key in {"records": "record_id", "golden": "golden_id", "membership": "record_id"}.items():
        guarded = {e.type for e in suites[table].expectations if e.column == key and e.severity == "critical"}
        assert guarded >= {"expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"}
