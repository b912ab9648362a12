"""Why two different people come up as a pair: the kinds of non-match that the model tells apart.

Blocked pairs agree on something by construction, so that "not the same person" is no single distribution: namesakes
agree on the name, a household on surname and address, colleagues on company and switchboard. Each kind says on which
levels it dwells; everything else it leaves to chance, as measured on random pairs of the same table, and much evidence
is needed to move it from there: else a kind would take in the matches that agree on little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Comparison
from crm_clean.link.people import People
from crm_clean.link.score import Floats, Stranger, probability

# kind -> comparison -> level -> share; what is left of 1 goes to chance.
KINDS: dict[str, dict[str, dict[str, float]]] = {
    "namesakes": {
        "name": {"exact": 0.8, "nickname": 0.05, "close": 0.05, "initial": 0.03, "part": 0.03},
        "email": {"like": 0.05, "user": 0.02},  # a mailbox is often made of its holder's name
    },
    "relatives": {
        "name": {"last_only": 0.78, "familiar": 0.05, "last_alone": 0.07, "exact": 0.02},
        "address": {"same": 0.6, "close": 0.05, "postcode": 0.1},
        "phone": {"same": 0.4},
        "email": {"like": 0.05},
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
    "same_building": {
        "address": {"same": 0.8, "postcode": 0.1},
        "company": {"different": 0.95},
    },
    "same_town": {
        "address": {"city": 0.9, "postcode": 0.05},
        "company": {"different": 0.6, "close": 0.3},
    },
    "neighbours": {
        "name": {"first_only": 0.45, "last_only": 0.4},
        "address": {"same": 0.05, "postcode": 0.45, "area": 0.02, "city": 0.43},
    },
    "same_birthday": {"birth_date": {"same": 0.8, "partly": 0.1}},
    "contemporaries": {
        "birth_date": {"near": 0.6, "partly": 0.1, "close": 0.05},
        "name": {"first_only": 0.3, "last_only": 0.3, "familiar": 0.1, "like": 0.05},
    },
    "townspeople": {
        "birth_date": {"near": 0.6, "partly": 0.1, "close": 0.05},
        "address": {"city": 0.58, "area": 0.02, "postcode": 0.1},
    },
}
# What those who share a column of plain text may share beside it; each is a kind of its own.
_BESIDE_TEXT: dict[str, dict[str, float]] = {
    "birth_date": {"near": 0.6, "partly": 0.1, "close": 0.05},
    "name": {"first_only": 0.4, "last_only": 0.4},
}
_TEXT = {"same": 0.9}
# Comparisons that a table must have to show a kind; the kind's first one unless said here.
_TOLD_BY = {
    "relatives": {"name"},
    "housemates": {"name", "address"},
    "same_building": {"address", "company"},
    "same_town": {"address", "company"},
    "contemporaries": {"name", "birth_date"},
    "townspeople": {"birth_date", "address"},
}
# Comparisons that leave no room for a kind: people of one house or town are told by their names.
_NOT_BESIDE = {"same_building": {"name"}, "same_town": {"name"}}
# For what share of its pairs belief counts: where a kind says nothing itself, and where it dwells if on a year or a
# text that very many share. Such a kind and the match class could else take each other's pairs.
_BELIEF_IN_CHANCE, _BELIEF_IN_BROAD_KINDS = 1.0, 0.3
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
        bits += _believed_bits(comparison)[codes]
    strange = 1.0 - probability(bits)
    shares = []
    for comparison, codes in zip(chosen, levels, strict=True):
        found = np.bincount(codes, weights=strange, minlength=len(comparison.levels) + 1)[1:].astype(np.float64)
        counted = found + _SOFTENED * np.array(comparison.chance) / sum(comparison.chance)
        shares.append(counted / counted.sum())
    return shares


def _believed_bits(comparison: Comparison) -> Floats:
    """What a level code is believed to weigh before training; nothing at `null` and at neutral levels."""
    bits = np.log2(np.array(comparison.likely) / np.array(comparison.chance))
    bits[[k for k, level in enumerate(comparison.levels) if level in comparison.neutral]] = 0.0
    return np.concatenate([[0.0], bits])


def _random_pairs(n: int, *, seed: int) -> tuple[Ints, Ints]:
    if n * (n - 1) // 2 <= _RANDOM_PAIRS:
        left, right = np.triu_indices(n, k=1)
        return left.astype(np.int64), right.astype(np.int64)
    draw = np.random.default_rng(seed)
    left = draw.integers(0, n, _RANDOM_PAIRS)
    right = (left + draw.integers(1, n, _RANDOM_PAIRS)) % n
    return np.minimum(left, right), np.maximum(left, right)


def kinds(chosen: Sequence[Comparison], chance: Sequence[Floats]) -> dict[str, Stranger]:
    """Per kind of stranger what is believed of it; a kind that this table cannot show is left out."""
    present = {c.name for c in chosen}
    found = {
        kind: _dwelling(chosen, dwells, chance)
        for kind, dwells in KINDS.items()
        if present >= _TOLD_BY.get(kind, {next(iter(dwells))}) and present.isdisjoint(_NOT_BESIDE.get(kind, ()))
    }
    for text in sorted(name for name in present if name.startswith("text:")):
        found[text] = _dwelling(chosen, {text: _TEXT}, chance)
        for beside, levels in _BESIDE_TEXT.items():
            if beside in present:
                found[f"{text}+{beside}"] = _dwelling(chosen, {text: _TEXT, beside: levels}, chance)
    return found or {"strangers": Stranger.everywhere(list(chance))}


def _dwelling(
    chosen: Sequence[Comparison],
    dwells: Mapping[str, Mapping[str, float]],
    chance: Sequence[Floats],
) -> Stranger:
    """The kind that dwells on these levels of these comparisons; what is left of 1 goes to chance."""
    is_broad = any(name == "birth_date" or name.startswith("text:") for name in dwells)
    levels, free = [], []
    for comparison, base in zip(chosen, chance, strict=True):
        share = np.zeros(len(comparison.levels))
        for level, part in dwells.get(comparison.name, {}).items():
            share[comparison.code(level) - 1] = part
        levels.append(share + (1.0 - share.sum()) * base)
        # What no kind foresees of names, such as father and son of one name, is found where names tell a kind.
        is_told = comparison.name == "name" and "name" in dwells and not is_broad
        free.append((share > 0.0) | is_told)
    own = _BELIEF_IN_BROAD_KINDS if is_broad else 0.0
    return Stranger(levels, [own if c.name in dwells else _BELIEF_IN_CHANCE for c in chosen], free)
