"""Do the tables of a run agree with each other? Counted here, judged by a suite like everything else.

Great Expectations sees one frame at a time; what must hold between tables becomes one row of counts: rows in and rows
out, records without a person, people without a record, opt-outs that got lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.table import FLOAT, INT, Table

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
        "n_optouts_lost": INT,  # addresses closed for somebody that a golden record leaves open
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

# The columns that are counted in each of them.
COUNTED: dict[str, tuple[str, ...]] = {
    "files": ("file_id", "n_rows", "n_quarantined"),
    "raw_rows": ("file_id", "source_row", "record_id"),
    "quarantine": ("file_id", "source_row"),
    "records": ("record_id",),
    "contact_points": ("record_id", "kind", "key", "opt_out", "bounced"),
    "membership": ("record_id", "golden_id"),
    "golden": ("golden_id", "n_records"),
    "golden_points": ("golden_id", "kind", "key", "opt_out", "bounced"),
}
BALANCED = tuple(COUNTED)
PUBLISHED = ("publish_changes", "publish_merges", "publish_suppressions", "golden", "membership", "records")

# Counts of consent that got lost, by the flag that says so.
CLOSED = {"n_optouts_lost": "opt_out", "n_bounces_lost": "bounced"}
# Consent at these belongs to the address itself, whoever else has it.
SHARED = ("email", "phone")

Tables = Mapping[str, pd.DataFrame]


def balance(tables: Tables) -> pd.DataFrame:
    """One RUN_BALANCE row about a run. `tables` holds at least BALANCED."""
    records, members, golden = tables["records"], tables["membership"], tables["golden"]
    counts = {
        **arrivals(tables),
        **sizes(tables),
        **together(
            faults_of_records(records, members, tables["contact_points"]),
            faults_of_golden(golden, members, tables["golden_points"]),
        ),
        **{name: weakened(tables, flag) for name, flag in CLOSED.items()},
    }
    return RUN_BALANCE.frame({name: [value] for name, value in {**counts, **shares(counts)}.items()})


def together(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Two sets of counts as one; what is counted in both is added up."""
    return {name: first.get(name, 0) + second.get(name, 0) for name in (*first, *second)}


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """The shares that follow from the counts of a run."""
    rows_in, records = counts["n_rows_in"], counts["n_records"]
    return {
        "share_quarantined": counts["n_quarantined"] / rows_in if rows_in else 0.0,
        "share_merged": 1 - counts["n_golden"] / records if records else 0.0,
    }


def publish_balance(tables: Tables) -> pd.DataFrame:
    """One PUBLISH_BALANCE row about what is to be handed back. `tables` holds at least PUBLISHED."""
    changes, merges = tables["publish_changes"], tables["publish_merges"]
    named = pd.concat([changes["golden_id"], merges["golden_id"]]).dropna()
    stays = _outside(_joined(changes, "system", "source_record_id"), _joined(merges, "system", "duplicate_id"))
    counts = {
        "n_changes": len(changes),
        "n_merges": len(merges),
        "n_suppressions": len(tables["publish_suppressions"]),
        "n_golden_unknown": _outside(named, tables["golden"]["golden_id"]),
        "n_merged_apart": _merged_apart(tables),
        "n_changes_to_merged": len(changes) - stays,
    }
    return PUBLISH_BALANCE.frame({name: [value] for name, value in counts.items()})


def _array(column: pd.Series) -> pa.Array:
    """A column as Arrow holds it, text in one of its two kinds only."""
    values = pa.array(column, from_pandas=True)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return whole.cast(pa.large_string()) if pa.types.is_string(whole.type) else whole


def _arrow(frame: pd.DataFrame, *columns: str) -> pa.Table:
    """Some columns as an Arrow table: what is counted here is counted in bulk."""
    return pa.table({name: _array(frame[name]) for name in columns})


def _outside(values: pd.Series, known: pd.Series) -> int:
    """How many `values` are not among the `known`; a missing value is not.

    Arrow's own look-up: pandas goes through a million known values one by one.
    """
    among = pc.is_in(_array(values), value_set=_array(known).drop_null())
    return len(values) - int(pc.sum(among).as_py() or 0)


def _joined(frame: pd.DataFrame, first: str, second: str) -> pd.Series:
    """Two columns as one key, missing where one of them is."""
    return frame[first] + "\0" + frame[second]


def arrivals(tables: Tables) -> dict[str, int]:
    """Every row that came in is in raw_rows or in quarantine, and every raw row has its record."""
    files, raw, quarantine = tables["files"], tables["raw_rows"], tables["quarantine"]
    whole = quarantine[~_taken(quarantine, raw)]
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


