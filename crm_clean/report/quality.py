"""A small scorecard of the data before and after: five shares between 0 and 1, and their mean.

Says how good the values are, not how well people were matched. A dimension about which the data says nothing (no
dates, no e-mail and no phone at all) is missing, not zero, and stays out of the mean.

    completeness  mean of three shares: those with a name; those with an e-mail or a phone; those with a company or a
                  country. Placeholders (`Test`, `none@none.com`) and what is no address at all count as nothing.
    validity      of the e-mails, phones, postcodes and dates that are given, the share that can be used: an e-mail
                  that is well formed, a number that can be dialled, a postcode that looks like one, a date that can
                  be read.
    uniqueness    people per contact: of the records before, of the golden records afterwards. A golden record that may
                  still be another one, as pairs waiting for review say, is not counted as a person of its own.
    consistency   of names, companies, birth dates, e-mails and phones that are given, the share already written in
                  the normal form.
    timeliness    the share touched (created, updated or active) within two years of the newest instant in the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

FRESH = np.timedelta64(730, "D")

INSTANTS = ("created_at", "updated_at", "last_activity_at")
_DATES = ("birth_date", *INSTANTS)
_WRITTEN = ("full_name", "first_name", "last_name", "company", "birth_date")
_NAMES = ("full_name", "first_name", "last_name")
_REACH = ("email", "phone")
_POSTCODE = r"^[A-Za-z0-9 -]{0,9}[0-9][A-Za-z0-9 -]{0,9}$"
_NORMAL = {"email": r"^[^@\s]+@[^@\sA-Z]+\.[^@\sA-Z]+$", "phone": r"^\+[1-9]\d{6,14}$"}
_ISO_DATE = r"^(\d{4}|-)-\d\d-\d\d$"

# Values that pass, and values there are; by dimension.
Counted = tuple[int, int]
Card = Mapping[str, Counted]


@dataclass(frozen=True)
class Quality:
    """The five dimensions, each a share in 0..1 or None where the data says nothing about it."""

    completeness: float | None
    validity: float | None
    uniqueness: float | None
    consistency: float | None
    timeliness: float | None

    @property
    def overall(self) -> float | None:
        """The mean of the dimensions that apply, all of one weight."""
        known = [share for share in self.dimensions().values() if share is not None]
        return sum(known) / len(known) if known else None

    def dimensions(self) -> dict[str, float | None]:
        """The dimensions by name, in the order they are shown."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def quality_before(
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    *,
    n_golden: int,
    n_doubtful: int = 0,
    as_of: pd.Timestamp | None = None,
) -> Quality:
    """The scorecard of the records as they came: RECORDS and CONTACT_POINTS, and how many people they turned out to be.

    `n_doubtful` of them may be the same person as another one, as far as pairs wait for review. Instants after
    `as_of` are taken for mistakes and passed over.
    """
    card = counted_before(records, contact_points)
    people = (n_golden - min(n_doubtful, n_golden), len(records))
    return scored(card, people=people, timeliness=timeliness(records, as_of))


def quality_after(
    golden: pd.DataFrame, golden_points: pd.DataFrame, *, n_doubtful: int = 0, as_of: pd.Timestamp | None = None
) -> Quality:
    """The scorecard of the golden records: GOLDEN and GOLDEN_POINTS.

    `n_doubtful` golden records may be the same person as another one, as far as pairs wait for review.
    """
    people = (len(golden) - min(n_doubtful, len(golden)), len(golden))
    return scored(counted_after(golden, golden_points), people=people, timeliness=timeliness(golden, as_of))


def scored(card: Card, *, people: Counted, timeliness: float | None) -> Quality:
    """The scorecard of what was counted; `people`: those who are surely somebody of their own, of how many."""
    shares = {name: passed / given if given else None for name, (passed, given) in {**card, "people": people}.items()}
    return Quality(shares["completeness"], shares["validity"], shares["people"], shares["consistency"], timeliness)


def counted_before(records: pd.DataFrame, contact_points: pd.DataFrame) -> Card:
    """What of RECORDS and CONTACT_POINTS as they came passes, and what is given: counts that add up over records."""
    raw = {name: records[f"{name}_raw"] for name in (*_NAMES, *_DATES, *_WRITTEN)}
    named = _any([raw[name] for name in _NAMES]) & ~records["is_placeholder_name"].fillna(False)
    points = contact_points[["record_id", "kind", "value", "country"]][_real(contact_points)]
    usable = points["kind"].isin(_REACH) & points["value"].notna()
    reached = _has(records["record_id"], points["record_id"][usable])
    placed = _has(records["record_id"], points["record_id"][points["country"].notna()]) | records["company_raw"].notna()
    dates = [(_both(raw[name], records[name]), _n(raw[name])) for name in _DATES]
    written = [(int(raw[name].eq(records[name]).fillna(False).sum()), _n(raw[name])) for name in _WRITTEN]
    return {
        "completeness": _summed([(int(flag.sum()), len(flag)) for flag in (named, reached, placed)]),
        "validity": _summed([*_usable_points(contact_points, contact_points["raw"]), *dates]),
        "consistency": _summed([*written, *_written_points(contact_points)]),
    }


