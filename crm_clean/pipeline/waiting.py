"""What waits for a person now: the queue of the last run, less what was decided since."""

from __future__ import annotations

import pandas as pd

from crm_clean.records.decisions import standing
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, PAIRS, RECORDS
from crm_clean.store.base import Store

# The verdicts of a run that a person is asked about.
_ASKED = ("review", "cut")


def waiting(store: Store, *, limit: int | None = None) -> pd.DataFrame:
    """The review queue of `store`, a frame of `review.queue.COLUMNS`, at most `limit` rows of it."""
    from crm_clean.review.queue import review_queue

    pairs = undecided(store.read(PAIRS), store.read(DECISIONS))
    return review_queue(pairs, store.read(RECORDS), store.read(CONTACT_POINTS), limit=limit)


def asked(pairs: pd.DataFrame) -> pd.DataFrame:
    """The rows of a PAIRS frame that a run asks people about."""
    return pairs[pairs["verdict"].isin(_ASKED)]


def undecided(pairs: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """The rows of a PAIRS frame on which no verdict stands in `ledger`."""
    ends = ["left_id", "right_id"]
    said = pd.MultiIndex.from_frame(standing(ledger)[ends])
    return pairs[~pd.MultiIndex.from_frame(pairs[ends]).isin(said)].reset_index(drop=True)
