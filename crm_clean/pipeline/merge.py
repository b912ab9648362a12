"""The merge step: one golden record a cluster, under the id its people had before.

A partial run merges the clusters that linking made anew, and those of people whose address somebody else has closed or
on whom somebody gave their word.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.consent import WITHDRAWN
from crm_clean.merge.identity import MembershipHistory
from crm_clean.pipeline.heirs import heirs
from crm_clean.pipeline.part import is_partial
from crm_clean.pipeline.partial import part, union
from crm_clean.pipeline.standing import heard, said_since
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import (
    CLUSTERS,
    CONSENTS,
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    OVERRIDES,
    RECORDS,
    SURVIVORS,
)  # fmt: skip
from crm_clean.store.base import Store

# How much of the ledgers was there to be honoured.
HEARD = "heard_by_merge"
# Consent at these belongs to the address, whoever has it.
_SHARED = ("email", "phone")


@dataclass(frozen=True, eq=False)
class _Part:
    """What a run merges. `records`, `golden`: ids of all it speaks of, be they gone; None for everybody.

    `clusters`: CLUSTERS of the records that are merged.
    """

    clusters: pd.DataFrame
    records: pa.Array | None = None
    golden: pa.Array | None = None


def _run(context: Context) -> Counts:
    from crm_clean.merge.crowd import Crowd
    from crm_clean.merge.golden import merge
    from crm_clean.merge.members import USED

    context.shelf.write_json(HEARD, heard(context.store, OVERRIDES, CONSENTS))
    chosen = _part(context) if is_partial(context.shelf) else _Part(context.shelf.read(CLUSTERS))
    ids = pa.array(chosen.clusters["record_id"], pa.string())
    merged = merge(
        part(context, RECORDS, ids, columns=USED),
        part(context, CONTACT_POINTS, ids),
        chosen.clusters,
        spec=context.settings.merge,
        run=context.run,
        standing=_history(context.store, chosen, heirs(context)),
        as_of=pd.Timestamp(context.now),
        overrides=context.store.read(OVERRIDES),
        consents=context.store.read(CONSENTS),
        crowd=None if chosen.records is None else Crowd(context.known, chosen.records, chosen.golden),
    )
    remade = merged.table(GOLDEN)["golden_id"]
    golden = None if chosen.golden is None else union(chosen.golden, remade)
    context.shelf.write_table(MEMBERSHIP, merged.table(MEMBERSHIP), scope=chosen.records)
    for table in (GOLDEN, GOLDEN_POINTS, SURVIVORS):
        context.shelf.write_table(table, merged.table(table), scope=golden)
    for table in (IDENTITY_EVENTS, CONSENTS):
        context.shelf.write_table(table, merged.table(table))
    n_golden = len(remade)
    if chosen.golden is not None:
        n_golden += json.loads(context.last["counts"])["golden"] - len(chosen.golden)
    return {"golden": n_golden, "remade": len(remade), "identity_events": len(merged.table(IDENTITY_EVENTS))}


def _part(context: Context) -> _Part:
    store, linked = context.known, context.shelf.read(CLUSTERS)
    scope = context.shelf.scope(RECORDS)
    assert scope is not None
    linked_ids = union(pa.array(linked["record_id"], pa.string()), scope)
    homes = store.take(MEMBERSHIP, "record_id", linked_ids, columns=["golden_id"])["golden_id"]
    others = union(_closed_elsewhere(context), _spoken_of(context))
    others = others.filter(pc.invert(pc.is_in(others, value_set=homes.combine_chunks())))
    beside = store.take(MEMBERSHIP, "golden_id", others)
    clusters = CLUSTERS.frame(pd.concat([linked, _as_clusters(MEMBERSHIP.to_pandas(beside))], ignore_index=True))
    return _Part(clusters, union(linked_ids, beside["record_id"]), union(homes, others))


def _as_clusters(membership: pd.DataFrame) -> pd.DataFrame:
    """Golden records as they stand, as the clusters they were."""
    smallest = membership.groupby("golden_id")["record_id"].transform("min")
    return CLUSTERS.frame(membership.assign(cluster_id=smallest)[list(CLUSTERS.columns)])


def _closed_elsewhere(context: Context) -> pa.Array:
    """Golden records that hold an address which this run's records, or people since the last run, speak of."""
    points = context.shelf.read_table(CONTACT_POINTS, columns=["kind", "key", "opt_out", "bounced", "consent_status"])
    is_said = pc.or_(pc.fill_null(points["opt_out"], False), pc.fill_null(points["bounced"], False))
    is_said = pc.or_(is_said, pc.fill_null(pc.equal(points["consent_status"], WITHDRAWN), False))
    said = points.filter(pc.and_(is_said, pc.is_in(points["kind"], value_set=pa.array(_SHARED))))
    keys = union(said["key"].drop_null(), pa.array(said_since(context.store, CONSENTS)["key"].dropna(), pa.string()))
    return union(context.known.take(GOLDEN_POINTS, "key", keys, columns=["golden_id"])["golden_id"])


