"""What changed about one golden record between two states, each change in words.

Fields come in canonical order, contact points after them. What a record shares with the state before is not told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from crm_clean.records.fields import POINT_KINDS, SCALARS
from crm_clean.report.shown import field_name, shown

_STATES = (("opt_out", "opted out", "is open again"), ("bounced", "bounced", "no longer bounces"))


def values_changed(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """From the one GOLDEN row before to the one after; nothing when either is missing."""
    if before.empty or after.empty:
        return
    for field in SCALARS:
        was, now = shown(before[field].iloc[0], field), shown(after[field].iloc[0], field)
        if was != now:
            yield _change(field_name(field), was, now)


def points_changed(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """From the GOLDEN_POINTS rows before to those after: what came, what went, what was closed or opened."""
    for kind in POINT_KINDS:
        was, now = _of_kind(before, kind), _of_kind(after, kind)
        name = field_name(kind)
        yield from (f"{name} {value} was added." for value in now.index if value not in was.index)
        yield from (f"{name} {value} is no longer there." for value in was.index if value not in now.index)
        for value in now.index.intersection(was.index):
            yield from (f"{name} {value} {event}." for event in _states_changed(was.loc[value], now.loc[value]))
        yield from (f"{name} {value} now comes first." for value in _new_first(was, now))


def _change(name: str, was: str | None, now: str | None) -> str:
    if was is None:
        return _ended(f"{name} is now {now}")
    return _ended(f"{name} changed from {was} to {now}" if now is not None else f"{name} is blank now; it was {was}")


def _ended(sentence: str) -> str:
    """With the one full stop that it needs: a value may bring its own."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def _of_kind(points: pd.DataFrame, kind: str) -> pd.DataFrame:
    mine = points[(points["kind"] == kind) & points["value"].notna()].sort_values("ordinal")
    return mine.drop_duplicates("value").set_index("value")


def _states_changed(was: pd.Series, now: pd.Series) -> Iterator[str]:
    for flag, on, off in _STATES:
        stood, stands = was[flag] is not pd.NA and bool(was[flag]), now[flag] is not pd.NA and bool(now[flag])
        if stood != stands:
            yield on if stands else off


def _new_first(was: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """The value that comes first now and was there before without being first."""
    first = list(now.index[:1])
    return [value for value in first if value in was.index and value != was.index[0]]
