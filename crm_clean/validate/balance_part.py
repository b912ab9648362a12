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
    wide = _sharing(records, golden, before, after)
    now |= _consent(after, wide, CLOSED)
    was |= _consent(before, wide, {name: flag for name, flag in CLOSED.items() if last[name]})
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
    of_records = faults_of_records(
        own, world("membership", "record_id", records), world("contact_points", "record_id", records)
    )
    of_golden = faults_of_golden(people, members, world("golden_points", "golden_id", golden))
    return sizes({"records": own, "membership": members, "golden": people}) | together(of_records, of_golden)


def _sharing(records: pa.Array, golden: pa.Array, *worlds: World) -> pa.Array:
    """The golden records whose consent the touched ones may have changed: they share what a touched record closes."""
    closed = []
    for world in worlds:
        points = world("contact_points", "record_id", records)
        is_closed = points[list(CLOSED.values())].fillna(False).any(axis=1)
        closed.append(_ids(points["key"][is_closed & points["kind"].isin(SHARED)]))
    keys = _all(*closed)
    found = [golden]
    for world in worlds:
        found.append(_ids(world("golden_points", "key", keys)["golden_id"]))
        holders = _ids(world("contact_points", "key", keys)["record_id"])
        found.append(_ids(world("membership", "record_id", holders)["golden_id"]))
    return _all(*found)


def _consent(world: World, golden: pa.Array, flags: Mapping[str, str]) -> dict[str, int]:
    """What is lost of each flag in `golden`, by name: counted with all that bears upon these golden records."""
    if not flags:
        return {}
    members = world("membership", "golden_id", golden)
    held = world("golden_points", "golden_id", golden)
    own = world("contact_points", "record_id", _ids(members["record_id"]))
    others = world("contact_points", "key", _ids(held["key"][held["kind"].isin(SHARED)]))
    # A point that is found both ways is due once all the same.
    points = pd.concat([own, others], ignore_index=True)
    bearing = {"contact_points": points, "membership": members, "golden_points": held}
    return {name: weakened(bearing, flag) for name, flag in flags.items()}


def _ids(column: pd.Series) -> pa.Array:
    """The different values of a text column."""
    values = pa.array(column, pa.string(), from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.unique(whole.drop_null())


def _all(*ids: pa.Array) -> pa.Array:
    return pc.unique(pa.concat_arrays([one.cast(pa.string()) for one in ids]))
