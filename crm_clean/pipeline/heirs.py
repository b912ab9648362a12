"""Records of exports without ids that came again under another name: whom a new one goes on for.

A row of a list without ids is named after its file and place, so that the same list in another order brings nothing but
new names. Where a source exports all it holds, a new record goes on for one that is gone when it says the very same,
or when it alone has the e-mail address that the other alone had.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.partial import union
from crm_clean.pipeline.step import Context
from crm_clean.records.table import STRING, Table
from crm_clean.records.tables import CONTACT_POINTS, RECORDS

HEIRS = Table("heirs", ("record_id",), {"record_id": STRING, "former": STRING})
_SAID = ["record_id", "source", "content_hash"]


def heirs(context: Context) -> pd.DataFrame:
    """A frame of HEIRS: `record_id`, which is new in this run, goes on for `former`, which is gone with it."""
    if not context.settings.sources.snapshots or not context.last:
        return HEIRS.empty()
    new, gone = _new_and_gone(context)
    if not len(new) or not len(gone):
        return HEIRS.empty()
    by_content = _matched(_said(new), _said(gone), ["source", "content_hash"])
    left = [table.filter(pc.invert(pc.is_in(table["record_id"], value_set=pa.array(by_content[side], pa.string()))))
            for table, side in ((new, "record_id"), (gone, "former"))]  # fmt: skip
    by_mail = _matched(*_mailboxes(context, *left), ["source", "key"])
    return HEIRS.frame(pd.concat([by_content, by_mail], ignore_index=True))


def _new_and_gone(context: Context) -> tuple[pa.Table, pa.Table]:
    """Records without an id of their source's: those that come, those that go."""
    columns = [*_SAID, "source_record_id"]
    fresh = context.shelf.read_table(RECORDS, columns=columns)
    scope = context.shelf.scope(RECORDS)
    store = context.store
    stood = (
        store.standing(RECORDS, columns=columns)
        if scope is None
        else store.take(RECORDS, "record_id", scope, columns=columns)
    )
    new = fresh.filter(pc.invert(pc.is_in(fresh["record_id"], value_set=union(stood["record_id"]))))
    gone = stood.filter(pc.invert(pc.is_in(stood["record_id"], value_set=union(fresh["record_id"]))))
    return new.filter(pc.is_null(new["source_record_id"])), gone.filter(pc.is_null(gone["source_record_id"]))


def _said(records: pa.Table) -> pd.DataFrame:
    """Records in order, those that say the very same numbered, so that each goes on for one."""
    frame: pd.DataFrame = records.select(_SAID).to_pandas().sort_values("record_id")
    return frame.assign(nth=frame.groupby(["source", "content_hash"]).cumcount())


def _mailboxes(context: Context, new: pa.Table, gone: pa.Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """record_id, source, key of the records that alone, of the new or of the gone, have an address."""
    columns = ["record_id", "kind", "key"]
    fresh = context.shelf.read_table(CONTACT_POINTS, columns=columns)
    stood = context.store.take(CONTACT_POINTS, "record_id", union(gone["record_id"]), columns=columns)
    found = []
    for records, points in ((new, fresh), (gone, stood)):
        mails = points.filter(pc.and_(pc.equal(points["kind"], "email"), pc.is_valid(points["key"]))).to_pandas()
        held = mails[["record_id", "key"]].drop_duplicates().merge(records.select(_SAID).to_pandas(), on="record_id")
        found.append(held[~held.duplicated(["source", "key"], keep=False)].assign(nth=0))
    return found[0], found[1]


def _matched(new: pd.DataFrame, gone: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    both = new.merge(gone.rename(columns={"record_id": "former"}), on=[*on, "nth"])[["record_id", "former"]]
    ordered = both.sort_values(["record_id", "former"])
    return ordered.drop_duplicates("record_id").drop_duplicates("former")
