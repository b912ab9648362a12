"""A suite is taken whole or refused, and an audit tells bad data from a broken check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_clean.errors import BadSettings, BrokenCheck, GateFailed
from crm_clean.records.tables import CHECKS, MEMBERSHIP
from crm_clean.validate.gate import gate
from crm_clean.validate.suites import PUBLISH_SUITES, audit, load_suites

REASON = "A reason that an admin understands."


def _entry(kind: str, severity: str = "critical", **given: Any) -> dict[str, Any]:
    beside = {key: given.pop(key) for key in ("mostly", "name") if key in given}
    return {"type": kind, "kwargs": given, "severity": severity, "reason": REASON, **beside}


ROWS = _entry("expect_table_row_count_to_be_between", min_value=1)


def _write(folder: Path, *entries: dict[str, Any], table: str = "membership", **suite: Any) -> Path:
    path = folder / f"{suite.pop('file', table)}.json"
    said = {"table": table, "about": "What a test wants to know.", "expectations": list(entries), **suite}
    path.write_text(json.dumps(said), "utf-8")
    return path


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        pytest.param(
            [ROWS, _entry("expect_the_best")], ["entry 2", "no expectation expect_the_best"], id="unknown type"
        ),
        pytest.param(
            [ROWS, _entry("expect_column_values_to_not_be_null", colunm="record_id")],
            ["entry 2", "takes no colunm"],
            id="unknown argument",
        ),
        pytest.param(
            [ROWS, _entry("expect_column_values_to_not_be_null", column="recordid")],
            ["entry 2", "membership has no column recordid"],
            id="unknown column",
        ),
        pytest.param(
            [ROWS, _entry("expect_compound_columns_to_be_unique", column_list=["record_id", "nobody"])],
            ["entry 2", "no column nobody"],
            id="unknown column in a list",
        ),
        pytest.param([ROWS, ROWS], ["entry 2", "stands there twice"], id="the same entry twice"),
        pytest.param(
            [_entry("expect_column_values_to_not_be_null", column="record_id")],
            ["entry 1 must be expect_table_row_count_to_be_between"],
            id="no demand for rows",
        ),
        pytest.param(
            [_entry("expect_table_row_count_to_be_between", min_value=0)],
            ["entry 1 must be"],
            id="a demand for no rows",
        ),
        pytest.param([ROWS | {"mostly": 0.5}], ["entry 1", "takes no mostly"], id="mostly where it means nothing"),
        pytest.param(
            [ROWS, _entry("expect_column_values_to_not_be_null", column="record_id") | {"mostly": 1.5}],
            ["entry 2 mostly"],
            id="a share above one",
        ),
        pytest.param(
            [ROWS, {**ROWS, "severity": "fatal", "name": "other"}], ["entry 2 severity"], id="unknown severity"
        ),
        pytest.param([{**ROWS, "reason": "why"}], ["entry 1 reason"], id="no reason worth the name"),
        pytest.param([{**ROWS, "notes": "x"}], ["entry 1 notes"], id="unknown key in an entry"),
        pytest.param(
            [ROWS, _entry("expect_column_values_to_match_regex", column="golden_id", regex="(")],
            ["entry 2", "not a regular expression"],
            id="a pattern that does not compile",
        ),
        pytest.param(
            [ROWS, _entry("expect_column_values_to_be_between", column="match_probability", min_value=[1])],
            ["entry 2", "does not take these kwargs"],
            id="a value of the wrong kind",
        ),
        pytest.param(
            [ROWS, _entry("expect_table_column_count_to_equal", value=3)],
            ["entry 2", "cannot be asked"],
            id="the shape of a table",
        ),
        pytest.param([], ["expectations"], id="no expectation at all"),
    ],
)
def test_a_suite_we_do_not_understand_is_refused(tmp_path: Path, entries: list[Any], says: list[str]) -> None:
    path = _write(tmp_path, *entries)
    with pytest.raises(BadSettings) as refused:
        load_suites(tmp_path)
    assert all(part in str(refused.value) for part in [str(path), *says])


@pytest.mark.parametrize(
    ("suite", "says"),
    [
        pytest.param({"table": "customers"}, "no table customers", id="unknown table"),
        pytest.param(
            {"file": "golden"}, "must be called membership.json", id="a file that is named after another table"
        ),
        pytest.param({"allow_empty": True}, "leave out one of the two", id="empty allowed and rows demanded"),
        pytest.param({"owner": "me"}, "owner", id="unknown key in a suite"),
    ],
)
def test_a_suite_that_contradicts_itself_is_refused(tmp_path: Path, suite: dict[str, Any], says: str) -> None:
    _write(tmp_path, ROWS, **suite)
    with pytest.raises(BadSettings, match=says):
        load_suites(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="cut short"),
        pytest.param('{"table": "membership", "table": "golden"}', id="a key twice"),
        pytest.param("[]", id="a list"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "membership.json").write_text(text, "utf-8")
    with pytest.raises(BadSettings, match=r"membership\.json"):
        load_suites(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no such folder"):
        load_suites(tmp_path / "expectatoins")


MEMBERS = MEMBERSHIP.frame({"record_id": ["a", "b"], "golden_id": ["G-1", "G-1"], "match_probability": [1.0, 0.9]})


def test_the_projects_suite_for_a_table_replaces_ours(tmp_path: Path) -> None:
    _write(tmp_path, _entry("expect_table_row_count_to_be_between", min_value=3))
    checks = audit({"membership": MEMBERS}, folder=tmp_path)
    assert len(checks) == 1
    assert not checks["is_met"].any()


def test_tables_without_a_suite_of_the_project_keep_ours(tmp_path: Path) -> None:
    _write(tmp_path, ROWS, table="pairs")
    assert len(audit({"membership": MEMBERS}, folder=tmp_path)) == len(audit({"membership": MEMBERS}))


def test_what_is_handed_back_is_audited_with_the_run_beside_it(
    run_tables: dict[str, pd.DataFrame], publish_tables: dict[str, pd.DataFrame]
) -> None:
    checks = audit({**run_tables, **publish_tables}, only=PUBLISH_SUITES)
    assert tuple(checks["suite"].unique()) == PUBLISH_SUITES
    unmet = checks[checks["suite"].eq("publish_balance") & ~checks["is_met"]]
    assert unmet["column"].tolist() == ["n_merged_apart"]


def test_a_missing_column_is_a_broken_check(tmp_path: Path) -> None:
    with pytest.raises(BrokenCheck, match="membership: the frame to check has no column golden_id"):
        audit({"membership": MEMBERS.drop(columns="golden_id")})


def test_an_expectation_that_cannot_be_evaluated_is_a_broken_check_and_tells_no_value(tmp_path: Path) -> None:
    _write(tmp_path, ROWS, _entry("expect_column_values_to_be_between", column="record_id", min_value=5))
    named = MEMBERS.assign(
        record_id=MEMBERSHIP.frame({"record_id": ["ada@example.com", "bo@example.com"]})["record_id"]
    )
    with pytest.raises(BrokenCheck, match=r"entry 2 .*could not be evaluated") as broken:
        audit({"membership": named}, folder=tmp_path)
    assert "example.com" not in str(broken.value)


def test_two_entries_of_one_kind_are_told_apart_by_name(tmp_path: Path) -> None:
    kind = "expect_column_values_to_be_between"
    loose = _entry(kind, "critical", column="match_probability", min_value=0.95, mostly=0.5)
    strict = _entry(kind, "warning", column="match_probability", min_value=0.95, name="expect_sure_links")
    _write(tmp_path, ROWS, loose, strict)
    checks = audit({"membership": MEMBERS}, folder=tmp_path).set_index("expectation")
    assert checks.loc[[kind, "expect_sure_links"], "is_met"].tolist() == [True, False]
    assert checks.loc["expect_sure_links", ["n_rows", "n_unexpected"]].tolist() == [2, 1]


def test_missing_values_are_not_judged_but_where_values_are_demanded(tmp_path: Path) -> None:
    half = MEMBERSHIP.frame({"record_id": ["a", "b"], "golden_id": ["G-1", None], "match_probability": [1.0, 1.0]})
    _write(
        tmp_path,
        ROWS,
        _entry("expect_column_values_to_match_regex", column="golden_id", regex="^G-"),
        _entry("expect_column_values_to_not_be_null", column="golden_id"),
    )
    checks = audit({"membership": half}, folder=tmp_path)
    assert checks["n_rows"].tolist() == [pd.NA, 1, 2]
    assert checks["n_unexpected"].tolist() == [pd.NA, 0, 1]


def test_no_value_of_the_data_is_in_the_checks() -> None:
    named = MEMBERSHIP.frame(
        {"record_id": ["ada@example.com"] * 2, "golden_id": ["G-1"] * 2, "match_probability": [7, 1]}
    )
    checks = audit({"membership": named})
    assert (~checks["is_met"]).sum() == 2
    assert "ada@example.com" not in checks.to_csv()


def test_the_same_tables_give_the_same_checks_byte_for_byte() -> None:
    first, second = (audit({"membership": MEMBERS}).to_csv() for _ in range(2))
    assert first == second


CHECK = {"suite": "golden", "expectation": "expect_x", "column": "golden_id", "reason": REASON}


def _checks(**given: Any) -> pd.DataFrame:
    return CHECKS.frame({key: [value] for key, value in {**CHECK, **given}.items()})


@pytest.mark.parametrize(
    ("severity", "is_met"),
    [
        pytest.param("critical", True, id="critical and met"),
        pytest.param("warning", False, id="a warning does not stop a run"),
        pytest.param("info", False, id="a remark does not stop a run"),
    ],
)
def test_the_gate_lets_through(severity: str, is_met: bool) -> None:
    gate(_checks(severity=severity, is_met=is_met, n_rows=10, n_unexpected=0))


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param(
            {"is_met": False, "n_rows": 10, "n_unexpected": 3},
            "golden.golden_id: expect_x, 3 of 10 rows",
            id="counts are told",
        ),
        pytest.param({"is_met": False, "column": ""}, "golden: expect_x", id="no counts for a whole table"),
        pytest.param({"is_met": None}, "golden.golden_id: expect_x", id="no verdict is not a pass"),
    ],
)
def test_the_gate_stops_a_critical_failure(given: dict[str, Any], line: str) -> None:
    with pytest.raises(GateFailed) as failed:
        gate(_checks(severity="critical", **given))
    assert failed.value.failures == [line]
    assert failed.value.exit_code == 3
