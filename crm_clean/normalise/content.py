"""The hash of what a source says about a record: equal hashes mean that nothing has to be done again.

Taken over all raw values of a record and of its contact points, in the order of the columns and ordinals; where a row
stood, in which file, and in which order rows came plays no part.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS, SCALARS

_RECORD = ("source", "source_record_id", "merged_ids", "master_record_id", *(f"{f}_raw" for f in SCALARS), "custom")
_POINT = ("kind", "ordinal", "label", "raw", *(f"{p}_raw" for p in ADDRESS_PARTS))
_FIELD, _ROW, _NOTHING = "\x1f", "\x1e", "\x00"
_CHUNK = 100_000

Positions = np.ndarray[Any, np.dtype[np.int64]]


def content_hashes(records: pd.DataFrame, points: pd.DataFrame, *, at: Positions) -> pa.Array:
    """A hash (16 bytes of BLAKE2b as hex) for each of `records` (STAGED_RECORDS).

    `points` is STAGED_POINTS, `at` the position of each point's record.
    """
    kinds = points["kind"].map({k: i for i, k in enumerate(POINT_KINDS)}).to_numpy(dtype=np.int64)
    order = np.lexsort((points["ordinal"].to_numpy(dtype=np.int64), kinds, at))
    points, at = points.take(order), at[order]
    pieces = []
    for start in range(0, len(records), _CHUNK):
        own = records.iloc[start : start + _CHUNK]
        bounds = np.searchsorted(at, np.arange(start, start + len(own) + 1)).astype(np.int32)
        theirs = _joined(points.iloc[bounds[0] : bounds[-1]], _POINT)
        grouped = pc.binary_join(pa.ListArray.from_arrays(pa.array(bounds - bounds[0]), theirs), _ROW)
        pieces.append(_hashed(_joined(own, (*_RECORD, "is_deleted")), grouped))
    return pa.chunked_array(pieces, pa.string()).combine_chunks()


def _hashed(own: pa.Array, theirs: pa.Array) -> pa.Array:
    texts = zip(own.to_pylist(), theirs.to_pylist(), strict=True)
    return pa.array([blake2b(f"{a}{_ROW}{b}".encode(), digest_size=16).hexdigest() for a, b in texts], pa.string())


def _joined(frame: pd.DataFrame, columns: tuple[str, ...]) -> pa.Array:
    texts = [_text(frame[c]) for c in columns]
    return pc.binary_join_element_wise(*texts, _FIELD, null_handling="replace", null_replacement=_NOTHING)


def _text(column: pd.Series) -> pa.Array:
    array = pa.array(column, from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string())
