"""What a run keeps of rows that must not come in: their number and the reason, and nothing they held."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from crm_clean.records.tables import FILES, QUARANTINE, RAW_ROWS

SUPPRESSED, ERASED = "privacy.suppressed", "privacy.erased"
_PLACE = ["file_id", "source_row"]


def leave_out(
    came: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], record_ids: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """`came` (FILES, RAW_ROWS, QUARANTINE of one run) without the rows of `record_ids`.

    Each of them is in quarantine afterwards, without a value; every file counts as many rows as before.
    """
    files, raw, quarantine = came
    out = raw["record_id"].isin(list(record_ids)).fillna(False).astype(bool)
    gone = raw.loc[out, _PLACE]
    kept = quarantine[~pd.MultiIndex.from_frame(quarantine[_PLACE]).isin(pd.MultiIndex.from_frame(gone))]
    both = pd.concat([kept, places(gone, files, reason=SUPPRESSED)], ignore_index=True)
    return FILES.frame(moved(files, gone)), RAW_ROWS.frame(raw[~out]), QUARANTINE.frame(both)


def places(gone: pd.DataFrame, files: pd.DataFrame, *, reason: str) -> pd.DataFrame:
    """QUARANTINE rows without a value for the rows `gone` (file_id, source_row) of `files` (FILES)."""
    named = gone.merge(files[["file_id", "source_file"]].drop_duplicates("file_id"), how="left", on="file_id")
    return QUARANTINE.frame(named.sort_values(_PLACE, ignore_index=True).assign(reason=reason))


def moved(files: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """`files` (FILES) with the rows `gone` counted as quarantined instead of read."""
    n = files["file_id"].map(gone["file_id"].value_counts()).fillna(0).astype("Int64")
    return files.assign(n_rows=files["n_rows"] - n, n_quarantined=files["n_quarantined"] + n)
