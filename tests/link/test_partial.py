"""What linking a part finds is what linking the whole by the same model and threshold finds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.link.linking import link
from crm_clean.link.partial import LinkedPart, Standing, link_part
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS, MEMBERSHIP, PAIRS
from tests.link.conftest import Tables, tables_of
from tests.link.town import town

SPEC = LinkSpec()


def without(tables: Tables, ids: set[str]) -> Tables:
    records, points = (frame[~frame["record_id"].isin(ids)].reset_index(drop=True) for frame in tables)
    return records, points


def standing(linked: Linked) -> Standing:
    """What a run leaves that found this; golden ids are the cluster's."""
    home = linked.clusters.rename(columns={"cluster_id": "golden_id"})[["record_id", "golden_id"]]
    membership = MEMBERSHIP.to_arrow(MEMBERSHIP.frame(home)).select(["record_id", "golden_id"])
    return Standing(PAIRS.to_arrow(linked.pairs), membership, linked.model, linked.report)


def ids(some: set[str]) -> pa.Array:
    return pa.array(sorted(some), pa.string())


def together(*clusters: pd.DataFrame) -> set[tuple[str, str]]:
    """The pairs in one cluster; later frames overrule earlier ones."""
    home = {r: c for frame in clusters for r, c in zip(frame["record_id"], frame["cluster_id"], strict=True)}
    members: dict[str, list[str]] = {}
    for record, cluster in sorted(home.items()):
        members.setdefault(cluster, []).append(record)
    return {pair for one in members.values() for pair in combinations(one, 2)}


def whole_of(tables: Tables, decisions: pd.DataFrame, before: Linked) -> Linked:
    """Everything linked anew by the model and the threshold of before."""
    spec = LinkSpec(threshold=before.report["threshold"])
    return link(*tables, decisions, spec=spec, model=before.model)


def part_of(tables: Tables, decisions: pd.DataFrame, before: Linked, touched: set[str]) -> LinkedPart:
    found = link_part(*tables, decisions, spec=SPEC, standing=standing(before), touched=ids(touched))
    assert found is not None
    return found


def said(verdict: str, *pairs: tuple[str, str]) -> pd.DataFrame:
    left, right = zip(*(sorted(pair) for pair in pairs), strict=True)
    at = pd.Timestamp("2026-05-01", tz="UTC")
    given = {"left_id": left, "right_id": right, "verdict": verdict, "decided_by": "kim", "decided_at": at}
    return DECISIONS.frame(pd.DataFrame(given))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_new_records_join_whom_they_would_join_if_all_were_linked(seed):
    tables = tables_of(town(400, seed=seed)[0])
    rng = np.random.default_rng(seed)
    new = set(rng.choice(tables[0]["record_id"].to_numpy(object), 40, replace=False))
    before = link(*without(tables, new), DECISIONS.empty(), spec=SPEC)
    part, whole = part_of(tables, DECISIONS.empty(), before, new), whole_of(tables, DECISIONS.empty(), before)
    # Weights of pairs that stood do not know of the newcomers: a pair close to the threshold may fall differently.
    apart = together(before.clusters, part.clusters) ^ together(whole.clusters)
    assert len(apart) <= 0.01 * len(together(whole.clusters))
    assert new <= set(part.affected.to_pylist())
    assert len(part.affected) < 0.4 * len(tables[0])


@pytest.mark.parametrize("seed", [4, 5])
def test_pairs_of_a_part_weigh_what_they_weigh_in_the_whole(seed):
    tables = tables_of(town(300, seed=seed)[0])
    rng = np.random.default_rng(seed)
    new = set(rng.choice(tables[0]["record_id"].to_numpy(object), 30, replace=False))
    before = link(*without(tables, new), DECISIONS.empty(), spec=SPEC)
    part, whole = part_of(tables, DECISIONS.empty(), before, new), whole_of(tables, DECISIONS.empty(), before)
    mine, theirs = (
        frame[frame["left_id"].isin(new) | frame["right_id"].isin(new)].drop(columns="verdict").reset_index(drop=True)
        for frame in (part.pairs, whole.pairs)
    )
    assert len(mine) > 20
    pd.testing.assert_frame_equal(mine, theirs)


