"""Who is who in each system: the survivor of a golden record, its duplicates, and who stands alone.

Of the records that one person has in one system, the survivor is one that is not deleted, then the most complete, then
the one with the older id (shorter, then smaller). It does not depend on the order of rows. Records that the system has
already deleted or merged away take no part. A record exported twice stands once, as it was changed last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.publish.given import TEXT, Given, IntArray, pick, positions
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.target import Target, target_of, targets
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import STRING, Table

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

_PERSON = ["golden_id", "system", "object"]


@dataclass(frozen=True, eq=False)
class Roster:
    """`frame`: one row per record that its system knows by an id.

    Columns: record (position in records), golden (position in golden), record_id, golden_id, system, object,
    source_record_id, file_id, source_row, target (number in `targets()`, -1 for none), role, survivor (row of the
    frame), rank (0 for the survivor), order (place in files), closed (opted out or bounced), match_probability, label.
    """

    frame: pd.DataFrame

    def of_file(self, file_id: str) -> pd.DataFrame:
        """The records of a file that are written to."""
        frame = self.frame
        return frame[
            (frame["file_id"] == file_id) & frame["role"].isin(["survivor", "unique"]) & (frame["target"] >= 0)
        ]

    def id_map(self) -> pd.DataFrame:
        """ID_MAP by system, object and id."""
        frame = self.frame.sort_values("order")
        return ID_MAP.check(ID_MAP.frame(frame[list(ID_MAP.columns)]))


def file_targets(files: pd.DataFrame) -> dict[str, Target | None]:
    """The target of each file, by file id."""
    known = files.drop_duplicates("file_id", keep="last")
    return {f: target_of(p, h) for f, p, h in zip(known["file_id"], known["profile"], known["header"], strict=True)}


def call_roll(given: Given, spec: PublishSpec) -> Roster:
    """The roster of all systems that `spec` serves."""
    frame = _known(given, spec)
    order = np.lexsort(
        [
            _codes(frame["record_id"]),
            _codes(frame["source_record_id"]),
            frame["source_record_id"].str.len().to_numpy(np.int64),
            -frame["n_filled"].to_numpy(np.int64),
            frame["closed"].to_numpy(bool) & frame["is_email_key"].to_numpy(bool),
            frame["gone"].to_numpy(bool),
            _codes(frame["object"]),
            _codes(frame["system"]),
            _codes(frame["golden_id"]),
        ]
    )
    frame = frame.take(order).reset_index(drop=True)
    person = frame.groupby(_PERSON, sort=False)
    frame["rank"] = person.cumcount()
    n_live = (~frame["gone"]).groupby(person.ngroup()).transform("sum")
    frame["survivor"] = np.arange(len(frame)) - frame["rank"]
    alone = np.where(n_live > 1, "survivor", "unique")
    role = np.where(frame["gone"], "deleted", np.where(frame["rank"] == 0, alone, "duplicate"))
    frame["role"] = pd.array(role, dtype=TEXT)
    frame["order"] = _order(frame)
    return Roster(frame)


def _order(frame: pd.DataFrame) -> IntArray:
    """The place of each row by system, object and id, as files list them."""
    order = np.lexsort([_codes(frame[name]) for name in ("source_record_id", "object", "system")])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def _known(given: Given, spec: PublishSpec) -> pd.DataFrame:
    """Records with an id of their system's own, each once."""
    records = given.records
    by_file = file_targets(given.files)
    number = {id(target): at for at, target in enumerate(targets())}
    frame = records[["record_id", "source_record_id", "file_id", "source_row", "updated_at"]].copy()
    frame["system"] = records["source"]
    frame["record"] = np.arange(len(records))
    target_numbers = {f: number[id(t)] if t is not None else -1 for f, t in by_file.items()}
    frame["target"] = frame["file_id"].map(target_numbers).fillna(-1).astype("int64")
    names = pd.Series([*(t.object for t in targets()), "contact"], dtype=TEXT)
    frame["object"] = names.take(frame["target"].to_numpy()).to_numpy()
    frame["object"] = frame["object"].astype(TEXT)
    frame["is_email_key"] = np.array([*(t.key.is_email for t in targets()), False])[frame["target"]]
    frame["source_record_id"] = frame["source_record_id"].where(
        frame["source_record_id"].notna() | ~frame["is_email_key"], frame["record_id"]
    )
    membership = given.membership
    at = positions(frame["record_id"], membership["record_id"])
    frame["golden_id"] = pick(membership["golden_id"], at)
    frame["match_probability"] = pick(membership["match_probability"], at).fillna(1.0)
    frame["golden"] = positions(frame["golden_id"], given.golden["golden_id"])
    frame["gone"] = (records["is_deleted"].fillna(False) | records["master_record_id"].notna()).to_numpy(bool)
    frame["closed"] = (records["email_opt_out"].fillna(False) | records["email_bounced"].fillna(False)).to_numpy(bool)
    frame["n_filled"] = _filled(given)
    frame["label"] = _labels(given)
    served = frame["system"].isin([s for s in frame["system"].unique() if spec.serves(s)])
    kept = frame[served & frame["source_record_id"].notna() & frame["golden_id"].notna()]
    latest = kept.sort_values(["updated_at", "record_id"], ascending=[False, True], na_position="last")
    return latest.drop_duplicates(["system", "object", "source_record_id"]).reset_index(drop=True)


def _codes(ids: pd.Series[str]) -> IntArray:
    """Numbers in the order of the texts."""
    codes, distinct = pd.factorize(ids)
    rank = np.empty(len(distinct), np.int64)
    rank[pc.sort_indices(pa.array(distinct)).to_numpy()] = np.arange(len(distinct))
    return np.asarray(rank[codes], dtype=np.int64)


def _filled(given: Given) -> IntArray:
    """How much each record says: scalar fields and contact points."""
    said = given.records[list(SCALARS)].notna().sum(axis=1).to_numpy(np.int64)
    at = positions(given.contact_points["record_id"], given.records["record_id"])
    return np.asarray(said + np.bincount(at[at >= 0], minlength=len(said)), dtype=np.int64)


def _labels(given: Given) -> pd.Series[str]:
    """A record in a few words: its name and first e-mail."""
    records, points = given.records, given.contact_points
    parts = (records["first_name"].fillna("") + " " + records["last_name"].fillna("")).str.strip()
    name = records["full_name"].fillna(parts)
    first = points[points["kind"].eq("email") & points["value"].notna()].drop_duplicates("record_id")
    mail = pick(first["value"].reset_index(drop=True), positions(records["record_id"], first["record_id"]))
    mail.index = records.index
    label = (name + (" <" + mail + ">").fillna("")).str.strip()
    return label.mask(label.str.match(r"^[=+\-@\t\r]"), records["record_id"])
