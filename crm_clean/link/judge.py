"""A model at work on one table: the levels of pairs, what they weigh, and what is held down among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.compare.side_by_side import compare_in_pieces
from crm_clean.link.guards import guarded
from crm_clean.link.people import People
from crm_clean.link.score import Floats, Model, weigh, weigh_parts


def compare_all(
    chosen: Sequence[Comparison], people: People, left: Ints, right: Ints, *, workers: int
) -> list[Compared]:
    """Levels of every comparison, one for each of `chosen`."""
    return compare_in_pieces(chosen, people, left, right, workers=workers)


@dataclass(frozen=True)
class Judge:
    """A model at work on one table: what pairs of its records weigh, with what must not merge by itself held down."""

    people: People
    chosen: Sequence[Comparison]
    model: Model
    workers: int

    def weigh(self, compared: Sequence[Compared]) -> Floats:
        """Bits of each pair, from levels."""
        return guarded(weigh(self.model, compared), self.chosen, compared, model=self.model)

    def parts(self, compared: Sequence[Compared]) -> list[Floats]:
        """Bits of each comparison, as they add up where nothing was held down."""
        return weigh_parts(self.model, compared)[1]

    def score(self, left: Ints, right: Ints) -> Floats:
        """Bits of pairs that blocking did not make."""
        return self.weigh(compare_all(self.chosen, self.people, left, right, workers=self.workers))
