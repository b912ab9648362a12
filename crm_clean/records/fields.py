"""The canonical fields: one vocabulary from source profile to import file.

A scalar field holds one value a record. A point is one of several values of a kind (e-mail, phone, address,
profile, website), kept in order with a label. `Target` is what a source column is mapped to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "flag", "date", "instant", "count", "amount"]
PointKind = Literal["email", "phone", "address", "profile", "website", "text"]

POINT_KINDS: tuple[PointKind, ...] = ("email", "phone", "address", "profile", "website", "text")

# Where a record comes from. Not offered to survivorship.
IDENTITY_FIELDS = (
    "source",
    "source_record_id",
    "merged_ids",
    "master_record_id",
    "is_deleted",
    "source_file",
    "source_row",
)

# Scalar fields in the order files show them, with what their normalised value is:
# text: string; flag: boolean; date: ISO string, `1980-05-01` or `--05-01`; instant: UTC timestamp;
# count: integer; amount: float. `tags` and `lists` are text, values joined by "; ".
SCALARS: dict[str, Kind] = {
    "full_name": "text",
    "salutation": "text",
    "first_name": "text",
    "middle_name": "text",
    "last_name": "text",
    "suffix": "text",
    "nickname": "text",
    "maiden_name": "text",
    "gender": "text",
    "birth_date": "date",
    "company": "text",
    "company_id": "text",
    "company_domain": "text",
    "department": "text",
    "job_title": "text",
    "industry": "text",
    "status": "text",
    "status_detail": "text",
    "lead_source": "text",
    "owner": "text",
    "tags": "text",
    "lists": "text",
    "language": "text",
    "contact_preference": "text",
    "email_opt_out": "flag",
    "do_not_call": "flag",
    "postal_opt_out": "flag",
    "email_bounced": "flag",
    "consent_status": "text",
    "consent_at": "instant",
    "consent_basis": "text",
    "created_at": "instant",
    "updated_at": "instant",
    "last_activity_at": "instant",
    "n_interactions": "count",
    "n_purchases": "count",
    "purchase_total": "amount",
    "survey_score": "amount",
    "notes": "text",
}

NAME_FIELDS = (
    "full_name", "salutation", "first_name", "middle_name", "last_name", "suffix", "nickname", "maiden_name",
)  # fmt: skip
CONSENT_FIELDS = (
    "email_opt_out", "do_not_call", "postal_opt_out", "email_bounced", "consent_status", "consent_at", "consent_basis",
)  # fmt: skip
ADDRESS_PARTS = ("street", "unit", "city", "region", "postal_code", "country")
PHONE_LABELS = ("mobile", "work", "home", "fax", "other")

_POINT = re.compile(
    r"^(email|phone|profile|website|address|street|unit|city|region|postal_code|country)(?:_([2-9]|[1-9]\d))?$"
)
_TEXT = re.compile(r"^text:(\w[\w .-]{0,62})$")


@dataclass(frozen=True)
class Target:
    """What a source column feeds: a scalar field, an identity field, or a part of a point.

    For a point, `kind` and `ordinal` (1-based) say which, `part` is `value` or one of ADDRESS_PARTS, and `label`
    is what the source calls it (`mobile`, `work`; for `text` the name of the column).
    """

    field: str
    kind: PointKind | None = None
    ordinal: int = 1
    part: str = "value"
    label: str | None = None


def parse_target(name: str, *, label: str | None = None) -> Target | None:
    """The target that `name` stands for in a profile or `--map`, or None when it is no canonical field.

    `email` is the first e-mail, `email_2` the second; `street`, `city` and so on are parts of the first address;
    `address` is a whole address in one cell; `text:NAME` is a column compared as plain text.
    """
    if name in SCALARS or name in IDENTITY_FIELDS:
        return Target(name)
    text = _TEXT.match(name)
    if text:
        return Target(name, kind="text", label=text.group(1))
    point = _POINT.match(name)
    if not point:
        return None
    base, ordinal = point.group(1), int(point.group(2) or 1)
    if base in ADDRESS_PARTS:
        return Target(name, kind="address", ordinal=ordinal, part=base, label=label)
    return Target(name, kind=base, ordinal=ordinal, label=label)  # type: ignore[arg-type]