def _taken(quarantine: pd.DataFrame, raw: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether only a value was quarantined: its row was taken all the same."""
    place = ["file_id", "source_row"]
    beside = raw[raw["file_id"].isin(quarantine["file_id"].unique())]
    taken: npt.NDArray[np.bool_] = pd.MultiIndex.from_frame(quarantine[place]).isin(
        pd.MultiIndex.from_frame(beside[place])
    )
    return taken


def sizes(tables: Tables) -> dict[str, int]:
    """How much there is."""
    return {
        "n_records": len(tables["records"]),
        "n_members": len(tables["membership"]),
        "n_golden": len(tables["golden"]),
    }


def faults_of_records(records: pd.DataFrame, members: pd.DataFrame, points: pd.DataFrame) -> dict[str, int]:
    """Every record is in exactly one golden record; nothing belongs to a record that is not there."""
    return {
        "n_records_homeless": _outside(records["record_id"], members["record_id"]),
        "n_members_unknown": _outside(members["record_id"], records["record_id"]),
        "n_points_adrift": _outside(points["record_id"], records["record_id"]),
    }


def faults_of_golden(golden: pd.DataFrame, members: pd.DataFrame, points: pd.DataFrame) -> dict[str, int]:
    """Every golden record has its members; nothing belongs to a golden record that is not there."""
    home = pc.index_in(_array(members["golden_id"]), value_set=_array(golden["golden_id"])).drop_null()
    n_members = np.bincount(home.to_numpy(zero_copy_only=False), minlength=len(golden))
    said = golden["n_records"].fillna(-1).to_numpy("int64")
    return {
        "n_orphans": _outside(members["golden_id"], golden["golden_id"]),
        "n_golden_empty": int((n_members == 0).sum()),
        "n_golden_miscounted": int(((n_members != said) & (n_members > 0)).sum()),
        "n_points_adrift": _outside(points["golden_id"], golden["golden_id"]),
    }


def weakened(tables: Tables, flag: str) -> int:
    """Golden records and addresses at which `flag` is due and not set.

    Due is, at an e-mail or phone number, what anybody recorded who shares it, in every golden record that holds it or
    whose members held it. One place can be written in several ways, so for post a golden record owes one closed
    address if a member has one.
    """
    points, golden = tables["contact_points"], tables["golden_points"]
    closed = _arrow(points[points[flag].fillna(False) & points["key"].notna()], "record_id", "kind", "key")
    homes = _among(_arrow(tables["membership"], "record_id", "golden_id"), "record_id", closed)
    due = closed.join(homes, "record_id", join_type="inner").select(["golden_id", "kind", "key"])
    kept = _arrow(golden[golden[flag].fillna(False)], "golden_id", "kind", "key")
    held = _among(_arrow(golden[golden["key"].notna()], "golden_id", "kind", "key"), "key", closed)
    shared = held.join(closed.drop_columns("record_id"), ["kind", "key"], join_type="left semi")
    everyone = pa.concat_tables([due, shared.select(due.column_names)])
    by_key = _among(everyone, "kind", pa.table({"kind": pa.array(SHARED, pa.large_string())}))
    by_kind = due.filter(pc.invert(pc.is_in(due["kind"], value_set=pa.array(SHARED, pa.large_string()))))
    return _unkept(by_key, kept) + _unkept(by_kind.drop_columns("key"), kept.drop_columns("key"))


def _among(table: pa.Table, column: str, known: pa.Table) -> pa.Table:
    """The rows of `table` whose `column` stands in that of `known`; a join is dear, so it gets few rows."""
    return table.filter(pc.is_in(table[column], value_set=known[column].combine_chunks()))


def _unkept(due: pa.Table, kept: pa.Table) -> int:
    """How many distinct rows of `due` have no counterpart in `kept`."""
    distinct = due.group_by(due.column_names).aggregate([])
    return int(distinct.join(kept, due.column_names, join_type="left anti").num_rows)


def _merged_apart(tables: Tables) -> int:
    """Merges asked of a CRM whose two records the run did not find to be one person."""
    merges, records = tables["publish_merges"], tables["records"]
    of_system = records[records["source"].isin(merges["system"].unique().tolist())]
    owner = of_system[["record_id", "source", "source_record_id"]].merge(tables["membership"], on="record_id")
    home = (
        owner.assign(at=_joined(owner, "source", "source_record_id")).drop_duplicates("at").set_index("at")["golden_id"]
    )
    left, right = (_joined(merges, "system", side).map(home) for side in ("survivor_id", "duplicate_id"))
    return int((~left.eq(right).fillna(False)).sum())
