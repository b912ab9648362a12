"""Records that are gone: of a source whose every export is all it holds, those that the newest one lacks.

An export that lacks a large part of its source is more likely cut short than true, and is refused until somebody says
that it is right.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import GateFailed
from crm_clean.pipeline.step import Context
from crm_clean.records.tables import FILES, QUARANTINE, RECORDS

# A larger part of a source than this does not vanish from one export to the next.
_MOST_GONE = 0.3
_NAMED = ["record_id", "source", "source_record_id"]


def gone_records(context: Context, given: pa.Table) -> pa.Array:
    """The ids of records that stand, are not among the `given` (STAGED_RECORDS), and whose source has now exported all
    it holds.

    A source that exported nothing in this run has said nothing, and one that had rows in quarantine not everything: a
    row that could not be read may be any of its records. Raises GateFailed where more are gone than is believed.
    """
    sources = _told_whole(context)
    if not sources or not context.last:
        return pa.array([], pa.string())
    stands = context.store.standing(RECORDS, columns=_NAMED)
    theirs = stands.filter(pc.is_in(stands["source"], value_set=pa.array(sources)))
    gone = theirs.filter(pc.invert(pc.is_in(theirs["record_id"], value_set=given["record_id"].combine_chunks())))
    if not context.accept_drop:
        _check(*(table.select(_NAMED).to_pandas() for table in (theirs, gone, given)))
    return gone["record_id"].combine_chunks()


def _told_whole(context: Context) -> list[str]:
    files, quarantine = context.shelf.read(FILES), context.shelf.read(QUARANTINE)
    torn = set(quarantine.loc[quarantine["field"].isna(), "file_id"])
    partly = set(files.loc[files["file_id"].isin(torn), "source"])
    return sorted(set(files["source"]) & set(context.settings.sources.snapshots) - partly)


def _check(theirs: pd.DataFrame, gone: pd.DataFrame, given: pd.DataFrame) -> None:
    """Refuse a source that lacks much; rows without an id have new names each time and can only be counted."""
    failures = []
    for source, stood in theirs.groupby("source"):
        is_nameless = stood["source_record_id"].isna()
        left, came = gone[gone["source"] == source], given[given["source"] == source]
        n_fewer = int(is_nameless.sum()) - int(came["source_record_id"].isna().sum())
        n_lacking = int(left["source_record_id"].notna().sum()) + max(n_fewer, 0)
        if n_lacking > _MOST_GONE * len(stood):
            failures.append(
                f"the newest export of {source} lacks {n_lacking:,} of its {len(stood):,} records: "
                "export it again, or run with --accept-drop if they are gone"
            )
    if failures:
        raise GateFailed(failures)
