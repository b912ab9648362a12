"""One sitting of one reviewer: which pair is asked, what was answered, and the way back.

Every answer is handed to `record` before it counts; if that fails the pair stays where it is. Knows nothing of widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crm_clean.errors import UsageError
from crm_clean.records.table import STRING, Table

Record = Callable[[str, str, str, str | None], object]

DECIDED = Table(
    "decided",
    ("left_id", "right_id"),
    {"left_id": STRING, "right_id": STRING, "verdict": STRING, "reason": STRING},
)
VERDICTS = ("same", "different")
SKIPPED = "skipped"


@dataclass(frozen=True)
class Answer:
    """What was said of the pair at `place` of the queue: a verdict, or that it was skipped."""

    place: int
    verdict: str
    reason: str | None = None


@dataclass
class Session:
    """Goes through `queue` (a frame of review.queue.COLUMNS) from the top; `record(verdict, left, right, reason)`.

    What `record` returns, if it is text, is `note`: a sentence on the answer, such as that it contradicts another.
    """

    queue: pd.DataFrame
    record: Record
    trail: list[Answer] = field(default_factory=list)
    round: list[int] = field(default_factory=list)  # places still to be asked, in order
    note: str | None = None

    def __post_init__(self) -> None:
        self.round = self.round or list(range(len(self.queue)))

    @property
    def place(self) -> int | None:
        """The place in the queue of the pair that is asked now; None when there is none left."""
        return self.round[0] if self.round else None

    @property
    def answers(self) -> dict[int, Answer]:
        """The answer that counts for each place, in the order they were given."""
        return {answer.place: answer for answer in self.trail}

    def counts(self) -> dict[str, int]:
        """How many pairs are same, different and skipped by now, and how many there are in `all`."""
        said = [answer.verdict for answer in self.answers.values()]
        return {**{name: said.count(name) for name in (*VERDICTS, SKIPPED)}, "all": len(self.queue)}

    def judge(self, verdict: str, *, reason: str | None = None) -> None:
        """Record `same` or `different` of the pair that is asked, and go on. Raises what `record` raises."""
        if verdict not in VERDICTS:
            raise UsageError(f"There is no verdict {verdict!r}; say same or different.")
        place = self._asked()
        self._keep(verdict, place, reason)
        self._go_on(Answer(place, verdict, reason))

    def skip(self) -> None:
        """Leave the pair that is asked undecided, and go on."""
        self._go_on(Answer(self._asked(), SKIPPED))

    def back(self) -> None:
        """Take the last answer back: what was recorded is recorded as undone, and its pair is asked again."""
        if not self.trail:
            raise UsageError("There is nothing to take back yet.")
        last = self.trail[-1]
        if last.verdict in VERDICTS:
            self._keep("undone", last.place)
        self.trail.pop()
        self.round.insert(0, last.place)

    def ask_skipped(self) -> None:
        """Ask the pairs that were skipped once more, after those that were not asked yet."""
        skipped = [place for place, answer in self.answers.items() if answer.verdict == SKIPPED]
        self.trail = [answer for answer in self.trail if answer.place not in skipped]
        self.round += sorted(skipped)

    def decided(self) -> pd.DataFrame:
        """What was judged, in the order it was: left_id, right_id, verdict, reason."""
        said = [answer for answer in self.answers.values() if answer.verdict in VERDICTS]
        rows: list[tuple[Any, ...]] = [(*self._ids(a.place), a.verdict, a.reason) for a in said]
        return DECIDED.frame(pd.DataFrame(rows, columns=list(DECIDED.columns), dtype="string[pyarrow]"))

    def _asked(self) -> int:
        if self.place is None:
            raise UsageError("Every pair has been asked; there is nothing left to judge.")
        return self.place

    def _keep(self, verdict: str, place: int, reason: str | None = None) -> None:
        said = self.record(verdict, *self._ids(place), reason)
        self.note = said if isinstance(said, str) else None

    def _go_on(self, answer: Answer) -> None:
        self.trail.append(answer)
        self.round.pop(0)

    def _ids(self, place: int) -> tuple[str, str]:
        row = self.queue.iloc[place]
        return str(row["left_id"]), str(row["right_id"])
