"""Records in the order of their golden record, the best witness first, with what rules ask of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from crm_clean.errors import BadFrame
from crm_clean.merge.column import Column, each, is_there, is_true, positions, taken, whole
from crm_clean.merge.crowd import Crowd
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray, dense_rank
from crm_clean.merge.identity import Identity
from crm_clean.merge.spec import MergeSpec, Rule
from crm_clean.merge.voices import Voices
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import RECORDS

_FLAGS = ("is_placeholder_name", "is_company_name", "is_couple")
# The columns of RECORDS that merging looks at.
USED = (
    *("record_id", "source", "is_deleted"),
    *SCALARS,
    *("custom", *_FLAGS),
    *("email_opt_out_raw", "email_bounced_raw", "do_not_call_raw", "postal_opt_out_raw", "consent_status_raw"),
)
_MISSING = np.iinfo(np.int64).min
_SWAPPED = 8
_DAY = 86_400_000_000  # microseconds
_FIRST = 315_532_800_000_000  # 1980: an earlier stamp of a record is a slip, mostly of a clock at zero


@dataclass(frozen=True, eq=False)
class Members:
    """`table`: RECORDS as they came. Rows of members go by golden id, then live before deleted, then newest first;
    `at` says where in the table each of them is.

    `gives`: whether a row may give values: it is not deleted, or every member is. `golden_ids`: one per group, sorted.
    """

    table: pa.Table
    at: IntArray
    groups: Groups
    golden_ids: pa.Array
    gives: BoolArray
    spec: MergeSpec
    as_of: pd.Timestamp | None
    crowd: Crowd | None
    id_rank: IntArray

    def values(self, field: str) -> pa.Array:
        """A column of the table, in its order."""
        kept = self._values.get(field)
        if kept is None:
            kept = self._values[field] = whole(self.table[field])
        return kept

    def taken(self, field: str, rows: IntArray) -> pa.Array:
        """The values of `field` in rows of members; missing where the row is NONE."""
        return taken(self.values(field), np.where(rows == NONE, NONE, self.at[rows]))

    def has_some(self, field: str) -> bool:
        """Whether anybody gives a value of `field`."""
        return bool(self.values(field).null_count < len(self.at))

    def there(self, field: str) -> BoolArray:
        """Rows that have a value of `field`."""
        return is_there(self.values(field))[self.at]

    def column(self, field: str) -> Column:
        """The values of a field as codes; but of text and dates, their canonical form as text."""
        kept = self._columns.get(field)
        if kept is None:
            values = self.values(field)
            is_text = SCALARS[field] in ("text", "date")
            table_wide = Column.of(values if is_text else values.cast(pa.large_string()))
            is_exact = SCALARS[field] != "text"
            code = table_wide.code[self.at]
            kept = self._columns[field] = Column(code, table_wide.words, is_exact, self.voices(field))
        return kept

    def encode(self) -> None:
        """Make the columns of all fields that somebody gives, two at a time."""
        each(
            lambda field: self.column(field).words,
            [f for f, kind in SCALARS.items() if kind == "text" and self.has_some(f)],
        )

    def voices(self, field: str) -> Voices:
        """What everybody says in `field`."""
        kept = self._voices.get(field)
        if kept is None:
            others = self.crowd.of_records(field) if self.crowd else list
            is_exact = SCALARS[field] != "text"
            kept = Voices(lambda: [self.values(field).cast(pa.large_string()), *others()], is_exact=is_exact)
            self._voices[field] = kept
        return kept

    @cached_property
    def _values(self) -> dict[str, pa.Array]:
        return {}

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    @cached_property
    def _voices(self) -> dict[str, Voices]:
        return {}

    @cached_property
    def ranks(self) -> Mapping[Rule, IntArray]:
        """What a rule that looks at the record alone makes of each row: the smaller, the better within its group."""
        many = np.flatnonzero(self.groups.size()[self.groups.of] > 1)
        updated, created = (self.stamps(field)[many] for field in ("updated_at", "created_at"))
        touched = np.where(updated == _MISSING, created, updated)
        born = np.where(created == _MISSING, updated, created)
        unborn = (born == _MISSING).astype(np.int64)
        source = _source_rank(self.values("source"), self.spec.source_priority)[self.at]
        return {
            "newest": self._of(many, dense_rank(-np.maximum(touched, -(2**62)), -np.maximum(created, -(2**62)))),
            "oldest": self._of(many, dense_rank(unborn, born)),
            "source_priority": source,
            "most_complete": -self._n_filled[self.at],
        }

    def _of(self, rows: IntArray, rank: IntArray) -> IntArray:
        full = np.zeros(len(self.at), np.int64)
        full[rows] = rank
        return full

    @cached_property
    def _n_filled(self) -> IntArray:
        counted = np.zeros(len(self.at), np.int64)
        for field in SCALARS:
            if self.has_some(field):
                counted += is_there(self.values(field))
        return counted

    def stamps(self, field: str) -> IntArray:
        """Microseconds since 1970; the smallest integer where missing, of the future or before 1980."""
        return stamps(self.values(field), self.as_of)[self.at]

    @cached_property
    def misnamed(self) -> BoolArray:
        """Whether the name is no person's (a placeholder, a company, a couple), or first and last name look swapped."""
        flagged = np.zeros(len(self.at), dtype=bool)
        for flag in _FLAGS:
            if self.has_some(flag):
                flagged |= is_true(self.values(flag))[self.at]
        return flagged | _swapped(self.column("first_name"), self.column("last_name"), self.groups)


