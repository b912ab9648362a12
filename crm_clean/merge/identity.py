"""Ids for life: which golden record each cluster continues.

A cluster keeps the golden id that most of its members had; a golden id stays with the cluster that holds most of its
members. Ties go to the smaller id. Nothing depends on the order of rows or on the names of clusters, so adding or
removing records renames nobody else. What changed is told in events:

    created    a new golden record
    split      it took members from `other_id`, which goes on elsewhere
    absorbed   it ended; `other_id` holds most of its members now
    retired    it ended; none of its members is left
    revived    it had ended before, and a member has come back
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from crm_clean.merge.column import whole
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.records.ids import RecordId, mint_golden_id
from crm_clean.records.table import INT, STRING, Table
from crm_clean.records.tables import IDENTITY_EVENTS, MEMBERSHIP


EARLIER = Table("earlier", (), {"record_id": STRING, "golden_id": STRING, "ended": INT})


def _none_of(golden_ids: Sequence[str]) -> Collection[str]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class MembershipHistory:
    """What stands from the last run, and what stood before.

    `membership`: record_id, golden_id (more columns do no harm); of a part of the people, all members of every golden
    record that the part touches. `used`: which of these golden ids were ever given, standing or not; none of them is
    minted again. `former`: record_id, golden_id of records that no longer stand, so that one that comes back finds its
    golden record again. `before`: record_id, golden_id and ended (Int64, the run that ended it) of the golden ids that
    these records bore earlier, newest first. `elsewhere`: which of these golden ids stand outside the part.
    """

    membership: pd.DataFrame
    used: Callable[[Sequence[str]], Collection[str]] | Iterable[str] = ()
    former: pd.DataFrame = field(default_factory=MEMBERSHIP.empty)
    before: pd.DataFrame = field(default_factory=EARLIER.empty)
    elsewhere: Callable[[Sequence[str]], Collection[str]] = _none_of

    @classmethod
    def empty(cls) -> MembershipHistory:
        """Before the first run."""
        return cls(MEMBERSHIP.empty())


@dataclass(frozen=True)
class Identity:
    """`membership`: MEMBERSHIP by record id. `events`: IDENTITY_EVENTS by golden id."""

    membership: pd.DataFrame
    events: pd.DataFrame


def assign(clusters: pd.DataFrame, standing: MembershipHistory, *, run: int) -> Identity:
    """The golden id of every record of `clusters` (a CLUSTERS frame), and what became of the ids that stood."""
    ordered = clusters.sort_values("record_id", ignore_index=True)
    cluster = pd.factorize(ordered["cluster_id"])[0]  # numbered by smallest member
    old = _old_ids(ordered["record_id"], standing)
    claims = _claims(cluster, old)
    kept = _keep(claims, n_clusters=int(cluster.max()) + 1 if len(cluster) else 0)
    _, first = np.unique(cluster, return_index=True)
    minted = kept == ""
    kept[minted] = _mint(ordered["record_id"].iloc[first[minted]], standing, run=run)
    golden = pd.Series(kept[cluster], dtype=pd.StringDtype("pyarrow"))
    membership = MEMBERSHIP.frame(
        {"record_id": ordered["record_id"], "golden_id": golden, "match_probability": ordered["match_probability"]}
    )
    return Identity(membership, _events(kept, minted, claims, standing))


def _old_ids(records: pd.Series[str], standing: MembershipHistory) -> pd.Series[str]:
    """The golden id each record had, by position; the standing one before a former one."""
    columns = ["record_id", "golden_id"]
    known = [frame[columns] for frame in (standing.membership, standing.former) if len(frame)]
    if not known:
        return pd.Series(pd.NA, index=records.index, dtype=pd.StringDtype("pyarrow"))
    had = pd.concat(known, ignore_index=True).drop_duplicates("record_id", keep="first")
    found = pc.index_in(whole(records), value_set=whole(had["record_id"]))
    at = found.fill_null(NONE).to_numpy(zero_copy_only=False)
    return had["golden_id"].reset_index(drop=True).reindex(at).reset_index(drop=True)


def _claims(cluster: IntArray, old: pd.Series[str]) -> pd.DataFrame:
    """cluster, golden_id, n: how many members of the cluster had that id; the strongest claim first."""
    held = old.notna().to_numpy()
    counted = pd.DataFrame({"cluster": cluster[held], "golden_id": old[held].to_numpy(object)})
    claims = counted.groupby(["cluster", "golden_id"], sort=False).size().rename("n").reset_index()
    return claims.sort_values(["n", "golden_id", "cluster"], ascending=[False, True, True], ignore_index=True)


def _keep(claims: pd.DataFrame, *, n_clusters: int) -> np.ndarray:
    """The id each cluster continues, or "": claims are granted strongest first, one id a cluster, one cluster an id."""
    kept = np.full(n_clusters, "", dtype=object)
    disputed = claims["cluster"].duplicated(keep=False) | claims["golden_id"].duplicated(keep=False)
    plain = claims[~disputed]
    kept[plain["cluster"].to_numpy()] = plain["golden_id"].to_numpy()
    taken: set[str] = set()
    for cluster, golden_id in zip(claims["cluster"][disputed], claims["golden_id"][disputed], strict=True):
        if kept[cluster] == "" and golden_id not in taken:
            kept[cluster] = golden_id
            taken.add(golden_id)
    return kept


def _mint(smallest: pd.Series[str], standing: MembershipHistory, *, run: int) -> list[str]:
    """New ids, one per smallest member, none of which was ever given before."""
    ever = () if callable(standing.used) else standing.used
    used = {*ever, *standing.membership["golden_id"], *standing.former["golden_id"]}
    if callable(standing.used):
        used |= {*standing.used([mint_golden_id([RecordId(record)], run=run) for record in smallest])}
    minted = []
    for record in smallest:
        golden_id, again = mint_golden_id([RecordId(record)], run=run), 0
        while golden_id in used:
            again += 1
            golden_id = mint_golden_id([RecordId(f"{record}|{again}")], run=run)
        used.add(golden_id)
        minted.append(str(golden_id))
    return minted


def _events(kept: np.ndarray, minted: BoolArray, claims: pd.DataFrame, standing: MembershipHistory) -> pd.DataFrame:
    stood = set(standing.membership["golden_id"])
    now = set(kept)
    present = claims.drop_duplicates("golden_id", keep="first")
    heir = dict(zip(present["golden_id"], kept[present["cluster"].to_numpy()], strict=True))
    told = [(golden_id, "created", None) for golden_id in kept[minted]]
    told += [(golden_id, "revived", None) for golden_id in kept[~minted] if golden_id not in stood]
    told += [(kept[c], "split", g) for c, g in zip(claims["cluster"], claims["golden_id"], strict=True)
             if g in now and kept[c] != g]  # fmt: skip
    for golden_id in stood - now:
        other = heir.get(golden_id)
        told.append((golden_id, "absorbed" if other else "retired", other))
    told.sort(key=lambda event: (event[0], event[1], event[2] or ""))
    ids, events, others = zip(*told, strict=True) if told else ((), (), ())
    return IDENTITY_EVENTS.frame(
        pd.DataFrame({"golden_id": ids, "event": events, "other_id": others}, dtype=pd.StringDtype("pyarrow"))
    )
