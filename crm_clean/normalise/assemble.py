"""Columns put together as tables, one at a time, so that nothing but the result and one column is held at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from crm_clean.normalise.points import Batch
from crm_clean.records.tables import CONTACT_POINTS, RECORDS


def record_table(staged: pa.Table, new: Mapping[str, Any]) -> pa.Table:
    """A RECORDS table: what was staged, beside what is `new`; missing where it is neither."""
    columns = []
    for name, kind in RECORDS.columns.items():
        found = new.get(name)
        if found is None:
            found = staged[name] if name in staged.column_names else pa.nulls(len(staged), kind)
        columns.append(found if found.type == kind else found.cast(kind))
    return pa.table(columns, schema=RECORDS.schema)


def contact_points(batches: Mapping[str, Batch], ids: pa.Array) -> pa.Table:
    """A CONTACT_POINTS table of all `batches`, by record, kind and ordinal; `ids` stands by record."""
    parts = list(batches.values())
    at = np.concatenate([b.at for b in parts])
    kinds = np.concatenate([np.full(len(b), i, dtype=np.int8) for i, b in enumerate(parts)])
    ordinals = np.concatenate([b.columns["ordinal"].to_numpy(zero_copy_only=False) for b in parts])
    order = np.lexsort((ordinals, kinds, at))
    place = pa.array(order)
    names = pa.array([b.kind for b in parts], pa.string())
    known = {"record_id": ids.take(pa.array(at[order])), "kind": names.take(pa.array(kinds[order]))}
    columns = [known[n] if n in known else _column(n, t, parts, place) for n, t in CONTACT_POINTS.columns.items()]
    return pa.table(columns, schema=CONTACT_POINTS.schema)


def _column(name: str, kind: pa.DataType, parts: list[Batch], place: pa.Array) -> pa.Array:
    found = [b.columns.get(name) for b in parts]
    if all(f is None or f.null_count == len(f) for f in found):
        return pa.nulls(len(place), kind)
    pieces = [
        pa.nulls(len(b), kind) if f is None else f if f.type == kind else f.cast(kind)
        for f, b in zip(found, parts, strict=True)
    ]
    return pa.chunked_array(pieces, kind).combine_chunks().take(place)
