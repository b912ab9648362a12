"""What people decided, in place of what the model thinks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.block import Candidates, is_among
from crm_clean.link.columns import MISSING, Ints, strings
from crm_clean.link.links import CANNOT, MUST
from crm_clean.link.people import People
from crm_clean.link.score import Floats
from crm_clean.records.decisions import standing


def decided_pairs(people: People, decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions that stand between records of this table, as columns left, right (positions) and bits; sorted."""
    said = standing(decisions)
    one, two = _positions(people, said["left_id"], said["right_id"])
    here = (one >= 0) & (two >= 0) & (one != two)
    one, two = one[here], two[here]
    same = said["verdict"][here].eq("same").to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {"left": np.minimum(one, two), "right": np.maximum(one, two), "bits": np.where(same, MUST, CANNOT)}
    )
    return frame.sort_values(["left", "right"], ignore_index=True)


def _positions(people: People, *ids: pd.Series[str]) -> list[Ints]:
    """Where the records of some ids stand, -1 for ids of no record. Few are decided: they are looked up, not all."""
    asked = pc.unique(pa.concat_arrays([strings(one) for one in ids]))
    held = pc.index_in(strings(people.ids), value_set=asked)
    position = np.full(len(asked), MISSING)
    there = np.flatnonzero(pc.is_valid(held).to_numpy(zero_copy_only=False))
    position[held.take(pa.array(there)).to_numpy(zero_copy_only=False)] = there
    return [position[pc.index_in(strings(one), value_set=asked).to_numpy(zero_copy_only=False)] for one in ids]


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


def said_of(candidates: Candidates, decided: pd.DataFrame, *, n: int) -> npt.NDArray[np.int8] | None:
    """What people said of each candidate pair: 1 the same, -1 different, 0 nothing; None where they said nothing."""
    if decided.empty:
        return None
    said = np.zeros(len(candidates), dtype=np.int8)
    at = np.searchsorted(candidates.left * n + candidates.right, _keys(decided, n=n))
    said[at] = np.sign(decided["bits"].to_numpy())
    return said


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
