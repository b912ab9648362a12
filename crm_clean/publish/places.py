"""Changes of the postal address: all its parts or none, so that no two addresses ever mix.

A blank cell changes nothing in a CRM, so an address that lacks a part which the old one has could not replace it: such
a change is given up. Regions and countries are written as the export itself spells them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, pick
from crm_clean.publish.scalars import native
from crm_clean.publish.sheet import Place, Sheet
from crm_clean.records.fields import ADDRESS_PARTS


def changes(sheet: Sheet) -> Iterator[pd.DataFrame]:
    """The changes of the columns that hold the first address."""
    places = {p.column.field: p for p in sheet.places if p.mapped.kind == "address" and p.mapped.ordinal == 1}
    places = {part: place for part, place in places.items() if part in ADDRESS_PARTS}
    if "city" not in places and "street" not in places:
        return
    own, best = _own(sheet), _golden(sheet)
    if "unit" not in places:
        own["street"], best["street"] = _with_unit(own), _with_unit(best)
    old = pd.DataFrame({part: sheet.raw(place) for part, place in places.items()})
    same = own["key"].eq(best["key"]).fillna(False)
    new = pd.DataFrame({part: _spelt(place, old[part], own[part], best[part]) for part, place in places.items()})
    movable = _movable(old, new, best)
    for part, place in places.items():
        differs = best[part].ne(own[part].fillna("")) | (sheet.spec.spelling & (place.column.spelling == "golden"))
        chosen = (same | movable) & new[part].notna() & differs & new[part].ne(old[part].str.strip())
        if not sheet.spec.fill:
            chosen &= old[part].str.strip().ne("")
        rule = pd.Series(np.where(same, "cleaned", "most_frequent"), dtype=TEXT)
        yield sheet.change(place, chosen, pd.DataFrame({"old": old[part], "new": new[part], "rule": rule}))


def _own(sheet: Sheet) -> pd.DataFrame:
    return _at(sheet.given.contact_points, sheet.given.first_points("address")[sheet.record])


def _golden(sheet: Sheet) -> pd.DataFrame:
    points = sheet.given.golden_points
    at = sheet.given.first_golden_points("address")[sheet.person]
    return _at(points, np.where(pick(points["is_placeholder"], at).fillna(False), -1, at))


def _at(points: pd.DataFrame, at: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({name: pick(points[name], at) for name in (*ADDRESS_PARTS, "key")})


def _with_unit(parts: pd.DataFrame) -> pd.Series[str]:
    """Street and unit in one cell, where the CRM has no column for the unit."""
    return parts["street"] + (", " + parts["unit"]).fillna("")


def _spelt(place: Place, old: pd.Series[str], own: pd.Series[str], best: pd.Series[str]) -> pd.Series[str]:
    return native(old, own, best) if place.column.spelling == "native" else best


def _movable(old: pd.DataFrame, new: pd.DataFrame, best: pd.DataFrame) -> pd.Series[bool]:
    """Whether the whole address can be put in place of the old one without leaving a part of it behind."""
    movable = best[list(ADDRESS_PARTS)].notna().any(axis=1)
    for part in new:
        left_behind = new[part].isna() & old[part].str.strip().ne("")
        unspeakable = new[part].isna() & best[part].notna()
        movable &= ~(left_behind | unspeakable)
    return movable
