"""The words of one column taken together: which writings are one word, and which writing stands for all of them.

The admin's own map comes first, then the writing chosen in an earlier run, then the writing of most records. The result
depends on the words and their counts alone, not on the order of rows. Nothing that is merely alike is made one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.wording.plurals import singulars
from crm_clean.normalise.wording.tag_keys import key_words, spelling_key, squeezed, umlaut_key
from crm_clean.normalise.wording.wishes import Wishes

MAX_RELATED = 5_000  # more different words than that are no list; only their spellings are taken together
_SHORT = 4  # letters up to which capitals are an abbreviation, not shouting


class Word(NamedTuple):
    """What a writing became (None: it is taken out), and by which rule: listed, same, spelling, plural, synonym."""

    value: str | None
    rule: str


Counts = Mapping[str, int]
Related = dict[str, set[str]]  # key to keys of the same column


def settle(
    counts: Counts, *, before: Mapping[str, tuple[str, int]], wishes: Wishes, by_meaning: bool, words: Lexicons
) -> dict[str, Word]:
    """What each writing becomes.

    `counts`: writing to records. `before`: writing to what it became in the last run, and its records then; such words
    are settled too, used or not. `by_meaning`: plurals and near-synonyms are one word, not only spellings.
    """
    known = {*counts, *before}
    # What a word is wished to become will stand in the column, and what belongs to it goes along.
    keys = {w: spelling_key(w) for w in sorted(known.union(filter(None, map(wishes.of, known))))}
    free = set(keys.values()) - wishes.apart
    forms = _forms(keys, words) if by_meaning and len(free) <= MAX_RELATED else {}
    related = _related(keys, free, forms)
    concepts = {key: concept for key in sorted(free & forms.keys()) if (concept := _concept(key, forms[key], words))}
    found: dict[str, Word] = {}
    for writings in _families(keys, related, concepts):
        choice = _Choice(writings, keys, counts, before, wishes)
        for writing in known.intersection(writings):
            wished = wishes.of(writing)
            value, rule = choice.of(writing) if wished is None else (wished or None, "listed")
            found[writing] = Word(value, rule or _rule(writing, value or "", forms, concepts))
    return found


def _forms(keys: Mapping[str, str], words: Lexicons) -> Related:
    """By key, the keys of what it may be the plural of."""
    never = words.sets["tags.no_plurals"]
    forms: Related = defaultdict(set)
    for writing, key in keys.items():
        forms[key].update(map(squeezed, singulars(key_words(writing), never=never)))
    return forms


def _related(keys: Mapping[str, str], free: set[str], forms: Related) -> Related:
    """Keys that say the same as another key of the column: its singular, or its umlaut written out."""
    related: Related = defaultdict(set)
    for key in free & forms.keys():
        related[key] = forms[key] & free
    for writing, key in keys.items():
        spelt = umlaut_key(writing)
        if spelt in free and key in free:
            related[key].add(spelt)
    return related


def _concept(key: str, forms: set[str], words: Lexicons) -> str | None:
    """What the word of this key, or of one of its singulars, is a near-synonym of."""
    known = synonyms(words)
    return next((known[k] for k in (key, *sorted(forms)) if k in known), None)


def _families(keys: Mapping[str, str], related: Related, concepts: Mapping[str, str]) -> list[list[str]]:
    joined = _Joined()
    for key, others in related.items():
        for other in others:
            joined.join(key, other)
    first: dict[str, str] = {}
    for key, concept in concepts.items():
        joined.join(key, first.setdefault(concept, key))
    families: dict[str, list[str]] = defaultdict(list)
    for writing, key in keys.items():
        families[joined.root(key)].append(writing)
    return list(families.values())


class _Joined:
    """Keys joined into sets; the root of a set is its least key."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, key: str) -> str:
        while key in self._above:
            key = self._above[key]
        return key

    def join(self, one: str, other: str) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        if low != high:
            self._above[high] = low


class _Choice:
    """The writing that stands for a family."""

    def __init__(
        self,
        writings: list[str],
        keys: Mapping[str, str],
        counts: Counts,
        before: Mapping[str, tuple[str, int]],
        wishes: Wishes,
    ) -> None:
        self._keys = keys
        family = {keys[w] for w in writings}
        self._wished = wishes.targets(writings, family)
        free = [w for w in writings if wishes.of(w) is None]
        self._own = _chosen_before(free, family, before) or (_most_used(free, keys, counts) if free else "")

    def of(self, writing: str) -> tuple[str, str]:
        """The value of a writing nobody listed, and `listed` where the map decides it all the same."""
        same = [t for t in self._wished if spelling_key(t) == self._keys[writing]]
        wished = same if len(same) == 1 else self._wished if len(self._wished) == 1 else []
        if wished:
            return wished[0], "same" if wished[0] == writing else "listed"
        return self._own, ""


def _chosen_before(free: Iterable[str], family: set[str], before: Mapping[str, tuple[str, int]]) -> str | None:
    """The value of an earlier run: of several, that of most records, then by `_taste`."""
    records: dict[str, int] = defaultdict(int)
    for writing in free:
        if writing in before:
            value, n = before[writing]
            records[value] += n
    mine = [v for v in records if spelling_key(v) in family]
    return min(mine, key=lambda v: (-records[v], *_taste(v)), default=None)


def _most_used(free: list[str], keys: Mapping[str, str], counts: Counts) -> str:
    """The word of most records, in its most used writing; ties by `_taste`."""
    records: dict[str, int] = defaultdict(int)
    for writing in free:
        records[keys[writing]] += counts.get(writing, 0)
    word = min(records, key=lambda key: (-records[key], len(key), key))
    return min((w for w in free if keys[w] == word), key=lambda w: (-counts.get(w, 0), *_taste(w)))


def _taste(writing: str) -> tuple[bool, bool, int, int, str]:
    """Of writings used as often: a capital in front, no shouting, accents kept, the shortest, the first by letters."""
    shouted = writing.isupper() and len(writing) > _SHORT
    accents = sum(not c.isascii() for c in writing)
    return not writing[:1].isupper(), shouted, -accents, len(writing), writing


def _rule(writing: str, value: str, forms: Related, concepts: Mapping[str, str]) -> str:
    if writing == value:
        return "same"
    key, chosen = spelling_key(writing), spelling_key(value)
    if key == chosen:
        return "spelling"
    if chosen in forms.get(key, ()) or key in forms.get(chosen, ()):
        return "plural"
    return "synonym" if key in concepts and concepts[key] == concepts.get(chosen) else "spelling"


@lru_cache(maxsize=4)
def synonyms(words: Lexicons) -> dict[str, str]:
    """Spelling key to the key of what it means, of the near-synonyms."""
    concepts = words.maps["tags.same"]
    return {spelling_key(word): spelling_key(concepts.get(word, word)) for word in (*concepts.values(), *concepts)}
