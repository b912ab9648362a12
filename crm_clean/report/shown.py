"""Values of people as eyes read them: dates without seconds, flags as yes and no, fields by their plain names."""

from __future__ import annotations

import math

import pandas as pd

from crm_clean.records.fields import SCALARS

_NAMES = {
    "full_name": "Name",
    "email_opt_out": "Opted out of e-mail",
    "do_not_call": "Not to be called",
    "postal_opt_out": "Opted out of post",
    "email_bounced": "E-mail bounced",
    "consent_status": "Consent",
    "consent_at": "Consent since",
    "consent_basis": "Consent because of",
    "created_at": "Created",
    "updated_at": "Changed",
    "last_activity_at": "Last activity",
    "n_interactions": "Interactions",
    "n_purchases": "Purchases",
    "email": "E-mail",
}


def field_name(field: str) -> str:
    """A canonical field or kind of contact point as a label."""
    return _NAMES.get(field) or field.replace("_", " ").capitalize()


def shown(value: object, field: str = "") -> str | None:
    """A value of `field`, typed or as text from the lineage; None for missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    text = str(value)
    match SCALARS.get(field):
        case "flag":
            return {"true": "yes", "false": "no"}.get(text.lower(), text)
        case "instant":
            return text[:16].removesuffix(" 00:00")
        case "amount":
            return f"{float(text):,.2f}".removesuffix(".00")
    return text
