"""A part judged and added to what was found before gives what judging everything gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.records import tables as t
from crm_clean.validate.adding import Part, added, adds_up, are_there, asks_how_many, verdicts
from crm_clean.validate.balance import COUNTED, RUN_BALANCE, balance
from crm_clean.validate.balance_part import KEPT, Touched, balance_of_part
from crm_clean.validate.suites import as_checks, judged, load_suites, standing_suites

Frames = dict[str, pd.DataFrame]
BY = {name: columns[0] for name, columns in t.SCOPES.items()}
OF_RECORDS, OF_GOLDEN = ("records", "contact_points", "membership"), ("golden", "golden_points")
SEEDS = range(12)


def _state(seed: int, n: int = 60) -> Frames:
    """A state of the tables in which all kinds of things are wrong, a few of each kind."""
    rng = np.random.default_rng(seed)

    def some(*values: object, size: int) -> pd.Series:
        return pd.Series([values[i] for i in rng.integers(0, len(values), size)], dtype=object)

    ids = [f"hubspot:{i}" for i in range(n) if rng.random() > 0.05]
    people = [f"G-{i}" for i in range(n // 2) if rng.random() > 0.05]
    points = [(one, kind, k) for one in [*ids, "x:1"] for kind in ("email", "phone", "address") for k in (1, 2)]
    kept = [(one, kind, k) for one in [*people, "G-x"] for kind in ("email", "phone", "address") for k in (1, 2)]
    instants = [pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2021-01-01", tz="UTC"), None]

    def held(rows: list[tuple[str, str, int]], owner: str) -> dict[str, object]:
        size = len(rows)
        return {
            owner: [r[0] for r in rows],
            "kind": [r[1] for r in rows],
            "ordinal": [r[2] for r in rows],
            "value": some("ada@example.com", "no mail", "+12125550100", None, size=size),
            "key": some(*(f"k{i}" for i in range(20)), None, size=size),
            "country": some("US", "Utopia", None, size=size),
            "opt_out": some(True, False, False, False, None, size=size),
            "bounced": some(True, False, False, size=size),
            **{flag: some(True, False, size=size) for flag in ("is_role", "is_disposable", "is_placeholder")},
        }

    return {
        "records": t.RECORDS.frame(
            {
                "record_id": ids,
                "source": some("hubspot", None, size=len(ids)),
                "source_file": ["a.csv"] * len(ids),
                "content_hash": some("00", None, size=len(ids)),
                "first_name": some("Ada", "Ad4", None, size=len(ids)),
                "status": some("lead", "boss", None, size=len(ids)),
                "is_couple": some(True, False, None, size=len(ids)),
                "birth_date_raw": some("1.1.1980", None, size=len(ids)),
                "birth_date": some("1980-01-01", None, size=len(ids)),
                "created_at": some(*instants, size=len(ids)),
                "updated_at": some(*instants, size=len(ids)),
            }
        ),
        "contact_points": t.CONTACT_POINTS.frame(
            {**held(points, "record_id"), "raw": some("raw", None, size=len(points))}
        ),
        "membership": t.MEMBERSHIP.frame(
            {
                "record_id": [one for one in [*ids, "y:1"] if rng.random() > 0.04],
            }
        ).pipe(
            lambda f: f.assign(
                golden_id=some(*(f"G-{i}" for i in range(n // 2)), size=len(f)).astype("string[pyarrow]"),
                match_probability=rng.choice([1.0, 0.4, np.nan], len(f)),
            )
        ),
        "golden": t.GOLDEN.frame(
            {
                "golden_id": people,
                "full_name": some("Ada", "<b>", None, size=len(people)),
                "birth_date": some("1980-01-01", "soon", None, size=len(people)),
                "n_records": some(1, 2, 3, 51, None, size=len(people)),
                "sources": some("hubspot", None, size=len(people)),
            }
        ),
        "golden_points": t.GOLDEN_POINTS.frame(held(kept, "golden_id")),
    }


def _moved(before: Frames, seed: int) -> tuple[Frames, dict[str, pa.Array]]:
    """Another state that differs in what belongs to some things, and which things those are, by table."""
    rng, other = np.random.default_rng(seed), _state(seed + 1000)
    after, scopes = {}, {}
    for name, frame in before.items():
        by = BY[name]
        known = sorted({*frame[by], *other[name][by]})
        touched = [one for one in known if rng.random() < 0.2]
        parts = [frame[~frame[by].isin(touched)], other[name][other[name][by].isin(touched)]]
        after[name] = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=seed).reset_index(drop=True)
        scopes[name] = pa.array(touched, pa.string())
    return after, scopes


def _world(state: Frames) -> Callable[[str, str, pa.Array], pd.DataFrame]:
    def ask(name: str, column: str, keys: pa.Array) -> pd.DataFrame:
        return state[name][state[name][column].isin(keys.to_pylist())][list(COUNTED[name])].reset_index(drop=True)

    return ask


def _arrived(state: Frames, n: int = 5) -> Frames:
    files = {"file_id": ["f1", "f2"], "n_rows": [n, 1], "n_quarantined": [1, 0]}
    rows = {
        "file_id": ["f1"] * n,
        "source_row": range(n),
        "record_id": [*state["records"]["record_id"][: n - 1], "z:1"],
    }
    aside = {"file_id": ["f1"], "source_row": [n + 1]}
    return {"files": t.FILES.frame(files), "raw_rows": t.RAW_ROWS.frame(rows), "quarantine": t.QUARANTINE.frame(aside)}


@pytest.mark.parametrize("seed", SEEDS)
def test_verdicts_on_a_part_are_added_to_those_on_everything(seed: int) -> None:
    before = _state(seed)
    after, scopes = _moved(before, seed)
    for suite in standing_suites():
        if suite.table not in before:
            continue
        by, ids = BY[suite.table], scopes[suite.table].to_pylist()
        assert adds_up(suite, by)
        last = verdicts(as_checks(judged(suite, before[suite.table])))
        stood, stands = (state[suite.table][state[suite.table][by].isin(ids)] for state in (before, after))
        part = Part(stood, stands, len(after[suite.table]) if asks_how_many(suite) else None)
        assert are_there(suite, last)
        pd.testing.assert_frame_equal(as_checks(added(suite, part, last)), as_checks(judged(suite, after[suite.table])))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_balance_of_a_part_is_added_to_that_of_everything(seed: int) -> None:
    before = _state(seed)
    after, scopes = _moved(before, seed)
    arrived = _arrived(after)
    last = {name: int(balance({**before, **arrived})[name].iloc[0]) for name in KEPT}
    assert any(n for name, n in last.items() if name.startswith("n_optouts"))
    touched = Touched(
        records=pa.concat_arrays([scopes[name] for name in OF_RECORDS]).unique(),
        golden=pa.concat_arrays([scopes[name] for name in OF_GOLDEN]).unique(),
    )
    found = balance_of_part(arrived, touched, last, before=_world(before), after=_world(after))
    pd.testing.assert_frame_equal(found, balance({**after, **arrived}))


def test_an_opt_out_lost_for_somebody_who_was_not_touched_is_found(run_tables: Frames) -> None:
    """Another record of the same address closes it; the golden record that shares it is as it was."""
    names = (*OF_RECORDS, *OF_GOLDEN)
    before = {name: run_tables[name] for name in names}
    shared = before["contact_points"].iloc[[1]].assign(record_id="hubspot:2", ordinal=2, opt_out=True)
    points = t.CONTACT_POINTS.frame(pd.concat([before["contact_points"], shared], ignore_index=True))
    home = str(before["golden"]["golden_id"].iloc[2])
    own = before["golden_points"].iloc[[1]].assign(golden_id=home, ordinal=2, opt_out=True)
    kept = t.GOLDEN_POINTS.frame(pd.concat([before["golden_points"], own], ignore_index=True))
    after = {**before, "contact_points": points, "golden_points": kept}
    touched = Touched(pa.array(["hubspot:2"]), pa.array([home]))
    arrived = {name: run_tables[name] for name in ("files", "raw_rows", "quarantine")}
    last = dict.fromkeys(KEPT, 0) | {"n_records": 10, "n_members": 10, "n_golden": 10}
    found = balance_of_part(arrived, touched, last, before=_world(before), after=_world(after))
    assert found["n_optouts_lost"].iloc[0] == 1


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "status", "value_set": ["lead"]}},
            True,
            id="row by row",
        ),
        pytest.param(
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "record_id"}}, True, id="the key"
        ),
        pytest.param(
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "content_hash"}}, False, id="no key"
        ),
        pytest.param(
            {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["record_id", "source"]}},
            True,
            id="more than the key",
        ),
        pytest.param({"type": "expect_table_row_count_to_equal", "kwargs": {"value": 9}}, True, id="how many rows"),
        pytest.param(
            {"type": "expect_column_median_to_be_between", "kwargs": {"column": "n_purchases"}}, False, id="a median"
        ),
        pytest.param(
            {"type": "expect_column_values_to_be_increasing", "kwargs": {"column": "n_purchases"}}, False, id="an order"
        ),
    ],
)
def test_what_adds_up(tmp_path: Path, entry: dict[str, object], *, expected: bool) -> None:
    full = {"severity": "warning", "reason": "A reason that an admin understands.", **entry}
    rows = {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}, "severity": "critical"}
    said = {"table": "records", "about": "What a test wants to know.", "expectations": [{**full, **rows}, full]}
    (tmp_path / "records.json").write_text(json.dumps(said), "utf-8")
    (suite,) = load_suites(tmp_path)
    assert adds_up(suite, "record_id") is expected


def test_a_balance_keeps_every_count_but_those_of_arrivals() -> None:
    assert {name for name in RUN_BALANCE.columns if name.endswith(("_lost", "_golden", "_records", "_members"))} <= set(
        KEPT
    )
