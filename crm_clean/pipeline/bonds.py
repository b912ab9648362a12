"""What holds the members of a golden record together: the pairs among them that were found or said to be one person.

Of many pairs a few suffice. Those are the strongest that leave nobody out: whoever doubts a customer looks at them.
"""

from __future__ import annotations

import pandas as pd

from crm_clean.pipeline.origins import Kept
from crm_clean.records.table import BOOL, FLOAT, STRING, Table
from crm_clean.records.tables import DECISIONS, PAIRS
from crm_clean.store.base import Store

LINKS = Table(
    "links",
    ("left_id", "right_id"),
    {
        **{"left_id": STRING, "right_id": STRING, "verdict": STRING, "match_probability": FLOAT},
        **{"is_needed": BOOL, "reason": STRING},
    },
)
_HOLDING = ("merge", "decided_same")


def links(store: Store, kept: Kept) -> pd.DataFrame:
    """The pairs among the members that make them one, a frame of `LINKS`, the strongest first.

    What was decided comes before what was found. `is_needed`: one of the fewest and strongest pairs that together
    reach every member. `reason` is a sentence: the evidence, or who decided and why.
    """
    ids = kept.membership["record_id"].tolist()
    among = {"left_id": ids, "right_id": ids}
    pairs = store.read(PAIRS, where=among)
    holding = pairs[pairs["verdict"].isin(_HOLDING)]
    if holding.empty:
        return LINKS.empty()
    told = _with_reasons(holding, kept, said=_said(store.read(DECISIONS, where=among)))
    told["is_found"] = told["verdict"] == "merge"
    ends = ["left_id", "right_id"]
    told = told.sort_values(["is_found", "probability", *ends], ascending=[True, False, True, True])
    told["is_needed"] = _needed(list(zip(told["left_id"], told["right_id"], strict=True)))
    return LINKS.frame(told.rename(columns={"probability": "match_probability"})[list(LINKS.columns)])


def _with_reasons(holding: pd.DataFrame, kept: Kept, *, said: pd.DataFrame) -> pd.DataFrame:
    from crm_clean.review.queue import review_queue

    # The queue puts two records side by side and says why, whatever became of the pair since.
    asked = review_queue(PAIRS.frame(holding.assign(verdict="review")), kept.records, kept.contact_points)
    ends = ["left_id", "right_id"]
    told = holding.merge(asked[[*ends, "reason"]], on=ends, how="left").merge(said, on=ends, how="left")
    told["reason"] = told["reason"].mask(told["verdict"] == "decided_same", told["said"].fillna("Decided so."))
    return told


def _said(decisions: pd.DataFrame) -> pd.DataFrame:
    """The last `same` of each pair in words, a person's before an export's: left_id, right_id, said."""
    swapped = decisions["left_id"] > decisions["right_id"]
    left = decisions["left_id"].where(~swapped, decisions["right_id"])
    right = decisions["right_id"].where(~swapped, decisions["left_id"])
    same = decisions.assign(left_id=left, right_id=right, is_import=decisions["decided_by"].eq("import"))
    same = same[same["verdict"] == "same"].sort_values("is_import", ascending=False, kind="stable")
    last = same.drop_duplicates(["left_id", "right_id"], keep="last")
    said = [_sentence(*row) for row in last[["decided_by", "decided_at", "reason"]].itertuples(index=False)]
    return last[["left_id", "right_id"]].assign(said=pd.array(said, dtype="string[pyarrow]"))


def _sentence(by: str, at: pd.Timestamp, reason: str | None) -> str:
    who = "The export says so" if by == "import" else f"{by} decided so on {at:%Y-%m-%d}"
    return f"{who}: {str(reason).rstrip('.')}." if pd.notna(reason) else f"{who}."


def _needed(pairs: list[tuple[str, str]]) -> list[bool]:
    """Whether each pair, in order, brings together what the ones before it did not."""
    group: dict[str, set[str]] = {}
    needed = []
    for left, right in pairs:
        mine, theirs = group.setdefault(left, {left}), group.setdefault(right, {right})
        needed.append(mine is not theirs)
        if mine is not theirs:
            mine |= theirs
            group.update(dict.fromkeys(theirs, mine))
    return needed
