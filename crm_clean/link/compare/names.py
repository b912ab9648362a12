"""How like two names are, as levels; computed once for each distinct pair of names."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import eq

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from crm_clean.link.columns import Column, Ints
from crm_clean.link.compare.likeness import Bounds, Flags, once, screened
from crm_clean.link.texts import Texts

Levels = npt.NDArray[np.int8]
Bits = npt.NDArray[np.uint64]

# Levels of one name part. MISSING says nothing; LIKE is a mangled name; FAMILIAR is a near name that is well known
# itself (Julia, Julie).
MISSING, EXACT, NICKNAME, CLOSE, PART, INITIAL, LIKE, FAMILIAR, DIFFERENT = range(9)

_CLOSE_AT, _LIKE_AT = 0.9, 0.8
_LONG_NAME = 8
_SHORT_NAME = 4
# A near name held by this many records, and by this share of the other's, is a name of its own and no typo.
_KNOWN_COUNT, _KNOWN_SHARE = 5, 0.02
_FINAL_VOWELS = {"a", "e", "o"}


@cache
def _lexicon() -> dict[str, frozenset[str]]:
    """Nickname -> formal names, from the nicknames package and our own list of other languages."""
    from nicknames import name_triplets

    formal: dict[str, set[str]] = {}
    for triplet in name_triplets():
        formal.setdefault(triplet.name2, set()).add(triplet.name1)
    with (files("crm_clean.link") / "nicknames.csv").open(encoding="utf-8") as lines:
        for row in csv.reader(lines):
            for short in row[1:]:
                formal.setdefault(short, set()).add(row[0])
    return {short: frozenset(names) for short, names in formal.items()}


@cache
def _known_names() -> frozenset[str]:
    """Given names, folded, that are names of their own and no slip of another."""
    listed = (files("crm_clean.link") / "given_names.txt").read_text("utf-8").split()
    return frozenset(_lexicon()).union(listed, *_lexicon().values())


def formal_names(names: list[str]) -> list[tuple[str, ...]]:
    """For each name what it may stand for: itself and, for a nickname, its formal names; sorted."""
    lexicon = _lexicon()
    nothing: frozenset[str] = frozenset()
    return [tuple(sorted({name} | lexicon.get(name, nothing))) for name in names]


def part_levels(column: Column, left: Ints, right: Ints, *, given: bool = False) -> Levels:
    """Levels of one name part for pairs of records; int8, shape of `left`. `given` says that it has nicknames."""
    a, b = column.codes[left], column.codes[right]
    levels = np.where((a >= 0) & (b >= 0), DIFFERENT, MISSING).astype(np.int8)
    levels[(a == b) & (a >= 0)] = EXACT
    rest = np.flatnonzero(levels == DIFFERENT)
    a, b = a[rest], b[rest]
    bounds = Bounds.of(column.texts.letters, column.texts.letters, a, b)
    may = _may_be_near(bounds) | (bounds.jaro_winkler >= _LIKE_AT)
    may |= _may_share_words(column.texts, column.texts, a, b, given=given)
    levels[rest[may]] = once(
        a[may], b[may], column.size, lambda one, two: levels_of_names(column, column, one, two, given=given)
    )
    return levels


def are_one_name(column: Column, other: Column, left: Ints, right: Ints) -> Flags:
    """Whether the left record's name in `column` and the right one's in `other` are the same but for a slip."""
    a, b = column.codes[left], other.codes[right]
    at = np.flatnonzero((a >= 0) & (b >= 0))
    at = at[_may_be_near(Bounds.of(column.texts.letters, other.texts.letters, a[at], b[at]))]
    found = np.zeros(len(left), dtype=bool)
    levels = once(a[at], b[at], other.size, lambda one, two: levels_of_names(column, other, one, two, given=False))
    found[at] = (levels == EXACT) | (levels == CLOSE)
    return found


def _may_be_near(bounds: Bounds) -> Flags:
    """Whether two names could be a slip of the pen apart, by what they are made of."""
    edits, short = bounds.edits, bounds.shorter
    may: Flags = (edits <= 1) | ((edits <= 2) & (short >= _LONG_NAME))
    may |= (bounds.jaro_winkler >= _CLOSE_AT) & (short >= _SHORT_NAME)
    return may


def _may_share_words(one: Texts, other: Texts, a: Ints, b: Ints, *, given: bool) -> Flags:
    """Whether two names could be alike by their words: one the initials, the nickname or a part of the other."""
    told, of_other = (texts.made(_given_words if given else _plain_words) for texts in (one, other))
    may: Flags = (told.is_initials[a] | of_other.is_initials[b]) & _start_alike(one, other, a, b)
    may |= (told.is_several[a] | of_other.is_several[b]) & ((told.words[a] & of_other.words[b]) != 0)
    if given:
        may |= ((told.formal[a] & of_other.borne[b]) | (told.borne[a] & of_other.formal[b])) != 0
    return may


def _start_alike(one: Texts, other: Texts, a: Ints, b: Ints) -> Flags:
    alike: Flags = ((one.letters.start[a] ^ other.letters.start[b]) & np.uint64(0xFFFF)) == 0
    return alike


@dataclass(frozen=True)
class _Words:
    """What names say beside their letters; a set of words is one bit a word, and several words may share a bit."""

    is_initials: Flags
    is_several: Flags
    words: Bits  # of three letters and more
    formal: Bits  # the names that a nickname stands for
    borne: Bits  # the name, its words, and the names that it stands for

    @classmethod
    def of(cls, names: list[str], lexicon: Mapping[str, frozenset[str]]) -> _Words:
        count = len(names)
        is_initials, is_several = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        whole = np.fromiter((1 << (hash(name) & 63) for name in names), dtype=np.uint64, count=count)
        words = np.where(np.fromiter(map(len, names), dtype=np.int64, count=count) > 2, whole, 0)
        formal, borne = np.zeros(count, dtype=np.uint64), whole.copy()
        for k, name in enumerate(names):
            if len(name) == 1:
                is_initials[k] = True
            if " " in name:
                parts = name.split()
                is_several[k], is_initials[k] = True, all(len(part) == 1 for part in parts)
                words[k] = _bits(part for part in parts if len(part) > 2)
                borne[k] |= _bits(parts)
            if name in lexicon:
                formal[k] = _bits(lexicon[name])
                borne[k] |= formal[k]
        return cls(is_initials, is_several, words, formal, borne)


def _bits(words: Iterable[str]) -> np.uint64:
    bits = 0
    for word in words:
        bits |= 1 << (hash(word) & 63)
    return np.uint64(bits)


def _plain_words(texts: Texts) -> _Words:
    return _Words.of(texts.values, {})


def _given_words(texts: Texts) -> _Words:
    return _Words.of(texts.values, _lexicon())


def levels_of_names(column: Column, other: Column, one: Ints, two: Ints, *, given: bool) -> Levels:
    """Levels of the names `one[k]` of a column and `two[k]` of another, by all that may make them alike."""
    left, right = column.texts.take(one), other.texts.take(two)
    near, like = nearness(left, right)
    levels = np.full(len(one), DIFFERENT, dtype=np.int8)
    levels[like] = LIKE
    levels[near] = CLOSE
    alike = np.flatnonzero(near | like)
    counts = np.stack([column.counts[one[alike]], other.counts[two[alike]]])
    fewer, more = counts.min(axis=0, initial=1 << 62), counts.max(axis=0, initial=0)
    known = (fewer >= _KNOWN_COUNT) & (fewer >= _KNOWN_SHARE * more)
    if given:
        known |= np.fromiter((_are_two_names(left[k], right[k]) for k in alike), dtype=bool, count=len(alike))
    levels[alike[known]] = FAMILIAR
    for k in np.flatnonzero(_may_share_words(column.texts, other.texts, one, two, given=given)):
        levels[k] = _by_words(left[k], right[k], int(levels[k]), given=given)
    levels[np.fromiter(map(eq, left, right), dtype=bool, count=len(left))] = EXACT
    return levels


def _are_two_names(a: str, b: str) -> bool:
    """Whether two near given names are both names: each in the lexicon, or one the female form of the other."""
    lexicon = _known_names()
    if a in lexicon and b in lexicon:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) == len(long):
        return short[:-1] == long[:-1] and {short[-1:], long[-1:]} <= _FINAL_VOWELS
    return long[:-1] == short and long[-1] in _FINAL_VOWELS


def is_close(texts: Texts, a: Ints, b: Ints) -> Flags:
    """Whether each two texts differ by a slip of the pen: one edit, two in long ones, or Jaro-Winkler 0.9."""
    may = _may_be_near(Bounds.of(texts.letters, texts.letters, a, b))
    return screened(texts, a, b, may, lambda left, right: nearness(left, right)[0])


def nearness(left: list[str], right: list[str]) -> tuple[Flags, Flags]:
    """Whether each two texts are close, by a slip of the pen, and whether the others are alike as mangled ones are."""
    if not left:
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.int32)
    like = cpdist(left, right, scorer=JaroWinkler.similarity, score_cutoff=_LIKE_AT, dtype=np.float32)
    short = np.minimum(_lengths(left), _lengths(right))
    slip = ((edits <= 1) & (short >= _SHORT_NAME)) | ((edits <= 2) & (short >= _LONG_NAME))
    for k in np.flatnonzero((edits == 1) & (short < _SHORT_NAME)):
        slip[k] = sorted(left[k]) == sorted(right[k])  # a short name with two letters transposed
    near: Flags = slip | ((like >= _CLOSE_AT) & (short >= _SHORT_NAME))
    return near, ~near & (like >= _LIKE_AT)


def _lengths(texts: list[str]) -> Ints:
    return np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))


def _by_words(a: str, b: str, level: int, *, given: bool) -> int:
    """The level of what edit distance does not see: initials, nicknames, one word of several; else `level`."""
    if _is_initial(a, b) or _is_initial(b, a):
        return INITIAL
    if given and _shares_formal_name(a, b, _lexicon()):
        return NICKNAME
    if (" " in a or " " in b) and _shares_word(a, b):
        return PART
    return level


def _is_initial(short: str, long: str) -> bool:
    """Whether `short` is the initials of `long`: `j`, or `j p` for `jean pierre`."""
    if len(short) == 1:
        return long[:1] == short
    words = short.split()
    return len(words) > 1 and all(len(w) == 1 for w in words) and "".join(words) == "".join(w[0] for w in long.split())


def _shares_formal_name(a: str, b: str, lexicon: dict[str, frozenset[str]]) -> bool:
    """Whether one stands for the other, or both for one name; `lola` also for `maria dolores`."""
    nothing: frozenset[str] = frozenset()
    formal_a, formal_b = lexicon.get(a, nothing), lexicon.get(b, nothing)
    if not formal_a and not formal_b:
        return False
    return not formal_a.isdisjoint((b, *b.split(), *formal_b)) or not formal_b.isdisjoint((a, *a.split()))


def _shares_word(a: str, b: str) -> bool:
    """Whether one name is some words of the other, particles aside."""
    words_a, words_b = ({w for w in v.split() if len(w) > 2} for v in (a, b))
    return bool(words_a & words_b) and (words_a <= words_b or words_b <= words_a)
