"""The merge step: one golden record a cluster, under the id its people had before."""

from __future__ import annotations

import pandas as pd

from crm_clean.merge.identity import MembershipHistory
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import (
    CLUSTERS,
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    RECORDS,
    SURVIVORS,
)  # fmt: skip
from crm_clean.store.base import Store


def standing_membership(store: Store) -> MembershipHistory:
    """Who is in which golden record, every id ever given, and where records that left had been."""
    history = store.history(MEMBERSHIP)
    if history.empty:
        return MembershipHistory.empty()
    stands = history["valid_to"].isna()
    membership = history.loc[stands, list(MEMBERSHIP.columns)].reset_index(drop=True)
    left = history[~stands & ~history["record_id"].isin(membership["record_id"])]
    former = left.drop_duplicates("record_id", keep="last")[list(MEMBERSHIP.columns)].reset_index(drop=True)
    return MembershipHistory(membership, used=pd.unique(history["golden_id"]).tolist(), former=former)


def _run(context: Context) -> Counts:
    from crm_clean.merge.golden import merge

    shelf = context.shelf
    merged = merge(
        shelf.read(RECORDS),
        shelf.read(CONTACT_POINTS),
        shelf.read(CLUSTERS),
        spec=context.settings.merge,
        run=context.run,
        standing=standing_membership(context.store),
        as_of=pd.Timestamp(context.now),
    )
    tables = (MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS, IDENTITY_EVENTS)
    for table in tables:
        shelf.write(table, getattr(merged, table.name))
    return {"golden": len(merged.golden), "identity_events": len(merged.identity_events)}


MERGE = Step(
    name="merge",
    run=_run,
    inputs=("records", "contact_points", "clusters"),
    outputs=("membership", "golden", "golden_points", "survivors", "identity_events"),
    depends=lambda context: context.settings.merge.model_dump(mode="json"),
    modules=("crm_clean.merge.golden",),
)
