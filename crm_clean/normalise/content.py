"""The hash of what a source says about a record: equal hashes mean that nothing has to be done again.

Taken over all raw values of a record and of its contact points, in the order of the columns and ordinals; where a row
stood, in which file, and in which order rows came plays no part.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS, SCALARS

_RECORD = ("source", "source_record_id", "merged_ids", "master_record_id", *(f"{f}_raw" for f in SCALARS), "custom")
_POINT = ("kind", "ordinal", "label", "raw", *(f"{p}_raw" for p in ADDRESS_PARTS))
_FIELD, _ROW, _NOTHING = "\x1f", "\x1e", "\x00"
_CHUNK = 100_000

Positions = np.ndarray[Any, np.dtype[np.int64]]


def content_hashes(records: pa.Table, points: pa.Table, *, at: Positions) -> pa.Array:
    """A hash (16 bytes of BLAKE2b as hex) for each of `records` (STAGED_RECORDS).

    `points` is STAGED_POINTS, `at` the position of each point's record.
    """
    kinds = pc.index_in(points["kind"], value_set=pa.array(POINT_KINDS)).to_numpy()
    order = np.lexsort((points["ordinal"].to_numpy(), kinds, at))
    at = at[order]
    pieces = []
    for start in range(0, len(records), _CHUNK):
        own = records.slice(start, _CHUNK)
        bounds = np.searchsorted(at, np.arange(start, start + len(own) + 1)).astype(np.int32)
        theirs = _joined(points.take(pa.array(order[bounds[0] : bounds[-1]])), _POINT)
        grouped = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds - bounds[0]), theirs), _ROW)
        both = pc.binary_join_element_wise(_joined(own, (*_RECORD, "is_deleted")), grouped, _ROW)
        hashes = [blake2b(text.encode(), digest_size=16).hexdigest() for text in both.to_pylist()]
        pieces.append(pa.array(hashes, pa.string()))
    return pa.chunked_array(pieces, pa.string()).combine_chunks()


def _joined(table: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    texts: list[Any] = []
    for is_empty, group in groupby(columns, key=lambda c: bool(table[c].null_count == len(table))):
        names = list(group)
        if is_empty and texts:
            texts.append(pa.scalar(_FIELD.join(_NOTHING for _ in names), pa.string()))
        else:
            texts += [table[c].combine_chunks().cast(pa.string()) for c in names]
    return pc.binary_join_element_wise(*texts, _FIELD, null_handling="replace", null_replacement=_NOTHING)
