"""Linking as a whole: hard cases, order, decisions, and tables that hold almost nothing."""

from __future__ import annotations

import itertools
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_clean.link.linking import link
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, DECISIONS, PAIRS
from tests.link.conftest import tables_of

_FIRST = ["ann", "bob", "carla", "dmitri", "emil", "farah", "greta", "hugo", "ines", "jonas", "kim", "lena"]
_LAST = ["abel", "bergmann", "cole", "dahl", "eckhart", "frey", "goldberg", "hale", "ivers", "jung", "koch", "lopez"]


def population(n: int = 600, *, seed: int = 5) -> tuple[list[dict[str, Any]], list[int]]:
    """A made-up town: people in one to three records, with typos, gaps and households; and who each record is."""
    rng = np.random.default_rng(seed)
    rows, who = [], []
    for person in range(n // 2):
        first, last = rng.choice(_FIRST), rng.choice(_LAST) + rng.choice(["", "s", "son", "ova", "mann", "ez"])
        mailbox = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), 8))
        phones = (f"+1{rng.integers(2_000_000_000, 9_999_999_999)}", f"+1312555{person // 2:04d}")  # own, the house's
        company, born = (
            f"{rng.choice(_LAST)} works",
            f"{rng.integers(1940, 2003)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        )
        home = f"{person // 2 + 1} {rng.choice(['oak', 'elm', 'hill'])} st"  # two of a house
        for _ in range(rng.choice([1, 1, 2, 3])):
            row: dict[str, Any] = {
                "first_name": str(first),
                "last_name": str(last),
                "source": str(rng.choice(["a", "b"])),
            }
            if rng.random() < 0.1:
                row["last_name"] = last[1] + last[0] + last[2:]
            if rng.random() < 0.8:
                row["email"] = f"{mailbox}{rng.integers(2)}@mail.example"
            if rng.random() < 0.8:
                row["phone"] = str(phones[0] if rng.random() < 0.9 else phones[1])
            if rng.random() < 0.7:
                row |= {"street": home, "postal_code": f"{10000 + person // 20}", "city": f"town {person // 60}"}
                if rng.random() < 0.3:
                    del row["street"], row["postal_code"]
            if rng.random() < 0.3:
                row["birth_date"] = born
            if rng.random() < 0.4:
                row["company"] = company
            rows.append(row)
            who.append(person)
    return rows, who


def _groups(found: Linked) -> set[frozenset[str]]:
    return {frozenset(g["record_id"]) for _, g in found.clusters.groupby("cluster_id")}


def test_a_town_is_linked_precisely_and_mostly_found(linked) -> None:  # type: ignore[no-untyped-def]
    rows, who = population()
    found = linked(rows)
    label = found.clusters.set_index("record_id").loc[[f"t:{i:05d}" for i in range(len(rows))], "cluster_id"].to_numpy()
    pairs = list(itertools.combinations(range(len(rows)), 2))
    said = {p for p in pairs if label[p[0]] == label[p[1]]}
    true = {p for p in pairs if who[p[0]] == who[p[1]]}
    assert len(said & true) / len(said) >= 0.97
    assert len(said & true) / len(true) >= 0.8  # what is left shares a name and nothing else
    assert abs(found.report["expected_precision"] - len(said & true) / len(said)) <= 0.03


def test_frames_fit_their_tables_and_every_record_is_in_one_cluster(linked) -> None:  # type: ignore[no-untyped-def]
    rows, _ = population(200)
    found = linked(rows)
    PAIRS.check(found.pairs)
    CLUSTERS.check(found.clusters)
    assert len(found.clusters) == len(rows)
    assert set(found.pairs["verdict"]) <= {"merge", "review", "cut"}


def test_the_order_of_rows_changes_nothing(tables) -> None:  # type: ignore[no-untyped-def]
    rows, _ = population(400)
    named = [{"id": f"r{i:04d}", **row} for i, row in enumerate(rows)]
    records, points = tables(named)
    shuffled = records.sample(frac=1.0, random_state=1)
    mixed = points.sample(frac=1.0, random_state=2)
    one = link(records, points, DECISIONS.empty(), spec=LinkSpec())
    two = link(shuffled, mixed, DECISIONS.empty(), spec=LinkSpec(), workers=3)
    pd.testing.assert_frame_equal(one.pairs, two.pairs)
    assert one.model == two.model
    assert _groups(one) == _groups(two)


def _decision(left: str, right: str, verdict: str) -> dict[str, Any]:
    return {
        "left_id": left, "right_id": right, "verdict": verdict, "decided_by": "kim",
        "decided_at": datetime(2026, 1, 1, tzinfo=UTC), "reason": "",
    }  # fmt: skip


def test_decisions_teach_the_model(linked) -> None:  # type: ignore[no-untyped-def]
    rows, _ = population()
    asked = linked(rows, review_floor=0.01).pairs.query("verdict == 'review'").head(40)
    assert len(asked) == 40

    def learnt(verdict: str) -> dict[str, float]:
        ledger = DECISIONS.frame(pd.DataFrame([_decision(p.left_id, p.right_id, verdict) for p in asked.itertuples()]))
        names = linked(rows, decisions=ledger).model["comparisons"][0]
        return dict(zip(names["levels"], names["m"], strict=True))

    same, different = learnt("same"), learnt("different")
    told = {level.split("=")[1].split(":")[0] for text in asked["levels"] for level in text.split()[:1]} - {
        "exact",
        "close",
    }
    assert sum(same[level] for level in told) > 1.3 * sum(different[level] for level in told)


def test_decisions_outrank_the_model(linked) -> None:  # type: ignore[no-untyped-def]
    rows, _ = population(300)
    merged = linked(rows).pairs.query("verdict == 'merge'").iloc[0]
    alone = [r for r in (f"t:{i:05d}" for i in range(len(rows))) if r not in (merged.left_id, merged.right_id)]
    ledger = DECISIONS.frame(
        pd.DataFrame([_decision(merged.left_id, merged.right_id, "different"), _decision(alone[0], alone[-1], "same")])
    )
    label = linked(rows, decisions=ledger).clusters.set_index("record_id")["cluster_id"]
    assert label[merged.left_id] != label[merged.right_id]
    assert label[alone[0]] == label[alone[-1]]


def test_a_saved_model_links_without_training(tables) -> None:  # type: ignore[no-untyped-def]
    records, points = tables(population(400)[0])
    trained = link(records, points, DECISIONS.empty(), spec=LinkSpec())
    again = link(records, points, DECISIONS.empty(), spec=LinkSpec(), model=trained.model)
    pd.testing.assert_frame_equal(trained.clusters, again.clusters)


def test_a_model_that_learnt_nothing_is_no_guide_to_records_that_come_later(tables) -> None:  # type: ignore[no-untyped-def]
    strangers = [{"first_name": "ann", "last_name": "abel"}, {"first_name": "bob", "last_name": "cole"}]
    nothing = link(*tables(strangers), DECISIONS.empty(), spec=LinkSpec())
    twins = [{"first_name": "kim", "last_name": "dahl", "email": "kim@x.example"}] * 2
    later = link(*tables([*strangers, *twins]), DECISIONS.empty(), spec=LinkSpec(), model=nothing.model)
    assert later.model["strangers"]
    assert len(_groups(later)) == 3


def test_a_higher_threshold_merges_less(linked) -> None:  # type: ignore[no-untyped-def]
    rows, _ = population(400)
    merged = [linked(rows, threshold=t).report["n_merged"] for t in (0.5, 0.9, 0.999)]
    assert merged == sorted(merged, reverse=True)
    assert merged[0] > merged[2]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="no rows"),
        pytest.param([{"first_name": "ann"}], id="one row"),
        pytest.param([{}, {}, {}], id="all columns missing"),
        pytest.param([{"city": "rome"}] * 50, id="a column of one value"),
        pytest.param([{"first_name": "x" * 10_000, "last_name": "y" * 10_000}] * 3, id="names of 10 kB"),
        pytest.param(
            [{"first_name": "王", "last_name": "芳"}, {"first_name": "محمد", "last_name": "علي"}] * 3,
            id="Chinese and Arabic",
        ),
    ],
)
def test_tables_that_hold_almost_nothing(linked, rows: list[dict[str, Any]]) -> None:  # type: ignore[no-untyped-def]
    found = linked(rows)
    assert len(found.clusters) == len(rows)


