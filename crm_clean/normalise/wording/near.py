"""Words that look like a slip of a common one, for somebody to judge: nothing is changed on a likeness.

Never a short word, never where figures, signs or short words differ (`Wave 1`, `Wave 2`; `Phase II`, `Phase III`),
never a word and its opposite (`active`, `inactive`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from crm_clean.normalise.wording.tag_keys import key_words, squeezed

_LEAST = 5  # letters below which one letter makes another word
_LONG = 9  # letters from which two may be wrong
_TIMES = 5  # how much more common the word meant is
_MOST = 2_000  # words on either side that are compared
_OPPOSITES = ("in", "un", "im", "ir", "non", "no", "not", "dis", "de", "ex", "anti", "re", "pre", "post", "sub", "a")
_FIGURE = re.compile(r"\d+|[^\w]")


def suggestions(counts: Mapping[str, int]) -> dict[str, str]:
    """For words that may be slips, the much more common word each is most like. `counts`: word to records."""
    ordered = sorted(counts, key=lambda w: (-counts[w], w))
    common = [w for w in ordered if counts[w] >= _TIMES][:_MOST]
    rare = [w for w in reversed(ordered) if counts[w]][:_MOST]
    return _nearest(rare, common, lambda word, near: counts[near] >= _TIMES * counts[word])


def slips(words: Iterable[str], *, known: Iterable[str]) -> dict[str, str]:
    """For those of `words` that are a slip of a `known` one, which; of words as near, the first by letters."""
    return _nearest(sorted(words)[:_MOST], sorted(known), lambda _word, _near: True)


def _nearest(words: list[str], known: list[str], may: Callable[[str, str], bool]) -> dict[str, str]:
    """The first of `known` at the least distance to each of `words`, of those that `may` be meant."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    if not words or not known:
        return {}
    far = cdist(_forms(tuple(words)), _forms(tuple(known)), scorer=OSA.distance, score_cutoff=2)
    found = {}
    for word, row in zip(words, far, strict=True):
        likely = sorted((row[at], at) for at in (row <= 2).nonzero()[0].tolist())
        meant = (known[at] for _, at in likely if known[at] != word and may(word, known[at]))
        near = next((w for w in meant if is_slip(word, w)), None)
        if near:
            found[word] = near
    return found


@lru_cache(maxsize=8)
def _forms(words: tuple[str, ...]) -> list[str]:
    return [squeezed(key_words(word)) for word in words]


def is_slip(word: str, meant: str) -> bool:
    """Whether `word` may be `meant` with a letter or two wrong."""
    mine, other = key_words(word), key_words(meant)
    one, two = squeezed(mine), squeezed(other)
    least = min(len(one), len(two))
    if one[:1] != two[:1] and len(one) == len(two):
        return False
    if least < _LEAST or one == two or _FIGURE.findall(one) != _FIGURE.findall(two):
        return False
    if {w for w in mine if len(w) <= 3} != {w for w in other if len(w) <= 3} or _is_opposite(mine, other):
        return False
    from rapidfuzz.distance import OSA

    return bool(OSA.distance(one, two) <= (2 if least >= _LONG else 1))


def _is_opposite(mine: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if len(mine) != len(other):
        return True
    return any(a == f"{p}{b}" or b == f"{p}{a}" for a, b in zip(mine, other, strict=True) for p in _OPPOSITES if a != b)
