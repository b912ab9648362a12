"""Records in the order of their golden record, the best witness first, with what rules ask of a record."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from crm_clean.merge.column import Column, text_key, whole
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray, dense_rank
from crm_clean.merge.spec import MergeSpec, Rule
from crm_clean.records.fields import SCALARS

_FLAGS = ("is_placeholder_name", "is_company_name", "is_couple")
_USED = ("record_id", "source", "is_deleted", *SCALARS, "custom", *_FLAGS)
_MISSING = np.iinfo(np.int64).min
_SWAPPED = 8
_SLACK = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Members:
    """`frame`: the columns of RECORDS that merging needs, by golden id, then live before deleted, then newest first.

    `gives`: whether a row may give values: it is not deleted, or every member is. `golden_id`: one per group, sorted.
    """

    frame: pd.DataFrame
    groups: Groups
    golden_id: pd.Series[str]
    gives: BoolArray
    spec: MergeSpec
    as_of: pd.Timestamp | None

    def column(self, field: str) -> Column:
        """The values of a text or date field, as codes."""
        kept = self._columns.get(field)
        if kept is None:
            keyed = text_key if SCALARS[field] == "text" else str
            kept = self._columns[field] = Column.of(self.frame[field], keyed)
        return kept

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    @cached_property
    def ranks(self) -> dict[Rule, IntArray]:
        """What a rule that looks at the record alone makes of each row: the smaller, the better."""
        updated, created = (stamps(self.frame[field], self.as_of) for field in ("updated_at", "created_at"))
        touched = np.where(updated == _MISSING, created, updated)
        born = np.where(created == _MISSING, updated, created)
        unborn = (born == _MISSING).astype(np.int64)
        return {
            "newest": dense_rank(-np.maximum(touched, -(2**62)), -np.maximum(created, -(2**62))),
            "oldest": dense_rank(unborn, born),
            "source_priority": _source_rank(self.frame["source"], self.spec.source_priority),
            "most_complete": -self.frame[list(SCALARS)].notna().sum(axis=1).to_numpy(np.int64),
        }

    @cached_property
    def id_rank(self) -> IntArray:
        """Rows by record id."""
        return id_ranks(self.frame["record_id"])

    @cached_property
    def misnamed(self) -> BoolArray:
        """Whether the name is no person's (a placeholder, a company, a couple), or first and last name look swapped."""
        flagged = np.asarray(self.frame[list(_FLAGS)].fillna(False).to_numpy(bool).any(axis=1))
        return flagged | _swapped(self.column("first_name"), self.column("last_name"))


def arrange(records: pd.DataFrame, membership: pd.DataFrame, *, spec: MergeSpec, as_of: pd.Timestamp | None) -> Members:
    """Members of `records`, each of which `membership` - sorted by record id - names exactly once."""
    by_id = id_ranks(records["record_id"])
    golden_id = membership["golden_id"].take(by_id).reset_index(drop=True)
    deleted = records["is_deleted"].fillna(False).to_numpy(bool)
    draft = Members(records, Groups.runs(np.arange(len(records))), golden_id, ~deleted, spec, as_of)
    golden = id_ranks(golden_id)
    order = np.lexsort([by_id, draft.ranks["newest"], deleted, golden])
    groups = Groups.runs(golden[order])
    live = ~deleted[order]
    return Members(
        frame=records[list(_USED)].take(order).reset_index(drop=True),
        groups=groups,
        golden_id=golden_id.take(order[groups.starts]).reset_index(drop=True),
        gives=live | ~groups.any(live)[groups.of],
        spec=spec,
        as_of=as_of,
    )


def _swapped(first: Column, last: Column) -> BoolArray:
    """Rows whose first name people bear as a last name, and the other way round, by odds of eight to one."""
    in_place = _odds(first, last)[first.key] + _odds(last, first)[last.key]
    return np.asarray((first.key != NONE) & (last.key != NONE) & (in_place < -np.log2(_SWAPPED)))


def _odds(column: Column, other: Column) -> npt.NDArray[np.float64]:
    """Per key of `column`, log2 of how much oftener it stands there than in `other`; 0 in the end, for none."""
    number = {text: at for at, text in enumerate(other.key_text)}
    at = np.array([number.get(text, NONE) for text in column.key_text], dtype=np.int64)
    there = np.append(other.bearers, 0)[at]
    return np.append(np.log2((column.bearers + 1) / (there + 1)), 0.0)


def id_ranks(ids: pd.Series[str]) -> IntArray:
    """Rank of each id by code point, equal ids alike."""
    encoded = whole(ids).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[encoded.indices.to_numpy()])


def stamps(instants: pd.Series[pd.Timestamp], as_of: pd.Timestamp | None) -> IntArray:
    """Microseconds since 1970; the smallest integer where missing, or more than a day after `as_of`."""
    sane = instants if as_of is None else instants.where(instants <= as_of + _SLACK)
    return sane.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def _source_rank(source: pd.Series[str], priority: tuple[str, ...]) -> IntArray:
    rank = {name: at for at, name in enumerate(priority)}
    return np.asarray(source.map(rank).fillna(len(priority)), dtype=np.int64)
