"""Decisions on pairs: appended, never edited; what stands is folded from them."""

from __future__ import annotations

import pandas as pd

from crm_clean.records.tables import DECISIONS


def standing(ledger: pd.DataFrame) -> pd.DataFrame:
    """The verdict that stands for each pair: columns `left_id, right_id, verdict`, left_id < right_id, sorted.

    `ledger` is a DECISIONS frame in the order it was written; the last verdict of a pair wins, but a person's
    outranks an import's whenever it was given; `undone` takes back what that author said before.
    """
    DECISIONS.check(ledger)
    swapped = ledger["left_id"] > ledger["right_id"]
    frame = pd.DataFrame(
        {
            "left_id": ledger["left_id"].where(~swapped, ledger["right_id"]),
            "right_id": ledger["right_id"].where(~swapped, ledger["left_id"]),
            "verdict": ledger["verdict"],
            "is_import": ledger["decided_by"].eq("import").astype("bool"),
            "at": range(len(ledger)),
        }
    )
    pair = ["left_id", "right_id"]
    last = frame.sort_values("at").drop_duplicates([*pair, "is_import"], keep="last")
    said = last[last["verdict"] != "undone"].sort_values("is_import")
    return said.drop_duplicates(pair, keep="first").sort_values(pair)[[*pair, "verdict"]].reset_index(drop=True)
