"""Two values held against each other, for the eye: what is the same, and which parts differ.

Says nothing about whether the difference matters; that is for whoever looks. A value is a list of lines (one
e-mail each, say), a line a list of parts, a part some text and whether it differs from the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Parts = list[tuple[str, bool]]
Mark = Literal["same", "shared", "differs", "one_sided"]  # shared: some of a list on both sides

# Below this likeness (0..1) two lines have nothing in common but letters: each is shaded whole.
_ALIKE = 0.55
# Runs of equal letters shorter than this between two differences are part of the difference.
_ISLAND = 2


@dataclass(frozen=True)
class Against:
    """Two values side by side, by line and part, and what to make of them at a glance."""

    mark: Mark
    left: list[Parts]
    right: list[Parts]


def against(left: str | None, right: str | None, *, is_list: bool = False) -> Against | None:
    """`left` and `right` with their differences marked, or None when neither says anything.

    Of a list (values joined by "; ") what both have comes first; its order is not a difference, nor is case.
    """
    if not left and not right:
        return None
    ours, theirs = _lines(left, is_list), _lines(right, is_list)
    if not left or not right:
        return Against("one_sided", _plain(ours), _plain(theirs))
    shared = [line for line in ours if line in theirs]
    mine, other = [line for line in ours if line not in shared], [line for line in theirs if line not in shared]
    pairs = [_apart(*lines) for lines in zip(mine, other, strict=False)]
    ours_apart = [pair[0] for pair in pairs] + [[(line, True)] for line in mine[len(pairs) :]]
    theirs_apart = [pair[1] for pair in pairs] + [[(line, True)] for line in other[len(pairs) :]]
    is_apart = any(differs for parts in ours_apart + theirs_apart for _, differs in parts)
    mark: Mark = "shared" if shared and is_apart else "differs" if is_apart else "same"
    return Against(mark, _plain(shared) + ours_apart, _plain(shared) + theirs_apart)


def _lines(value: str | None, is_list: bool) -> list[str]:
    if not value:
        return []
    return list(dict.fromkeys(value.split("; "))) if is_list else [value]


def _plain(lines: list[str]) -> list[Parts]:
    return [[(line, False)] for line in lines]


def _apart(left: str, right: str) -> tuple[Parts, Parts]:
    matcher = SequenceMatcher(None, left.casefold(), right.casefold(), autojunk=False)
    folded_alike = len(left.casefold()) == len(left) and len(right.casefold()) == len(right)
    if matcher.ratio() < _ALIKE or not folded_alike:
        return [(left, True)], [(right, True)]
    blocks = [block for block in matcher.get_matching_blocks() if block.size > _ISLAND or block.size == 0]
    return _parts(left, [(b.a, b.size) for b in blocks]), _parts(right, [(b.b, b.size) for b in blocks])


def _parts(text: str, equal: list[tuple[int, int]]) -> Parts:
    parts: Parts = []
    at = 0
    for start, size in equal:
        parts += [(text[at:start], True), (text[start : start + size], False)]
        at = start + size
    return [part for part in parts if part[0]]
