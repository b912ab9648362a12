"""What must hold between tables: each way in which something could get lost is counted."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from crm_clean.validate.balance import balance, publish_balance
from crm_clean.validate.suites import audit

Frames = dict[str, pd.DataFrame]


def _drop(table: str, row: int = 0) -> Callable[[Frames], Frames]:
    return lambda t: {**t, table: t[table].drop(index=row).reset_index(drop=True)}


def _put(table: str, column: str, value: object, row: int = 0) -> Callable[[Frames], Frames]:
    def change(t: Frames) -> Frames:
        frame = t[table].copy()
        frame.loc[row, column] = value
        return {**t, table: frame}

    return change


def test_a_sound_run_balances(run_tables: Frames) -> None:
    row = balance(run_tables).iloc[0].to_dict()
    assert (row["n_files"], row["n_rows_in"], row["n_raw_rows"], row["n_quarantined"]) == (1, 11, 10, 1)
    assert (row["n_crosswalk"], row["n_records"], row["n_members"], row["n_golden"]) == (10, 10, 10, 10)
    faults = [n for n in row if n.endswith(("_unbalanced", "_without_record", "_homeless", "_unknown", "_orphans"))]
    faults += ["n_golden_empty", "n_golden_miscounted", "n_points_adrift", "n_optouts_lost", "n_bounces_lost"]
    assert {name: row[name] for name in faults} == dict.fromkeys(faults, 0)
    assert row["share_quarantined"] == pytest.approx(1 / 11)
    assert row["share_merged"] == 0


@pytest.mark.parametrize(
    ("change", "fault", "count"),
    [
        pytest.param(_drop("raw_rows"), "n_files_unbalanced", 1, id="a row that was read is nowhere"),
        pytest.param(_drop("quarantine"), "n_files_unbalanced", 1, id="a row in quarantine is nowhere"),
        pytest.param(_put("raw_rows", "file_id", "f2"), "n_files_unbalanced", 2, id="a row of a file nobody took in"),
        pytest.param(_drop("records"), "n_rows_without_record", 1, id="a row that became no record"),
        pytest.param(_drop("membership"), "n_records_homeless", 1, id="a record in no golden record"),
        pytest.param(_put("membership", "record_id", "x:1"), "n_members_unknown", 1, id="a member that is no record"),
        pytest.param(_drop("golden"), "n_orphans", 1, id="a member of no golden record"),
        pytest.param(_put("membership", "golden_id", "G-x"), "n_golden_empty", 1, id="a golden record without members"),
        pytest.param(_put("golden", "n_records", 2), "n_golden_miscounted", 1, id="a golden record that miscounts"),
        pytest.param(
            _put("golden_points", "golden_id", "G-x", 5), "n_points_adrift", 1, id="a golden address of nobody"
        ),
        pytest.param(_put("contact_points", "record_id", "x:1", 5), "n_points_adrift", 1, id="an address of nobody"),
        pytest.param(_put("golden_points", "opt_out", False), "n_optouts_lost", 1, id="an opt-out turned into consent"),
        pytest.param(_put("golden_points", "opt_out", pd.NA), "n_optouts_lost", 1, id="an opt-out forgotten"),
        pytest.param(_drop("golden_points"), "n_optouts_lost", 1, id="an opt-out lost with its address"),
        pytest.param(_put("contact_points", "bounced", True, 5), "n_bounces_lost", 1, id="a bounce forgotten"),
    ],
)
def test_what_gets_lost_is_counted_and_named(
    change: Callable[[Frames], Frames], fault: str, count: int, run_tables: Frames
) -> None:
    broken = change(run_tables)
    assert balance(broken)[fault].tolist() == [count]
    checks = audit({"run_balance": balance(broken)})
    assert fault in set(checks[~checks["is_met"]]["column"])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_put("contact_points", "opt_out", False), id="the golden record may be stricter"),
        pytest.param(_put("contact_points", "key", pd.NA), id="an address that cannot be used needs no opt-out"),
        pytest.param(_drop("quarantine", 1), id="a value in quarantine is not a row"),
        pytest.param(_put("quarantine", "field", "notes"), id="a row that one field kept out is a row all the same"),
    ],
)
def test_what_is_no_loss_is_not_counted(change: Callable[[Frames], Frames], run_tables: Frames) -> None:
    before, after = (balance(t).filter(regex="lost|unbalanced") for t in (run_tables, change(run_tables)))
    pd.testing.assert_frame_equal(before, after)


def test_an_opt_out_of_any_member_binds_the_golden_record(run_tables: Frames) -> None:
    members = run_tables["membership"].assign(golden_id="G-00000000000000000001")
    assert balance({**run_tables, "membership": members})["n_optouts_lost"].tolist() == [1]


def test_a_run_of_no_rows_has_no_shares_to_speak_of(run_tables: Frames) -> None:
    row = balance({name: frame.head(0) for name, frame in run_tables.items()}).iloc[0]
    assert (row["n_rows_in"], row["share_quarantined"], row["share_merged"]) == (0, 0.0, 0.0)


def _merged(tables: Frames) -> Frames:
    """Two records of one person, the second to be merged into the first, which gets a change."""
    members = tables["membership"].copy()
    members.loc[1, "golden_id"] = members.loc[0, "golden_id"]
    merges = tables["publish_merges"].head(1).assign(survivor_id="0", duplicate_id="1")
    return {
        **tables,
        "membership": members,
        "publish_merges": merges,
        "publish_changes": tables["publish_changes"].head(1),
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(_put("publish_merges", "duplicate_id", "2"), "n_merged_apart", id="two people asked to be merged"),
        pytest.param(_put("publish_merges", "duplicate_id", "77"), "n_merged_apart", id="a contact nobody has seen"),
        pytest.param(_put("publish_changes", "golden_id", "G-x"), "n_golden_unknown", id="a change for nobody"),
        pytest.param(
            _put("publish_changes", "source_record_id", "1"), "n_changes_to_merged", id="a change to one that goes"
        ),
    ],
)
def test_what_is_handed_back_agrees_with_the_run(
    change: Callable[[Frames], Frames], fault: str, run_tables: Frames, publish_tables: Frames
) -> None:
    sound = _merged(run_tables | publish_tables)
    assert publish_balance(sound)[fault].tolist() == [0]
    assert publish_balance(change(sound))[fault].tolist() == [1]
