"""One kind of export of one CRM, beside the golden records: what each column holds, held and should hold.

A CRM exports the same columns month after month, and records nobody touched stand as they came long ago. Files that
are laid out alike are one sheet, so that what publishing costs does not grow with the number of files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, Given, IntArray, RawCells, pick
from crm_clean.publish.roster import Roster, file_targets
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.target import Column, Target
from crm_clean.records.fields import SCALARS, parse_target
from crm_clean.records.fields import Target as Mapped


@dataclass(frozen=True)
class Place:
    """A column of the export that we may write: its position, what it feeds, and its header in the import file."""

    column: Column
    position: int
    mapped: Mapped
    header: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """`rows`: the roster's records of these files that are written to. Series and arrays stand in their order.

    Their `source_row` counts on from file to file, as `cells` does.
    """

    target: Target
    rows: pd.DataFrame
    header: tuple[str, ...]
    places: tuple[Place, ...]
    cells: RawCells
    roster: Roster
    spec: PublishSpec

    @property
    def given(self) -> Given:
        """The frames all sheets work from."""
        return self.roster.given

    @cached_property
    def record(self) -> IntArray:
        """Position of each row in records."""
        return self.rows["record"].to_numpy(np.int64)

    @cached_property
    def person(self) -> IntArray:
        """Position of each row in golden."""
        return self.rows["person"].to_numpy(np.int64)

    def raw(self, place: Place) -> pd.Series[str]:
        """The cell as exported."""
        return self.cells.column(self.rows["source_row"].to_numpy(np.int64), place.position)

    def own(self, field: str) -> pd.Series[str]:
        """What the record itself says, normalised."""
        return pick(self.given.records[field], self.record)

    def golden(self, field: str) -> pd.Series[str]:
        """What survived."""
        return pick(self.given.golden[field], self.person)

    def change(self, place: Place, chosen: pd.Series[bool], values: pd.DataFrame) -> pd.DataFrame:
        """Rows of changes where `chosen`. `values`: old, new and rule, in the order of `rows`."""
        at = np.flatnonzero(chosen.fillna(False).to_numpy(bool))
        who = self.rows.take(at).reset_index(drop=True)
        named = ("system", "object", "record_id", "source_record_id", "golden_id")
        frame = pd.DataFrame({name: self.roster.text(who, name) for name in named})
        what = values.take(at).reset_index(drop=True)
        return frame.assign(
            order=who["order"],
            column=pd.array([place.header] * len(at), dtype=TEXT),
            field=pd.array([place.column.field] * len(at), dtype=TEXT),
            old_value=what["old"],
            new_value=what["new"],
            rule=what["rule"],
            max_chars=place.column.max_chars or 0,
            max_bytes=place.column.max_bytes or 0,
            key_value=self.key_values.take(at).to_numpy(),
        )

    @cached_property
    def key_values(self) -> pd.Series[str]:
        """What stands in the key column of the import file: the id, or the address as the CRM has it."""
        if not self.target.key.is_email:
            return self.roster.text(self.rows, "source_record_id")
        return self.cells.column(self.rows["source_row"].to_numpy(np.int64), self.key_position)

    @cached_property
    def key_position(self) -> int:
        return next(at for at, name in enumerate(self.header) if name in self.target.key.names)

    @cached_property
    def key_header(self) -> str:
        """The key column's name in the import file."""
        return self.target.key.header or self.header[self.key_position]


def sheets(roster: Roster, spec: PublishSpec) -> Iterator[Sheet]:
    """The sheets of all files that have a target, by the file id of the first that is laid out so."""
    given = roster.given
    files = given.files.drop_duplicates("file_id", keep="last").sort_values("file_id")
    by_file = file_targets(given.files)
    alike: dict[tuple[int, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for file_id, header, mapping in zip(files["file_id"], files["header"], files["mapping"], strict=True):
        alike.setdefault((id(by_file[file_id]), tuple(header), tuple(mapping)), []).append(file_id)
    for (_, header, mapping), file_ids in alike.items():
        target = by_file[file_ids[0]]
        rows = roster.of_files(file_ids)
        if target is None or not len(rows):
            continue
        raw = given.raw_rows[given.raw_rows["file_id"].isin(file_ids)]
        cells, rows = _counted_on(raw, rows, roster, file_ids)
        yield Sheet(target, rows, header, _places(target, list(header), list(mapping)), cells, roster, spec)


def _counted_on(
    raw: pd.DataFrame, rows: pd.DataFrame, roster: Roster, file_ids: list[str]
) -> tuple[RawCells, pd.DataFrame]:
    """The cells of several files and the rows that are in them, with row numbers that no two files share."""
    most = raw.groupby("file_id")["source_row"].max().reindex(file_ids).fillna(0).to_numpy(np.int64)
    # One more than there are, since a row that is not known has number -1.
    before = np.cumsum(most + 2) - (most + 2)
    of_raw = pd.Index(file_ids).get_indexer(pd.Index(raw["file_id"].astype(object)))
    numbers = np.array([roster.file_ids.index(file_id) for file_id in file_ids])
    of_row = pd.Index(numbers).get_indexer(pd.Index(rows["file"]))
    raw = raw.assign(source_row=raw["source_row"].to_numpy(np.int64) + before[of_raw])
    return RawCells(raw), rows.assign(source_row=rows["source_row"].to_numpy(np.int64) + before[of_row])


def _places(target: Target, header: list[str], mapping: list[str]) -> tuple[Place, ...]:
    """The columns of the target that the export has: by name, else - a single value - by what the reader made of it."""
    found: list[Place] = []
    for column in target.columns:
        named = [at for at, name in enumerate(header) if name in column.names and mapping[at]]
        told = [at for at, to in enumerate(mapping) if to == column.field and column.field in SCALARS]
        position = next(iter([*named, *told]), None)
        if position is None or any(place.position == position for place in found):
            continue
        mapped = parse_target(mapping[position])
        if mapped is not None and _feeds(mapped, column.field):
            found.append(Place(column, position, mapped, column.header or header[position]))
    return tuple(found)


def _feeds(mapped: Mapped, field: str) -> bool:
    """Whether the reader took the column for the field we would write there."""
    return field in (mapped.field, mapped.kind, mapped.part)
