"""Ids for life: which golden record each cluster continues.

A cluster keeps the golden id that most of its members have; a golden id stays with the cluster that holds most of its
members. Where two part that had been merged, each goes back to the id it had: one whose members all came from elsewhere
leaves the id to those it came to. A cluster that continues nobody takes back the id that most of its members bore
earlier, if nobody has it and half of the cluster bore it: an id never goes over to somebody else. Ties go to the
smaller id. Nothing depends on the order of rows or on the names of clusters, so adding or removing records renames
nobody else. What changed is told in events:

    created    a new golden record
    split      it took members from `other_id`, which goes on elsewhere
    absorbed   it ended; `other_id` holds most of its members now
    retired    it ended; none of its members is left
    revived    it had ended before, and members of it have come back or parted again
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.claims import Past, Tally, go_home, granted, take_back
from crm_clean.merge.column import arrow, positions, whole
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.records.ids import RecordId, mint_golden_id
from crm_clean.records.table import INT, STRING, Table
from crm_clean.records.tables import CLUSTERS, IDENTITY_EVENTS, MEMBERSHIP

EARLIER = Table("earlier", (), {"record_id": STRING, "golden_id": STRING, "ended": INT})
Asked = Callable[[Sequence[str]], Collection[str]]
_EVENTS = ("absorbed", "created", "retired", "revived", "split")
_LATEST = np.iinfo(np.int64).max


def _none_of(golden_ids: Sequence[str]) -> Collection[str]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class MembershipHistory:
    """What stands from the last run, and what stood before; frames or Arrow tables.

    `membership`: record_id, golden_id (more columns do no harm); of a part of the people, all members of every golden
    record that the part touches. `used`: which of these golden ids were ever given, standing or not; none of them is
    minted again. `former`: record_id, golden_id of records that no longer stand, so that one that comes back finds its
    golden record again. `before`: record_id, golden_id and ended (Int64, the run that ended it) of the golden ids that
    these records bore earlier, newest first. `elsewhere`: which of these golden ids stand outside the part.
    """

    membership: pd.DataFrame | pa.Table
    used: Asked | Iterable[str] = ()
    former: pd.DataFrame | pa.Table = field(default_factory=MEMBERSHIP.empty)
    before: pd.DataFrame | pa.Table = field(default_factory=EARLIER.empty)
    elsewhere: Asked = _none_of

    @classmethod
    def empty(cls) -> MembershipHistory:
        """Before the first run."""
        return cls(MEMBERSHIP.empty())

    def ever(self, golden_ids: Sequence[str]) -> set[str]:
        """Which of `golden_ids` were given before."""
        used = self.used(golden_ids) if callable(self.used) else set(self.used).intersection(golden_ids)
        known = (whole(frame["golden_id"]) for frame in (self.membership, self.former, self.before))
        asked = pa.array(golden_ids, pa.large_string())
        found = (asked.filter(pc.is_in(asked, value_set=ids)).to_pylist() for ids in known)
        return {*used, *(golden_id for ids in found for golden_id in ids)}


@dataclass(frozen=True, eq=False)
class Identity:
    """`membership`: MEMBERSHIP by record id. `events`: IDENTITY_EVENTS by golden id. Both are Arrow tables.

    `golden`: per row of `membership`, the number of its golden id in `golden_ids`, which are sorted.
    """

    membership: pa.Table
    events: pa.Table
    golden: IntArray
    golden_ids: pa.Array


def assign(clusters: pd.DataFrame | pa.Table, standing: MembershipHistory, *, run: int) -> Identity:
    """The golden id of every record of `clusters` (CLUSTERS), and what became of the ids that stood."""
    given = arrow(CLUSTERS, clusters)
    ids = whole(given["record_id"])
    order = pc.sort_indices(ids)
    ids = ids.take(order)
    cluster = codes(whole(given["cluster_id"]).take(order))[0]  # numbered by smallest member
    size = np.bincount(cluster)
    first = np.full(len(size), len(cluster))
    np.minimum.at(first, cluster, np.arange(len(cluster)))
    past, names, n_stood = _past(ids, cluster, standing)
    tally = Tally.of(cluster[past.row[past.stands]], past.golden[past.stands])
    elsewhere = _told(standing.elsewhere, names)
    leaves = go_home(tally, past, cluster, size, elsewhere=elsewhere)
    kept = granted(tally, leaves, names, n_clusters=len(size))
    taken_back = take_back(kept, past, cluster, size, names=names, elsewhere=elsewhere)
    kept = np.where(kept == NONE, taken_back, kept)
    minted = kept == NONE
    names = pa.concat_arrays([names, _mint(ids.take(pa.array(first[minted])), standing, run=run)])
    kept[minted] = np.arange(len(names) - int(minted.sum()), len(names))
    rank, sorted_ids = _ranked(names)
    events = _events(kept, minted, tally, n_stood, rank=rank, names=sorted_ids)
    now = np.sort(rank[kept])
    place = np.empty(len(rank), np.int64)
    place[now] = np.arange(len(now))
    golden = place[rank[kept]][cluster]
    golden_ids = sorted_ids.take(pa.array(now))
    membership = pa.table(
        [ids, golden_ids.take(pa.array(golden)), given["match_probability"].take(order)], names=[*MEMBERSHIP.columns]
    ).cast(MEMBERSHIP.schema)
    return Identity(membership, events, golden, golden_ids)


def codes(values: pa.Array) -> tuple[IntArray, pa.Array]:
    """Number of each value, by first appearance, NONE where missing; and the values by number."""
    encoded = values.dictionary_encode()
    return encoded.indices.fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def _past(ids: pa.Array, cluster: IntArray, standing: MembershipHistory) -> tuple[Past, pa.Array, int]:
    """What golden ids the records bear and bore; the ids by number; how many of them, the first ones, stood."""
    parts = [standing.membership, standing.former, standing.before]
    golden, names = codes(pa.concat_arrays([whole(part["golden_id"]) for part in parts]))
    n_stood = int(golden[: len(parts[0])].max(initial=NONE)) + 1
    row = np.concatenate([positions(whole(part["record_id"]), ids) for part in parts])
    ended = np.concatenate(
        [
            np.full(len(parts[0]), _LATEST),
            np.full(len(parts[1]), _LATEST - 1),
            whole(parts[2]["ended"]).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False),
        ]
    )
    here = row != NONE
    return Past.of(row[here], golden[here], ended[here], latest=_LATEST, n_rows=len(cluster)), names, n_stood


def _told(asked: Asked, names: pa.Array) -> Callable[[IntArray], BoolArray]:
    """The same question of numbers of `names`."""

    def answer(numbers: IntArray) -> BoolArray:
        which = np.unique(numbers)
        words = names.take(pa.array(which)).to_pylist()
        there = set(asked(words)) if words else set()
        return np.isin(numbers, which[[word in there for word in words]])

    return answer


def _mint(smallest: pa.Array, standing: MembershipHistory, *, run: int) -> pa.Array:
    """New ids, one per smallest member, none of which was ever given before."""
    records = smallest.to_pylist()
    minted: list[str] = [mint_golden_id((RecordId(record),), run=run) for record in records]
    used = standing.ever(minted) if minted else set()
    if used or len(set(minted)) < len(minted):
        seen: set[str] = set()
        for at, record in enumerate(records):
            again = 0
            while minted[at] in used or minted[at] in seen:
                again += 1
                minted[at] = mint_golden_id((RecordId(f"{record}|{again}"),), run=run)
                used |= standing.ever([minted[at]])
            seen.add(minted[at])
    return pa.array(minted, pa.large_string())


def _ranked(names: pa.Array) -> tuple[IntArray, pa.Array]:
    """The rank of each name, and the names in order."""
    order = pc.sort_indices(names)
    rank = np.empty(len(names), np.int64)
    rank[order.to_numpy()] = np.arange(len(names))
    return rank, names.take(order)


def _events(
    kept: IntArray, minted: BoolArray, tally: Tally, n_stood: int, *, rank: IntArray, names: pa.Array
) -> pa.Table:
    goes_on = np.zeros(len(rank), dtype=bool)
    goes_on[kept] = True
    revived = kept[~minted & (kept >= n_stood)]
    moved = goes_on[tally.golden] & (kept[tally.cluster] != tally.golden)
    ended = np.flatnonzero(~goes_on[:n_stood])
    heir = np.full(len(rank), NONE, np.int64)
    heir[tally.golden[::-1]] = kept[tally.cluster[::-1]]  # the strongest claim is the last written
    absorbed = heir[ended] != NONE
    told = [
        (kept[minted], "created", None),
        (revived, "revived", None),
        (kept[tally.cluster[moved]], "split", tally.golden[moved]),
        (ended[absorbed], "absorbed", heir[ended[absorbed]]),
        (ended[~absorbed], "retired", None),
    ]
    who = rank[np.concatenate([ids for ids, _, _ in told])]
    what = np.concatenate([np.full(len(ids), _EVENTS.index(event)) for ids, event, _ in told])
    others = np.concatenate([np.full(len(ids), NONE) if other is None else rank[other] for ids, _, other in told])
    order = np.lexsort([others, what, who])
    columns = [
        names.take(pa.array(who[order])),
        pa.array(_EVENTS).take(pa.array(what[order])),
        names.take(pa.array(others[order], mask=others[order] == NONE)),
    ]
    return pa.table(columns, names=[*IDENTITY_EVENTS.columns]).cast(IDENTITY_EVENTS.schema)
