"""Quality field by field, before and after: what each of five questions finds in each field that matters.

Before are the records as they came, after are the golden records. A share is of what was judged; it is missing where
a question says nothing about a field, or where nobody holds a value of it.

    completeness  the share of records that hold the field at all. A placeholder (`Test`, `none@none.com`) is nothing.
                  `full_name` counts whole names and names in parts; `first_name` and `last_name` their own cells only.
    validity      of the values given, those that can be used: an e-mail that is well formed, a number that can be
                  dialled, a postcode that looks like one, a country that exists, a word whose meaning is known (a
                  `status` of `other` is not), a date that can be read and has come. Other parts of an address are
                  not looked up, so nothing is said of them.
    uniqueness    of the different e-mails, phones and profiles, those that one record holds alone. Mailboxes that
                  many people read (`info@`) are left out.
    consistency   of the values given, those written in the normal form. Before: raw and normalised value are the
                  same; a date is in ISO 8601. After: blanks are single, a name is not in capitals throughout, the
                  value has the shape of its kind. Parts of an address came without their raw form and are left out.
    timeliness    of `updated_at`, `last_activity_at` and `consent_at` given, those within two years of the newest
                  instant in the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from crm_clean.records.tables import QUALITY
from crm_clean.report.point_quality import PARTS, POINTS, held_alone, points_as_kept, points_as_they_came
from crm_clean.report.quality import Quality
from crm_clean.report.scalar_quality import (
    NAMES,
    SCALAR_FIELDS,
    Counted,
    Found,
    instants,
    newest_instant,
    scalars_as_kept,
    scalars_as_they_came,
    together,
)

FIELDS = (*NAMES, *POINTS, *PARTS, *SCALAR_FIELDS)
DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")
ALL = "all"
_COMPLETENESS = "completeness"


def quality_by_field(
    tables: Mapping[str, pd.DataFrame], *, before: Quality, after: Quality, as_of: pd.Timestamp | None = None
) -> pd.DataFrame:
    """A QUALITY frame: a row for each field of FIELDS and dimension, and those of the scorecard under `all`.

    `tables`: RECORDS, CONTACT_POINTS, ISSUES, GOLDEN and GOLDEN_POINTS by name; `before` and `after`: the scorecard.
    Instants after `as_of` are mistakes: they are not valid and not timely. Rows are in order of field and dimension.
    """
    records, golden = tables["records"], tables["golden"]
    newest = newest_instant(records, as_of)
    came = together(
        as_they_came(tables),
        held_alone(tables["contact_points"], "record_id", "raw"),
        instants(records, newest, as_of),
    )
    kept = together(
        as_kept(tables), held_alone(tables["golden_points"], "golden_id", "value"), instants(golden, newest, as_of)
    )
    return told(came, kept, before=before, after=after, of=(len(records), len(golden)))


def as_they_came(tables: Mapping[str, pd.DataFrame]) -> Found:
    """What of RECORDS, CONTACT_POINTS and ISSUES adds up over records."""
    return scalars_as_they_came(tables["records"]) | points_as_they_came(tables)


def as_kept(tables: Mapping[str, pd.DataFrame]) -> Found:
    """What of GOLDEN and GOLDEN_POINTS adds up over golden records."""
    return scalars_as_kept(tables["golden"]) | points_as_kept(tables["golden"], tables["golden_points"])


def told(came: Found, kept: Found, *, before: Quality, after: Quality, of: tuple[int, int]) -> pd.DataFrame:
    """A QUALITY frame of what was counted, with the scorecard; `of`: how many records and golden records there are."""
    rows = [
        (
            field,
            dimension,
            *_share(dimension, came.get((field, dimension))),
            *_share(dimension, kept.get((field, dimension))),
        )
        for field in FIELDS
        for dimension in DIMENSIONS
    ]
    rows += _scorecard(before, after, of)
    columns = ["field", "dimension", "before", "n_before", "after", "n_after"]
    frame = pd.DataFrame(rows, columns=columns)[list(QUALITY.columns)]
    return QUALITY.frame(frame.sort_values(["field", "dimension"]))


def counted(kept: pd.DataFrame, side: str) -> Found:
    """What a QUALITY frame was told of, on one `side` (`before`, `after`)."""
    own = kept[kept["field"].ne(ALL)]
    whole = int(kept.loc[kept["field"].eq(ALL), f"n_{side}"].max())
    found: Found = {}
    for field, dimension, share, n in zip(own["field"], own["dimension"], own[side], own[f"n_{side}"], strict=True):
        # A field that nobody held was not held by so many.
        judged = whole if dimension == _COMPLETENESS else int(n)
        found[field, dimension] = (0 if pd.isna(share) else round(share * judged), judged)
    return found


def _share(dimension: str, counted: Counted | None) -> tuple[float | None, int]:
    passed, judged = counted or (0, 0)
    if dimension == _COMPLETENESS and not passed:  # there is nothing to miss in what nobody holds
        return None, 0
    return passed / judged if judged else None, judged


def _scorecard(
    before: Quality, after: Quality, n: tuple[int, int]
) -> Iterator[tuple[str, str, float | None, int, float | None, int]]:
    came, kept = ({**quality.dimensions(), "overall": quality.overall} for quality in (before, after))
    for name, share in came.items():
        yield ALL, name, share, n[0], kept[name], n[1]
