"""Quality of the fields that hold one value, of records as they came and of golden records.

What each dimension counts is told in `by_field`; here it is counted, as (values that pass, values judged).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import SCALARS
from crm_clean.report import shapes
from crm_clean.report.quality import FRESH

NAMES = ("full_name", "first_name", "last_name")
_HISTORY = ("created_at", "updated_at", "last_activity_at")
SCALAR_FIELDS = (
    *("company", "job_title", "department", "industry", "status", "lead_source", "tags", "lists", "language"),
    *("gender", "birth_date", "email_opt_out", "do_not_call", "postal_opt_out", "consent_status", "consent_at"),
    *_HISTORY,
)

INSTANTS = (*_HISTORY, "consent_at")
_FRESH = ("updated_at", "last_activity_at", "consent_at")

# What passed, and what was judged.
Counted = tuple[int, int]
Found = dict[tuple[str, str], Counted]


def scalars_as_they_came(records: pd.DataFrame) -> Found:
    """The scalars of the records as they came, but for what `instants` counts: counts that add up over records."""
    found: Found = {}
    for field in SCALAR_FIELDS:
        raw, value = shapes.column(records[f"{field}_raw"]), shapes.column(records[field])
        given = shapes.n(raw)
        found[field, "completeness"] = (given, len(records))
        # Of an instant, how many were given; how many of them have come is for `instants` to say.
        found[field, "validity"] = (0 if field in INSTANTS else _usable(field, value, raw), given)
        found[field, "consistency"] = (_as_kept(field, raw, value), given)
    return {**found, **_names_as_they_came(records)}


def instants(frame: pd.DataFrame, newest: np.datetime64 | None, as_of: pd.Timestamp | None) -> Found:
    """Of the instants of a frame with the columns INSTANTS, by field: under `validity`, how many have come, of none;
    under `timeliness`, those that are recent."""
    found: Found = {}
    for field in INSTANTS:
        value = frame[field]
        found[field, "validity"] = (int((value <= as_of).sum() if as_of is not None else value.notna().sum()), 0)
        if field in _FRESH:
            found[field, "timeliness"] = _timely(value, newest, as_of)
    return found


def together(*parts: Found) -> Found:
    """What was counted in several parts, added up."""
    found: Found = {}
    for part in parts:
        for name, (passed, judged) in part.items():
            before = found.get(name, (0, 0))
            found[name] = (before[0] + passed, before[1] + judged)
    return found


def _names_as_they_came(records: pd.DataFrame) -> Found:
    raw = {name: shapes.column(records[f"{name}_raw"]) for name in NAMES}
    value = {name: shapes.column(records[name]) for name in NAMES}
    nobody = pc.fill_null(shapes.column(records["is_placeholder_name"]), False)
    given = {name: pc.is_valid(raw[name]) for name in NAMES}
    given["full_name"] = pc.or_(given["full_name"], pc.or_(given["first_name"], given["last_name"]))
    held = {name: pc.is_valid(value[name]) for name in NAMES}
    held["full_name"] = pc.or_(held["full_name"], pc.or_(held["first_name"], held["last_name"]))
    real = {name: pc.and_not(given[name], nobody) for name in NAMES}
    found: Found = {}
    for name in NAMES:
        found[name, "completeness"] = (shapes.true(real[name]), len(records))
        found[name, "validity"] = (shapes.true(pc.and_(real[name], held[name])), shapes.true(given[name]))
        found[name, "consistency"] = (shapes.equal(raw[name], value[name]), shapes.n(raw[name]))
    return found


def _usable(field: str, value: pa.Array, raw: pa.Array) -> int:
    """Values given that mean something; what was derived from elsewhere does not count."""
    meant = pc.is_valid(value) if field not in shapes.MEANINGS else shapes.among(value, shapes.MEANINGS[field])
    return shapes.true(pc.and_(meant, pc.is_valid(raw)))


def _as_kept(field: str, raw: pa.Array, value: pa.Array) -> int:
    """Values that came in the normal form."""
    if SCALARS[field] == "instant":
        return shapes.matching(raw, shapes.ISO_INSTANT)
    if SCALARS[field] == "flag":
        return shapes.true(shapes.among(raw, ("true", "false")))
    return shapes.equal(raw, value)


def scalars_as_kept(golden: pd.DataFrame) -> Found:
    """The scalars of the golden records, but for what `instants` counts: counts that add up over golden records."""
    found: Found = {}
    for field in (*NAMES, *SCALAR_FIELDS):
        value = shapes.column(golden[field])
        given = shapes.n(value)
        found[field, "completeness"] = (given, len(golden))
        found[field, "validity"] = (0 if field in INSTANTS else _usable(field, value, value), given)
        found[field, "consistency"] = (_well_written(field, value), given)
    return found


def _well_written(field: str, value: pa.Array) -> int:
    if SCALARS[field] in ("instant", "flag"):  # their type leaves no other form
        return shapes.n(value)
    if field in NAMES:
        return shapes.written_like_a_name(value)
    return shapes.matching(value, shapes.ISO_DATE if field == "birth_date" else shapes.TRIMMED)


def newest_instant(records: pd.DataFrame, as_of: pd.Timestamp | None) -> np.datetime64 | None:
    """The newest instant anywhere in the records, those after `as_of` aside; None when there is none."""
    latest = [_instants(records[name], as_of).max() for name in _HISTORY]
    known = [instant for instant in latest if not pd.isna(instant)]
    return max(known).to_datetime64() if known else None


def _instants(values: pd.Series, as_of: pd.Timestamp | None) -> pd.Series:
    """The instants that have come by `as_of`, without zone; the others missing."""
    found: pd.Series = (values if as_of is None else values.where(values <= as_of)).dt.tz_localize(None)
    return found


def _timely(values: pd.Series, newest: np.datetime64 | None, as_of: pd.Timestamp | None) -> Counted:
    found = _instants(values, as_of)
    return (0, 0) if newest is None else (int((found >= newest - FRESH).sum()), int(found.notna().sum()))