def counted_after(golden: pd.DataFrame, golden_points: pd.DataFrame) -> Card:
    """The same of GOLDEN and GOLDEN_POINTS; counts that add up over golden records."""
    points = golden_points[["golden_id", "kind", "value", "country"]][_real(golden_points)]
    usable = points["kind"].isin(_REACH) & points["value"].notna()
    named = _any([golden[name] for name in _NAMES])
    reached = _has(golden["golden_id"], points["golden_id"][usable])
    placed = _has(golden["golden_id"], points["golden_id"][points["country"].notna()]) | golden["company"].notna()
    dates = [(_n(golden[name]), _n(golden[name])) for name in _DATES]
    written = [(_n(golden[name]), _n(golden[name])) for name in _WRITTEN if name != "birth_date"]
    written.append((_matching(golden["birth_date"], _ISO_DATE), _n(golden["birth_date"])))
    written += [_normal(points["value"][points["kind"].eq(kind)], pattern) for kind, pattern in _NORMAL.items()]
    return {
        "completeness": _summed([(int(flag.sum()), len(flag)) for flag in (named, reached, placed)]),
        "validity": _summed([*_usable_points(golden_points, golden_points["value"]), *dates]),
        "consistency": _summed(written),
    }


def from_kept(kept: pd.DataFrame, column: str) -> Quality:
    """The scorecard in `column` (`before` or `after`) of a QUALITY frame; what it does not hold is not known."""
    card = kept[kept["field"].eq("all")].set_index("dimension")[column]
    shares = {name: card.get(name) for name in (field.name for field in fields(Quality))}
    return Quality(
        **{name: None if share is None or pd.isna(share) else float(share) for name, share in shares.items()}
    )


def _n(values: pd.Series) -> int:
    return int(values.notna().sum())


def _both(left: pd.Series, right: pd.Series) -> int:
    return int((left.notna() & right.notna()).sum())


def _any(columns: list[pd.Series]) -> pd.Series:
    found = columns[0].notna()
    for column in columns[1:]:
        found = found | column.notna()
    return found


def _real(points: pd.DataFrame) -> pd.Series:
    """Points that stand for something."""
    return ~points["is_placeholder"].fillna(False).astype("bool")


def _has(ids: pd.Series, owners: pd.Series) -> pd.Series:
    """Whether each id is among the owners."""
    # Arrow's own: pandas goes through a million owners one by one.
    known = pa.array(owners, from_pandas=True).drop_null()
    found = pc.is_in(pa.array(ids, from_pandas=True), value_set=known)
    return pd.Series(np.asarray(found.to_numpy(zero_copy_only=False), dtype="bool"), index=ids.index)


def _matching(values: pd.Series, pattern: str) -> int:
    return int(values.str.match(pattern).fillna(False).sum())


def _normal(values: pd.Series, pattern: str) -> Counted:
    return _matching(values, pattern), _n(values)


def _summed(counted: Iterable[Counted]) -> Counted:
    passed, given = (sum(ns) for ns in zip(*counted, strict=True))
    return passed, given


def _usable_points(points: pd.DataFrame, given: pd.Series) -> list[Counted]:
    """E-mails and phones that were given and can be used, and postcodes that look like one."""
    counted = [_normal(points["postal_code"], _POSTCODE)]
    for kind, pattern in _NORMAL.items():
        said = points["kind"].eq(kind) & given.notna()
        counted.append((_matching(points["value"][said & _real(points)], pattern), int(said.sum())))
    return counted


def _written_points(points: pd.DataFrame) -> list[Counted]:
    """E-mails and phones that came as they are kept."""
    reach = points[["raw", "value"]][points["kind"].isin(_REACH) & points["raw"].notna()]
    return [(int(reach["raw"].eq(reach["value"]).fillna(False).sum()), len(reach))]


def timeliness(frame: pd.DataFrame, as_of: pd.Timestamp | None) -> float | None:
    """The share of the rows of `frame` (of the columns INSTANTS) touched lately; None without any instant."""
    instants = [frame[name].dt.tz_localize(None).to_numpy("datetime64[us]") for name in INSTANTS]
    if as_of is not None:
        latest = as_of.tz_localize(None).to_datetime64()
        instants = [np.where(instant <= latest, instant, np.datetime64("NaT")) for instant in instants]
    # fmax and nanmax pass over what is missing; an instant compared with a missing one is not newer.
    touched = np.fmax.reduce(instants)
    if np.isnat(touched).all():
        return None
    return float((touched >= np.fmax.reduce(touched) - FRESH).mean())
