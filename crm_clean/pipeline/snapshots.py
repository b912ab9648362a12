"""Records that are gone: of a source whose every export is all it holds, those that the newest one lacks.

An export that lacks a large part of its source is more likely cut short than true, and is refused until somebody says
that it is right.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import GateFailed
from crm_clean.pipeline.step import Context
from crm_clean.records.tables import FILES, QUARANTINE, RECORDS

# A larger part of a source than this does not vanish from one export to the next.
_MOST_GONE = 0.3


def gone_records(context: Context, given: pa.Array) -> pa.Array:
    """The ids of records that stand, are not among the `given`, and whose source has now exported all it holds.

    A source that exported nothing in this run has said nothing, and one that had rows in quarantine not everything: a
    row that could not be read may be any of its records. Raises GateFailed where more are gone than is believed.
    """
    sources = _told_whole(context)
    if not sources or not context.last:
        return pa.array([], pa.string())
    stands = context.store.standing(RECORDS, columns=["record_id", "source"])
    theirs = stands.filter(pc.is_in(stands["source"], value_set=pa.array(sources)))
    gone = theirs.filter(pc.invert(pc.is_in(theirs["record_id"], value_set=given)))
    if not context.accept_drop:
        _check(theirs, gone)
    return gone["record_id"].combine_chunks()


def _told_whole(context: Context) -> list[str]:
    files, quarantine = context.shelf.read(FILES), context.shelf.read(QUARANTINE)
    torn = set(quarantine.loc[quarantine["field"].isna(), "file_id"])
    partly = set(files.loc[files["file_id"].isin(torn), "source"])
    return sorted(set(files["source"]) & set(context.settings.sources.snapshots) - partly)


def _check(theirs: pa.Table, gone: pa.Table) -> None:
    n_gone = {one["values"]: one["counts"] for one in gone["source"].value_counts().to_pylist()}
    failures = [
        f"the newest export of {one['values']} lacks {n_gone[one['values']]:,} of its {one['counts']:,} records: "
        "export it again, or run with --accept-drop if they are gone"
        for one in theirs["source"].value_counts().to_pylist()
        if n_gone.get(one["values"], 0) > _MOST_GONE * one["counts"]
    ]
    if failures:
        raise GateFailed(sorted(failures))
