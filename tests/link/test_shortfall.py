"""Why a result is no better: every mistaken pair under one reason, on tables small enough to know them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from crm_clean.link.linking import link
from crm_clean.link.shortfall import Shortfall, shortfall
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS
from tests.link.conftest import tables_of
from tests.link.town import town

Row = dict[str, Any]

SPLIT = {"first_name": "odo", "last_name": "quisling", "email": "odo.quisling@a.example"}
MOVED = {"first_name": "berenike", "last_name": "umbach", "phone": "+493000001"}
ELSEWHERE = {"first_name": "zita", "last_name": "aalders", "email": "za@c.example", "city": "ulm"}
FATHER = {"first_name": "egon", "last_name": "hagen", "suffix": "sr", "phone": "+493000009", "city": "bonn"}
SON = {"first_name": "egon", "last_name": "hagen", "suffix": "jr", "phone": "+493000009", "city": "bonn"}


def _said(left: str, right: str, verdict: str) -> dict[str, Any]:
    return {
        "left_id": left, "right_id": right, "verdict": verdict, "decided_by": "kim",
        "decided_at": datetime(2026, 1, 1, tzinfo=UTC), "reason": "",
    }  # fmt: skip


def measured(
    rows: list[Row], who: dict[str, str], said: list[dict[str, Any]] | None = None, *, threshold: float | None = None
) -> Shortfall:
    """The mistakes over a town with these rows in it; `who` names the person of the records that are measured."""
    around = [{"id": f"town:{k:04d}", **row} for k, row in enumerate(town(500, seed=6)[0])]
    records, points = tables_of([*around, *rows])
    ledger = DECISIONS.frame(pd.DataFrame(said)) if said else DECISIONS.empty()
    found = link(records, points, ledger, spec=LinkSpec(threshold=threshold))
    return shortfall(
        records,
        points,
        ledger,
        clusters=found.clusters.set_index("record_id")["cluster_id"],
        people=pd.Series(who, dtype="string[pyarrow]"),
        spec=LinkSpec(),
        model=found.model,
        threshold=found.report["threshold"],
    )


def _only(frame: pd.DataFrame) -> dict[str, Any]:
    assert len(frame) == 1
    return {str(k): v for k, v in frame.iloc[0].to_dict().items()}


def test_two_records_without_a_key_in_common_were_never_compared() -> None:
    found = measured([{"id": "a", **MOVED}, {"id": "b", **ELSEWHERE}], {"a": "x", "b": "x"})
    assert found.blocking_recall == 0.0
    assert _only(found.missed)["reason"] == "never_compared"
    assert found.wrong.empty


def test_a_guard_is_named_with_its_ground() -> None:
    found = measured([{"id": "a", **FATHER}, {"id": "b", **SON}], {"a": "x", "b": "x"})
    told = _only(found.missed)
    assert (told["reason"], told["detail"], told["n_pairs"]) == ("guard", "generation", 1)
    assert found.blocking_recall == 1.0


def test_what_a_person_said_comes_before_all_else() -> None:
    rows = [{"id": "a", **SPLIT}, {"id": "b", **SPLIT}]
    found = measured(rows, {"a": "x", "b": "x"}, [_said("a", "b", "different")])
    assert _only(found.missed)["reason"] == "decided"
    found = measured([{"id": "a", **MOVED}, {"id": "b", **ELSEWHERE}], {"a": "x", "b": "y"}, [_said("a", "b", "same")])
    assert _only(found.wrong)["reason"] == "decided"


def test_a_doubtful_pair_tells_how_many_bits_it_lacks() -> None:
    rows = [{"id": "a", **MOVED}, {"id": "b", **MOVED, "city": "kiel"}]
    told = _only(measured(rows, {"a": "x", "b": "x"}, threshold=1 - 1e-15).missed)
    assert told["reason"] == "below_threshold"
    assert 0.0 < told["bits_short"] < 50.0


def test_a_wrong_merge_tells_what_counted_most() -> None:
    told = _only(measured([{"id": "a", **SPLIT}, {"id": "b", **SPLIT}], {"a": "x", "b": "y"}).wrong)
    assert (told["reason"], told["n_pairs"], told["left_id"], told["right_id"]) == ("agreed", 1, "a", "b")
    assert told["detail"] == "email same"
    assert pd.isna(told["bits_short"])


def test_records_that_the_truth_does_not_name_take_no_part() -> None:
    found = measured([{"id": "a", **SPLIT}, {"id": "b", **SPLIT}], {"a": "x"})
    assert (found.n_true_pairs, found.blocking_recall) == (0, 1.0)
    assert found.missed.empty
    assert found.wrong.empty


@pytest.mark.parametrize("seed", [1, 2])
def test_every_mistake_has_one_reason_and_none_is_left_out(seed: int) -> None:
    rows, who = town(400, seed=seed)
    rows = [{"id": f"t{k:04d}", **row} for k, row in enumerate(rows)]
    records, points = tables_of(rows)
    linked = link(records, points, DECISIONS.empty(), spec=LinkSpec())
    cluster = linked.clusters.set_index("record_id")["cluster_id"]
    person = pd.Series({row["id"]: f"p{p}" for row, p in zip(rows, who, strict=True)}, dtype="string[pyarrow]")
    found = shortfall(
        records, points, DECISIONS.empty(), clusters=cluster, people=person, spec=LinkSpec(), model=linked.model,
        threshold=linked.report["threshold"],
    )  # fmt: skip
    both = pd.DataFrame({"cluster": cluster, "person": person})

    def pairs(*by: str) -> int:
        sizes = both.groupby(list(by)).size()
        return int((sizes * (sizes - 1) // 2).sum())

    assert found.n_true_pairs == pairs("person")
    assert found.missed["n_pairs"].sum() == pairs("person") - pairs("cluster", "person") > 0
    assert found.wrong["n_pairs"].sum() == pairs("cluster") - pairs("cluster", "person")
    assert found.missed["n_pairs"].is_monotonic_decreasing
    never = found.missed.loc[found.missed["reason"] == "never_compared", "n_pairs"].sum()
    assert found.n_compared >= found.n_true_pairs - pairs("cluster", "person") - never
