"""One row a thing, as people expect a table: golden records with their points in columns, the crosswalk.

Lists become `email, email_2, ...`, as many as the longest needs; nothing is cut off.
"""

from __future__ import annotations

import pandas as pd

from crm_clean.records.fields import ADDRESS_PARTS, SCALARS

_WHO = list(SCALARS)[: list(SCALARS).index("birth_date") + 1]
_ALWAYS = ("email", "phone")
_OF_ADDRESS = {
    "email_opt_out": ("email", "opt_out"), "email_bounced": ("email", "bounced"), "do_not_call": ("phone", "opt_out"),
}  # fmt: skip
_BEHIND = ("custom", "n_records", "sources", "is_deleted")
CROSSWALK = ("source_file", "source_row", "source_record_id", "golden_id", "match_probability")


def golden_wide(golden: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """GOLDEN and GOLDEN_POINTS frames as one row per golden record, in the order of `golden`.

    Columns: golden_id, the name fields and birth date, `email, email_2, ..., phone, ..., profile, ..., website, ...`,
    `street, unit, city, region, postal_code, country, street_2, ...`, `text:NAME`, the other canonical fields, then
    custom, n_records, sources, is_deleted. What is closed or bounced of the first e-mail or phone is so of the row,
    whoever said it: an opt-out belongs to the address.
    """
    ids = golden["golden_id"]
    out = {"golden_id": ids, **{name: golden[name] for name in _WHO}}
    for kind in ("email", "phone", "profile", "website"):
        of_kind = points[points["kind"] == kind]
        for ordinal in range(1, max(_longest(of_kind), int(kind in _ALWAYS)) + 1):
            out[_numbered(kind, ordinal)] = _placed(of_kind[of_kind["ordinal"] == ordinal], "value", ids)
    addresses = points[points["kind"] == "address"]
    for ordinal in range(1, max(_longest(addresses), 1) + 1):
        for part in ADDRESS_PARTS:
            out[_numbered(part, ordinal)] = _placed(addresses[addresses["ordinal"] == ordinal], part, ids)
    out |= _texts(points[points["kind"] == "text"], ids)
    out |= {name: golden[name] for name in SCALARS if name not in _WHO}
    for name, (kind, flag) in _OF_ADDRESS.items():
        first = points[(points["kind"] == kind) & (points["ordinal"] == 1)]
        out[name] = golden[name].mask(_placed(first, flag, ids).fillna(False).astype(bool), True)
    return pd.DataFrame(out | {name: golden[name] for name in _BEHIND})


def crosswalk(
    raw_rows: pd.DataFrame, files: pd.DataFrame, records: pd.DataFrame, membership: pd.DataFrame
) -> pd.DataFrame:
    """Every row that was read, in input order, with the golden record it went to: a frame of `CROSSWALK`."""
    named = raw_rows[["file_id", "source_row", "record_id"]].merge(files[["file_id", "source_file"]], how="left")
    named["source_record_id"] = _placed(records, "source_record_id", named["record_id"], key="record_id")
    for column in ("golden_id", "match_probability"):
        named[column] = _placed(membership, column, named["record_id"], key="record_id")
    return named[list(CROSSWALK)]


def without_empty(frame: pd.DataFrame, *, keep: tuple[str, ...] = ()) -> pd.DataFrame:
    """`frame` without columns that hold nothing at all, but for those in `keep`."""
    return frame[[name for name in frame.columns if name in keep or frame[name].notna().any()]]


def _texts(points: pd.DataFrame, ids: pd.Series) -> dict[str, pd.Series]:
    columns = {}
    for label in sorted(points["label"].dropna().unique()):
        of_label = points[points["label"] == label].sort_values(["golden_id", "ordinal"])
        place = of_label.groupby("golden_id").cumcount() + 1
        for ordinal in range(1, int(place.max()) + 1):
            columns[_numbered(f"text:{label}", ordinal)] = _placed(of_label[place == ordinal], "value", ids)
    return columns


def _longest(points: pd.DataFrame) -> int:
    return int(points["ordinal"].max()) if len(points) else 0


def _numbered(name: str, ordinal: int) -> str:
    return name if ordinal == 1 else f"{name}_{ordinal}"


def _placed(frame: pd.DataFrame, column: str, ids: pd.Series, *, key: str = "golden_id") -> pd.Series:
    """`column` of the row of `frame` that has each id, missing where none has."""
    at = pd.Index(frame[key]).get_indexer(pd.Index(ids))
    values = frame[column].reset_index(drop=True).reindex(at)
    return values.set_axis(ids.index)
