"""One customer as a piece of a notebook page: who it is, how to reach them, where each value came from, what happened.

A fragment, not a page: its styles hold within it alone and take their colours from the page around, light or dark.
No script, nothing fetched, every value escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from crm_clean.records.fields import CONSENT_FIELDS, NAME_FIELDS, SCALARS
from crm_clean.report import words
from crm_clean.report.pages import environment
from crm_clean.report.shown import field_name, shown

if TYPE_CHECKING:
    from jinja2 import Template

Row = dict[str, Any]

_STANDING = list(SCALARS).index("status"), list(SCALARS).index("email_opt_out")
_HISTORY = list(SCALARS).index("created_at")
_GROUPS = {
    "Name": (*NAME_FIELDS, "gender", "birth_date"),
    "Work": ("company", "company_id", "company_domain", "department", "job_title", "industry"),
    "Standing": tuple(SCALARS)[slice(*_STANDING)],
    "Consent": CONSENT_FIELDS,
    "History": tuple(SCALARS)[_HISTORY:],
}
_FACES = ("name", "emails", "phones", "company", "address", "updated_at")
_FACE_NAMES = {"emails": "E-mail", "phones": "Phone", "updated_at": "Changed"}


class Customer(Protocol):
    """What is shown, as `pipeline.customer` describes it."""

    @property
    def golden_id(self) -> str: ...
    @property
    def golden(self) -> pd.DataFrame: ...
    @property
    def members(self) -> pd.DataFrame: ...
    @property
    def values(self) -> pd.DataFrame: ...
    @property
    def points(self) -> pd.DataFrame: ...
    @property
    def lineage(self) -> pd.DataFrame: ...
    @property
    def links(self) -> pd.DataFrame: ...
    @property
    def history(self) -> pd.DataFrame: ...
    @property
    def note(self) -> str | None: ...


def render(customer: Customer) -> str:
    """The fragment as a string of HTML, the same for the same customer."""
    members = _rows(customer.members)
    labels = {row["record_id"]: _label(row) for row in members}
    links = _rows(customer.links)
    return _template().render(
        golden_id=customer.golden_id,
        note=customer.note,
        golden=next(iter(_rows(customer.golden)), None),
        style=_style(),
        groups=list(_groups(customer)),
        points=[_point(row, customer) for row in _rows(customer.points)],
        members=members,
        faces=[face for face in _FACES if any(row[face] is not None for row in members)],
        needed=[link for link in links if link["is_needed"]],
        others=[link for link in links if not link["is_needed"]],
        labels=labels,
        history=_by_run(customer.history),
        custom=list(_custom(customer.golden)),
    )


@cache
def _template() -> Template:
    made = environment()
    made.filters.update(
        percent=words.percent,
        shown=shown,
        label=field_name,
        face=lambda name: _FACE_NAMES.get(name) or field_name(name),
    )
    made.globals["plural"] = words.plural
    return made.get_template("customer.html")


def _style() -> object:
    from markupsafe import Markup

    # Ours, without any data in it.
    return Markup(files("crm_clean.report").joinpath("templates", "customer.css").read_text("utf-8"))


def _rows(frame: pd.DataFrame) -> list[Row]:
    """The rows as plain values, None for missing."""
    columns = [frame[name].astype(object).to_list() for name in frame.columns]
    rows = zip(*columns, strict=True)
    return [{str(n): None if pd.isna(v) else v for n, v in zip(frame.columns, row, strict=True)} for row in rows]


def _groups(customer: Customer) -> Iterator[Row]:
    """The values in groups of fields, each with where it came from and what was offered beside it."""
    held = {row["field"]: row for row in _rows(customer.values)}
    offered = {field: _rows(rows) for field, rows in customer.lineage.groupby("field", sort=False)}
    for name, fields in _GROUPS.items():
        rows = [_value(field, held.get(field), offered.get(field, [])) for field in fields]
        if told := [row for row in rows if row["value"] is not None or row["passed_by"]]:
            yield {"name": name, "rows": told}


def _value(field: str, held: Row | None, offered: list[Row]) -> Row:
    kept = {row["value"] for row in offered if row["is_kept"]} | ({held["value"]} if held else set())
    passed_by: dict[str, list[str]] = {}
    for row in offered:
        said = shown(row["value"], field) or f"{row['raw']} (not readable)"
        if row["value"] not in kept and said not in kept:
            passed_by.setdefault(said, []).append(_label(row))
    agreeing = [row for row in offered if not row["is_kept"] and row["value"] in kept]
    return {
        "name": field_name(field),
        "value": held["value"] if held else None,
        "from": _label(held) if held and held["record_id"] else None,
        "place": _place(held) if held else None,
        "row": held["source_row"] if held else None,
        "rule": held["rule"] if held else None,
        "n_agreeing": len(agreeing),
        "passed_by": list(passed_by.items()),
    }


def _point(row: Row, customer: Customer) -> Row:
    given = (row["record_ids"] or "").split("; ")
    sources = customer.members["source"][customer.members["record_id"].isin(given)]
    told = dict.fromkeys(sources.dropna())
    return {**row, "name": field_name(row["kind"]), "sources": list(told), "n_records": len(sources)}


def _label(row: Row) -> str:
    """What to call a record: its id where the source gave it one, else its file and row."""
    source, _, native = row["record_id"].partition(":")
    return f"{source} {native}" if ":" not in native else _place(row)


def _place(row: Row) -> str:
    return f"{row['source_file']}, row {row['source_row']}"


def _by_run(history: pd.DataFrame) -> list[Row]:
    runs: dict[int, Row] = {}
    for row in _rows(history):
        run = runs.setdefault(row["run"], {"run": row["run"], "at": shown(row["committed_at"]), "events": []})
        run["events"].append(row)
    return list(runs.values())


def _custom(golden: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Source, column and value of what no canonical field holds."""
    for text in golden["custom"].dropna() if "custom" in golden else ():
        for source, columns in json.loads(text).items():
            yield from ((source, column, str(value)) for column, value in columns.items())
