"""Golden ids are for life: adding, removing and shuffling records renames nobody."""

from collections.abc import Iterable

import pandas as pd
import pytest

from crm_clean.merge.identity import Identity, MembershipHistory, assign
from crm_clean.records.tables import CLUSTERS, IDENTITY_EVENTS, MEMBERSHIP

Clusters = Iterable[str]


def clusters(*groups: str) -> pd.DataFrame:
    """`ab`, `c`: records a and b in one cluster, c in another."""
    rows = [(record, f"cluster {at}", 1.0) for at, group in enumerate(groups) for record in group]
    return CLUSTERS.frame(pd.DataFrame(rows, columns=["record_id", "cluster_id", "match_probability"]))


def history(**members: str) -> MembershipHistory:
    """`A="ab"`: golden record A has members a and b."""
    rows = [(record, golden_id, 1.0) for golden_id, group in members.items() for record in group]
    return MembershipHistory(MEMBERSHIP.frame(pd.DataFrame(rows, columns=list(MEMBERSHIP.columns))), tuple(members))


def told(identity: Identity, standing: MembershipHistory) -> tuple[dict[str, str], set[tuple[str, str, str]]]:
    """Golden id by record and the events; an id not given before reads `new` and its smallest member."""
    membership = MEMBERSHIP.to_pandas(identity.membership)
    names = {g: g if g in standing.used else f"new {r}" for r, g in
             sorted(zip(membership["record_id"], membership["golden_id"], strict=True), reverse=True)}  # fmt: skip
    events = IDENTITY_EVENTS.to_pandas(identity.events).fillna("")
    return (
        {r: names[g] for r, g in zip(membership["record_id"], membership["golden_id"], strict=True)},
        {(names.get(g, g), e, names.get(o, o)) for g, e, o in events.itertuples(index=False)},
    )


@pytest.mark.parametrize(
    ("before", "now", "ids", "events"),
    [
        pytest.param({}, ["ab", "c"], {"a": "new a", "b": "new a", "c": "new c"},
                     {("new a", "created", ""), ("new c", "created", "")}, id="first run"),
        pytest.param({"A": "ab", "C": "c"}, ["c", "ba"], {"a": "A", "b": "A", "c": "C"}, set(), id="nothing changed"),
        pytest.param({"A": "b"}, ["ab"], {"a": "A", "b": "A"}, set(), id="a smaller record joins: the id stays"),
        pytest.param({"A": "ab"}, ["b"], {"b": "A"}, set(), id="the record it was minted from goes: the id stays"),
        pytest.param({"A": "a", "B": "bc"}, ["abc"], {"a": "B", "b": "B", "c": "B"}, {("A", "absorbed", "B")},
                     id="the larger part keeps its id"),
        pytest.param({"A": "a", "B": "b"}, ["ab"], {"a": "A", "b": "A"}, {("B", "absorbed", "A")},
                     id="of equal parts the smaller id stays"),
        pytest.param({"A": "abc"}, ["a", "bc"], {"a": "new a", "b": "A", "c": "A"},
                     {("new a", "created", ""), ("new a", "split", "A")}, id="a split: most members keep the id"),
        pytest.param({"A": "a", "B": "b"}, ["a"], {"a": "A"}, {("B", "retired", "")}, id="all members gone"),
        pytest.param({"A": "aab"[1:], "B": "cd"}, ["acd", "b"], {"a": "B", "b": "A", "c": "B", "d": "B"},
                     {("B", "split", "A")}, id="a member moves to another"),
    ],
)  # fmt: skip
def test_who_keeps_the_id(
    before: dict[str, str], now: list[str], ids: dict[str, str], events: set[tuple[str, str, str]]
) -> None:
    standing = history(**before)
    identity = assign(clusters(*now), standing, run=2)
    MEMBERSHIP.check_table(identity.membership)
    IDENTITY_EVENTS.check_table(identity.events)
    assert told(identity, standing) == (ids, events)


def test_a_retired_id_is_never_given_again() -> None:
    first = assign(clusters("a"), MembershipHistory.empty(), run=1).membership["golden_id"][0].as_py()
    again = (
        assign(clusters("a"), MembershipHistory(MEMBERSHIP.empty(), used=[first]), run=1)
        .membership["golden_id"][0]
        .as_py()
    )
    assert again != first


def test_a_record_that_comes_back_finds_its_golden_record() -> None:
    gone = history(A="ab").membership
    standing = MembershipHistory(MEMBERSHIP.empty(), used=("A",), former=gone)
    identity = assign(clusters("a"), standing, run=3)
    assert identity.membership["golden_id"].to_pylist() == ["A"]
    assert identity.events["event"].to_pylist() == ["revived"]
