"""The ledger of decisions: rows are added, never changed; contradictions are found and said, never swallowed.

The caller says who decides and when. What stands is folded by `records.decisions.standing`.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd

from crm_clean.errors import UsageError
from crm_clean.records.decisions import standing
from crm_clean.records.tables import DECISIONS

Verdict = Literal["same", "different", "undone"]


def decide(
    left: str, right: str, verdict: Verdict, *, by: str, at: datetime, reason: str | None = None
) -> pd.DataFrame:
    """One DECISIONS row: `by` says at `at` (an instant with its zone) that two records are `verdict`.

    Raises UsageError when the two are one, the verdict is unknown, or nobody and no instant answer for it.
    """
    check_verdict(verdict)
    if left == right:
        raise UsageError("A decision is about two records; give two different record ids.")
    if not by.strip():
        raise UsageError("Say who decides, so that the decision can be asked about later.")
    if at.tzinfo is None:
        raise UsageError("Give the instant of a decision with its time zone.")
    low, high = sorted((left, right))
    return DECISIONS.frame(
        {
            "left_id": [low],
            "right_id": [high],
            "verdict": [verdict],
            "decided_by": [by.strip()],
            "decided_at": [pd.Timestamp(at)],
            "reason": [reason],
        }
    )


def check_verdict(verdict: str) -> Verdict:
    """`verdict` itself, when it is one; raises UsageError otherwise."""
    for known in get_args(Verdict):
        if verdict == known:
            return cast(Verdict, known)
    raise UsageError(f"There is no verdict {verdict!r}; say same, different or undone.")


def append(ledger: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`ledger` with `rows` after it, both DECISIONS frames; neither is changed."""
    frames = [DECISIONS.check(frame) for frame in (ledger, rows) if len(frame)]
    return pd.concat(frames, ignore_index=True) if frames else DECISIONS.empty()


def contradictions(ledger: pd.DataFrame) -> pd.DataFrame:
    """Pairs that stand as `different` while other standing decisions make them one.

    Returns `left_id, right_id, chain`, sorted by the pair; `chain` is the shortest way of `same` decisions between
    them, `a = b = c`, the smaller id first where two are as short.
    """
    stands = standing(ledger)
    same = stands[stands["verdict"] == "same"]
    apart = stands[stands["verdict"] == "different"]
    group = _groups(same)
    left, right = apart["left_id"].map(group), apart["right_id"].map(group)
    clash = apart[(left.notna() & left.eq(right)).to_numpy(dtype=bool)]
    neighbours = _neighbours(same) if len(clash) else {}
    chains = [" = ".join(_path(neighbours, a, b)) for a, b in zip(clash["left_id"], clash["right_id"], strict=True)]
    return clash[["left_id", "right_id"]].assign(chain=pd.array(chains, dtype="string")).reset_index(drop=True)


def _groups(same: pd.DataFrame) -> pd.Series:
    """The number of its group for every id that a `same` decision names."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    codes, ids = pd.factorize(pd.concat([same["left_id"], same["right_id"]], ignore_index=True), sort=True)
    if not len(ids):
        return pd.Series([], index=pd.Index([], dtype=object), dtype="int64")
    n = len(same)
    links = coo_matrix((np.ones(n, dtype=np.int8), (codes[:n], codes[n:])), shape=(len(ids), len(ids)))
    return pd.Series(connected_components(links, directed=False)[1], index=pd.Index(ids), dtype="int64")


def _neighbours(same: pd.DataFrame) -> dict[str, list[str]]:
    ends = pd.DataFrame({"a": same["left_id"], "b": same["right_id"]})
    both = pd.concat([ends, ends.rename(columns={"a": "b", "b": "a"})]).sort_values(["a", "b"])
    return {str(a): list(b) for a, b in both.groupby("a", sort=True)["b"]}


def _path(neighbours: dict[str, list[str]], start: str, end: str) -> list[str]:
    came_from = {start: start}
    waiting = deque([start])
    while end not in came_from:
        here = waiting.popleft()
        for there in neighbours[here]:
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
