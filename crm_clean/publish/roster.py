"""Who is who in each system: the survivor of a golden record, its duplicates, and who stands alone.

Of the records that one person has in one system, the survivor is one that is not deleted, then the most complete, then
the one with the older id (shorter, then smaller). It does not depend on the order of rows. Records that the system has
already deleted or merged away take no part. A record exported twice stands once, as it was changed last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.publish.given import TEXT, BoolArray, Given, IntArray, pick
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.target import Target, target_of, targets
from crm_clean.records.fields import SCALARS
from crm_clean.records.table import STRING, Table

ID_MAP = Table(
    "id_map",
    key=("system", "object", "source_record_id"),
    columns={
        "golden_id": STRING,
        "system": STRING,
        "object": STRING,
        "source_record_id": STRING,
        "role": STRING,  # survivor, duplicate, unique, deleted
    },
)

ROLES = ("survivor", "unique", "duplicate", "deleted")
SURVIVOR, UNIQUE, DUPLICATE, DELETED = range(4)


@dataclass(frozen=True, eq=False)
class Roster:
    """`frame`: one row per record that its system knows by an id. All columns are numbers.

    record (position in records), person (position in golden), system (number in `systems`), target (number in
    `targets()`, -1 for none), file (number in `file_ids`), source_row, role (number in ROLES), survivor (row of the
    frame), rank (0 for the survivor), order (place in files), closed (opted out or bounced).
    """

    given: Given
    frame: pd.DataFrame
    systems: tuple[str, ...]
    file_ids: tuple[str, ...]

    def of_files(self, file_ids: Sequence[str]) -> pd.DataFrame:
        """The records of some files that are written to, in order."""
        frame, numbers = self.frame, [self.file_ids.index(file_id) for file_id in file_ids]
        written = (frame["role"] <= UNIQUE) & (frame["target"] >= 0) & frame["file"].isin(numbers)
        return frame[written].sort_values("order", ignore_index=True)

    def text(self, rows: pd.DataFrame, name: str) -> pd.Series[str]:
        """A column in words for rows of the frame: system, object, role, record_id, source_record_id, golden_id."""
        if name == "golden_id":
            return pick(self.given.golden["golden_id"], rows["person"].to_numpy(np.int64))
        if name == "record_id":
            return pick(self.given.records["record_id"], rows["record"].to_numpy(np.int64))
        if name == "source_record_id":
            return pick(self._native, rows["record"].to_numpy(np.int64))
        words = {"system": self.systems, "role": ROLES, "object": objects()}[name]
        number = rows["target" if name == "object" else name].to_numpy(np.int64)
        return pd.Series(np.array(words, dtype=object)[number], dtype=TEXT)

    @cached_property
    def _native(self) -> pd.Series[str]:
        return native_ids(self.given)

    def id_map(self) -> pd.DataFrame:
        """ID_MAP by system, object and id."""
        frame = self.frame.sort_values("order", ignore_index=True)
        return ID_MAP.check(ID_MAP.frame({name: self.text(frame, name) for name in ID_MAP.columns}))


def objects() -> tuple[str, ...]:
    """The kind of record by number of target; a plain contact where there is no target."""
    return (*(target.object for target in targets()), "contact")


def by_target(what: Callable[[Target], bool], *, default: bool) -> BoolArray:
    """`what` of each target by number, and `default` where there is none."""
    return np.array([*(what(target) for target in targets()), default])


def native_ids(given: Given) -> pd.Series[str]:
    """The id each record has at its source; where people are known by their address, ours stands in for it."""
    return given.records["source_record_id"].where(
        given.records["source_record_id"].notna() | ~given.records["source"].isin(_known_by_email()),
        given.records["record_id"],
    )


def _known_by_email() -> list[str]:
    return [target.system for target in targets() if target.key.is_email]


def file_targets(files: pd.DataFrame) -> dict[str, Target | None]:
    """The target of each file, by file id."""
    known = files.drop_duplicates("file_id", keep="last")
    return {f: target_of(p, h) for f, p, h in zip(known["file_id"], known["profile"], known["header"], strict=True)}


def call_roll(given: Given, spec: PublishSpec) -> Roster:
    """The roster of all systems that `spec` serves."""
    file_ids = tuple(sorted(given.files["file_id"].unique()))
    systems = tuple(sorted(given.records["source"].dropna().unique()))
    frame = _known(given, spec, file_ids=file_ids, systems=systems)
    best = ["person", "system", "target", "gone", "sorry", "poor", "length", "id"]
    frame = frame.sort_values(best, ignore_index=True)
    person = ["person", "system", "target"]
    is_first = (frame[person] != frame[person].shift()).any(axis=1).to_numpy(bool)
    starts = np.flatnonzero(is_first)
    group = np.cumsum(is_first) - 1
    frame["survivor"] = starts[group] if len(starts) else 0
    frame["rank"] = np.arange(len(frame)) - frame["survivor"]
    gone = frame["gone"].to_numpy(bool)
    n_live = np.bincount(group, weights=~gone, minlength=len(starts))[group] if len(starts) else np.empty(0)
    alone = np.where(n_live > 1, SURVIVOR, UNIQUE)
    frame["role"] = np.where(gone, DELETED, np.where(frame["rank"] == 0, alone, DUPLICATE))
    frame["order"] = _order(frame)
    return Roster(given, frame, systems, file_ids)


def _order(frame: pd.DataFrame) -> IntArray:
    """The place of each row by system, object and id, as files list them."""
    object_rank = _ranks(pd.Series(np.array(objects(), dtype=object)[frame["target"]], dtype=TEXT))
    order = np.lexsort([frame["id"].to_numpy(np.int64), object_rank, frame["system"].to_numpy(np.int64)])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def _known(given: Given, spec: PublishSpec, *, file_ids: tuple[str, ...], systems: tuple[str, ...]) -> pd.DataFrame:
    """Records with an id of their system's own, each once, as it was changed last."""
    records, native = given.records, native_ids(given)
    number = {id(target): at for at, target in enumerate(targets())}
    of_file = {f: number[id(t)] if t is not None else -1 for f, t in file_targets(given.files).items()}
    file = pd.Index(file_ids).get_indexer(pd.Index(records["file_id"].astype(object)))
    target = np.array([*(of_file[f] for f in file_ids), -1], dtype=np.int64)[file]
    closed = (records["email_opt_out"].fillna(False) | records["email_bounced"].fillna(False)).to_numpy(bool)
    frame = pd.DataFrame(
        {
            "record": np.arange(len(records)),
            "person": given.person_of_record,
            "system": pd.Index(systems).get_indexer(pd.Index(records["source"].astype(object))),
            "target": target,
            "file": file,
            "source_row": records["source_row"].fillna(-1).to_numpy(np.int64),
            "gone": (records["is_deleted"].fillna(False) | records["master_record_id"].notna()).to_numpy(bool),
            "closed": closed,
            "sorry": closed & by_target(lambda t: t.key.is_email, default=False)[target],
            "poor": -_filled(given),
            "length": native.str.len().fillna(0).to_numpy(np.int64),
            "id": _ranks(native),
            "age": -_stamps(records["updated_at"]),
            "our_id": _ranks(records["record_id"]),
        }
    )
    served = np.array([spec.serves(system) for system in systems], dtype=bool)[frame["system"]]
    kept = frame[served & native.notna().to_numpy() & (frame["person"] >= 0).to_numpy()]
    latest = kept.sort_values(["system", "target", "id", "age", "our_id"])
    return latest.drop_duplicates(["system", "target", "id"]).reset_index(drop=True)


def _stamps(instants: pd.Series[pd.Timestamp]) -> IntArray:
    """Microseconds since 1970, 0 where missing."""
    return np.maximum(instants.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64), 0)


def _ranks(ids: pd.Series[str]) -> IntArray:
    """Numbers in the order of the texts; -1 where missing."""
    codes, distinct = pd.factorize(ids)
    rank = np.full(len(distinct) + 1, -1, np.int64)
    rank[pc.sort_indices(pa.array(distinct)).to_numpy()] = np.arange(len(distinct))
    return rank[codes]


def _filled(given: Given) -> IntArray:
    """How much each record says: scalar fields and contact points."""
    said = given.records[list(SCALARS)].notna().sum(axis=1).to_numpy(np.int64)
    at = given.record_of_point
    return np.asarray(said + np.bincount(at[at >= 0], minlength=len(said)), dtype=np.int64)
