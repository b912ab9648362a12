"""Which of two values is short for the other: an initial or a nickname for a given name, a day for a birth date.

Each answers -1 when the left is short for the right, 1 the other way round, 0 when neither is.
"""

from __future__ import annotations

from functools import cache
from typing import Any


def shorter_name(left: str, right: str) -> int:
    """Of two keys of given names: an initial, or a nickname in use."""
    if len(left) == 1 or len(right) == 1:
        return _by_length(left, right) if left[0] == right[0] else 0
    left_is_formal, right_is_formal = left in _formal_names(right), right in _formal_names(left)
    if left_is_formal and right_is_formal:  # the book has both Bob for Robert and Robert for Bob
        return _by_length(left, right)
    return int(left_is_formal) - int(right_is_formal)


def shorter_date(left: str, right: str) -> int:
    """Of two dates as `1980-05-01`: one without its year, `--05-01`."""
    return _by_length(left, right) if left[-5:] == right[-5:] else 0


def _by_length(left: str, right: str) -> int:
    return (len(left) > len(right)) - (len(left) < len(right))


@cache
def _book() -> Any:
    from nicknames import NickNamer

    return NickNamer()


@cache
def _formal_names(name: str) -> frozenset[str]:
    return frozenset(_book().canonicals_of(name))
