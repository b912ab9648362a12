"""What people and exports said of pairs, as a list: what counts, what was overruled, and what cannot all hold."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from crm_clean.pipeline.facts import ordered
from crm_clean.records.table import BOOL, Table
from crm_clean.records.tables import DECISIONS
from crm_clean.review.ledger import contradictions
from crm_clean.review.paths import Pair
from crm_clean.store.base import Store

SAID = Table("said", (), {**DECISIONS.columns, "counts": BOOL, "contradicts": DECISIONS.columns["reason"]})
_WORD = ["left_id", "right_id", "verdict", "decided_by"]


def said(store: Store) -> pd.DataFrame:
    """The ledger in the order it was written, a frame of `SAID`.

    `counts`: the word stands, nobody overruled it or took it back. `contradicts`: the chain of `same` that makes one
    person of a pair which stands as different, where this word has a part in that; else missing.
    """
    ledger = store.read(DECISIONS)
    counts = _counting(ledger)
    chains = _by_pair(contradictions(ledger))
    pairs = zip(ledger["left_id"], ledger["right_id"], counts, strict=True)
    clashes = [chains.get(ordered((left, right))) if is_counted else None for left, right, is_counted in pairs]
    return SAID.frame(ledger.assign(counts=counts, contradicts=pd.array(clashes, dtype="string[pyarrow]")))


def _counting(ledger: pd.DataFrame) -> list[bool]:
    """Whether each word is part of what stands: nobody has said otherwise since, and people come before exports."""
    last: dict[tuple[Pair, bool], str] = {}
    counts = []
    for left, right, verdict, by in ledger[_WORD].iloc[::-1].itertuples(index=False):
        pair, is_import = ordered((left, right)), by == "import"
        is_open = last.setdefault((pair, is_import), verdict) == verdict != "undone"
        if last[pair, is_import] != verdict:
            last[pair, is_import] = "undone"  # what was said before somebody said otherwise counts no more
        counts.append(is_open)
    rows = list(zip(ledger["left_id"], ledger["right_id"], counts[::-1], ledger["decided_by"], strict=True))
    settled = {ordered((left, right)) for left, right, n, by in rows if n and by != "import"}
    return [n and (by != "import" or ordered((left, right)) not in settled) for left, right, n, by in rows]


def _by_pair(found: pd.DataFrame) -> dict[Pair, str]:
    """The contradiction that each pair has a part in."""
    chains: dict[Pair, str] = {}
    for left, right, chain in found.itertuples(index=False):
        links = str(chain).split(" = ")
        for pair in [(left, right), *pairwise(links)]:
            chains.setdefault(ordered(pair), str(chain))
    return chains
