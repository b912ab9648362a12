"""The strictest consent wins, whoever said it and in whatever order.

Flags: true as soon as anybody says so, deleted records too. Status: unsubscribed, then pending, then unknown, then
subscribed; a word we do not know counts as unknown. The instant is that of the latest withdrawal, or where nobody
withdrew, of the earliest proof of the status that stands. No answer is neither yes nor no: it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

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


def trinary(flags: pd.Series[bool]) -> IntArray:
    """-1 missing, 0 false, 1 true: their maximum is what the strictest says."""
    return np.asarray(flags.astype("Int8").fillna(-1).to_numpy(np.int64))


def any_true(groups: Groups, flags: pd.Series[bool]) -> pd.Series[bool]:
    """True where some row says so, false where some row denies it, else missing."""
    return as_flags(groups.most(trinary(flags)))


def as_flags(strictest: IntArray) -> pd.Series[bool]:
    """`trinary` back as a `boolean` series."""
    return pd.Series(pd.arrays.BooleanArray(strictest == 1, strictest < 0))


def strictest(groups: Groups, consent: pd.DataFrame) -> Strictest:
    """`consent`: consent_status, consent_at, consent_basis, one row per row of `groups`."""
    status = consent["consent_status"]
    said = status.notna().to_numpy()
    strictness = np.where(said, status.map(_STRICTNESS).fillna(1).to_numpy(np.int64), NONE)
    counts = said & (strictness == groups.most(strictness)[groups.of])
    at = consent["consent_at"]
    dated = counts & at.notna().to_numpy()
    basis = counts & consent["consent_basis"].notna().to_numpy()
    return Strictest(groups.first(counts), _decisive(groups, at, strictness, dated), groups.first(basis))


def _decisive(groups: Groups, at: pd.Series[pd.Timestamp], strictness: IntArray, dated: BoolArray) -> IntArray:
    """The latest of withdrawals, the earliest of anything else."""
    when = np.asarray(at.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64))
    signed = np.where(strictness == _STRICTEST, -when, when)
    return groups.first(dated & (signed == groups.least(signed, dated)[groups.of]))
