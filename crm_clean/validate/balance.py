"""Do the tables of a run agree with each other? Counted here, judged by a suite like everything else.

Great Expectations sees one frame at a time; what must hold between tables becomes one row of counts: rows in and rows
out, records without a person, people without a record, opt-outs that got lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from crm_clean.records.tables import FLOAT, INT, Table

RUN_BALANCE = Table(
    "run_balance",
    key=(),
    columns={
        "n_files": INT,
        "n_rows_in": INT,  # rows the files say they had: read and quarantined
        "n_raw_rows": INT,
        "n_quarantined": INT,  # rows in quarantine, single values of a row that was read aside
        "n_files_unbalanced": INT,  # files whose rows are not all in raw_rows or quarantine, exactly once
        "n_crosswalk": INT,  # raw rows whose record belongs to a golden record
        "n_rows_without_record": INT,
        "n_records": INT,
        "n_records_homeless": INT,  # records in no golden record
        "n_members": INT,
        "n_members_unknown": INT,  # members that are no record
        "n_orphans": INT,  # members of a golden record that does not exist
        "n_golden": INT,
        "n_golden_empty": INT,  # golden records without a member
        "n_golden_miscounted": INT,  # golden records whose n_records is not the number of their members
        "n_points_adrift": INT,  # contact points and golden points of nobody
        "n_optouts_lost": INT,  # addresses a member must not be reached at that its golden record leaves open
        "n_bounces_lost": INT,  # the same for addresses that bounced
        "share_quarantined": FLOAT,  # of the rows in
        "share_merged": FLOAT,  # of the records: 0 when everybody is alone
    },
)

PUBLISH_BALANCE = Table(
    "publish_balance",
    key=(),
    columns={
        "n_changes": INT,
        "n_merges": INT,
        "n_suppressions": INT,
        "n_golden_unknown": INT,  # changes and merges for a golden record that does not exist
        "n_merged_apart": INT,  # merges whose two records are not in one golden record
        "n_changes_to_merged": INT,  # changes to a record that a merge in the same system takes away
    },
)

BALANCED = ("files", "raw_rows", "quarantine", "records", "contact_points", "membership", "golden", "golden_points")
PUBLISHED = ("publish_changes", "publish_merges", "publish_suppressions", "golden", "membership", "records")

Tables = Mapping[str, pd.DataFrame]


def balance(tables: Tables) -> pd.DataFrame:
    """One RUN_BALANCE row about a run. `tables` holds at least BALANCED."""
    counts = {**_rows(tables), **_people(tables), **_consent(tables)}
    rows_in, records = counts["n_rows_in"], counts["n_records"]
    shares = {
        "share_quarantined": counts["n_quarantined"] / rows_in if rows_in else 0.0,
        "share_merged": 1 - counts["n_golden"] / records if records else 0.0,
    }
    return RUN_BALANCE.frame({name: [value] for name, value in {**counts, **shares}.items()})


def publish_balance(tables: Tables) -> pd.DataFrame:
    """One PUBLISH_BALANCE row about what is to be handed back. `tables` holds at least PUBLISHED."""
    changes, merges = tables["publish_changes"], tables["publish_merges"]
    named = pd.concat([changes["golden_id"], merges["golden_id"]]).dropna()
    taken = _joined(merges, "system", "duplicate_id")
    counts = {
        "n_changes": len(changes),
        "n_merges": len(merges),
        "n_suppressions": len(tables["publish_suppressions"]),
        "n_golden_unknown": _outside(named, tables["golden"]["golden_id"]),
        "n_merged_apart": _merged_apart(tables),
        "n_changes_to_merged": int(_joined(changes, "system", "source_record_id").isin(taken).sum()),
    }
    return PUBLISH_BALANCE.frame({name: [value] for name, value in counts.items()})


def _outside(values: pd.Series, known: pd.Series) -> int:
    return int((~values.isin(known)).sum())


def _joined(frame: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Two columns as one key, missing where one of them is."""
    return frame[first] + "\0" + frame[second]