def test_who_is_gone_holds_nobody_together_any_more():
    tables = tables_of(town(300, seed=6)[0])
    before = link(*tables, DECISIONS.empty(), spec=SPEC)
    sizes = before.clusters["cluster_id"].value_counts()
    gone = set(before.clusters.loc[before.clusters["cluster_id"].isin(sizes[sizes > 2].index[:10]), "record_id"][::3])
    left = without(tables, gone)
    part, whole = part_of(left, DECISIONS.empty(), before, gone), whole_of(left, DECISIONS.empty(), before)
    stood = before.clusters[~before.clusters["record_id"].isin(gone)]
    assert together(stood, part.clusters) == together(whole.clusters)
    assert gone.isdisjoint(part.affected.to_pylist())
    assert not part.pairs[["left_id", "right_id"]].isin(gone).any(axis=None)


def test_a_decision_alone_makes_its_clusters_anew():
    tables = tables_of(town(200, seed=7)[0])
    before = link(*tables, DECISIONS.empty(), spec=SPEC)
    merged = before.pairs[before.pairs["verdict"] == "merge"].iloc[0]
    pair = (str(merged["left_id"]), str(merged["right_id"]))
    stranger = next(r for r in before.clusters["record_id"] if (min(r, pair[0]), max(r, pair[0])) not in
                    together(before.clusters) and r not in pair)  # fmt: skip
    ledger = pd.concat([said("different", pair), said("same", (pair[0], stranger))], ignore_index=True)
    part = part_of(tables, DECISIONS.frame(ledger), before, {*pair, stranger})
    now = together(before.clusters, part.clusters)
    assert pair not in now
    assert tuple(sorted((pair[0], stranger))) in now
    verdicts = part.pairs.set_index(["left_id", "right_id"])["verdict"]
    assert verdicts[pair] == "decided_different"
    assert together(whole_of(tables, DECISIONS.frame(ledger), before).clusters) == now


def test_a_decision_that_was_taken_back_leaves_no_trace():
    tables = tables_of(town(200, seed=8)[0])
    free = link(*tables, DECISIONS.empty(), spec=SPEC)
    merged = free.pairs[free.pairs["verdict"] == "merge"].iloc[0]
    pair = (str(merged["left_id"]), str(merged["right_id"]))
    different = said("different", pair)
    held = link(*tables, different, spec=LinkSpec(threshold=free.report["threshold"]), model=free.model)
    ledger = pd.concat([different, different.assign(verdict="undone")], ignore_index=True)
    part = part_of(tables, DECISIONS.frame(ledger), held, set(pair))
    assert together(held.clusters, part.clusters) == together(free.clusters)


def test_the_report_goes_on_counting():
    tables = tables_of(town(300, seed=9)[0])
    new = set(tables[0]["record_id"][::20])
    before = link(*without(tables, new), DECISIONS.empty(), spec=SPEC)
    part, whole = part_of(tables, DECISIONS.empty(), before, new), whole_of(tables, DECISIONS.empty(), before)
    for counted in ("n_merged", "n_review", "n_cut", "largest_cluster"):
        assert part.report[counted] == pytest.approx(whole.report[counted], rel=0.05, abs=2)
    assert part.report["n_merged"] == len(together(before.clusters, part.clusters))
    assert part.report["threshold"] == before.report["threshold"]


def test_the_order_of_rows_changes_nothing():
    tables = tables_of(town(150, seed=10)[0])
    new = set(tables[0]["record_id"][::15])
    before = link(*without(tables, new), DECISIONS.empty(), spec=SPEC)
    mixed = tuple(frame.sample(frac=1, random_state=3).reset_index(drop=True) for frame in tables)
    one, other = (part_of(given, DECISIONS.empty(), before, new) for given in (tables, mixed))
    pd.testing.assert_frame_equal(one.pairs, other.pairs)
    by_id = [part.clusters.sort_values("record_id", ignore_index=True) for part in (one, other)]
    pd.testing.assert_frame_equal(*by_id)


def test_of_a_table_without_anything_in_common_no_part_can_be_told():
    records, points = tables_of([{"first_name": "ann"}, {"company": "acme"}])
    before = link(records, points, DECISIONS.empty(), spec=SPEC)
    assert (
        link_part(records, points, DECISIONS.empty(), spec=SPEC, standing=standing(before), touched=ids({"t:00001"}))
        is None
    )
