"""What levels are worth: a Fellegi-Sunter model with levels, trained without labels.

A candidate pair is one person, or one of several kinds of strangers. Shares and level frequencies of all kinds come
from expectation-maximisation over *counted agreement patterns* (Fellegi and Sunter 1969; Winkler 1988; latent classes
after Larsen and Rubin 2001). All are estimated on the blocked pairs, which are nothing like random pairs. `null`
weighs nothing. Agreeing on a value that few people share weighs more than on one that many do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Compared, Comparison, Levels

Floats = npt.NDArray[np.float64]
Patterns = npt.NDArray[np.int8]

# Strength of what is believed beforehand, in pairs: enough to keep a table of ten rows sane, nothing against thousands.
_BELIEF = 20.0
_ITERATIONS, _TOLERANCE = 300, 1e-6
_FIRST_PRIOR = 0.2
_MOST_TERM_BITS = 5.0


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelModel(_Frozen):
    """One comparison of a model. `m` follows `levels`; `typical` is how many people share a value agreed on there."""

    name: str
    levels: tuple[str, ...]
    m: tuple[float, ...]
    typical: tuple[float | None, ...]


class StrangerModel(_Frozen):
    """One kind of non-match: its share of the candidate pairs, and level frequencies, one tuple a comparison."""

    kind: str
    share: float
    u: tuple[tuple[float, ...], ...]


class Model(_Frozen):
    """A trained model: the share of candidate pairs that are one person, and what levels are worth."""

    version: int = 1
    prior: float
    comparisons: tuple[LevelModel, ...]
    strangers: tuple[StrangerModel, ...]


def patterns(levels: Sequence[Levels], sizes: Sequence[int]) -> tuple[Patterns, Ints, Ints]:
    """Distinct agreement patterns (patterns x comparisons), how often each occurs, and the pattern of each pair."""
    key = np.zeros(len(levels[0]), dtype=np.int64)
    for column, size in zip(levels, sizes, strict=True):
        key = key * size + column
    distinct, place, counts = np.unique(key, return_inverse=True, return_counts=True)
    rows = np.empty((len(distinct), len(sizes)), dtype=np.int8)
    rest = distinct
    for index in reversed(range(len(sizes))):
        rest, rows[:, index] = np.divmod(rest, sizes[index])
    return rows, counts.astype(np.int64), place.astype(np.int64)


def train(
    chosen: Sequence[Comparison], compared: Sequence[Compared], strangers: Mapping[str, Sequence[Floats]]
) -> Model:
    """A model of the candidate pairs; `compared[k]` holds the levels of `chosen[k]`. Deterministic.

    `strangers` gives, for each kind of non-match, the believed share of each level, one array a comparison.
    """
    sizes = [len(c.levels) + 1 for c in chosen]
    rows, counts, place = patterns([c.levels for c in compared], sizes)
    beliefs = [[np.array(c.likely) / sum(c.likely) for c in chosen], *(list(u) for u in strangers.values())]
    shares, levels = _maximise(rows, counts.astype(np.float64), beliefs)
    odds = _log_likelihoods(rows, shares, levels)
    posterior = probability(odds[0] - _log_sum(odds[1:]))[place]
    learned = tuple(
        LevelModel(
            name=comparison.name,
            levels=comparison.levels,
            m=tuple(levels[0][k].tolist()),
            typical=tuple(_typical(comparison, compared[k], level, posterior) for level in range(sizes[k] - 1)),
        )
        for k, comparison in enumerate(chosen)
    )
    kinds = tuple(
        StrangerModel(kind=kind, share=float(shares[i]), u=tuple(tuple(u.tolist()) for u in levels[i]))
        for i, kind in enumerate(strangers, start=1)
    )
    return Model(prior=float(shares[0]), comparisons=learned, strangers=kinds)


def _maximise(rows: Patterns, counts: Floats, beliefs: list[list[Floats]]) -> tuple[Floats, list[list[Floats]]]:
    """Expectation-maximisation with Dirichlet beliefs: the share of each class and its level frequencies."""
    shares = np.full(len(beliefs), (1.0 - _FIRST_PRIOR) / (len(beliefs) - 1))
    shares[0] = _FIRST_PRIOR
    believed = _BELIEF * shares
    levels = [[level.copy() for level in belief] for belief in beliefs]
    for _ in range(_ITERATIONS):
        odds = _log_likelihoods(rows, shares, levels)
        weight = np.exp2(odds - _log_sum(odds)) * counts
        before = shares
        shares = weight.sum(axis=1) + believed
        shares /= shares.sum()
        for c, belief in enumerate(beliefs):
            for k, one in enumerate(belief):
                counted = np.bincount(rows[:, k], weights=weight[c], minlength=len(one) + 1)[1:] + _BELIEF * one
                levels[c][k] = counted / counted.sum()
        if np.abs(shares - before).max() < _TOLERANCE:
            break
    return shares, levels


def _log_likelihoods(rows: Patterns, shares: Floats, levels: Sequence[Sequence[Floats]]) -> Floats:
    """log2 of share times likelihood, classes x patterns."""
    out = np.repeat(np.log2(shares)[:, None], len(rows), axis=1)
    for c, of_class in enumerate(levels):
        for k, frequency in enumerate(of_class):
            out[c] += np.concatenate([[0.0], np.log2(frequency)])[rows[:, k]]
    return out


def _log_sum(bits: Floats) -> Floats:
    """log2 of the sum of 2**bits over the first axis."""
    most = bits.max(axis=0)
    total: Floats = most + np.log2(np.exp2(bits - most).sum(axis=0))
    return total


def probability(bits: Floats) -> Floats:
    """The probability that odds of 2**bits stand for."""
    return 1.0 / (1.0 + np.exp2(-np.clip(bits, -60, 60)))


def likelihood(bits: float) -> float:
    """The probability that odds of 2**bits stand for."""
    return float(probability(np.array([bits]))[0])


def odds(likely: float) -> float:
    """The bits that a probability stands for."""
    return float(np.log2(likely / (1.0 - likely)))


def _typical(comparison: Comparison, compared: Compared, level: int, posterior: Floats) -> float | None:
    """How many people share the value that true pairs agree on at a level; None where values are not weighed.

    With it as the centre, weighing by value leaves the level's own weight right on average: under agreement of true
    pairs the mean of f / typical is 1.
    """
    if comparison.levels[level] not in comparison.by_value or compared.shared_by is None:
        return None
    at = (compared.levels == level + 1) & (compared.shared_by > 0)
    weight = posterior[at]
    if weight.sum() < 1.0:
        return None
    return float((weight * compared.shared_by[at]).sum() / weight.sum())


def value_bits(model: LevelModel, compared: Compared) -> Floats:
    """Bits per pair for how rare the value agreed on is."""
    bits = np.zeros(len(compared.levels))
    if compared.shared_by is None:
        return bits
    for k, typical in enumerate(model.typical):
        if typical is not None:
            at = (compared.levels == k + 1) & (compared.shared_by > 0)
            term = np.log2(typical / np.maximum(compared.shared_by[at], 1))
            bits[at] = np.clip(term, -_MOST_TERM_BITS, _MOST_TERM_BITS)
    return bits


def weigh(model: Model, compared: Sequence[Compared]) -> tuple[Floats, list[Floats]]:
    """Total bits per pair and the bits of each comparison.

    A comparison's bits are its log2(m / u), with u averaged over the kinds of strangers this pair could be; what the
    parts leave of the total is the prior's.
    """
    sizes = [len(c.levels) + 1 for c in model.comparisons]
    rows, _, place = patterns([c.levels for c in compared], sizes)
    m = [np.array(c.m) for c in model.comparisons]
    u = [[np.array(level) for level in s.u] for s in model.strangers]
    match = _log_likelihoods(rows, np.array([model.prior]), [m])[0]
    kinds = _log_likelihoods(rows, np.array([s.share for s in model.strangers]), u)
    other = _log_sum(kinds)
    blame = np.exp2(kinds - other)
    total = (match - other)[place]
    parts = []
    for k, comparison in enumerate(model.comparisons):
        logs = np.stack([np.concatenate([[0.0], np.log2(m[k] / of_kind[k])]) for of_kind in u])
        part = (blame * logs[:, rows[:, k]]).sum(axis=0)[place] + value_bits(comparison, compared[k])
        total = total + value_bits(comparison, compared[k])
        parts.append(part)
    return total, parts


def fitting(model: Model, chosen: Sequence[Comparison]) -> Model:
    """The model with its comparisons in the order of a table's; one that it never saw weighs nothing."""
    place = {(c.name, c.levels): k for k, c in enumerate(model.comparisons)}
    found = [place.get((c.name, c.levels)) for c in chosen]
    even = [tuple(1.0 / len(c.levels) for _ in c.levels) for c in chosen]
    learned = tuple(
        model.comparisons[k]
        if k is not None
        else LevelModel(name=c.name, levels=c.levels, m=even[i], typical=(None,) * len(c.levels))
        for i, (k, c) in enumerate(zip(found, chosen, strict=True))
    )
    strangers = tuple(
        s.model_copy(update={"u": tuple(s.u[k] if k is not None else even[i] for i, k in enumerate(found))})
        for s in model.strangers
    )
    return model.model_copy(update={"comparisons": learned, "strangers": strangers})