def _rows(tables: Tables) -> dict[str, int]:
    """Every row that came in is in raw_rows or in quarantine, and every raw row has its record."""
    files, raw, quarantine = tables["files"], tables["raw_rows"], tables["quarantine"]
    whole = quarantine[quarantine["field"].isna()]
    said = files.set_index("file_id")[["n_rows", "n_quarantined"]].astype("int64")
    found = pd.DataFrame({"n_rows": raw.groupby("file_id").size(), "n_quarantined": whole.groupby("file_id").size()})
    both = said.join(found, how="outer", lsuffix="_said").fillna(-1)
    balanced = pd.Series(True, index=both.index)
    for name in ("n_rows", "n_quarantined"):
        balanced &= both[f"{name}_said"].eq(both[name].clip(lower=0))
    return {
        "n_files": len(files),
        "n_rows_in": int(said.to_numpy().sum()),
        "n_raw_rows": len(raw),
        "n_quarantined": len(whole),
        "n_files_unbalanced": int((~balanced).sum()),
        "n_crosswalk": len(raw) - _outside(raw["record_id"], tables["membership"]["record_id"]),
        "n_rows_without_record": _outside(raw["record_id"], tables["records"]["record_id"]),
    }


def _people(tables: Tables) -> dict[str, int]:
    """Every record is in exactly one golden record, and every golden record has its members."""
    records, members, golden = tables["records"], tables["membership"], tables["golden"]
    sizes = members["golden_id"].value_counts()
    counted = golden["golden_id"].map(sizes).fillna(0).astype("int64")
    empty = counted.eq(0)
    adrift = _outside(tables["contact_points"]["record_id"], records["record_id"])
    adrift += _outside(tables["golden_points"]["golden_id"], golden["golden_id"])
    return {
        "n_records": len(records),
        "n_records_homeless": _outside(records["record_id"], members["record_id"]),
        "n_members": len(members),
        "n_members_unknown": _outside(members["record_id"], records["record_id"]),
        "n_orphans": _outside(members["golden_id"], golden["golden_id"]),
        "n_golden": len(golden),
        "n_golden_empty": int(empty.sum()),
        "n_golden_miscounted": int((counted.ne(golden["n_records"].fillna(-1).astype("int64")) & ~empty).sum()),
        "n_points_adrift": adrift,
    }


def _consent(tables: Tables) -> dict[str, int]:
    """An address one member must not be reached at is closed in the golden record too."""
    return {"n_optouts_lost": _weakened(tables, "opt_out"), "n_bounces_lost": _weakened(tables, "bounced")}


def _weakened(tables: Tables, flag: str) -> int:
    """Usable addresses with `flag` on a member's point and without it in the golden record, each counted once."""
    points, golden = tables["contact_points"], tables["golden_points"]
    closed = points.loc[points[flag].fillna(False) & points["key"].notna(), ["record_id", "kind", "key"]]
    owned = closed.merge(tables["membership"][["record_id", "golden_id"]], on="record_id")
    due = owned[["golden_id", "kind", "key"]].drop_duplicates()
    kept = golden.loc[golden[flag].fillna(False), ["golden_id", "kind", "key"]].drop_duplicates()
    return len(due) - len(due.merge(kept, on=["golden_id", "kind", "key"]))


def _merged_apart(tables: Tables) -> int:
    """Merges asked of a CRM whose two records the run did not find to be one person."""
    owner = tables["records"][["record_id", "source", "source_record_id"]].merge(tables["membership"], on="record_id")
    home = (
        owner.assign(at=_joined(owner, "source", "source_record_id")).drop_duplicates("at").set_index("at")["golden_id"]
    )
    merges = tables["publish_merges"]
    sides = [_joined(merges, "system", side).map(home) for side in ("survivor_id", "duplicate_id")]
    return int((~(sides[0].eq(sides[1]).fillna(False))).sum())
