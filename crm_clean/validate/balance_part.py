"""The balance of a run that changed a part: that of the run before, less what the part counted, and what it counts now.

Every count but those of consent belongs to a record or a golden record, so it moves with those that were touched.
What is closed at an e-mail or phone number is closed for everybody who shares it, so there the part is wider: all
golden records that share a closed address with a touched one, with everything that bears upon them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.validate.balance import (
    CLOSED,
    RUN_BALANCE,
    SHARED,
    Tables,
    arrivals,
    faults_of_golden,
    faults_of_records,
    shares,
    sizes,
    together,
    weakened,
)

# What the files of this run alone decide.
_ARRIVED = (
    *("n_files", "n_rows_in", "n_raw_rows", "n_quarantined", "n_files_unbalanced", "n_crosswalk"),
    "n_rows_without_record",
)
KEPT = tuple(name for name in RUN_BALANCE.columns if name not in _ARRIVED and not name.startswith("share_"))
_SIZES = ("n_records", "n_members", "n_golden")


# A state of the tables, asked by table, column and keys for the rows where the column is one of the keys: frames of the
# columns that `balance` counts.
World = Callable[[str, str, pa.Array], pd.DataFrame]


@dataclass(frozen=True)
class Touched:
    """The ids of all records and of all golden records of which any row is not what it was."""

    records: pa.Array
    golden: pa.Array


def balance_of_part(
    arrived: Tables, touched: Touched, last: Mapping[str, int], *, before: World, after: World
) -> pd.DataFrame:
    """The RUN_BALANCE row that `balance` finds over all that stands `after`, from what of it was touched.

    `last` has the counts KEPT of the state `before`. `arrived`: files, raw_rows and quarantine of this run.
    """
    records, golden = touched.records, _with_homes(touched, before, after)
    now = _counted(after, records, golden)
    # What was nowhere at fault was not at fault here.
    was_sound = not any(last[name] for name in KEPT if name not in _SIZES and name not in CLOSED)
    was = _sizes(before, records, golden) if was_sound else _counted(before, records, golden)
    shared = _Shared(records, golden, before, after)
    now |= shared.lost(after, CLOSED)
    was |= shared.lost(before, {name: flag for name, flag in CLOSED.items() if last[name]})
    counts = {name: last[name] - was.get(name, 0) + now[name] for name in KEPT}
    ids = _ids(arrived["raw_rows"]["record_id"])
    found = {name: after(name, "record_id", ids) for name in ("records", "membership")}
    counts |= arrivals({**arrived, **found})
    return RUN_BALANCE.frame({name: [value] for name, value in {**counts, **shares(counts)}.items()})


def _with_homes(touched: Touched, *worlds: World) -> pa.Array:
    """The touched golden records, and those that any touched record was or is in."""
    homes = [_ids(world("membership", "record_id", touched.records)["golden_id"]) for world in worlds]
    return _all(touched.golden, *homes)


def _sizes(world: World, records: pa.Array, golden: pa.Array) -> dict[str, int]:
    return sizes(
        {
            "records": world("records", "record_id", records),
            "membership": world("membership", "golden_id", golden),
            "golden": world("golden", "golden_id", golden),
        }
    )


def _counted(world: World, records: pa.Array, golden: pa.Array) -> dict[str, int]:
    """The counts KEPT of the touched, but those of consent."""
    members = world("membership", "golden_id", golden)
    own = world("records", "record_id", records)
    people = world("golden", "golden_id", golden)
    points = world("contact_points", "record_id", records)
    of_records = faults_of_records(own, world("membership", "record_id", records), points)
    of_golden = faults_of_golden(people, members, world("golden_points", "golden_id", golden))
    return sizes({"records": own, "membership": members, "golden": people}) | together(of_records, of_golden)


class _Shared:
    """Whom the consent of touched records bears upon: the golden records that hold what a touched record closes or
    closed, and the touched golden records with everything that anybody closes of theirs."""

    def __init__(self, records: pa.Array, golden: pa.Array, *worlds: World) -> None:
        self._golden = golden
        members = [_ids(world("membership", "golden_id", golden)["record_id"]) for world in worlds]
        # More than the touched, so that it is asked for once.
        self._members = _all(records, *members)
        closed = [self._closed(world, records) for world in worlds]
        self._closing = _all(*closed)
        held = [self._held(world) for world in worlds]
        self._keys = _all(self._closing, *held)
        holders = [_ids(self._closing_points(world)["record_id"]) for world in worlds]
        self._holders = _all(*holders)

    def lost(self, world: World, flags: Mapping[str, str]) -> dict[str, int]:
        """What is lost of each flag, by name: in the touched golden records, and of what is closed in all others."""
        if not flags:
            return {}
        own, others = self._touched(world), self._others(world)
        return {name: weakened(own, flag) + weakened(others, flag) for name, flag in flags.items()}

    def _touched(self, world: World) -> Tables:
        # A point that is found both ways is due once all the same.
        points = [world("contact_points", "record_id", self._members), world("contact_points", "key", self._keys)]
        return {
            "contact_points": pd.concat(points, ignore_index=True),
            "membership": world("membership", "golden_id", self._golden),
            "golden_points": world("golden_points", "golden_id", self._golden),
        }

    def _others(self, world: World) -> Tables:
        homes = world("membership", "record_id", self._holders)
        held = world("golden_points", "key", self._closing)
        touched = set(self._golden.to_pylist())
        return {
            "contact_points": self._closing_points(world),
            "membership": homes[~homes["golden_id"].isin(touched)],
            "golden_points": held[~held["golden_id"].isin(touched) & held["kind"].isin(SHARED)],
        }

    def _closed(self, world: World, records: pa.Array) -> pa.Array:
        """The e-mails and phones that touched records close."""
        points = world("contact_points", "record_id", self._members)
        points = points[points["record_id"].isin(records.to_pylist()) & points["kind"].isin(SHARED)]
        return _ids(points["key"][points[list(CLOSED.values())].fillna(False).any(axis=1)])

    def _held(self, world: World) -> pa.Array:
        """The e-mails and phones of the touched golden records."""
        held = world("golden_points", "golden_id", self._golden)
        return _ids(held["key"][held["kind"].isin(SHARED)])

    def _closing_points(self, world: World) -> pd.DataFrame:
        points = world("contact_points", "key", self._keys)
        return points[points["kind"].isin(SHARED) & points["key"].isin(self._closing.to_pylist())]


def _ids(column: pd.Series) -> pa.Array:
    """The different values of a text column."""
    values = pa.array(column, pa.string(), from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.unique(whole.drop_null()).sort()


def _all(*ids: pa.Array) -> pa.Array:
    return pc.unique(pa.concat_arrays([one.cast(pa.string()) for one in ids])).sort()
