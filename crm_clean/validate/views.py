"""The columns a suite may ask about: those of the table, and a few derived from them.

A contact point is an e-mail, a phone or an address, each with its own rules; a derived column holds the value for the
rows it concerns and nothing for the rest, so that an expectation judges (and `mostly` counts) those alone. Derived
columns are flags and counts, but for `email`, `phone` and `country_code`, which are the point's own value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from crm_clean.errors import BrokenCheck
from crm_clean.records.fields import CONSENT_FIELDS
from crm_clean.records.tables import TABLES
from crm_clean.validate.balance import PUBLISH_BALANCE, RUN_BALANCE

Derivation = Callable[[pd.DataFrame], pd.Series]

# What CRMs write for "this address must not be used".
_CLOSED = r"(?i)^\s*(?:true|yes|y|1|x|opted[ _]?out|unsubscribed|cleaned|bounced|hard[ _]?bounced|unsubscribed_.*)\s*$"


def _of(kind: str, column: str) -> Derivation:
    """`column` on the points of one kind."""
    return lambda frame: frame[column].where(frame["kind"].eq(kind).fillna(False))


def _flag(kind: str, column: str) -> Derivation:
    """A flag on the points of one kind; nobody having said so counts as not so."""
    return lambda frame: frame[column].fillna(False).where(frame["kind"].eq(kind).fillna(False))


def _is_understood(frame: pd.DataFrame) -> pd.Series:
    """Whether a point has a key to be known by; a phone of no known country stays as written, under a weak one."""
    return frame["key"].notna() & ~frame["key"].str.startswith("raw:").fillna(False)


def _read(kind: str) -> Derivation:
    """Whether a point of this kind that says something was understood; placeholders are counted elsewhere."""

    def derive(frame: pd.DataFrame) -> pd.Series:
        speaks = frame["kind"].eq(kind) & frame["raw"].notna() & ~frame["is_placeholder"].fillna(False)
        return _is_understood(frame).astype("boolean").where(speaks.fillna(False))

    return derive


def _dialled(frame: pd.DataFrame) -> pd.Series:
    """The phone numbers that were understood."""
    return frame["value"].where(frame["kind"].eq("phone").fillna(False) & _is_understood(frame))


def _date_read(field: str) -> Derivation:
    """Whether a date that was given could be read."""
    return lambda frame: frame[field].notna().astype("boolean").where(frame[f"{field}_raw"].notna())


def _has_name(frame: pd.DataFrame) -> pd.Series:
    """Whether there is anything to address a person by."""
    return frame[["full_name", "first_name", "last_name"]].notna().any(axis=1).astype("boolean")


def _changes(frame: pd.DataFrame) -> pd.Series:
    """Whether the new value differs from the old one; missing and blank are the same."""
    return frame["old_value"].fillna("").ne(frame["new_value"].fillna("")).astype("boolean")


def _erases(frame: pd.DataFrame) -> pd.Series:
    """Whether a value would be taken away without another in its place."""
    return (frame["old_value"].fillna("").ne("") & frame["new_value"].fillna("").eq("")).astype("boolean")


def _reopens(frame: pd.DataFrame) -> pd.Series:
    """Whether a closed address, number or person would be open again, on the rows that touch consent."""
    closed = {side: frame[side].fillna("").str.match(_CLOSED) for side in ("old_value", "new_value")}
    return (closed["old_value"] & ~closed["new_value"]).astype("boolean").where(frame["field"].isin(CONSENT_FIELDS))


def _survivor_goes(frame: pd.DataFrame) -> pd.Series:
    """Whether the survivor of a merge is itself merged away in the same system, into another contact."""
    apart = frame[frame["survivor_id"].ne(frame["duplicate_id"]).fillna(False)]
    gone = pd.MultiIndex.from_frame(apart[["system", "duplicate_id"]].dropna())
    kept = pd.MultiIndex.from_frame(frame[["system", "survivor_id"]])
    return pd.Series(kept.isin(gone), index=frame.index, dtype="boolean")


def _n_cells(frame: pd.DataFrame) -> pd.Series:
    """How many cells a raw row has."""
    n_cells: pd.Series = frame["cells"].list.len().astype("Int64")
    return n_cells


# table -> derived column -> the columns it is made of, and how.
DERIVED: dict[str, dict[str, tuple[tuple[str, ...], Derivation]]] = {
    "raw_rows": {"n_cells": (("cells",), _n_cells)},
    "records": {
        "has_name": (("full_name", "first_name", "last_name"), _has_name),
        "created_at_is_read": (("created_at", "created_at_raw"), _date_read("created_at")),
        "updated_at_is_read": (("updated_at", "updated_at_raw"), _date_read("updated_at")),
        "birth_date_is_read": (("birth_date", "birth_date_raw"), _date_read("birth_date")),
    },
    "contact_points": {
        "email": (("kind", "value"), _of("email", "value")),
        "phone": (("kind", "value", "key"), _dialled),
        "country_code": (("kind", "country"), _of("address", "country")),
        "email_is_read": (("kind", "raw", "key", "is_placeholder"), _read("email")),
        "phone_is_read": (("kind", "raw", "key", "is_placeholder"), _read("phone")),
        "email_is_role": (("kind", "is_role"), _flag("email", "is_role")),
        "email_is_disposable": (("kind", "is_disposable"), _flag("email", "is_disposable")),
        "email_is_placeholder": (("kind", "is_placeholder"), _flag("email", "is_placeholder")),
        "phone_is_placeholder": (("kind", "is_placeholder"), _flag("phone", "is_placeholder")),
        "email_bounced": (("kind", "bounced"), _flag("email", "bounced")),
    },
    "golden": {"has_name": (("full_name", "first_name", "last_name"), _has_name)},
    "golden_points": {
        "email": (("kind", "value"), _of("email", "value")),
        "phone": (("kind", "value", "key"), _dialled),
        "country_code": (("kind", "country"), _of("address", "country")),
    },
    "publish_changes": {
        "is_change": (("old_value", "new_value"), _changes),
        "is_erasure": (("old_value", "new_value"), _erases),
        "reopens_consent": (("field", "old_value", "new_value"), _reopens),
    },
    "publish_merges": {"survivor_is_merged_away": (("system", "survivor_id", "duplicate_id"), _survivor_goes)},
    "publish_suppressions": {
        "email": (("channel", "address"), lambda f: f["address"].where(f["channel"].eq("email").fillna(False))),
        "phone": (("channel", "address"), lambda f: f["address"].where(f["channel"].eq("phone").fillna(False))),
    },
}

_AUDITED = {**TABLES, RUN_BALANCE.name: RUN_BALANCE, PUBLISH_BALANCE.name: PUBLISH_BALANCE}


def tables() -> frozenset[str]:
    """The tables a suite may be about."""
    return frozenset(_AUDITED)


def columns(table: str) -> frozenset[str]:
    """The columns a suite on `table` may name."""
    return frozenset(_AUDITED[table].columns) | frozenset(DERIVED.get(table, {}))


def needed(table: str, wanted: Iterable[str]) -> set[str]:
    """The columns of the table itself that the `wanted` ones are made of."""
    derived = DERIVED.get(table, {})
    return {c for name in wanted for c in (derived[name][0] if name in derived else (name,))}


def view(table: str, frame: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """The `wanted` columns of `frame`, derived ones worked out; nothing else is copied.

    Raises BrokenCheck when the frame lacks a column they need: that is a broken check, not bad data.
    """
    derived = DERIVED.get(table, {})
    names = list(wanted)
    missing = sorted(needed(table, names) - set(frame.columns))
    if missing:
        raise BrokenCheck(f"{table}: the frame to check has no column {', '.join(missing)}. Hand over the whole table.")
    made = {name: derived[name][1](frame) if name in derived else frame[name] for name in names}
    return pd.DataFrame(made, index=frame.index)
