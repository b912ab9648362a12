"""A person's word on a field: it outranks every rule and goes where its record goes.

It may be said of every scalar but consent, and of `email`, `phone`, `address`, `profile` and `website`: which of these
comes first, or a new one that is put first. It holds until one of the records it was said over offers something new -
a value that nobody offered then and that is not the person's own - or until it is lifted. Records that join later do
not end it. Where two meet in one golden record, the newest that holds wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import UsageError
from crm_clean.merge.column import arrow, positions, whole
from crm_clean.merge.groups import NONE, IntArray
from crm_clean.merge.members import Members
from crm_clean.records.fields import CONSENT_FIELDS, SCALARS
from crm_clean.records.tables import ARROW_TYPE, CONTACT_POINTS, RECORDS

POINT_FIELDS = ("email", "phone", "address", "profile", "website")
Offers = Mapping[str, Iterable[str]]
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Override:
    """The word that holds for a field of a golden record: its number, the row of members it is anchored to."""

    group: int
    field: str
    value: str | None
    row: int


def check_override(field: str, value: str | None) -> None:
    """Raise UsageError, in one sentence, where nobody may say `value` of `field` (None: it is to be blank)."""
    if field in CONSENT_FIELDS:
        raise UsageError(f"{field} is consent, and the strictest consent always wins: change it where it was given.")
    if field not in SCALARS and field not in POINT_FIELDS:
        fields = ", ".join([*(f for f in SCALARS if f not in CONSENT_FIELDS), *POINT_FIELDS])
        raise UsageError(f"There is no such field: say one of {fields}.")
    if value is None and field in POINT_FIELDS:
        raise UsageError(f"No {field} can be made blank: say which one comes first.")
    if value is not None and (not value.strip() or read_value(field, value) is None):
        raise UsageError(f"That is no {field}: write {_written(field)}.")


def _written(field: str) -> str:
    forms = {
        "flag": "true or false",
        "date": "a day as 1980-05-01, or --05-01",
        "instant": "an instant as 2024-05-01T12:00:00Z",
        "count": "a whole number",
        "amount": "a number",
    }
    return forms.get(SCALARS.get(field, "text"), "a value")


def read_value(field: str, text: str) -> object:
    """`text` as a value of `field`, None where it is none."""
    kind = SCALARS.get(field, "text")
    try:
        if kind == "flag":
            return _FLAGS.get(text.strip().lower())
        if kind == "date":
            date.fromisoformat(f"2000{text[1:]}" if text.startswith("--") else text)
        if kind == "instant":
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if kind == "count":
            return int(text)
        if kind == "amount":
            return float(text)
    except ValueError:
        return None
    return text


def offered_digest(records: pd.DataFrame | pa.Table, points: pd.DataFrame | pa.Table, field: str) -> str:
    """What the members of a golden record offer for `field`, digested: the `base` of an override said over them.

    `records`, `points`: RECORDS and CONTACT_POINTS of the members.
    """
    return _digest(offers(arrow(RECORDS, records), arrow(CONTACT_POINTS, points), field))


def offers(records: pa.Table, points: pa.Table, field: str) -> dict[str, list[str]]:
    """The texts each record offers for `field`, by record id."""
    told: dict[str, list[str]] = {record: [] for record in records["record_id"].to_pylist()}
    if field in SCALARS:
        for record, text in zip(told, _texts(field, records[field]), strict=True):
            told[record] += [] if text is None else [text]
        return told
    mine = points.filter(pc.equal(points["kind"], field))
    for record, text in zip(mine["record_id"].to_pylist(), _texts(field, _same(mine)), strict=True):
        if text is not None and record in told:
            told[record].append(text)
    return told


def _same(points: pa.Table) -> pa.ChunkedArray:
    return pc.coalesce(points["key"], points["value"])


def _texts(field: str, values: pa.ChunkedArray) -> list[str | None]:
    return [_text(field, value) for value in values.to_pylist()]


def _text(field: str, value: object) -> str | None:
    if value is None:
        return None
    kind = SCALARS.get(field, "text")
    if kind == "flag":
        return str(value).lower()
    if kind == "instant":
        return pd.Timestamp(value).isoformat()  # type: ignore[arg-type]
    return str(value)


def _tag(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _digest(offered: Offers) -> str:
    tags = {f"{_tag(record)}:{_tag(text)}" for record, texts in offered.items() for text in texts}
    return " ".join(sorted(tags | {f"{_tag(record)}:" for record, texts in offered.items() if not list(texts)}))


def holds(base: str | None, offered: Offers, *, field: str, value: str | None) -> bool:
    """Whether none of the records of `base` offers what nobody offered then, but the word itself."""
    said = [tag.partition(":") for tag in (base or "").split()]
    over = {record for record, _, _ in said}
    known = {text for _, _, text in said}
    if value is not None:
        known |= {_tag(value), _tag(value.lower()), _tag(_text(field, read_value(field, value)) or value)}
    return all(_tag(text) in known for record, texts in offered.items() if _tag(record) in over for text in texts)


def standing_overrides(ledger: pa.Table, members: Members, points: pa.Table, owner: IntArray) -> list[Override]:
    """The words of `ledger` (OVERRIDES, in order) that hold now, one a golden record and field.

    `points`: CONTACT_POINTS of the members; `owner`: the row of members of each.
    """
    row = positions(whole(ledger["record_id"]), members.taken("record_id", np.arange(len(members.at))))
    ledger, row = ledger.filter(pa.array(row != NONE)), row[row != NONE]
    said: dict[tuple[int, str], dict[str, object]] = {}
    for at, word in zip(row.tolist(), ledger.to_pylist(), strict=True):
        said.pop((at, word["field"]), None)
        if word["verdict"] == "set":
            said[at, word["field"]] = word
    newest: dict[tuple[int, str], Override] = {}
    scenes = _Scenes(members, points, owner)
    for (at, field), word in said.items():
        found = Override(int(members.groups.of[at]), field, word["value"], at)  # type: ignore[arg-type]
        if _is_sound(found) and holds(str(word["base"] or ""), scenes.offered(found), field=field, value=found.value):
            newest[found.group, field] = found
    return sorted(newest.values(), key=lambda one: (one.group, one.field))


def _is_sound(override: Override) -> bool:
    try:
        check_override(override.field, override.value)
    except UsageError:
        return False
    return True


@dataclass(frozen=True, eq=False)
class _Scenes:
    """The records and points of single golden records."""

    members: Members
    points: pa.Table
    owner: IntArray

    @cached_property
    def _by_owner(self) -> IntArray:
        return np.argsort(self.owner, kind="stable")

    @cached_property
    def _owners(self) -> IntArray:
        return self.owner[self._by_owner]

    def offered(self, override: Override) -> Offers:
        groups = self.members.groups
        start = int(groups.starts[override.group])
        end = int(groups.starts[override.group + 1]) if override.group + 1 < len(groups) else len(groups.of)
        columns = ["record_id", *([override.field] if override.field in SCALARS else [])]
        rows = pa.array(self.members.at[start:end])
        records = self.members.table.select(columns).take(rows)
        if override.field in SCALARS:
            return offers(records, self.points, override.field)
        first, last = np.searchsorted(self._owners, [start, end])
        mine = self._by_owner[first:last]
        return offers(records, self.points.take(pa.array(mine)), override.field)


def typed(field: str, overrides: Iterable[Override]) -> pa.Array:
    """The values of overrides of one scalar, in its type."""
    values = [None if one.value is None else read_value(field, one.value) for one in overrides]
    return pa.array(values, ARROW_TYPE[SCALARS[field]])


def by_field(overrides: Iterable[Override]) -> dict[str, list[Override]]:
    """Overrides of scalars, by field."""
    told: dict[str, list[Override]] = {}
    for one in overrides:
        if one.field in SCALARS:
            told.setdefault(one.field, []).append(one)
    return told
