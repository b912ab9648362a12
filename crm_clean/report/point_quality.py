"""Quality of e-mails, phones, profiles, websites and the parts of addresses, of records and of golden records.

What each dimension counts is told in `by_field`; here it is counted, as (values that pass, values judged).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.report import shapes
from crm_clean.report.scalar_quality import Found

POINTS = ("email", "phone", "profile", "website")
PARTS = ("street", "city", "region", "postal_code", "country")

_ALONE = ("email", "phone", "profile")


def points_as_they_came(tables: Mapping[str, pd.DataFrame]) -> Found:
    """E-mails, phones and addresses of the records as they came, but for what `held_alone` counts: counts that add up
    over records."""
    records, points, issues = tables["records"], tables["contact_points"], tables["issues"]
    found: Found = {}
    for kind, mine in _by_kind(points, POINTS):
        raw, value = shapes.column(mine["raw"]), shapes.column(mine["value"])
        found |= _points(kind, mine, (raw, "record_id", len(records)))
        found[kind, "consistency"] = (shapes.equal(raw, value), shapes.n(raw))
    found |= _address(points, ("record_id", len(records)))
    # The meaning of a country that does not exist is dropped, so that only the finding tells that one was given.
    unknown = int(((issues["field"] == "country") & (issues["code"] == "country.unknown")).sum())
    known = found["country", "validity"]
    return {**found, ("country", "validity"): (known[0], known[1] + unknown)}


def points_as_kept(golden: pd.DataFrame, points: pd.DataFrame) -> Found:
    """E-mails, phones and addresses of the golden records, but for what `held_alone` counts; adding up as well."""
    found: Found = {}
    for kind, mine in _by_kind(points, POINTS):
        value = shapes.column(mine["value"])
        found |= _points(kind, mine, (value, "golden_id", len(golden)))
        found[kind, "consistency"] = (shapes.matching(value, shapes.POINT[kind]), shapes.n(value))
    return {**found, **_address(points, ("golden_id", len(golden)))}


def _by_kind(points: pd.DataFrame, kinds: tuple[str, ...]) -> Iterator[tuple[str, pd.DataFrame]]:
    for kind in kinds:
        yield kind, points[points["kind"].eq(kind)]


def _points(kind: str, points: pd.DataFrame, said: tuple[pa.Array, str, int]) -> Found:
    given, owner, n_owners = said
    real = pc.and_not(pc.is_valid(given), pc.fill_null(shapes.column(points["is_placeholder"]), False))
    owners = shapes.column(points[owner])
    usable = pc.and_(real, shapes.matches(shapes.column(points["value"]), shapes.POINT[kind]))
    return {
        (kind, "completeness"): (shapes.n_distinct(owners.filter(real)), n_owners),
        (kind, "validity"): (shapes.true(usable), shapes.n(given)),
    }


def held_alone(points: pd.DataFrame, owner: str, given: str) -> Found:
    """Of the different keys of e-mails, phones and profiles, how many one `owner` (a column) alone holds: counts that
    add up over keys. `given` is the column that says whether a point was given at all."""
    found: Found = {}
    for kind, mine in _by_kind(points, _ALONE):
        nobody = (pc.fill_null(shapes.column(mine[flag]), False) for flag in ("is_placeholder", "is_role"))
        ours = pc.and_not(pc.is_valid(shapes.column(mine[given])), pc.or_(*nobody))
        owners, keys = (shapes.column(mine[name]).filter(ours) for name in (owner, "key"))
        found[kind, "uniqueness"] = shapes.held_alone(owners, keys)
    return found


def _address(points: pd.DataFrame, owned: tuple[str, int]) -> Found:
    owner, n_owners = owned
    mine = points[points["kind"].eq("address")]
    owners, found = shapes.column(mine[owner]), {}
    for part in PARTS:
        value = shapes.column(mine[part])
        held = shapes.n_distinct(owners.filter(pc.is_valid(value)))
        found[part, "completeness"] = (held, n_owners)
        if part in shapes.PART:
            found[part, "validity"] = (shapes.matching(value, shapes.PART[part]), shapes.n(value))
    return found
