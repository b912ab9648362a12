"""One self-contained page about a run: no script, nothing fetched, every value escaped.

The template holds the order and the words, `report.css` the looks, this module the numbers they are fed. Opened from
disk or mail it loads nothing, and its policy forbids that too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean.report import words
from crm_clean.report.summary import RunSummary

if TYPE_CHECKING:
    from jinja2 import Template

SEVERITIES = ("critical", "warning", "info")
# Of a pair under review, what is told apart from the fields side by side.
_NOT_A_FIELD = ("file", "row", "id")


def render(summary: RunSummary) -> str:
    """The page as a string of HTML, the same for the same summary."""
    return _template().render(
        run=summary,
        style=_style(),
        fate=_fate(summary),
        quality=_quality(summary),
        steps=_steps(summary),
        sources=_sources(summary),
        checks=_checks(summary.checks),
        unmet=_unmet(summary.checks),
        issues=_rows(summary.issues.head(20)),
        quarantine=_rows(summary.quarantine),
        largest=_rows(summary.largest),
        pairs=[_pair(row) for row in _rows(summary.review)],
        cuts=_rows(summary.cuts),
        severities=SEVERITIES,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=PackageLoader("crm_clean.report"),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        count=words.count, percent=words.percent, seconds=words.seconds, memory=words.memory, spoken=words.spoken
    )
    environment.globals["plural"] = words.plural
    return environment.get_template("report.html")


def _style() -> object:
    from markupsafe import Markup

    # Ours, without any data in it.
    return Markup(files("crm_clean.report").joinpath("templates", "report.css").read_text("utf-8"))


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain values, None for missing."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].astype(object).to_list() for name in names]
    rows = zip(*columns, strict=True)
    return [{name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)} for row in rows]


def _fate(summary: RunSummary) -> list[dict[str, Any]]:
    """What became of the rows, as parts of one bar: where each starts and how wide it is, in percent."""
    parts = (
        ("people", "became a person", summary.n_golden),
        ("merged", "merged into one of them", max(summary.n_merged, 0)),
        ("quarantined", "set aside unread", summary.n_quarantined),
    )
    whole = sum(n for _, _, n in parts) or 1
    starts = [sum(n for _, _, n in parts[:at]) for at in range(len(parts))]
    return [
        {"name": name, "words": told, "n": n, "x": 100 * start / whole, "width": 100 * n / whole, "share": n / whole}
        for (name, told, n), start in zip(parts, starts, strict=True)
    ]


def _quality(summary: RunSummary) -> list[dict[str, Any]]:
    before, after = summary.before.dimensions(), summary.after.dimensions()
    rows = [
        {"name": name, "words": told, "before": before[key], "after": after[key]}
        for key, (name, told) in words.DIMENSIONS.items()
    ]
    overall = {"name": "Overall", "words": "the mean of those that apply"}
    return [*rows, {**overall, "before": summary.before.overall, "after": summary.after.overall}]


def _steps(summary: RunSummary) -> list[dict[str, Any]]:
    longest = max((step.seconds for step in summary.steps), default=0) or 1
    return [
        {"name": s.name, "seconds": s.seconds, "peak_mb": s.peak_mb, "width": 100 * s.seconds / longest}
        for s in summary.steps
    ]


def _sources(summary: RunSummary) -> list[dict[str, Any]]:
    most = max((source.n_rows for source in summary.sources), default=0) or 1
    return [{"source": source, "width": 100 * source.n_rows / most} for source in summary.sources]


def _checks(checks: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Per severity: how many were asked and met, and every entry, by suite."""
    is_met = checks["is_met"].fillna(False).astype("bool")
    found = {}
    for severity in SEVERITIES:
        mine = checks["severity"].eq(severity).fillna(False).astype("bool")
        found[severity] = {"n": int(mine.sum()), "met": int((mine & is_met).sum()), "rows": _rows(checks[mine])}
    return found


def _unmet(checks: pd.DataFrame) -> list[dict[str, Any]]:
    """What was not met, the gravest first."""
    failed = checks[~checks["is_met"].fillna(False).astype("bool")]
    ranked = failed.assign(rank=failed["severity"].map({s: at for at, s in enumerate(SEVERITIES)}))
    return _rows(ranked.sort_values(["rank", "suite"], kind="stable").drop(columns="rank"))


def _pair(row: dict[str, Any]) -> dict[str, Any]:
    """A pair under review: its two sides, field by field, without the fields that both leave empty."""
    names = [name.removeprefix("left_") for name in row if name.startswith("left_")]
    fields = [_field(name, row) for name in names if name not in _NOT_A_FIELD]
    return {
        "probability": row["match_probability"],
        "reason": row["reason"],
        "fields": [field for field in fields if field["left"] or field["right"]],
        "left_at": _place(row.get("left_file"), row.get("left_row")),
        "right_at": _place(row.get("right_file"), row.get("right_row")),
    }


def _field(name: str, row: dict[str, Any]) -> dict[str, Any]:
    left, right = _shown(row[f"left_{name}"]), _shown(row[f"right_{name}"])
    told = name.replace("_", " ").removesuffix(" at")
    return {"name": told, "left": left, "right": right, "is_same": bool(left) and left == right}


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _place(file: object, row: object) -> str:
    return " ".join(_parts(file, row))


def _parts(file: object, row: object) -> Iterable[str]:
    if file is not None:
        yield str(file)
    if row is not None:
        yield f"row {row}"
