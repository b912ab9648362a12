"""What people decided, in place of what the model thinks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_clean.link.block import Candidates, is_among
from crm_clean.link.cluster import CANNOT, MUST
from crm_clean.link.columns import Ints
from crm_clean.link.people import People
from crm_clean.link.score import Floats
from crm_clean.records.decisions import standing


def decided_pairs(people: People, decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions that stand between records of this table, as columns left, right (positions) and bits; sorted."""
    said = standing(decisions)
    position = pd.Series(np.arange(people.n), index=pd.Index(people.ids))
    a = said["left_id"].map(position)
    b = said["right_id"].map(position)
    here = (a.notna() & b.notna()).to_numpy(dtype=bool)
    one, two = a[here].to_numpy(dtype=np.int64), b[here].to_numpy(dtype=np.int64)
    same = said["verdict"][here].eq("same").to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {"left": np.minimum(one, two), "right": np.maximum(one, two), "bits": np.where(same, MUST, CANNOT)}
    )
    return frame.sort_values(["left", "right"], ignore_index=True)


def with_decided(candidates: Candidates, decided: pd.DataFrame, *, n: int) -> Candidates:
    """Candidates with the decided pairs that no rule made; their rule is -1."""
    if decided.empty:
        return candidates
    keys, said = candidates.left * n + candidates.right, _keys(decided, n=n)
    new = said[~is_among(said, keys)]
    if not len(new):
        return candidates
    merged = np.concatenate([keys, new])
    rule = np.concatenate([candidates.rule, np.full(len(new), -1, dtype=np.int16)])
    order = np.argsort(merged, kind="stable")
    left, right = np.divmod(merged[order], n)
    return Candidates(left, right, rule[order], candidates.reports)


def overruled(bits: Floats, candidates: Candidates, decided: pd.DataFrame, *, n: int) -> Floats:
    """Bits with the word of people in place of the model's."""
    if decided.empty:
        return bits
    out = bits.copy()
    keys = candidates.left * n + candidates.right
    out[np.searchsorted(keys, _keys(decided, n=n))] = decided["bits"].to_numpy()
    return out


def _keys(decided: pd.DataFrame, *, n: int) -> Ints:
    keys: Ints = decided["left"].to_numpy(dtype=np.int64) * n + decided["right"].to_numpy(dtype=np.int64)
    return keys