def arrange(
    records: pa.Table, identity: Identity, *, spec: MergeSpec, as_of: pd.Timestamp | None, crowd: Crowd | None
) -> Members:
    """Members of `records`, each of which the membership of `identity` names exactly once."""
    place = positions(whole(identity.membership["record_id"]), whole(records["record_id"]))  # by record id
    if (place == NONE).any():
        raise BadFrame("clusters: records that are not among the records; link must name those that stand")
    golden = identity.golden
    deleted = is_true(whole(records["is_deleted"]))[place]
    order = np.argsort(golden, kind="stable")
    many = (np.bincount(golden) > 1)[golden[order]]
    updated, created = (stamps(whole(records[field]), as_of)[place] for field in ("updated_at", "created_at"))
    touched = np.where(updated == _MISSING, created, updated)
    some = order[many]
    keys = [some, *(-np.maximum(stamp[some], -(2**62)) for stamp in (created, touched)), deleted[some], golden[some]]
    order[many] = some[np.lexsort(keys)]
    groups = Groups.runs(golden[order])
    live = ~deleted[order]
    return Members(
        table=records,
        at=place[order],
        groups=groups,
        golden_ids=identity.golden_ids,
        gives=live | ~groups.any(live)[groups.of],
        spec=spec,
        as_of=as_of,
        crowd=crowd,
        id_rank=order,
    )


def check(records: pa.Table) -> pa.Table:
    """`records` itself; raises BadFrame where a column is missing that merging needs."""
    missing = [name for name in USED if name not in records.column_names]
    wrong = [name for name in USED if name not in missing and records.schema.field(name).type != RECORDS.columns[name]]
    if missing or wrong:
        told = [f"no column {name}" for name in missing] + [f"{name} is of another type" for name in wrong]
        raise BadFrame(f"records: {'; '.join(told)}")
    return records


def _swapped(first: Column, last: Column, groups: Groups) -> BoolArray:
    """Rows whose first name people bear as a last name, and the other way round, by odds of eight to one.

    Where another record of the same person has one of the two in the other place, any odds will do.
    """
    in_place = _odds(first, last)[first.key] + _odds(last, first)[last.key]
    both = (first.key != NONE) & (last.key != NONE)
    swapped = both & (in_place < -np.log2(_SWAPPED))
    doubtful = both & (in_place < 0) & (groups.size() > 1)[groups.of]
    rows = np.flatnonzero(groups.any(doubtful)[groups.of])
    swapped[rows] |= doubtful[rows] & _mirrored(first, last, rows, groups.of[rows])
    return np.asarray(swapped)


def _mirrored(first: Column, last: Column, rows: IntArray, group: IntArray) -> BoolArray:
    """Per row, of the `group` given, whether its first name is another's last name, or the other way round."""
    number = {text: at for at, text in enumerate(first.key_text)}
    width = len(number) + len(last.key_text) + 1
    of_last = np.array([*(number.get(text, len(number) + at) for at, text in enumerate(last.key_text)), NONE])
    one, other, place = first.key[rows], of_last[last.key[rows]], group * width
    firsts, lasts = place[one != NONE] + one[one != NONE], place[other != NONE] + other[other != NONE]
    return np.asarray((one != other) & (np.isin(place + one, lasts) | np.isin(place + other, firsts)))


def _odds(column: Column, other: Column) -> npt.NDArray[np.float64]:
    """Per key of `column`, log2 of how much oftener it stands there than in `other`; 0 in the end, for none."""
    here, there = (
        one.voices.bearers(column.key_text) if one.voices else np.zeros(len(column.key_text), np.int64)
        for one in (column, other)
    )
    return np.append(np.log2((here + 1) / (there + 1)), 0.0)


def stamps(instants: pa.Array, as_of: pd.Timestamp | None) -> IntArray:
    """Microseconds since 1970; the smallest integer where missing, more than a day after `as_of`, or before 1980."""
    if instants.null_count == len(instants):
        return np.full(len(instants), _MISSING)
    when = instants.cast(pa.int64()).fill_null(_MISSING).to_numpy(zero_copy_only=False)
    slip = when < _FIRST
    if as_of is not None:
        slip |= when > as_of.as_unit("ns").value // 1000 + _DAY
    return np.where(slip, _MISSING, when)


def _source_rank(source: pa.Array, priority: tuple[str, ...]) -> IntArray:
    if not priority:
        return np.zeros(len(source), np.int64)
    found = positions(source, pa.array(priority, pa.large_string()))
    return np.where(found == NONE, len(priority), found)
