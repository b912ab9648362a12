"""What each section of the page shows, as plain values: picked, ordered and put in words, nothing drawn.

Missing is None here, whatever kind of missing it was; every text is still as it is in the data, and escaped later.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from crm_clean.report import words
from crm_clean.report.scores import FATES
from crm_clean.report.shown import field_name
from crm_clean.report.summary import RunSummary, SourceRows

SEVERITIES = ("critical", "warning", "info")
# Of a pair under review, what is told apart from the fields side by side.
_NOT_A_FIELD = ("file", "row", "id")
_SHOWN_SOURCES = 6

Row = dict[str, Any]


def rows(frame: pd.DataFrame) -> list[Row]:
    """The rows as plain values, None for missing."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].astype(object).to_list() for name in names]
    return [
        {name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]


def verdict(summary: RunSummary) -> Row:
    """Whether all is well, in one sentence: `tone` (critical, warning, fine, info) and `said`."""
    if summary.refused:
        return {"tone": "critical", "said": "REFUSED: this run was not committed, and no file was handed out."}
    counts = checks(summary.checks)
    asked, met = counts["critical"]["n"], counts["critical"]["met"]
    if not len(summary.checks):
        return {"tone": "info", "said": "No expectation was checked in this run."}
    if met < asked:
        return {"tone": "critical", "said": f"{words.plural(asked - met, 'critical expectation')} not met."}
    warned = counts["warning"]["n"] - counts["warning"]["met"]
    more = f" {words.plural(warned, 'warning deserves', 'warnings deserve')} a look." if warned else ""
    return {"tone": "warning" if warned else "fine", "said": f"All critical expectations were met.{more}"}


def fate(summary: RunSummary) -> list[Row]:
    """What became of the rows, as parts of one bar: where each starts and how wide it is, in percent."""
    parts = (
        ("people", "became a person", summary.n_golden),
        ("merged", "merged into one of them", max(summary.n_merged, 0)),
        ("quarantined", "set aside unread", summary.n_quarantined),
    )
    return _bar(parts)


def events(summary: RunSummary) -> list[Row]:
    """What befell golden ids, and what that means; what befell none is left out."""
    counted = dict(summary.changes or {})
    order = [*words.EVENTS, *sorted(set(counted) - set(words.EVENTS))]
    return [
        {"name": words.spoken(name), "n": counted[name], "means": words.EVENTS.get(name, "")}
        for name in order
        if counted.get(name)
    ]


def sources(summary: RunSummary) -> list[Row]:
    """Each file with what became of its rows."""
    return [{"source": source, "fate": _bar(_fates(source))} for source in summary.sources]


def _fates(source: SourceRows) -> tuple[tuple[str, str, int], ...]:
    if source.n_alone is None:
        return (("people", "read", source.n_rows), ("quarantined", "set aside", source.n_quarantined))
    alone, within, across = source.n_alone, source.n_within or 0, source.n_across or 0
    return (
        ("people", "on their own", alone),
        ("within", "merged within the system", within),
        ("merged", "merged with another system", across),
        ("repeats", "repeat a record", max(source.n_rows - alone - within - across, 0)),
        ("quarantined", "set aside", source.n_quarantined),
    )


def _bar(parts: tuple[tuple[str, str, int], ...]) -> list[Row]:
    whole = sum(n for _, _, n in parts) or 1
    starts = [sum(n for _, _, n in parts[:at]) for at in range(len(parts))]
    return [
        {"name": name, "words": told, "n": n, "x": 100 * start / whole, "width": 100 * n / whole, "share": n / whole}
        for (name, told, n), start in zip(parts, starts, strict=True)
    ]


def findings(summary: RunSummary) -> list[Row]:
    """Each kind of finding in words, the most frequent first, with the fields it was found in and a few values."""
    counted = summary.issues
    if "n_records" not in counted.columns:
        counted = counted.assign(n_records=counted["n"])
    found = [_finding(str(code), part, summary) for code, part in counted.groupby("code", sort=True)]
    return sorted(found, key=lambda row: -row["n"])


def _finding(code: str, part: pd.DataFrame, summary: RunSummary) -> Row:
    fields = [
        {"name": field_name(str(field)), "n": int(n), "share": n / summary.n_records if summary.n_records else None}
        for field, n in zip(part["field"], part["n_records"], strict=True)
    ]
    told = {"code": code, "told": words.finding(code), "n": int(part["n"].sum()), "fields": fields}
    return told | _by_source(code, summary) | _examples(code, summary)


def _by_source(code: str, summary: RunSummary) -> Row:
    """The systems that a finding is most frequent in, and how often it is in all others together.

    Where the data has one system alone, none is named.
    """
    counted = summary.issue_sources
    is_mine = counted["code"].eq(code).fillna(False).astype("bool")
    systems = {*counted["source"], *(file.source for file in summary.sources)}
    mine = rows(counted[is_mine]) if len(systems) > 1 else []
    most = _SHOWN_SOURCES if len(mine) <= _SHOWN_SOURCES else _SHOWN_SOURCES - 1
    rest = mine[most:]
    return {"sources": mine[:most], "n_more_sources": len(rest), "n_in_more": sum(int(row["n"]) for row in rest)}


def quarantine(summary: RunSummary) -> list[Row]:
    """Each reason for quarantine in words, the most frequent first."""
    whole = summary.n_read + summary.n_quarantined
    return [
        {
            "code": row["reason"],
            "told": words.finding(str(row["reason"])),
            "n": int(row["n"]),
            "share": row["n"] / whole if whole else None,
            **_examples(str(row["reason"]), summary),
        }
        for row in rows(summary.quarantine)
    ]


def _examples(code: str, summary: RunSummary) -> Row:
    mine = summary.examples[summary.examples["code"].eq(code).fillna(False).astype("bool")]
    top = mine.sort_values("n", ascending=False, kind="stable").drop_duplicates("raw").head(3)
    return {"examples": [{"raw": str(row["raw"]), "n": row["n"]} for row in rows(top)]}


def scorecard(summary: RunSummary) -> list[Row]:
    """The dimensions of the scorecard before and after, and their mean."""
    before, after = summary.before.dimensions(), summary.after.dimensions()
    parts = [
        {"name": name, "words": told, "before": before[key], "after": after[key]}
        for key, (name, told) in words.DIMENSIONS.items()
    ]
    overall = {"name": "Overall", "words": "the mean of those that apply"}
    return [*parts, {**overall, "before": summary.before.overall, "after": summary.after.overall}]


def by_field(quality: pd.DataFrame) -> list[Row]:
    """Each field that anybody holds, the worst first: its shares by dimension, and what to do about the weakest."""
    mine = quality[quality["field"].ne("all") & (quality["before"].notna() | quality["after"].notna())]
    found = []
    for field, part in mine.groupby("field", sort=True):
        shares = {row["dimension"]: row for row in rows(part)}
        known = {name: row["after"] for name, row in shares.items() if row["after"] is not None}
        weakest = min(known, key=lambda name: (known[name], name), default=None)
        weak = weakest is not None and known[weakest] < _GOOD
        advice = words.todo(str(field), weakest) if weak and weakest else ""
        mean = sum(known.values()) / len(known) if known else 0.0
        found.append({"name": field_name(str(field)), "shares": shares, "todo": advice, "mean": mean})
    return sorted(found, key=lambda row: (row["mean"], row["name"]))


_GOOD = 0.95


def tone(share: float | None) -> str:
    """The shade of a share: `q0` (half or less) to `q5` (nearly all)."""
    if share is None:
        return ""
    return f"q{sum(share >= mark for mark in (0.5, 0.7, 0.8, 0.9, _GOOD))}"


def merges(chosen: pd.DataFrame, members: pd.DataFrame) -> list[Row]:
    """Each golden record with its members side by side and what makes them one."""
    by_id: dict[Any, pd.DataFrame] = dict(iter(members.groupby("golden_id", sort=False)))
    found = []
    for row in rows(chosen):
        own = [_member(member) for member in rows(by_id.get(row["golden_id"], members.head(0)))]
        weakest = min((m["match_probability"] for m in own if m["match_probability"] is not None), default=None)
        for member in own:
            # Of two records, none hangs on by less than the other.
            member["is_weakest"] = len(own) > 2 and member["match_probability"] == weakest
        found.append({**row, "members": own, "n_more": max(int(row["n_records"]) - len(own), 0)})
    return found


def _member(row: Row) -> Row:
    lists = {kind: str(row[kind] or "").split("; ") for kind in ("email", "phone")}
    return {**row, **lists, "updated": shown(row["updated_at"])}


def scores(summary: RunSummary) -> list[Row]:
    """The scored pairs by probability and what became of them, the likeliest first."""
    found = rows(summary.scores.sort_values(["low", "verdict"], ascending=[False, True]))
    return [{**row, "fate": FATES.get(str(row["verdict"]), str(row["verdict"]))} for row in found]


def checks(found: pd.DataFrame) -> dict[str, Row]:
    """Per severity: how many were asked and met, and every entry, by suite."""
    is_met = found["is_met"].fillna(False).astype("bool")
    told = {}
    for severity in SEVERITIES:
        mine = found["severity"].eq(severity).fillna(False).astype("bool")
        told[severity] = {"n": int(mine.sum()), "met": int((mine & is_met).sum()), "rows": rows(found[mine])}
    return told


def unmet(found: pd.DataFrame) -> list[Row]:
    """What was not met, the gravest first."""
    failed = found[~found["is_met"].fillna(False).astype("bool")]
    ranked = failed.assign(rank=failed["severity"].map({s: at for at, s in enumerate(SEVERITIES)}))
    return rows(ranked.sort_values(["rank", "suite"], kind="stable").drop(columns="rank"))


def pair(row: Row) -> Row:
    """A pair under review: its two sides, field by field, without the fields that both leave empty."""
    names = [name.removeprefix("left_") for name in row if name.startswith("left_")]
    fields = [_field(name, row) for name in names if name not in _NOT_A_FIELD]
    return {
        "probability": row["match_probability"],
        "reason": row["reason"],
        "fields": [field for field in fields if field["left"] or field["right"]],
        "left_at": _place(row.get("left_file"), row.get("left_row")),
        "right_at": _place(row.get("right_file"), row.get("right_row")),
        "ids": [str(row[name]) for name in ("left_id", "right_id") if row.get(name) is not None],
    }


def _field(name: str, row: Row) -> Row:
    left, right = shown(row[f"left_{name}"]), shown(row[f"right_{name}"])
    return {"name": field_name(name), "left": left, "right": right, "is_same": bool(left) and left == right}


def shown(value: object) -> str:
    """A value as text; an instant as its day."""
    if value is None:
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _place(file: object, row: object) -> str:
    parts = [str(file)] if file is not None else []
    return " ".join([*parts, f"row {row}"] if row is not None else parts)


def steps(summary: RunSummary) -> list[Row]:
    """Each step with what it cost; the longest is as wide as can be."""
    longest = max((step.seconds for step in summary.steps), default=0) or 1
    return [
        {"name": s.name, "seconds": s.seconds, "peak_mb": s.peak_mb, "width": 100 * s.seconds / longest}
        for s in summary.steps
    ]
