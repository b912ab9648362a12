"""The figures of the runs that stand, one row a figure, for the charts of a report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from crm_clean.records.tables import RUNS
from crm_clean.store.base import Store

# What a run counted, by the name a reader knows it under; the queue holds doubtful pairs and those cut from a group.
_COUNTED = {
    "records": ("records",),
    "people": ("golden",),
    "to review": ("review", "cut"),
    "quarantined": ("quarantined",),
}
COLUMNS = ("run", "committed_at", "measure", "value")


def trend(store: Store, *, before: int | None = None) -> pd.DataFrame:
    """What every run (every one earlier than `before`) counted and measured, in order of runs.

    Columns: run (int64), committed_at (UTC instant), measure (`records`, `people`, `to review`, `quarantined`,
    `expected precision`, and the dimensions of the scorecard after the run, `overall` among them), value (float64).
    """
    runs = store.read(RUNS)
    if before is not None:
        runs = runs[runs["run"] < before]
    rows = [(row["run"], row["committed_at"], *figure) for row in runs.to_dict("records") for figure in _figures(row)]
    counted = pd.DataFrame(rows, columns=list(COLUMNS))
    return pd.concat([part for part in (counted, _scored(store, runs)) if len(part)] or [counted], ignore_index=True)


def _figures(row: dict[Any, Any]) -> Iterator[tuple[str, float]]:
    counts = json.loads(row["counts"])
    for measure, names in _COUNTED.items():
        if any(name in counts for name in names):
            yield measure, float(sum(counts.get(name, 0) for name in names))
    promised = (json.loads(row["model"]).get("report") or {}).get("expected_precision")
    if promised is not None:
        yield "expected precision", float(promised)


def _scored(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    card = store.view("quality", where={"field": "all"})
    card = card[card["after"].notna()].merge(runs[["run", "committed_at"]], on="run")
    return card.rename(columns={"dimension": "measure", "after": "value"})[list(COLUMNS)]