def _spoken_of(context: Context) -> pa.Array:
    """Golden records of which people said since the last run what a value is."""
    records = pa.array(said_since(context.store, OVERRIDES)["record_id"], pa.string())
    return union(context.known.take(MEMBERSHIP, "record_id", records, columns=["golden_id"])["golden_id"])


def _history(store: Store, chosen: _Part, come_again: pd.DataFrame) -> MembershipHistory:
    """Who is in which golden record and was in which, of the part that is merged or of everybody.

    `come_again`: HEIRS; who goes on for another is in that one's golden record.
    """
    if not store.last_run():
        return MembershipHistory.empty()
    if chosen.records is None or chosen.golden is None:
        ever, golden = store.history(MEMBERSHIP), pa.array([], pa.string())
    else:
        ever, golden = _past_of(store, chosen.records, chosen.golden), chosen.golden
    stands = ever["valid_to"].isna()
    membership = ever.loc[stands, list(MEMBERSHIP.columns)].reset_index(drop=True)
    ended = ever[~stands].sort_values(["valid_to", "record_id"], ascending=[False, True])
    left = ended[~ended["record_id"].isin(membership["record_id"])]
    former = left.drop_duplicates("record_id")[list(MEMBERSHIP.columns)].reset_index(drop=True)
    before = ended[["record_id", "golden_id", "valid_to"]].rename(columns={"valid_to": "ended"})
    inherited = membership.rename(columns={"record_id": "former"}).merge(come_again, on="former")
    return MembershipHistory(
        MEMBERSHIP.frame(pd.concat([membership, inherited[list(MEMBERSHIP.columns)]], ignore_index=True)),
        used=lambda ids: set(store.written(IDENTITY_EVENTS, where={"golden_id": list(ids)})["golden_id"]),
        former=former,
        before=before.reset_index(drop=True),
        elsewhere=lambda ids: set() if chosen.golden is None else _standing_of(store, ids) - set(golden.to_pylist()),
    )


def _standing_of(store: Store, ids: Sequence[str]) -> set[str]:
    asked = pa.array(list(ids), pa.string())
    return set(store.take(GOLDEN, "golden_id", asked, columns=["golden_id"])["golden_id"].to_pylist())


def _past_of(store: Store, records: pa.Array, golden: pa.Array) -> pd.DataFrame:
    """The history of membership of some records, and of all that now are in some golden records."""
    mates = store.take(MEMBERSHIP, "golden_id", golden, columns=["record_id"])["record_id"]
    return store.history(MEMBERSHIP, where={"record_id": union(records, mates).to_pylist()})


MERGE = Step(
    name="merge",
    run=_run,
    inputs=("records", "contact_points", "clusters", "decisions"),
    outputs=("membership", "golden", "golden_points", "survivors", "identity_events", "consents", f"{HEARD}.json"),
    depends=lambda context: [
        context.settings.merge.model_dump(mode="json"),
        len(context.store.read(OVERRIDES)),
        len(context.store.read(CONSENTS)),
    ],
    modules=("crm_clean.merge.golden",),
)
