"""What is known of a pair of records before anything is told of it, and what kind of case that makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crm_clean.review.lines import percent, short
from crm_clean.review.values import Pair

_SUREST = 0.9999
_NAMED = 60  # the longest reason of a person that is repeated


@dataclass(frozen=True)
class Ruling:
    """What somebody, or an export, said of a pair."""

    verdict: str  # same, different, undone
    by: str
    on: date
    reason: str | None = None

    @property
    def is_import(self) -> bool:
        return self.by == "import"

    @property
    def meaning(self) -> str:
        """What is said of the two: that they are one person, or two people."""
        return {"same": "one person", "different": "two people"}.get(self.verdict, "not decided")

    def __str__(self) -> str:
        why = f" ({short(self.reason, most=_NAMED)})" if self.reason and self.reason.strip() else ""
        return f"the export says so{why}" if self.is_import else f"{short(self.by)} said so on {self.on:%Y-%m-%d}{why}"


@dataclass(frozen=True)
class Party:
    """One of the two: its id, the shortest thing to call it by that a command takes, where it belongs now."""

    record_id: str
    handle: str
    golden_id: str | None


@dataclass(frozen=True)
class Link:
    """A step from one member of a golden record to another; `ruling` where it was said, not found."""

    left: str  # handles
    right: str
    probability: float
    ruling: Ruling | None = None

    @property
    def strength(self) -> str:
        """How sure the link is, between its ends; 99.99% stands for all that is surer."""
        return "said" if self.ruling else percent(min(self.probability, _SUREST))


@dataclass(frozen=True)
class Clash:
    """A chain of records that were said to be the same, and what was said of its two ends: that they differ."""

    chain: tuple[str, ...]  # handles
    ruling: Ruling

    def __str__(self) -> str:
        way = " = ".join(self.chain if len(self.chain) <= 5 else (*self.chain[:2], "...", *self.chain[-2:]))
        return f"{way} by what was said, and yet {self.chain[0]} and {self.chain[-1]} are two people ({self.ruling})"


@dataclass(frozen=True)
class Note:
    """A sentence that goes before the answer; `brief` stands in where lines are short, context may go altogether."""

    said: str
    brief: str = ""
    is_context: bool = False


@dataclass(frozen=True)
class Case:
    """Everything that is known of a pair of records.

    `levels`, `weight` (bits as they count), `free_weight` (bits without guards) and `probability` are the model's own,
    whatever was decided; None where no model has learnt anything. `verdict` is the last run's, None where it kept no
    such pair; `ruling` stands now; `obeyed` is what the last run was told (same, different or nothing).
    """

    left: Party
    right: Party
    levels: str
    weight: float | None
    free_weight: float | None
    probability: float | None
    threshold: float
    floor: float
    verdict: str | None = None
    is_compared: bool = True
    ground: str | None = None
    ruling: Ruling | None = None
    taken_back: Ruling | None = None
    obeyed: str | None = None
    chain: tuple[Link, ...] = ()
    opposed: str | None = None  # two others that would be put together too, and why they should not be
    clash: Clash | None = None
    values: Mapping[str, Pair] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    asides: tuple[str, ...] = ()  # worth a line where there is one to spare

    @property
    def is_together(self) -> bool:
        return self.left.golden_id is not None and self.left.golden_id == self.right.golden_id

    @property
    def is_free_to_merge(self) -> bool:
        """Whether the weights alone, without guards, would do."""
        return self.free_weight is not None and likely(self.free_weight) >= self.threshold


def likely(bits: float) -> float:
    """The probability that odds of 2**bits stand for."""
    return float(1.0 / (1.0 + 2.0 ** -max(-60.0, min(60.0, bits))))


def kind_of(case: Case) -> str:
    """What kind of case this is: what was said outranks what was found, and what is new outranks both."""
    said = case.ruling.verdict if case.ruling else None
    if case.clash:
        return "contradiction"
    if said != case.obeyed:
        return "decided_since"
    if case.ruling:
        return "import" if case.ruling.is_import else f"decided_{said}"
    return _found(case)


def _found(case: Case) -> str:
    """The kind of a case on which nobody has said a word."""
    if case.is_together:
        return "chain" if len(case.chain) > 1 else "merged"
    if not case.is_compared:
        return "never_compared"
    if case.ground and case.is_free_to_merge:
        return "held_down"
    return case.verdict if case.verdict in ("review", "cut") else "unlike"
