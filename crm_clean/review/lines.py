"""Few lines of plain text for a terminal: what does not fit is left out weakest first, and said to be.

Whatever stands in a line has been cleaned, so that no value can move a cursor, hide itself or open a second line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from crm_clean.text import clean

WIDTH = 100
MOST_LINES = 6
_LONGEST_VALUE = 36


@dataclass(frozen=True)
class Clause:
    """One piece of evidence in words, the same without naming values, and its weight in bits.

    `is_odd`: what it weighs goes against what it says.
    """

    said: str
    brief: str
    bits: float
    is_odd: bool = False

    def __str__(self) -> str:
        return f"{self.said} ({self.bits:+.1f})"

    @property
    def spare(self) -> int:
        """How many characters naming the values costs."""
        return len(self.said) - len(self.brief)

    def shorter(self) -> Clause:
        return replace(self, said=self.brief)


@dataclass(frozen=True)
class Section:
    """A sentence, or a lead with clauses after it, strongest first; `dropped` are those that have been left out.

    When lines are short an optional section goes first, then clauses get `shorter`, then `brief` takes the place of
    the lead, then whole sections go, in the order of `goes` (1 before 2, 0 never). A command stands on a line of
    its own, whole.
    """

    lead: str
    clauses: tuple[Clause, ...] = ()
    dropped: tuple[Clause, ...] = ()
    brief: str = ""
    is_optional: bool = False
    goes: int = 0
    is_command: bool = False

    def lines(self) -> list[str]:
        """The section as it is shown."""
        said = ", ".join(str(clause) for clause in self.clauses)
        text = f"{self.lead} {said}".strip()
        if self.dropped:
            text += f" and {len(self.dropped)} more ({sum(clause.bits for clause in self.dropped):+.1f})"
        if self.is_command:
            return [text]
        return wrap(f"{text}." if self.clauses else text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)

    def shorter(self) -> Section | None:
        """Without the value, or the clause, that will be missed least; None when there is nothing left to leave out."""
        last = len(self.clauses) - 1
        longest = max(range(1, last + 1), key=lambda at: self.clauses[at].spare, default=0)
        if longest and self.clauses[longest].spare > 0:
            return self._with(longest, self.clauses[longest].shorter())
        if last > 1:
            return self._without_last()
        if self.clauses and self.clauses[0].spare > 0:
            return self._with(0, self.clauses[0].shorter())
        if last == 1:
            return self._without_last()
        return replace(self, lead=self.brief, brief="") if self.brief else None

    def _with(self, at: int, clause: Clause) -> Section:
        return replace(self, clauses=(*self.clauses[:at], clause, *self.clauses[at + 1 :]))

    def _without_last(self) -> Section:
        return replace(self, clauses=self.clauses[:-1], dropped=(*self.dropped, self.clauses[-1]))

    def in_one_line(self) -> Section:
        """As much of the section as fits on one line."""
        section, shorter = self, self.shorter()
        while len(section.lines()) > 1 and shorter is not None:
            section, shorter = shorter, shorter.shorter()
        return section


def fit(sections: Sequence[Section], *, most: int = MOST_LINES) -> tuple[str, ...]:
    """The sections in at most `most` lines of at most `WIDTH` columns; a command may be longer."""
    kept = list(sections)
    while sum(len(section.lines()) for section in kept) > most:
        wordy = [(len(one.lines()), at) for at, one in enumerate(kept) if len(one.lines()) > 1 and one.shorter()]
        if any(one.is_optional for one in kept):
            kept.remove(next(one for one in reversed(kept) if one.is_optional))
        elif wordy:
            longest = max(wordy)[1]
            kept[longest] = kept[longest].shorter() or kept[longest]
        elif any(one.goes for one in kept):
            kept.remove(min((one for one in kept if one.goes), key=lambda one: one.goes))
        else:
            break
    lines = [line for section in kept for line in section.lines()]
    return tuple(lines[: most - 1] + lines[-1:]) if len(lines) > most else tuple(lines)


def short(value: str, *, most: int = _LONGEST_VALUE) -> str:
    """`value` fit to stand in a sentence: cleaned, and cut where it is long."""
    said = clean(value)
    return said if len(said) <= most else f"{said[: most - 1].rstrip()}…"


def percent(likely: float) -> str:
    """A probability as people read it; never 100% or 0%, since no model is that sure."""
    if likely > 0.9999:
        return "over 99.99%"
    if likely < 0.001:
        return "under 0.1%"
    if 0.1 <= likely < 0.99:
        return f"{likely:.0%}"
    return f"{likely:.2%}" if likely >= 0.99 else f"{likely:.1%}"
