"""One value that a person typed, read as the same value in an export would be; refused where it cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean.errors import UsageError
from crm_clean.records.fields import CONSENT_FIELDS, POINT_KINDS, SCALARS
from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS
from crm_clean.report.shown import field_name
from crm_clean.report.words import finding

if TYPE_CHECKING:
    from crm_clean.normalise.apply import Normalised
    from crm_clean.settings import Settings

FIELDS = (*(name for name in SCALARS if name not in CONSENT_FIELDS), *(k for k in POINT_KINDS if k != "text"))
_RECORD = "typed:1"
# What is of no use without its key: nobody can be reached at it.
_REACHES = ("email", "phone")
_HINTS = {
    "email": "write it as in name@example.com.",
    "phone": "write it with its country, as in +1 415 555 0101.",
    "birth_date": "write it as in 1980-05-31.",
    "country": "write its name or its two letters.",
}


def read_value(field: str, typed: str, *, settings: Settings) -> str:
    """The value of `field` (one of FIELDS) that `typed` stands for, as text.

    Raises UsageError with what is wrong and how to write it; it does not repeat the value.
    """
    found = _normalised(field, typed, settings)
    value = _point(found, field) if field in POINT_KINDS else _scalar(found, field)
    if value is None:
        raise UsageError(_refusal(field, found))
    return value


def read_address(typed: str, *, settings: Settings) -> tuple[str, str]:
    """Channel and key of the e-mail address or phone number that `typed` is; raises UsageError for neither."""
    channel = "email" if "@" in typed else "phone"
    points = _normalised(channel, typed, settings).contact_points
    if points.empty or pd.isna(points["key"].iloc[0]):
        raise UsageError(f"That is no e-mail address and no phone number: {_HINTS['phone']}")
    return channel, str(points["key"].iloc[0])


def _normalised(field: str, typed: str, settings: Settings) -> Normalised:
    from crm_clean.normalise.apply import normalise

    region = settings.sources.default_region or settings.normalise.default_region
    row: dict[str, list[Any]] = {
        "record_id": [_RECORD], "source": ["typed"], "source_file": ["typed"], "source_row": [1],
        "default_region": [region],
    }  # fmt: skip
    is_point = field in POINT_KINDS
    if not is_point:
        row[f"{field}_raw"] = [typed]
    point = {"record_id": [_RECORD], "kind": [field], "ordinal": [1], "raw": [typed]} if is_point else {}
    return normalise(STAGED_RECORDS.frame(row), STAGED_POINTS.frame(point), spec=settings.normalise)


def _point(found: Normalised, field: str) -> str | None:
    points = found.contact_points
    if points.empty or pd.isna(points["value"].iloc[0]):
        return None
    if field in _REACHES and pd.isna(points["key"].iloc[0]):
        return None
    return str(points["value"].iloc[0])


def _scalar(found: Normalised, field: str) -> str | None:
    value = found.records[field].iloc[0]
    if pd.isna(value):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refusal(field: str, found: Normalised) -> str:
    name = field_name(field)
    for code, suggestion in zip(found.issues["code"], found.issues["suggestion"], strict=True):
        meant = f"; did you mean {suggestion}?" if pd.notna(suggestion) else "."
        hint = f" To be read, {_HINTS[field]}" if field in _HINTS else ""
        return f"{name}: this cannot be taken ({finding(str(code)).title.lower()}){meant}{hint}"
    return f"{name}: this cannot be read; {_HINTS.get(field, 'write it as an export would, or say --blank.')}"
