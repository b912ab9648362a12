"""The plan of a table: by the profile that knows its header, else by guessing; then as the user overrules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from crm_clean.records.fields import Target, parse_target
from crm_clean.sources import consents
from crm_clean.sources.grid import Grid
from crm_clean.sources.guess import guess
from crm_clean.sources.plan import Feed, Plan, overrule
from crm_clean.sources.profile import Column, Profile, available, built_in, loosely
from crm_clean.sources.spec import SourcesSpec

_MOST_NUMBERED = 50


def recognise(grid: Grid, *, source_file: str, spec: SourcesSpec) -> Plan:
    """The plan of `grid`, which was read from `source_file`."""
    profile = next((p for p in available(spec.profiles) if p.fits(grid.header)), None)
    if profile is None:
        return overrule(guess(grid), grid.header, spec)
    plan = by_profile(profile, grid.header, source_file)
    if profile in built_in():  # of the columns a company added to a known export, those of consent must not be missed
        plan = replace(plan, feeds=(*plan.feeds, *consents.missed(grid, {feed.column for feed in plan.feeds})))
    return overrule(plan, grid.header, spec)


def by_profile(profile: Profile, header: Sequence[str], source_file: str) -> Plan:
    """The plan that `profile` makes for a table with `header`."""
    places = _Places(header)
    feeds = [feed for column in profile.columns for feed in _feeds(column, places)]
    return Plan(
        feeds=tuple(_distinct_points(feeds)),
        profile=profile.name,
        source=profile.source,
        constants=_constants(profile, source_file),
        nulls=frozenset(profile.nulls),
        default_region=profile.default_region,
    )


class _Places:
    """Where a name stands in a header: as written, else with case and blanks aside; the first of twins."""

    def __init__(self, header: Sequence[str]) -> None:
        self._exact: dict[str, int] = {}
        self._loose: dict[str, int] = {}
        for i, name in enumerate(header):
            self._exact.setdefault(name, i)
        for i, name in enumerate(header):
            self._loose.setdefault(loosely(name), i)

    def of(self, name: str) -> int | None:
        return self._exact.get(name, self._loose.get(loosely(name)))


def _feeds(column: Column, places: _Places) -> list[Feed]:
    """The feeds of one profile entry: one for each of its names that the header has."""
    found: dict[int, Feed] = {}
    for name in column.named:
        for number in range(1, _MOST_NUMBERED + 1) if "{n}" in name else (0,):
            at = places.of(name.replace("{n}", str(number)))
            if at is None or at in found:
                continue
            labels = (places.of(label.replace("{n}", str(number))) for label in column.label_from)
            label_at = next((label for label in labels if label is not None), None)
            found[at] = Feed(at, _numbered(column, number), column.split, label_at, column.when)
    return list(found.values())


def _numbered(column: Column, number: int) -> Target:
    target = parse_target(column.to if number < 2 else f"{column.to}_{number}", label=column.label)
    if target is None:
        target = parse_target(column.to, label=column.label)
    assert target is not None
    return target


def _distinct_points(feeds: list[Feed]) -> list[Feed]:
    """Of several names for one part of an address only the first: `Country` gives way to `Country/Region`.

    Streets and units are kept: they are lines, and join.
    """
    seen: set[str] = set()
    out = []
    for feed in feeds:
        is_part = feed.target.kind == "address" and feed.target.part not in ("street", "unit")
        if is_part and feed.target.field in seen:
            continue
        seen.add(feed.target.field)
        out.append(feed)
    return out


def _constants(profile: Profile, source_file: str) -> tuple[tuple[str, str], ...]:
    base = source_file.rsplit("/", 1)[-1]
    for rule in profile.from_file_name:
        if re.search(rule.pattern, base, re.IGNORECASE):
            return tuple(rule.set.items())
    return ()
