"""The singulars that a word may be the plural of, in seven languages, by its ending alone.

A guess is worth nothing by itself: words are taken for one only where both stand in the same column, and never those
that the lexicon lists as looking like a plural (`news`, `goods`).
"""

from __future__ import annotations

from collections.abc import Iterator

Rule = tuple[str, str, int]  # ending, what stands for it in the singular, least length of what is left before it

_RULES: tuple[tuple[Rule, ...], ...] = (
    # English
    (("ies", "y", 3), ("ches", "ch", 2), ("shes", "sh", 2), ("xes", "x", 2), ("sses", "ss", 2), ("s", "", 3)),
    # French
    (("eaux", "eau", 2), ("aux", "al", 3), ("eux", "eu", 2), ("s", "", 3)),
    # Spanish and Portuguese
    (
        *(("ces", "z", 3), ("oes", "ao", 3), ("ais", "al", 4), ("eis", "el", 4), ("ns", "m", 4)),
        *(("res", "r", 3), ("les", "l", 3), ("nes", "n", 3), ("des", "d", 3), ("jes", "j", 3), ("s", "", 3)),
    ),
    # German and Dutch, with the ending gone or but its last letter
    (("innen", "in", 4), ("ven", "f", 4), ("en", "", 4)),
    (("en", "e", 3),),
    # Italian
    (
        *(("nti", "nte", 2), ("ori", "ore", 2), ("tti", "tto", 3), ("ati", "ato", 3), ("ivi", "ivo", 3)),
        *(("isti", "ista", 2), ("ici", "ico", 3), ("ari", "ario", 3), ("ioni", "ione", 2), ("ende", "enda", 2)),
    ),
)


def singulars(words: tuple[str, ...], *, never: frozenset[str]) -> set[tuple[str, ...]]:
    """What `words` may be in the singular: all of them, the last or the first, by the rules of one language."""
    found: set[tuple[str, ...]] = set()
    for rules in _RULES:
        found.update(_forms(words, rules, never))
    found.discard(words)
    return found


def _forms(words: tuple[str, ...], rules: tuple[Rule, ...], never: frozenset[str]) -> Iterator[tuple[str, ...]]:
    single = tuple(_singular(word, rules, never) for word in words)
    if single != words:
        yield single
        yield (*words[:-1], single[-1])
        yield (single[0], *words[1:])


def _singular(word: str, rules: tuple[Rule, ...], never: frozenset[str]) -> str:
    if not word.isalpha() or word in never or word.endswith(("ss", "us", "is")):
        return word
    for ending, instead, least in rules:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word[: len(word) - len(ending)] + instead
    return word
