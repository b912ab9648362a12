"""The strictest consent wins, whoever said it and in whatever order.

Flags: true as soon as anybody says so, deleted records too. Status: unsubscribed, then pending, then unknown, then
subscribed; a word we do not know counts as unknown. The instant is that of the latest withdrawal, or where nobody
withdrew, of the earliest proof of the status that stands. No answer is neither yes nor no: it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from crm_clean.merge.column import codes, is_there
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray

FLAGS = ("email_opt_out", "do_not_call", "postal_opt_out", "email_bounced")
WITHDRAWN = "unsubscribed"
_STRICTNESS = {"subscribed": 0, "unknown": 1, "pending": 2, WITHDRAWN: 3}
_STRICTEST = 3


@dataclass(frozen=True)
class Strictest:
    """Per group: the row that gives the status (or NONE), the one that gives its instant, the one with its basis."""

    status: IntArray
    at: IntArray
    basis: IntArray


def trinary(flags: pa.Array) -> IntArray:
    """-1 missing, 0 false, 1 true: their maximum is what the strictest says."""
    if flags.null_count == len(flags):
        return np.full(len(flags), NONE, np.int64)
    return np.asarray(flags.cast(pa.int8()).fill_null(NONE).to_numpy(zero_copy_only=False).astype(np.int64))


def as_flags(strictest: IntArray) -> pa.Array:
    """`trinary` back as flags."""
    return pa.array(strictest == 1, mask=strictest < 0)


def strictest(groups: Groups, status: pa.Array, at: pa.Array, basis: pa.Array) -> Strictest:
    """consent_status, consent_at and consent_basis, one row per row of `groups`."""
    if status.null_count == len(status):
        nobody = np.full(len(groups), NONE, np.int64)
        return Strictest(nobody, nobody.copy(), nobody.copy())
    code, words = codes(status)
    rank = np.array([*(_STRICTNESS.get(word, 1) for word in words.to_pylist()), NONE], dtype=np.int64)
    strictness = rank[code]
    counts = (code != NONE) & (strictness == groups.most(strictness)[groups.of])
    dated = counts & is_there(at)
    when = at.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    return Strictest(
        status=groups.first(counts),
        at=_decisive(groups, when, strictness, dated),
        basis=groups.first(counts & is_there(basis)),
    )


def _decisive(groups: Groups, when: IntArray, strictness: IntArray, dated: BoolArray) -> IntArray:
    """The latest of withdrawals, the earliest of anything else."""
    signed = np.where(strictness == _STRICTEST, -when, when)
    return groups.first(dated & (signed == groups.least(signed, dated)[groups.of]))
