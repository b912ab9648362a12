"""What two records have to show for each comparison: the value they share, else the two that come nearest.

The levels say how alike two records are; this finds the values that a person wants to see with it. Where a record has
several values and none is the one that counted, none is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import Any

import pandas as pd

from crm_clean.review.explain import Evidence
from crm_clean.text import fold

Pair = tuple[str | None, str | None]
_NONE: Pair = (None, None)
_SCALAR = {"birth_date": ("birth_date",), "company": ("company", "company_raw"), "generation": ("suffix", "suffix_raw")}
_KINDS = ("email", "phone", "address", "profile")
# Levels of an address that are about a part of it.
_PART = {"postcode": "postal_code", "city": "city"}


@dataclass(frozen=True)
class Face:
    """A record as it shows itself: its RECORDS row and the CONTACT_POINTS rows it holds, as plain values."""

    record: Mapping[str, Any]
    points: Sequence[Mapping[str, Any]] = ()

    @property
    def name(self) -> str | None:
        """What its person is called, as well as the record knows."""
        parts = [self._text(part) for part in ("first_name", "last_name")]
        return self._text("full_name") or " ".join(filter(None, parts)) or self._text("full_name_raw")

    def scalar(self, fields: Iterable[str]) -> str | None:
        """The first of `fields` that holds something."""
        return next(filter(None, (self._text(field) for field in fields)), None)

    def of_kind(self, kind: str, *, label: str | None = None) -> list[dict[str, str | None]]:
        """Its usable points of a kind: key, value, city and postal_code of each."""
        mine = [p for p in self.points if p["kind"] == kind and (label is None or p["label"] == label)]
        return [_plain(point) for point in mine if not pd.isna(point["key"]) or kind == "address"]

    def _text(self, field: str) -> str | None:
        value = self.record.get(field)
        return None if value is None or pd.isna(value) or not str(value).strip() else str(value)


def values(evidence: Iterable[Evidence], left: Face, right: Face) -> dict[str, Pair]:
    """By comparison, the values left and right that its level is about; (None, None) where that is not certain."""
    return {seen.comparison: _values(seen, left, right) for seen in evidence}


def _values(seen: Evidence, left: Face, right: Face) -> Pair:
    kind, _, label = seen.comparison.partition(":")
    if kind == "name":
        return left.name, right.name
    if kind in _SCALAR:
        return left.scalar(_SCALAR[kind]), right.scalar(_SCALAR[kind])
    if kind == "text":
        return _points(seen.level, left.of_kind("text", label=label), right.of_kind("text", label=label))
    return _points(seen.level, left.of_kind(kind), right.of_kind(kind)) if kind in _KINDS else _NONE


def _points(level: str, left: list[dict[str, str | None]], right: list[dict[str, str | None]]) -> Pair:
    if level in _PART:
        part = _PART[level]
        one, two = ({fold(said): said for p in side if (said := p[part])} for side in (left, right))
        common = sorted(one.keys() & two.keys())
        return (one[common[0]], one[common[0]]) if common else _NONE
    if level == "different":
        return (left[0]["value"], right[0]["value"]) if len(left) == len(right) == 1 else _NONE
    keys = {p["key"] for p in right if p["key"]}
    # One spelling of what is the same to both is enough.
    shared = [(p["value"], p["value"]) for p in left if p["key"] in keys]
    return shared[0] if shared else _nearest(left, right)


def _nearest(left: list[dict[str, str | None]], right: list[dict[str, str | None]]) -> Pair:
    pairs = [(a["value"], b["value"]) for a, b in product(left, right)]
    known = [(a, b) for a, b in pairs if a and b]
    return max(known, key=lambda pair: _likeness(*pair), default=_NONE)


def _likeness(one: str, two: str) -> float:
    return SequenceMatcher(None, one, two, autojunk=False).ratio()


def _plain(point: Mapping[str, Any]) -> dict[str, str | None]:
    wanted = {name: point.get(name) for name in ("key", "value", "raw", "city", "postal_code")}
    plain = {name: None if value is None or pd.isna(value) else str(value) for name, value in wanted.items()}
    return {**plain, "value": plain["value"] or plain["raw"]}
