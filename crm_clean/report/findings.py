"""What was wrong with the data: how often each finding and each reason for quarantine, with a few such values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

SHOWN_EXAMPLES = 3
_MAX_RAW = 200


def counted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """How often each, as `n`, the most frequent first."""
    counts = frame.groupby(by, dropna=False).size().rename("n").reset_index()
    return counts.sort_values(["n", *by], ascending=[False, *[True] * len(by)]).reset_index(drop=True)


def findings(issues: pd.DataFrame) -> pd.DataFrame:
    """Each finding by field and code: field, code, n (how often) and n_records (in how many records)."""
    found = counted(issues, ["field", "code"])
    once = counted(issues.drop_duplicates(["record_id", "field", "code"]), ["field", "code"])
    return found.merge(once.rename(columns={"n": "n_records"}), on=["field", "code"], how="left")


def by_source(issues: pd.DataFrame, records: pd.DataFrame, *, sizes: pd.Series | None = None) -> pd.DataFrame:
    """Each finding by code and source: code, source, n, n_records, and share (0..1) of the records of that source.

    `records`: record_id and source of every record that stands, or of those with findings where `sizes` says how many
    records each source has. Findings of other records are left out.
    """
    ids, home = pa.array(records["record_id"], pa.string()), records["source"].to_numpy(object)
    at = pc.index_in(pa.array(issues["record_id"], pa.string()), value_set=ids)
    known = at.is_valid().to_numpy(zero_copy_only=False)
    where = at.drop_null().to_numpy()
    placed = pd.DataFrame({"code": issues["code"].to_numpy(object)[known], "source": home[where], "at": where})
    found = counted(placed, ["code", "source"])
    once = counted(placed.drop_duplicates(["code", "at"]), ["code", "source"])
    found = found.merge(once.rename(columns={"n": "n_records"}), on=["code", "source"], how="left")
    sizes = records["source"].value_counts() if sizes is None else sizes
    whole = found["source"].map({str(name): int(n) for name, n in sizes.items()}).astype("float64")
    return found.assign(share=found["n_records"].to_numpy(np.float64) / whole)


def examples(issues: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """The most frequent values of each finding and each reason: code, field, raw, n; of a reason the field is missing.

    At most SHOWN_EXAMPLES different ones each, cut; equally frequent ones are in order of the value.
    """
    kept_out = quarantine[["reason", "raw"]].rename(columns={"reason": "code"})
    values = pd.concat([issues[["code", "field", "raw"]], kept_out], ignore_index=True)
    values = values[values["raw"].notna()]
    values["raw"] = values["raw"].str.slice(0, _MAX_RAW)
    by = ["code", "field"]
    seen = values.groupby([*by, "raw"], dropna=False).size().rename("n").reset_index()
    seen = seen.sort_values([*by, "n", "raw"], ascending=[True, True, False, True])
    first = seen.groupby(by, dropna=False).head(SHOWN_EXAMPLES)
    return first.reset_index(drop=True)
