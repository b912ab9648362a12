"""Contact points of one golden record that are the same: one kind and key, or addresses of one place.

Rows go by golden record and kind, then as the best witness has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import BadFrame
from crm_clean.merge.column import Column, codes, is_there, positions, whole
from crm_clean.merge.groups import NONE, Groups, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.places import one_line, same_place
from crm_clean.merge.voices import text_keys
from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS

KIND: dict[str, int] = {kind: at for at, kind in enumerate(POINT_KINDS)}
_TEXT = pa.large_string()
_ORDINALS = 1 << 16


@dataclass(frozen=True, eq=False)
class Held:
    """Points as members hold them, by bundle. Per row: where it is in the `table` (CONTACT_POINTS), its `owner`, a row
    of members, and its `kind`."""

    table: pa.Table
    rows: IntArray
    owner: IntArray
    kind: IntArray
    bundles: Groups

    @cached_property
    def _whole(self) -> dict[str, pa.Array]:
        return {}

    def values(self, name: str) -> pa.Array:
        """A column, row by row."""
        return self.taken(name, np.arange(len(self.rows)))

    def taken(self, name: str, at: IntArray) -> pa.Array:
        """A column at rows of this; missing where the row is NONE."""
        column = self._whole.get(name)
        if column is None:
            column = self._whole[name] = whole(self.table[name])
        if column.null_count == len(column):
            return pa.nulls(len(at), column.type)
        return column.take(pa.array(np.append(self.rows, NONE)[at], mask=at == NONE))


def owners(members: Members, points: pa.Table) -> IntArray:
    """The row of members of each contact point; raises BadFrame where there is none."""
    runs = pc.run_end_encode(points["record_id"].combine_chunks())
    ends = runs.run_ends.to_numpy()
    found = positions(whole(runs.values), whole(members.table["record_id"]))
    of_table = np.empty(len(members.at), np.int64)
    of_table[members.at] = np.arange(len(members.at))
    sizes = np.diff(ends, prepend=0)
    strange = int(sizes[found == NONE].sum())
    if strange:
        raise BadFrame(f"contact_points: {strange} rows of records that are not among the records")
    return np.repeat(of_table[found], sizes) if len(found) else np.empty(0, np.int64)


def bundled(members: Members, points: pa.Table, owner: IntArray) -> Held:
    """The points that say something. `owner`: the row of members of each."""
    kind, kinds = codes(points["kind"].combine_chunks())
    kind = np.array([*(KIND[name] for name in kinds.to_pylist()), NONE])[kind]
    ordinal = np.clip(points["ordinal"].to_numpy(), 0, _ORDINALS - 1)
    said = np.zeros(len(points), dtype=bool)
    for name in ("value", "key", *ADDRESS_PARTS):
        said |= is_there(points[name].combine_chunks())
    rows = np.flatnonzero(said)
    owner, kind, ordinal = owner[rows], kind[rows], ordinal[rows]
    crowd = members.groups.of[owner] * len(KIND) + kind
    order = _sorted(crowd, owner - members.groups.starts[members.groups.of[owner]], ordinal)
    held = Held(points, rows[order], owner[order], kind[order], Groups.runs(crowd[order]))
    leader = _leaders(held, members)
    by_bundle = np.argsort(leader, kind="stable")
    rows, owner, kind, leader = (column[by_bundle] for column in (held.rows, held.owner, held.kind, leader))
    return Held(points, rows, owner, kind, Groups.runs(leader))


def _sorted(crowd: IntArray, member: IntArray, ordinal: IntArray) -> IntArray:
    """The order by crowd, member and ordinal."""
    if int(crowd.max(initial=0)) < 1 << 27 and int(member.max(initial=0)) < 1 << 20:
        packed = ((crowd << 20) | member) << 16 | ordinal
        return np.argsort(packed, kind="stable")
    return np.lexsort([ordinal, member, crowd])


def _leaders(held: Held, members: Members) -> IntArray:
    """Per row the first row of its bundle; `held` is in crowds of one golden record and kind here."""
    leader = np.arange(len(held.rows))
    crowded = np.flatnonzero((held.bundles.size() > 1)[held.bundles.of])
    same = codes(_sameness(held, crowded))[0]
    width = int(same.max(initial=0)) + 1
    _, first, back = np.unique(held.bundles.of[crowded] * width + same, return_index=True, return_inverse=True)
    leader[crowded] = crowded[first[back]]
    several = crowded[(held.kind[crowded] == KIND["address"]) & (leader[crowded] == crowded)]
    if len(several):
        columns = {part: Column.of(held.taken(part, several)) for part in ADDRESS_PARTS}
        place = same_place(columns, members.groups.of[held.owner[several]])
        _, first_of_place, back = np.unique(place, return_index=True, return_inverse=True)
        stands_for = np.arange(len(leader))
        stands_for[several] = several[first_of_place[back]]
        leader = stands_for[leader]
    return leader


def _sameness(held: Held, at: IntArray) -> pa.Array:
    """What makes two points of one kind the same: their key; what can be read, where it is no usable value."""
    same = held.taken("key", at)
    bare = np.flatnonzero(~is_there(same))
    if len(bare):
        parts = {part: held.taken(part, at[bare]) for part in ADDRESS_PARTS}
        shown = pc.fill_null(pc.coalesce(held.taken("value", at[bare]), one_line(parts)), "").to_pylist()
        keys = np.full(len(at), None, dtype=object)
        keys[bare] = [f"\x00{key}" for key in text_keys(shown)]
        same = pc.coalesce(same, pa.array(keys, _TEXT))
    is_text = held.kind[at] == KIND["text"]
    if is_text.any():
        labelled = pc.binary_join_element_wise(
            pc.fill_null(held.taken("label", at), ""), same, pa.scalar("\x1f", _TEXT)
        )
        same = pc.if_else(pa.array(is_text), labelled, same)
    return same
