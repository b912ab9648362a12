"""Why two different people come up as a pair: the kinds of non-match that the model tells apart.

Blocked pairs agree on something by construction, so that "not the same person" is no single distribution: namesakes
agree on the name, a household on surname and address, colleagues on company and switchboard. Each kind says on which
levels it dwells; everything else it leaves to chance, as measured on random pairs of the same table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Comparison
from crm_clean.link.people import People
from crm_clean.link.score import Floats, probability

# kind -> comparison -> level -> share; what is left of 1 goes to chance.
KINDS: dict[str, dict[str, dict[str, float]]] = {
    "namesakes": {"name": {"exact": 0.8, "nickname": 0.05, "close": 0.05, "initial": 0.03, "part": 0.03}},
    "relatives": {
        "name": {"last_only": 0.8, "familiar": 0.05, "last_alone": 0.07},
        "address": {"same": 0.6, "close": 0.05, "postcode": 0.1},
        "phone": {"same": 0.4},
    },
    "housemates": {
        "name": {"different": 0.9},
        "address": {"same": 0.8, "close": 0.05},
        "phone": {"same": 0.3},
    },
    "colleagues": {
        "company": {"same": 0.9},
        "phone": {"shared": 0.3, "same": 0.1},
        "email": {"role": 0.2},
        "address": {"same": 0.3},
    },
    "neighbours": {
        "name": {"first_only": 0.45, "last_only": 0.4},
        "address": {"same": 0.05, "postcode": 0.45, "city": 0.45},
    },
    "same_birthday": {"birth_date": {"same": 0.8, "partly": 0.1}},
}
# Comparisons that a table must have to show a kind; the kind's first one unless said here.
_TOLD_BY = {"relatives": {"name"}, "housemates": {"name", "address"}}
_RANDOM_PAIRS = 60_000
_SOFTENED = 5.0


def by_chance(people: People, chosen: Sequence[Comparison], *, seed: int) -> list[Floats]:
    """The share of each level among random pairs of different people; one array a comparison, summing to 1.

    Of small tables all pairs are taken. A pair counts by how unlikely it is to be one person, as far as one can tell
    before training: in a small table true pairs are no rarity. What is believed beforehand counts as a handful of
    pairs, so that no level is impossible.
    """
    left, right = _random_pairs(people.n, seed=seed)
    levels = [c.compare(people, left, right).levels for c in chosen]
    bits = np.full(len(left), -np.log2(max(people.n, 2)))
    for comparison, codes in zip(chosen, levels, strict=True):
        bits += np.concatenate([[0.0], np.log2(np.array(comparison.likely) / np.array(comparison.chance))])[codes]
    strange = 1.0 - probability(bits)
    shares = []
    for comparison, codes in zip(chosen, levels, strict=True):
        found = np.bincount(codes, weights=strange, minlength=len(comparison.levels) + 1)[1:].astype(np.float64)
        counted = found + _SOFTENED * np.array(comparison.chance) / sum(comparison.chance)
        shares.append(counted / counted.sum())
    return shares


def _random_pairs(n: int, *, seed: int) -> tuple[Ints, Ints]:
    if n * (n - 1) // 2 <= _RANDOM_PAIRS:
        left, right = np.triu_indices(n, k=1)
        return left.astype(np.int64), right.astype(np.int64)
    draw = np.random.default_rng(seed)
    left = draw.integers(0, n, _RANDOM_PAIRS)
    right = (left + draw.integers(1, n, _RANDOM_PAIRS)) % n
    return np.minimum(left, right), np.maximum(left, right)


def kinds(chosen: Sequence[Comparison], chance: Sequence[Floats]) -> dict[str, list[Floats]]:
    """Per kind of stranger the believed share of each level; a kind that this table cannot show is left out."""
    present = {c.name for c in chosen}
    found = {}
    for kind, dwells in KINDS.items():
        if present >= _TOLD_BY.get(kind, {next(iter(dwells))}):
            found[kind] = [_dwelling(c, dwells.get(c.name, {}), base) for c, base in zip(chosen, chance, strict=True)]
    texts = [c.name for c in chosen if c.name.startswith("text:")]
    for name in texts:
        found[name] = [
            _dwelling(c, {"same": 0.9} if c.name == name else {}, b) for c, b in zip(chosen, chance, strict=True)
        ]
    return found or {"strangers": list(chance)}


def _dwelling(comparison: Comparison, levels: dict[str, float], chance: Floats) -> Floats:
    share = np.zeros(len(comparison.levels))
    for level, part in levels.items():
        share[comparison.code(level) - 1] = part
    whole: Floats = share + (1.0 - share.sum()) * chance
    return whole
