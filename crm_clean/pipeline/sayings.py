"""What was said of pairs of records: every word on one pair, the word that stands, the words that contradict it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import pandas as pd

from crm_clean.records.decisions import standing
from crm_clean.review.case import Ruling
from crm_clean.review.ledger import contradictions
from crm_clean.review.paths import Pair


class Sayings:
    """A ledger (a DECISIONS frame in the order it was written), asked about pairs, named in either order."""

    def __init__(self, ledger: pd.DataFrame) -> None:
        self._ledger = ledger

    def about(self, left: str, right: str) -> list[Ruling]:
        """Everything that was ever said of a pair, in the order it was written."""
        a, b = self._ledger["left_id"], self._ledger["right_id"]
        mine = self._ledger[(a.eq(left) & b.eq(right)) | (a.eq(right) & b.eq(left))]
        return [
            Ruling(row["verdict"], row["decided_by"], row["decided_at"].date(), row["reason"] or None)
            for row in mine.astype({"reason": object}).fillna({"reason": ""}).to_dict("records")
        ]

    def ruling(self, left: str, right: str) -> Ruling | None:
        """What stands of a pair now: the last word of people, else the export's."""
        everything = self.about(left, right)
        for is_import in (False, True):
            last = next((said for said in reversed(everything) if said.is_import is is_import), None)
            if last and last.verdict != "undone":
                return last
        return None

    def taken_back(self, left: str, right: str) -> Ruling | None:
        """The word with which people took back what they had said, if that was their last."""
        last = next((said for said in reversed(self.about(left, right)) if not said.is_import), None)
        return last if last and last.verdict == "undone" else None

    def apart(self, left: Sequence[str], right: Sequence[str]) -> Pair | None:
        """A pair across two groups that stands as different, left to right, the first by id."""
        said = standing(self._ledger)
        said = said[said["verdict"] == "different"]
        pairs = zip(said["left_id"], said["right_id"], strict=True)
        across = [(a, b) if a in left else (b, a) for a, b in pairs if _crosses(a, b, left, right)]
        return min(across, default=None)

    @cached_property
    def _clashes(self) -> list[list[str]]:
        return [str(chain).split(" = ") for chain in contradictions(self._ledger)["chain"]]

    def clash(self, pair: Pair) -> list[str]:
        """The chain of `same` between two records that stand as different, where the pair has a part in it."""
        for chain in self._clashes:
            if set(pair) in [{chain[0], chain[-1]}, *({a, b} for a, b in pairwise(chain))]:
                return chain
        return []


def _crosses(a: str, b: str, left: Sequence[str], right: Sequence[str]) -> bool:
    return (a in left and b in right) or (b in left and a in right)
