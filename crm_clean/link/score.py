"""What levels are worth: a Fellegi-Sunter model with levels.

A candidate pair is one person, or one of several kinds of strangers. `null` weighs nothing, nor do levels that are
neutral. Agreeing on a value that few people share weighs more than on one that many do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.patterns import Patterns

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int8]

_MOST_TERM_BITS = 5.0
# What speaks for a match counts for this much of its face value: who agrees on one thing is likelier to agree on the
# next than the model, which takes comparisons one by one, believes. Seen alike on tables of several shapes.
TRUST = 0.92


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelModel(_Frozen):
    """One comparison of a model. `m` follows `levels`; 1.0, as in every `u`, at a level that says nothing.

    `typical` is how many people share a value agreed on at a level; None where values are not weighed.
    """

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
    """A trained model: the share of candidate pairs that are one person, and what levels are worth.

    `n_pairs` is how many pairs it was learnt from; 0 where that is not known.
    """

    version: int = 1
    prior: float
    n_pairs: int = 0
    comparisons: tuple[LevelModel, ...]
    strangers: tuple[StrangerModel, ...]


@dataclass(frozen=True)
class Stranger:
    """What is believed of one kind of non-match: the share of each level, one array a comparison.

    `belief` says, one number a comparison, for what share of the pairs of its kind the belief counts; `free` flags the
    levels it dwells on, which may be found as often as they are.
    """

    levels: Sequence[Floats]
    belief: Sequence[float]
    free: Sequence[npt.NDArray[np.bool_]]

    @classmethod
    def everywhere(cls, levels: Sequence[Floats]) -> Stranger:
        """One that may be found at any level."""
        return cls(levels, [0.0] * len(levels), [np.ones(len(one), dtype=bool) for one in levels])


def log_sum(bits: Floats) -> Floats:
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


def value_bits(model: LevelModel, compared: Compared) -> Floats:
    """Bits per pair for how rare the value agreed on is."""
    bits = np.zeros(len(compared.levels))
    if compared.shared_by is None or not any(model.typical):
        return bits
    typical = np.array([0.0, *(t or 0.0 for t in model.typical)])[compared.levels]
    at = np.flatnonzero((typical > 0.0) & (compared.shared_by > 0))
    term = np.log2(typical[at] / compared.shared_by[at])
    bits[at] = np.clip(term, -_MOST_TERM_BITS, _MOST_TERM_BITS)
    return bits


class _Logs:
    """log2 frequencies of a model by level code, 0.0 at `null`: of the match class and of each kind of stranger."""

    def __init__(self, model: Model) -> None:
        self.prior = np.log2(model.prior)
        self.shares = np.log2(np.array([s.share for s in model.strangers]))
        self.m = [_by_code(c.m) for c in model.comparisons]
        self.u = [np.stack([_by_code(s.u[k]) for s in model.strangers]) for k in range(len(model.comparisons))]

    def match(self, rows: Rows) -> Floats:
        """log2 of share times likelihood of the match class, one a pattern."""
        out = np.full(len(rows), self.prior)
        for k, logs in enumerate(self.m):
            out += logs[rows[:, k]]
        return out

    def strangers(self, rows: Rows) -> Floats:
        """log2 of share times likelihood, kinds x patterns."""
        out = np.repeat(self.shares[:, None], len(rows), axis=1)
        for k, logs in enumerate(self.u):
            out += logs[:, rows[:, k]]
        return out


def _by_code(frequencies: Sequence[float]) -> Floats:
    return np.concatenate([[0.0], np.log2(np.array(frequencies))])


def weigh(model: Model, compared: Sequence[Compared]) -> Floats:
    """Bits per pair: log2 of the odds that it is one person."""
    logs, seen = _Logs(model), _patterns(model, compared)
    total = (logs.match(seen.rows) - log_sum(logs.strangers(seen.rows)))[seen.place]
    for comparison, one in zip(model.comparisons, compared, strict=True):
        if one.shared_by is not None and any(comparison.typical):
            total += value_bits(comparison, one)
    return np.where(total > 0.0, TRUST * total, total)


def weigh_parts(model: Model, compared: Sequence[Compared]) -> tuple[Floats, list[Floats]]:
    """Bits per pair as `weigh` gives them, and the bits of each comparison.

    A comparison's bits are its log2(m / u), with u averaged over the kinds of strangers this pair could be; what the
    parts leave of the total is the prior's.
    """
    logs, seen, total = _Logs(model), _patterns(model, compared), weigh(model, compared)
    kinds = logs.strangers(seen.rows)
    blame = np.exp2(kinds - log_sum(kinds))
    trust = np.where(total > 0.0, TRUST, 1.0)
    parts = []
    for k, (comparison, one) in enumerate(zip(model.comparisons, compared, strict=True)):
        codes = seen.rows[:, k]
        part = (blame * (logs.m[k][codes] - logs.u[k][:, codes])).sum(axis=0)[seen.place]
        parts.append(trust * (part + value_bits(comparison, one)))
    return total, parts


def _patterns(model: Model, compared: Sequence[Compared]) -> Patterns:
    return Patterns.of(compared, [len(c.levels) + 1 for c in model.comparisons])


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
