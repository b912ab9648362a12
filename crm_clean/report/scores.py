"""Scored pairs by probability and what became of them: bars of equal width, one of them parted at the threshold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_clean.report.summary import blank

BARS = 20
# What became of a pair, in words.
FATES = {
    "merge": "merged",
    "decided_same": "merged by decision",
    "review": "waits for review",
    "cut": "cut from a group",
    "decided_different": "kept apart by decision",
}


def histogram(pairs: pd.DataFrame, *, threshold: float | None = None) -> pd.DataFrame:
    """How many of `pairs` (PAIRS) have a probability in [low, high) by verdict: low, high, verdict, n.

    The last bar holds the pairs of probability 1 too. Bars without pairs are left out.
    """
    known = pairs[pairs["probability"].notna()]
    if known.empty:
        return blank("scores")
    edges = np.unique([*np.linspace(0, 1, BARS + 1).round(6), *([threshold] if threshold is not None else [])])
    bar = np.clip(np.searchsorted(edges, known["probability"].to_numpy(), side="right") - 1, 0, len(edges) - 2)
    counted = pd.DataFrame({"bar": bar, "verdict": known["verdict"].astype("string[pyarrow]")})
    found = counted.groupby(["bar", "verdict"], dropna=False).size().rename("n").reset_index()
    return pd.DataFrame(
        {"low": edges[found["bar"]], "high": edges[found["bar"] + 1], "verdict": found["verdict"], "n": found["n"]}
    )
