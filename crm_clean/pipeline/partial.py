"""A part of what stands: which rows a run looks at again, and the new state as a whole where a stage asks for it.

A run is partial where little is new: its tables hold only the rows of what is touched, each beside the ids that it
speaks of. Whatever would make a full run come out otherwise for people nobody touched - another version, other
settings, another model, more changes than a part should have - makes the run a full one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa

from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.part import Part
from crm_clean.pipeline.reading import is_read_alike
from crm_clean.pipeline.standing import said_since
from crm_clean.pipeline.step import Context
from crm_clean.records.table import Table
from crm_clean.records.tables import ERASURES, SCOPES

# What of the settings decides about everybody.
_DECISIVE = ("link", "merge")


def may_be_partial(context: Context) -> bool:
    """Whether a part of this run would come out as the whole of it: all is as it was but for the records."""
    last = context.last
    if not last or context.full or context.model is not None or context.kind == "rollback":
        return False
    if last["version"] != code_version() or not is_read_alike(context):
        return False
    if len(said_since(context.store, ERASURES)):  # what the last run counted is not what stands
        return False
    if json.loads(last["inputs"]).get("kind") == "rollback" or context.settings.normalise.check_deliverability:
        return False
    then, now = json.loads(last["settings"]), context.settings.model_dump(mode="json")
    return all(then.get(section) == now[section] for section in _DECISIVE)


def is_small(context: Context, *, touched: int, standing: int) -> bool:
    """Whether so many records of so many are few enough for a partial run."""
    share = context.settings.link.partial
    return share > 0 and touched <= share * standing


def whole(context: Context, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
    """`table`, or those `columns` of it, as it will stand: what stands, with what this run brings in its place."""
    asked = list(columns or table.columns)
    return Part(context.known, context.shelf).whole(table, asked).select(asked)


def part(context: Context, table: Table, ids: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of `ids` of `table`, or those `columns` of it, as they will stand."""
    asked = list(columns or table.columns)
    found = Part(context.known, context.shelf, columns={table.name: asked}).after(table, SCOPES[table.name][0], ids)
    return found.select(asked).combine_chunks()


def union(*ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    """All of these ids, each once, sorted."""
    chunks = [pa.chunked_array([one]) if isinstance(one, pa.Array) else one for one in ids]
    return pa.chunked_array([c for one in chunks for c in one.cast(pa.string()).chunks], pa.string()).unique().sort()