def test_two_equal_rows_with_a_mailbox_are_one_person(linked) -> None:  # type: ignore[no-untyped-def]
    row = {"first_name": "ann", "last_name": "bergmann", "email": "ann@x.example"}
    assert len(_groups(linked([row, row]))) == 1


CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "link_hard.toml").read_text("utf-8"))["case"]


@pytest.fixture(scope="module")
def town_with_hard_cases() -> tuple[pd.Series, set[tuple[str, str]]]:
    """Every hard case in one table with a town of other people: the cluster of each record, and the pairs merged."""
    rows = [{"id": f"town:{i}", **row} for i, row in enumerate(population(1200, seed=9)[0])]
    rows += [{"id": f"case{c}:{i}", **r} for c, case in enumerate(CASES) for i, r in enumerate(case["records"])]
    found = link(*tables_of(rows), DECISIONS.empty(), spec=LinkSpec())
    return found.clusters.set_index("record_id")["cluster_id"], set(
        found.pairs[["left_id", "right_id"]].itertuples(index=False, name=None)
    )


@pytest.mark.parametrize("number", [pytest.param(i, id=case["title"]) for i, case in enumerate(CASES)])
def test_hard_case(town_with_hard_cases, number: int) -> None:  # type: ignore[no-untyped-def]
    label, shown = town_with_hard_cases
    ids = [f"case{number}:{i}" for i in range(len(CASES[number]["records"]))]
    n_clusters = label[ids].nunique()
    expected = CASES[number]["expected"]
    assert n_clusters == (1 if expected == "same" else len(ids))
    if expected == "different":
        assert not [pair for pair in itertools.combinations(sorted(ids), 2) if pair in shown]
