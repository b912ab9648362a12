"""What charts show is what the model says and what linking handed over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.link import insight
from crm_clean.link.linking import Weighed, link, settle, weigh_pairs
from crm_clean.link.model_file import ModelFile
from crm_clean.link.model_words import described
from crm_clean.link.results import Linked
from crm_clean.link.score import Model, odds
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS

_FIRST = ("ann", "bob", "carl", "dora", "emil", "fay", "gus")
_LAST = ("abel", "berg", "cole", "dahl", "eck", "frey", "gold", "hahn", "iken", "jung", "kern")


def _rows(n: int = 300) -> list[dict[str, Any]]:
    rng = np.random.default_rng(11)
    rows = []
    for at, who in enumerate(rng.integers(0, n // 2, n).tolist()):
        row = {
            "id": f"r{at:04d}",
            "first_name": _FIRST[who % 7],
            "last_name": _LAST[who % 11],
            "city": f"town {who % 5}",
        }
        if rng.random() < 0.7:
            row["email"] = f"user{who}@example.org"
        if rng.random() < 0.5:
            row["phone"] = f"+1415555{who:04d}"
        rows.append(row)
    return rows


def _decision(left: str, right: str, verdict: str) -> pd.DataFrame:
    return DECISIONS.frame(
        {"left_id": [left], "right_id": [right], "verdict": [verdict], "decided_by": ["kim"]}
        | {"decided_at": pd.to_datetime(["2026-03-01"], utc=True)}
    )


@pytest.fixture
def table(tables: Callable[..., Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    found: tuple[pd.DataFrame, pd.DataFrame] = tables(_rows())
    return found


@pytest.fixture
def weighed(table: tuple[pd.DataFrame, pd.DataFrame]) -> Weighed:
    return weigh_pairs(*table, DECISIONS.empty(), spec=LinkSpec())


@pytest.fixture
def linked(weighed: Weighed) -> Linked:
    return settle(weighed, LinkSpec())


@pytest.fixture
def model(linked: Linked) -> Model:
    return Model.model_validate(linked.model)


def test_both_halves_of_linking_make_the_whole(table: Any, linked: Linked) -> None:
    whole = link(*table, DECISIONS.empty(), spec=LinkSpec())
    pd.testing.assert_frame_equal(whole.pairs, linked.pairs)
    pd.testing.assert_frame_equal(whole.clusters, linked.clusters)
    assert whole.report == linked.report


def test_bits_are_the_logarithm_of_m_over_u(model: Model) -> None:
    weights = insight.match_weights(model)
    assert weights["level"].tolist() == [level for c in model.comparisons for level in c.levels]
    silent = weights["m"].isna()
    assert (weights.loc[silent, "bits"] == 0.0).all()
    np.testing.assert_allclose(weights.loc[~silent, "bits"], np.log2(weights["m"] / weights["u"])[~silent])
    shares = weights.groupby("comparison")[["m", "u"]].sum()
    np.testing.assert_allclose(shares, 1.0)
    assert (weights["low"] <= weights["bits"] + 1e-9).all()
    assert (weights["bits"] <= weights["high"] + 1e-9).all()


def test_bits_are_those_that_the_command_line_tells(model: Model) -> None:
    told = described(ModelFile(trained_on=300, model=model))
    for row in insight.match_weights(model).itertuples():
        level = row.level.replace("_", " ")
        assert any(line.startswith(f"  {level}") and f"{row.bits:+.1f} bits" in line for line in told)


def test_the_kind_of_stranger_named_is_the_one_a_level_tells_least(model: Model) -> None:
    for row in insight.match_weights(model).itertuples():
        at = [c.name for c in model.comparisons].index(row.comparison)
        level = model.comparisons[at].levels.index(row.level)
        u = {s.kind: s.u[at][level] for s in model.strangers}
        assert u[row.against] == max(u.values())


def test_shares_of_pairs_sum_to_one(model: Model) -> None:
    kinds = insight.kinds(model)
    assert kinds["kind"].iloc[0] == "one person"
    assert kinds["share"].sum() == pytest.approx(1.0)
    assert insight.start_bits(model) == pytest.approx(np.log2(model.prior / (1 - model.prior)))


def test_the_steps_of_a_pair_lead_to_its_weight(weighed: Weighed, linked: Linked) -> None:
    for pair in linked.pairs.iloc[::7].itertuples():
        steps = insight.steps(weighed, pair.right_id, pair.left_id)
        assert steps["step"].iloc[0] == "start"
        assert steps["before"].iloc[0] == 0.0
        np.testing.assert_allclose(steps["before"].iloc[1:], steps["after"].iloc[:-1])
        np.testing.assert_allclose(steps["after"] - steps["before"], steps["bits"])
        assert steps["after"].iloc[-1] == pytest.approx(pair.weight, abs=1e-5)
        told = dict(item.rsplit("=", 1) for item in pair.levels.split())
        for step in steps.iloc[1:].itertuples():
            if step.step != "held down":
                level, bits = told[step.step].split(":")
                assert level == step.level
                assert float(bits) == pytest.approx(step.bits, abs=0.051)


def test_a_guard_is_a_step_with_its_ground(weighed: Weighed, linked: Linked) -> None:
    held = linked.pairs[linked.pairs["weight"].eq(-0.5)]
    assert len(held)
    steps = insight.steps(weighed, held["left_id"].iloc[0], held["right_id"].iloc[0])
    assert steps.iloc[-1][["step", "level"]].tolist() == ["held down", "name_alone"]


def test_a_pair_that_no_rule_brings_together_has_steps_too(weighed: Weighed) -> None:
    ids = weighed.people.ids
    made = set(zip(weighed.candidates.left.tolist(), weighed.candidates.right.tolist(), strict=True))
    n = weighed.people.n
    one, two = next((i, j) for i in range(n) for j in range(i + 1, n) if (i, j) not in made)
    steps = insight.steps(weighed, ids[one], ids[two])
    assert steps["bits"].sum() == pytest.approx(steps["after"].iloc[-1])


@pytest.mark.parametrize(("verdict", "sign"), [("same", 1), ("different", -1)])
def test_what_a_person_decided_is_the_last_step(table: Any, linked: Linked, verdict: str, sign: int) -> None:
    pair = linked.pairs.iloc[3]
    said = _decision(pair["left_id"], pair["right_id"], verdict)
    steps = insight.steps(weigh_pairs(*table, said, spec=LinkSpec()), pair["left_id"], pair["right_id"])
    assert steps.iloc[-1][["step", "level"]].tolist() == ["decided", verdict]
    assert steps["after"].iloc[-1] * sign > 99


def test_an_unknown_record_is_refused(weighed: Weighed) -> None:
    with pytest.raises(UnknownThing, match="No record nobody stands"):
        insight.steps(weighed, "r0001", "nobody")


@pytest.mark.parametrize("width", [0.5, 1.0, 3.0])
def test_every_candidate_pair_stands_in_one_bar(weighed: Weighed, linked: Linked, width: float) -> None:
    bars = insight.pairs_by_weight(weighed, linked, width=width)
    assert bars["n"].sum() == len(weighed.candidates)
    by_verdict = bars.groupby("verdict")["n"].sum()
    kept = linked.pairs["verdict"].value_counts()
    assert by_verdict.reindex(["merge", "by_others"]).sum() == kept["merge"]
    assert by_verdict["review"] == kept["review"]
    assert by_verdict["apart"] == len(weighed.candidates) - len(linked.pairs)
    threshold = odds(linked.report["threshold"])
    assert (bars.loc[bars["verdict"].eq("merge"), "high"] > threshold).all()
    assert (bars.loc[bars["verdict"].eq("by_others"), "low"] < threshold).all()
    np.testing.assert_allclose(bars["high"] - bars["low"], width)


def test_rules_bring_every_pair_once(weighed: Weighed, linked: Linked) -> None:
    rules = insight.blocking(linked)
    assert rules["n_new"].sum() == len(weighed.candidates)
    merged = linked.pairs[linked.pairs["verdict"].eq("merge")].groupby("rule").size()
    assert rules.set_index("rule")["n_merged"].loc[merged.index].tolist() == merged.tolist()
    some = rules[rules["n_new"] > 0]
    np.testing.assert_allclose(some["share_merged"].astype(float), some["n_merged"] / some["n_new"])
    assert rules.loc[rules["n_new"] == 0, "share_merged"].isna().all()


def test_blocks_that_are_too_large_are_told(tables: Callable[..., Any]) -> None:
    rows = [
        {"id": f"r{i:04d}", "first_name": _FIRST[i % 7], "last_name": "smith", "phone": "+14155550000"}
        for i in range(90)
    ]
    spec = LinkSpec(max_block=5)
    found = settle(weigh_pairs(*tables(rows), DECISIONS.empty(), spec=spec), spec)
    blocks = insight.full_blocks(found)
    assert list(blocks.columns) == ["rule", "value", "n_records", "n_left_out"]
    assert blocks["n_left_out"].is_monotonic_decreasing
    assert blocks["n_records"].max() > 5


def test_each_threshold_is_what_linking_with_it_gives(table: Any, weighed: Weighed) -> None:
    curve = insight.by_threshold(weighed, LinkSpec(), (0.5, 0.9, 0.999))
    for row in curve.itertuples():
        alone = link(*table, DECISIONS.empty(), spec=LinkSpec(threshold=row.threshold))
        assert row.expected_precision == alone.report["expected_precision"]
        assert (row.n_merged, row.n_review) == (alone.report["n_merged"], alone.report["n_review"])
    assert curve["n_merged"].is_monotonic_decreasing


def test_pairs_that_moved_are_those_of_different_clusters(weighed: Weighed, linked: Linked) -> None:
    middle = linked.pairs.loc[linked.pairs["verdict"].eq("merge"), "weight"].median()
    strict = settle(weighed, LinkSpec(threshold=1.0 - 2.0**-middle))
    moved = insight.moved(linked, strict)
    assert set(moved["change"]) == {"parted"}
    was, now = (one.clusters.set_index("record_id")["cluster_id"] for one in (linked, strict))
    for pair in moved.itertuples():
        assert was[pair.left_id] == was[pair.right_id]
        assert now[pair.left_id] != now[pair.right_id]
    back = insight.moved(strict, linked)
    assert set(back["change"]) == {"merged"}
    assert len(back) == len(moved)
    assert insight.moved(linked, linked).empty


def test_figures_stand_side_by_side(weighed: Weighed, linked: Linked) -> None:
    both = insight.side_by_side(now=linked, strict=settle(weighed, LinkSpec(threshold=0.999)))
    assert list(both.columns) == ["now", "strict"]
    assert both.loc["n_people", "now"] == linked.clusters["cluster_id"].nunique()
    assert both.loc["n_people", "now"] <= both.loc["n_people", "strict"]


def test_two_models_are_compared_level_by_level(model: Model) -> None:
    fewer = model.model_copy(
        update={
            "comparisons": model.comparisons[:-1],
            "strangers": tuple(s.model_copy(update={"u": s.u[:-1]}) for s in model.strangers),
        }
    )
    changes = insight.model_changes(fewer, model)
    assert len(changes) == len(insight.match_weights(model))
    gone = changes["comparison"].eq(model.comparisons[-1].name)
    assert changes.loc[gone, "before"].isna().all()
    np.testing.assert_allclose(changes.loc[~gone, "change"], 0.0, atol=1e-12)


def test_where_nothing_is_alike_every_frame_is_empty(tables: Callable[..., Any]) -> None:
    rows = [{"id": "a", "first_name": "ann"}, {"id": "b", "last_name": "berg", "email": "b@example.org"}]
    weighed = weigh_pairs(*tables(rows), DECISIONS.empty(), spec=LinkSpec())
    linked = settle(weighed, LinkSpec())
    assert insight.match_weights(Model.model_validate(linked.model)).empty
    assert insight.steps(weighed, "a", "b").empty
    assert insight.pairs_by_weight(weighed, linked).empty
    assert insight.full_blocks(linked).empty
    assert insight.blocking(linked)["n_new"].sum() == 0
