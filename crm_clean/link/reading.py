"""The tables `records` and `contact_points` as the linker takes them up: records in the order of their content.

Says which record holds which contact point, kind by kind, and hands over their texts; what these mean is `people`'s.
Two tables with the same rows give the same, whatever the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.columns import MISSING, Bag, Ints, one_array, strings

Frame: TypeAlias = "pd.DataFrame | pa.Table"
Flags = npt.NDArray[np.bool_]

# What is asked of a contact point.
_TOLD = {
    "kind": pa.string(), "ordinal": pa.int64(), "label": pa.string(), "key": pa.string(), "postal_code": pa.string(),
    "city": pa.string(), "is_role": pa.bool_(),
}  # fmt: skip

POINT_COLUMNS = ("record_id", *_TOLD)

_WORD = 8
_LAST = np.iinfo(np.uint64).max  # no text begins with these bytes


def order_of_content(records: Frame) -> Ints:
    """The rows of `records` (content_hash, record_id) in the order of their content; the record id breaks ties.

    Rows are sorted by the first bytes of the hash; only those that begin alike are looked at as a whole.
    """
    content, ids = strings(records["content_hash"]), strings(records["record_id"])
    begins = _first_bytes(content)
    order = np.argsort(begins)
    ranked = begins[order]
    is_new = np.append(True, ranked[1:] != ranked[:-1])[: len(ranked)]
    tied = np.flatnonzero(~(is_new & np.append(is_new[1:], True)[: len(ranked)]))
    rows = pa.array(order[tied])
    keys = {"begins": np.cumsum(is_new)[tied], "content": content.take(rows), "id": ids.take(rows)}
    in_order = pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys])
    order[tied] = order[tied][in_order.to_numpy()]
    return order.astype(np.int64)


def _first_bytes(texts: pa.StringArray) -> npt.NDArray[np.uint64]:
    """The first eight bytes of each text as a number that sorts as they do; a missing text comes last."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    held = texts.buffers()[2]
    padded = np.append(np.frombuffer(held or b"", dtype=np.uint8), np.zeros(_WORD, dtype=np.uint8))
    at_each_byte = np.ndarray(len(padded) - _WORD + 1, dtype=">u8", buffer=padded.data, strides=(1,))
    words = at_each_byte[offsets[:-1]].astype(np.uint64)
    unused = np.maximum(_WORD - np.diff(offsets), 0).astype(np.uint64) * np.uint64(8)
    words = np.where(unused < 8 * _WORD, words >> unused << unused, 0)
    return np.where(pc.is_null(texts).to_numpy(zero_copy_only=False), _LAST, words)


@dataclass(frozen=True)
class Points:
    """Contact points: rows of a table of Arrow arrays, and the record (position) that holds each."""

    table: pa.Table
    rows: Ints
    record: Ints
    n: int  # of records

    def texts(self, name: str) -> pa.StringArray:
        """A text column of these points."""
        return strings(self.table[name]).take(pa.array(self.rows))

    def flags(self, name: str) -> Flags:
        """A flag of these points; a missing one is false."""
        return _flags(one_array(self.table[name], pa.bool_()))[self.rows]

    def bag(self, name: str, *, in_order: bool = True) -> Bag:
        """What each record holds in a text column of these points."""
        return Bag.of(self.record, self.texts(name), n=self.n, in_order=in_order)

    def where(self, flags: Flags) -> Points:
        return Points(self.table, self.rows[flags], self.record[flags], self.n)

    def in_order(self, order: Ints) -> Points:
        """The points of records that stand in another order: `order` gives what was the position of each."""
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return Points(self.table, self.rows, place[self.record], self.n)

    def kind(self, kind: str) -> Points:
        """Those of one kind, sorted by record and then by ordinal."""
        mine = self.where(_flags(pc.equal(strings(self.table["kind"]), kind))[self.rows])
        ordinal = pc.fill_null(one_array(self.table["ordinal"], pa.int64()), 0).to_numpy()[mine.rows]
        order = np.argsort(mine.record * (int(ordinal.max(initial=0)) + 1) + ordinal)
        return Points(mine.table, mine.rows[order], mine.record[order], mine.n)


def _flags(array: pa.BooleanArray) -> Flags:
    flags: Flags = pc.fill_null(array, False).to_numpy(zero_copy_only=False)
    return flags


def points_of(records: Frame, points: Frame) -> Points:
    """The points that some row of `records` holds; `record` is that row."""
    table = pa.table({name: one_array(points[name], kind) for name, kind in _TOLD.items()})
    row = _rows(strings(points["record_id"]), strings(records["record_id"]))
    held = np.flatnonzero(row >= 0)
    return Points(table, held, row[held], len(records))


def _rows(ids: pa.StringArray, known: pa.StringArray) -> Ints:
    """The place of each of `ids` among those `known`, or -1. The points of one record mostly stand together."""
    is_new = np.append(True, pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False))[: len(ids)]
    begins = np.flatnonzero(is_new)
    found = pc.index_in(ids.take(pa.array(begins)), value_set=known)
    rows = pc.fill_null(found, MISSING).to_numpy(zero_copy_only=False).astype(np.int64)
    return np.repeat(rows, np.diff(np.append(begins, len(ids))))
