"""Learning what levels are worth, without labels.

Shares and level frequencies of the match class and of all kinds of strangers come from expectation-maximisation over
*counted agreement patterns* (Fellegi and Sunter 1969; Winkler 1988; latent classes after Larsen and Rubin 2001). All
are estimated on the blocked pairs, which are nothing like random pairs, from a start that favours agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.patterns import Patterns
from crm_clean.link.score import Floats, LevelModel, Model, Stranger, StrangerModel, log_sum, probability

# Strength of what is believed beforehand, in pairs: enough to keep a table of ten rows sane, nothing against thousands.
_BELIEF = 20.0
# How much more often than believed, and how often at all, strangers may be found where their kind does not dwell.
_MORE_THAN_CHANCE, _LITTLE = 3.0, 0.01
_ITERATIONS, _TOLERANCE = 300, 1e-6
_FIRST_PRIOR = 0.2


def train(
    chosen: Sequence[Comparison],
    compared: Sequence[Compared],
    strangers: Mapping[str, Stranger],
    *,
    said: npt.NDArray[np.int8] | None = None,
) -> Model:
    """A model of the candidate pairs; `compared[k]` holds the levels of `chosen[k]`. Deterministic.

    `strangers` gives what is believed of each kind of non-match. `said` is what people decided of each pair: 1 the
    same, -1 different, 0 nothing; their word is taken as it is.
    """
    seen = Patterns.of(compared, [len(c.levels) + 1 for c in chosen])
    cells = _Cells.of(seen, chosen)
    match = Stranger.everywhere([np.array(c.likely) for c in chosen])
    believed = [match, *strangers.values()]
    beliefs = np.array([cells.told(one.levels) for one in believed])
    belief_counts = np.array([one.belief for one in believed])
    most = np.array([np.full(cells.starts[-1], np.inf), *(cells.told_most(one) for one in believed[1:])])
    shares, frequencies = _maximise(cells, _Counts.of(seen, said), beliefs, belief_counts, most)
    odds = cells.log_likelihoods(shares, frequencies)
    posterior = probability(odds[0] - log_sum(odds[1:]))[seen.place]
    m, *others = (cells.parted(one) for one in frequencies)
    learned = tuple(
        LevelModel(name=c.name, levels=c.levels, m=m[k], typical=_typical(c, compared[k], posterior))
        for k, c in enumerate(chosen)
    )
    kinds = tuple(
        StrangerModel(kind=kind, share=float(share), u=u)
        for kind, share, u in zip(strangers, shares[1:], others, strict=True)
    )
    return Model(prior=float(shares[0]), n_pairs=len(seen.place), comparisons=learned, strangers=kinds)


class _Cells:
    """All levels of all comparisons in one row of cells; `null` and neutral levels have none."""

    def __init__(self, hits: csr_matrix, sizes: list[int], told: list[npt.NDArray[np.bool_]]) -> None:
        self.hits, self.sizes, self.speaks = hits, sizes, told
        self.starts = np.concatenate([[0], np.cumsum([int(s.sum()) for s in told])])

    @classmethod
    def of(cls, seen: Patterns, chosen: Sequence[Comparison]) -> _Cells:
        """`hits` (patterns x cells) is 1 where a pattern reaches a level."""
        speaks = [np.array([level not in c.neutral for level in c.levels]) for c in chosen]
        rows, cells, start = [], [], 0
        for k, spoken in enumerate(speaks):
            cell = np.full(len(spoken) + 1, -1, dtype=np.int64)
            cell[1:][spoken] = start + np.arange(spoken.sum())
            at = cell[seen.rows[:, k]]
            there = np.flatnonzero(at >= 0)
            rows.append(there)
            cells.append(at[there])
            start += int(spoken.sum())
        row, column = np.concatenate(rows), np.concatenate(cells)
        hits = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(seen.rows), start))
        return cls(hits, [len(c.levels) for c in chosen], speaks)

    def told(self, levels: Sequence[Floats]) -> Floats:
        """Frequencies of levels, one array a comparison, as one row of cells; each comparison sums to 1."""
        spoken = [one[speaks] for one, speaks in zip(levels, self.speaks, strict=True)]
        return np.concatenate([one / one.sum() for one in spoken])

    def told_most(self, kind: Stranger) -> Floats:
        """How frequent a kind of strangers may find each level: little more than believed, but where it dwells.

        Else a kind that dwells on near birth dates, say, would take in true pairs by their names.
        """
        spoken = []
        for believed, free, speaks in zip(kind.levels, kind.free, self.speaks, strict=True):
            most = np.maximum(_MORE_THAN_CHANCE * believed, _LITTLE)
            most[free] = np.inf
            most[-1] = np.inf  # the level of those who have nothing in common
            spoken.append(most[speaks])
        return np.concatenate(spoken)

    def parted(self, cells: Floats) -> tuple[tuple[float, ...], ...]:
        """The reverse of `told`: one tuple a comparison, 1.0 at levels that say nothing."""
        out = []
        for k, speaks in enumerate(self.speaks):
            levels = np.ones(self.sizes[k])
            levels[speaks] = cells[self.starts[k] : self.starts[k + 1]]
            out.append(tuple(levels.tolist()))
        return tuple(out)

    def log_likelihoods(self, shares: Floats, frequencies: Floats) -> Floats:
        """log2 of share times likelihood, classes x patterns."""
        out: Floats = np.log2(shares)[:, None] + (self.hits @ np.log2(frequencies).T).T
        return out

    def counted(self, weight: Floats, belief: Floats, belief_counts: Floats, most: Floats) -> Floats:
        """Frequencies from how much of each pattern a class holds (classes x patterns) and what was believed.

        `belief_counts` (classes x comparisons) says for what share of what is found the belief counts, `most` (classes
        x cells) how frequent a level may be found.
        """
        found = (self.hits.T @ weight.T).T
        totals = np.add.reduceat(found, self.starts[:-1], axis=1)
        strength = np.maximum(belief_counts * totals, _BELIEF)
        widths = np.diff(self.starts)
        held = found + np.repeat(strength, widths, axis=1) * belief
        frequencies = np.minimum(held / np.repeat(totals + strength, widths, axis=1), most)
        whole: Floats = frequencies / np.repeat(np.add.reduceat(frequencies, self.starts[:-1], axis=1), widths, axis=1)
        return whole


@dataclass(frozen=True)
class _Counts:
    """How many pairs show each pattern: of those nobody judged, those said to be the same, and those said different."""

    unsaid: Floats
    same: Floats
    different: Floats

    @classmethod
    def of(cls, seen: Patterns, said: npt.NDArray[np.int8] | None) -> _Counts:
        if said is None:
            return cls(seen.counts.astype(np.float64), *np.zeros((2, len(seen.counts))))
        one, other = (np.bincount(seen.place[said == v], minlength=len(seen.counts)) for v in (1, -1))
        return cls((seen.counts - one - other).astype(np.float64), one.astype(np.float64), other.astype(np.float64))

    def shared_out(self, odds: Floats) -> Floats:
        """How much of each pattern each class holds, the match class first, by log2 odds (classes x patterns)."""
        weight = np.exp2(odds - log_sum(odds)) * self.unsaid
        weight[0] += self.same
        weight[1:] += np.exp2(odds[1:] - log_sum(odds[1:])) * self.different
        return weight


def _maximise(
    cells: _Cells, counts: _Counts, beliefs: Floats, belief_counts: Floats, most: Floats
) -> tuple[Floats, Floats]:
    """Expectation-maximisation with Dirichlet beliefs: the share of each class and its level frequencies."""
    shares = np.full(len(beliefs), (1.0 - _FIRST_PRIOR) / (len(beliefs) - 1))
    shares[0] = _FIRST_PRIOR
    believed, frequencies = _BELIEF * shares, beliefs
    for _ in range(_ITERATIONS):
        odds = cells.log_likelihoods(shares, frequencies)
        weight = counts.shared_out(odds)
        before = shares
        shares = weight.sum(axis=1) + believed
        shares = shares / shares.sum()
        frequencies = cells.counted(weight, beliefs, belief_counts, most)
        if np.abs(shares - before).max() < _TOLERANCE:
            break
    return shares, frequencies


def _typical(comparison: Comparison, compared: Compared, posterior: Floats) -> tuple[float | None, ...]:
    """Per level how many people share the value that true pairs agree on there; None where values are not weighed.

    With it as the centre, weighing by value leaves the level's own weight right on average: under agreement of true
    pairs the mean of f / typical is 1.
    """
    n = len(comparison.levels)
    if compared.shared_by is None or not comparison.by_value:
        return (None,) * n
    weight = np.where(compared.shared_by > 0, posterior, 0.0)
    total = np.bincount(compared.levels, weights=weight, minlength=n + 1)[1:]
    held = np.bincount(compared.levels, weights=weight * compared.shared_by, minlength=n + 1)[1:]
    return tuple(
        float(held[k] / total[k]) if level in comparison.by_value and total[k] >= 1.0 else None
        for k, level in enumerate(comparison.levels)
    )
