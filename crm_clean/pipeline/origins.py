"""Where the values of one golden record come from: its members side by side, what they offered, what was kept and why.

Works on the rows of one customer, read once. Fields stand in canonical order, contact points where the wide table has
them.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_clean.records.fields import POINT_KINDS, SCALARS
from crm_clean.records.table import BOOL, FLOAT, INSTANT, INT, STRING, Table
from crm_clean.records.tables import CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, MEMBERSHIP, RECORDS, SURVIVORS
from crm_clean.report.rules import in_words
from crm_clean.report.shown import shown
from crm_clean.store.base import Store

_AFTER_NAME = list(SCALARS).index("birth_date") + 1
FIELDS = (*list(SCALARS)[:_AFTER_NAME], *POINT_KINDS, *list(SCALARS)[_AFTER_NAME:])
_PLACE = {"record_id": STRING, "source": STRING, "source_file": STRING, "source_row": INT}
MEMBERS = Table(
    "members",
    ("record_id",),
    {
        **_PLACE,
        **dict.fromkeys(("name", "emails", "phones", "company", "address"), STRING),
        "updated_at": INSTANT,
        "match_probability": FLOAT,
        "is_deleted": BOOL,  # at its source
    },
)
VALUES = Table("values", ("field",), {"field": STRING, "value": STRING, "rule": STRING, **_PLACE})
POINTS = Table(
    "points",
    ("kind", "ordinal"),
    {
        **{"kind": STRING, "ordinal": INT, "label": STRING, "value": STRING, "opt_out": BOOL, "bounced": BOOL},
        **{"is_role": BOOL, "consent_status": STRING, "consent_at": INSTANT, "consent_basis": STRING},
        "record_ids": STRING,
    },
)


@dataclass(frozen=True, eq=False)
class Kept:
    """What the store holds of one golden record now: frames of their tables, of its rows alone."""

    golden: pd.DataFrame
    golden_points: pd.DataFrame
    survivors: pd.DataFrame
    membership: pd.DataFrame
    records: pd.DataFrame
    contact_points: pd.DataFrame

    @classmethod
    def read(cls, store: Store, golden_id: str) -> Kept:
        mine = {"golden_id": golden_id}
        membership = store.read(MEMBERSHIP, where=mine)
        theirs = {"record_id": membership["record_id"].tolist()}
        return cls(
            golden=store.read(GOLDEN, where=mine),
            golden_points=store.read(GOLDEN_POINTS, where=mine),
            survivors=store.read(SURVIVORS, where=mine),
            membership=membership,
            records=store.read(RECORDS, where=theirs),
            contact_points=store.read(CONTACT_POINTS, where=theirs),
        )


def members(kept: Kept) -> pd.DataFrame:
    """One row a record, a frame of `MEMBERS`; several values of a kind are joined by "; "."""
    records = kept.records.merge(kept.membership[["record_id", "match_probability"]])
    given = records["first_name"].fillna("") + " " + records["last_name"].fillna("")
    spelt = given.str.strip().replace("", pd.NA)
    records["name"] = records["full_name"].fillna(spelt).fillna(records["full_name_raw"])
    records["company"] = records["company"].fillna(records["company_raw"])
    for kind, column in (("email", "emails"), ("phone", "phones"), ("address", "address")):
        records[column] = records["record_id"].map(_joined(kept.contact_points, kind))
    return MEMBERS.frame(records.assign(is_deleted=records["is_deleted"].fillna(False))[list(MEMBERS.columns)])


def offered(lineage: pd.DataFrame) -> pd.DataFrame:
    """A frame of the view `lineage` in canonical order of fields, what was kept first, its rule in words."""
    place = lineage["field"].map({field: at for at, field in enumerate(FIELDS)})
    keys = lineage.assign(place=place, is_passed_by=~lineage["is_kept"].fillna(False).astype(bool))
    ordered = keys.sort_values(["place", "is_passed_by", "record_id"], kind="stable", ignore_index=True)
    return ordered[list(lineage.columns)].assign(rule=in_words(ordered["rule"]))


def values(kept: Kept) -> pd.DataFrame:
    """One row for each field that the golden record has a value in, a frame of `VALUES`: the value as text, the rule
    in words, and the record that gave it or proves it.

    A golden record of one member has everything from that one.
    """
    if kept.golden.empty:
        return VALUES.empty()
    golden = kept.golden.iloc[0]
    held = {field: text for field in SCALARS if (text := shown(golden[field], field)) is not None}
    rows = pd.DataFrame({"field": held.keys(), "value": held.values()}, dtype="string[pyarrow]")
    rows = rows.merge(kept.survivors[["field", "record_id", "rule"]], how="left", on="field")
    if len(kept.records) == 1:
        rows = rows.fillna({"record_id": kept.records["record_id"].iloc[0], "rule": "only"})
    rows = rows.merge(kept.records[list(_PLACE)], how="left", on="record_id")
    return VALUES.frame(rows.assign(rule=in_words(rows["rule"]))[list(VALUES.columns)])


def points(kept: Kept) -> pd.DataFrame:
    """The contact points of the golden record, a frame of `POINTS`: what they are open for, and who gave them.

    `record_ids`: the records that have it, joined by "; ".
    """
    mine = kept.golden_points.assign(same=kept.golden_points["key"].fillna(kept.golden_points["value"]))
    theirs = kept.contact_points.assign(same=kept.contact_points["key"].fillna(kept.contact_points["value"]))
    given = theirs.drop_duplicates(["kind", "same", "record_id"]).sort_values("record_id")
    by = given.groupby(["kind", "same"])["record_id"].agg("; ".join).rename("record_ids").reset_index()
    found = mine.merge(by, how="left", on=["kind", "same"])
    order = found["kind"].map({kind: at for at, kind in enumerate(POINT_KINDS)})
    found = found.assign(place=order).sort_values(["place", "ordinal"], kind="stable")
    return POINTS.frame(found[list(POINTS.columns)])


def _joined(points: pd.DataFrame, kind: str) -> pd.Series[str]:
    mine = points[points["kind"] == kind].sort_values(["record_id", "ordinal"])
    said = mine.assign(said=mine["value"].fillna(mine["raw"])).dropna(subset="said")
    return said.groupby("record_id")["said"].agg("; ".join)
