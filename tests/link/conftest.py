"""Small tables of people, made from plain rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import pytest

from crm_clean.link.linking import link
from crm_clean.link.people import People, read_people
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, RECORDS

_KEYS = ("first_name", "last_name", "middle_name", "maiden_name", "nickname", "suffix", "company")

Row = Mapping[str, Any]
Tables = tuple[pd.DataFrame, pd.DataFrame]


def _record(index: int, row: Row) -> dict[str, Any]:
    out = {
        "record_id": row.get("id", f"t:{index:05d}"),
        "source": row.get("source", "t"),
        "birth_date": row.get("birth_date"),
        "birth_date_raw": row.get("birth_date_raw"),
    }
    out |= {f"{name}_key": row.get(name) for name in _KEYS}
    out["content_hash"] = "|".join(f"{k}={row[k]}" for k in sorted(row) if k != "id")
    return out


def _points(record_id: str, row: Row) -> Iterable[dict[str, Any]]:
    for kind in ("email", "phone", "profile"):
        for ordinal, value in enumerate(_listed(row.get(kind)), start=1):
            yield {"record_id": record_id, "kind": kind, "ordinal": ordinal, "key": value}
    for ordinal, value in enumerate(_listed(row.get("role_email")), start=90):
        yield {"record_id": record_id, "kind": "email", "ordinal": ordinal, "key": value, "is_role": True}
    if row.get("street") or row.get("city") or row.get("postal_code"):
        key = f"{row.get('street') or ''}|{row.get('postal_code') or ''}"
        yield {
            "record_id": record_id, "kind": "address", "ordinal": 1, "key": key if key != "|" else None,
            "city": row.get("city"), "postal_code": row.get("postal_code"),
        }  # fmt: skip
    for name, value in row.items():
        if name.startswith("text:"):
            yield {"record_id": record_id, "kind": "text", "ordinal": len(name), "label": name[5:], "key": value}


def _listed(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def tables_of(rows: Iterable[Row]) -> Tables:
    records = [_record(i, row) for i, row in enumerate(rows)]
    points = [p for record, row in zip(records, rows, strict=True) for p in _points(record["record_id"], row)]
    return RECORDS.frame(pd.DataFrame(records)), CONTACT_POINTS.frame(pd.DataFrame(points))


@pytest.fixture
def tables() -> Callable[[Iterable[Row]], Tables]:
    """RECORDS and CONTACT_POINTS of plain rows with keys as they are after normalising."""
    return tables_of


@pytest.fixture
def people() -> Callable[[Iterable[Row]], People]:
    """People of plain rows, in the order given."""

    def make(rows: Iterable[Row]) -> People:
        records, points = tables_of(rows)
        records["content_hash"] = records["record_id"]
        return read_people(records, points)

    return make


@pytest.fixture
def linked() -> Callable[..., Linked]:
    """The result of linking plain rows; keywords go to LinkSpec."""

    def run(rows: Iterable[Row], *, decisions: pd.DataFrame | None = None, **spec: Any) -> Linked:
        records, points = tables_of(rows)
        return link(records, points, DECISIONS.empty() if decisions is None else decisions, spec=LinkSpec(**spec))

    return run
