"""How like two names are, as levels; computed once for each distinct pair of names."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from crm_clean.link.columns import Column, Ints

Levels = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]

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


def part_levels(column: Column, left: Ints, right: Ints, *, other: Column | None = None, given: bool = False) -> Levels:
    """Levels of one name part for pairs of records; int8, shape of `left`.

    `other` is the right side's column, if another; `given` says that these are given names, which have nicknames.
    """
    right_column = other or column
    a, b = column.codes[left], right_column.codes[right]
    known = (a >= 0) & (b >= 0)
    levels = np.zeros(len(left), dtype=np.int8)
    if not known.any():
        return levels
    key = a[known] * right_column.size + b[known]
    distinct, place = np.unique(key, return_inverse=True)
    one, two = np.divmod(distinct, right_column.size)
    levels[known] = _distinct_levels(column, right_column, one, two, given=given)[place]
    return levels


def _distinct_levels(column: Column, other: Column, one: Ints, two: Ints, *, given: bool) -> Levels:
    a = np.array(column.values, dtype=object)[one]
    b = np.array(other.values, dtype=object)[two]
    levels = np.full(len(one), DIFFERENT, dtype=np.int8)
    same = a == b
    levels[same] = EXACT
    rest = np.flatnonzero(~same)
    left, right = a[rest].tolist(), b[rest].tolist()
    near, like = nearness(left, right)
    levels[rest[like]] = LIKE
    levels[rest[near]] = CLOSE
    alike = np.flatnonzero(near | like)
    counts = np.stack([column.counts[one[rest[alike]]], other.counts[two[rest[alike]]]])
    fewer, more = counts.min(axis=0, initial=1 << 62), counts.max(axis=0, initial=0)
    known = (fewer >= _KNOWN_COUNT) & (fewer >= _KNOWN_SHARE * more)
    if given:
        known |= np.fromiter((_are_two_names(left[k], right[k]) for k in alike), dtype=bool, count=len(alike))
    levels[rest[alike[known]]] = FAMILIAR
    told = _has_words(column.values, given=given)[one[rest]] | _has_words(other.values, given=given)[two[rest]]
    for k in np.flatnonzero(told):
        levels[rest[k]] = _by_words(left[k], right[k], int(levels[rest[k]]), given=given)
    return levels


def _has_words(values: list[str], *, given: bool) -> Flags:
    """Whether each name may say more than its letters: an initial, several words, a nickname."""
    lexicon = _lexicon() if given else {}
    return np.fromiter((len(v) == 1 or " " in v or v in lexicon for v in values), dtype=bool, count=len(values))


def _are_two_names(a: str, b: str) -> bool:
    """Whether two near given names are both names: each in the lexicon, or one the female form of the other."""
    lexicon = _known_names()
    if a in lexicon and b in lexicon:
        return True
    short, long = sorted((a, b), key=len)
    if len(short) == len(long):
        return short[:-1] == long[:-1] and {short[-1:], long[-1:]} <= _FINAL_VOWELS
    return long[:-1] == short and long[-1] in _FINAL_VOWELS


def is_close(left: list[str], right: list[str]) -> Flags:
    """Whether each two texts differ by a slip of the pen: one edit, two in long ones, or Jaro-Winkler 0.9."""
    return nearness(left, right)[0]


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
