"""Which charts the page of a run has; none is drawn of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean.report import words
from crm_clean.report.summary import RunSummary
from crm_clean.report.trend import COUNTS, MEASURES

if TYPE_CHECKING:
    from markupsafe import Markup

# Of a long history, what is drawn and told.
SHOWN_RUNS = 60


def pictures(summary: RunSummary) -> dict[str, Markup | None]:
    """`sizes` and `scores`, None where there is nothing to draw."""
    from crm_clean.report import charts

    sizes, scores, threshold = summary.sizes, summary.scores, summary.linking.threshold
    return {
        "sizes": charts.group_sizes(sizes, ident="sizes") if len(sizes) else None,
        "scores": charts.probabilities(scores, threshold, ident="scores") if len(scores) else None,
    }


def trend(summary: RunSummary) -> dict[str, Any]:
    """`charts` (name, last, change, picture) where there are two runs or more, and `table` (run, at, values)."""
    points = summary.trend
    runs = sorted({int(run) for run in points["run"]})[-SHOWN_RUNS:]
    recent = points[points["run"].isin(runs)]
    if len(runs) < 2:
        return {"n_runs": len(runs), "charts": [], "table": [], "measures": []}
    measures = [name for name in MEASURES if recent["measure"].eq(name).any()]
    drawn = [_chart(name, recent[recent["measure"].eq(name)]) for name in measures]
    return {
        "n_runs": len(runs),
        "charts": [chart for chart in drawn if chart],
        "table": [_run(run, recent[recent["run"].eq(run)], measures) for run in reversed(runs)],
        "measures": measures,
    }


def _chart(name: str, points: pd.DataFrame) -> dict[str, Any] | None:
    from crm_clean.report import charts

    if len(points) < 2:
        return None
    values = points["value"].astype(float).tolist()
    is_share = name not in COUNTS
    told = words.percent if is_share else words.count
    picture = charts.over_runs(
        points, ident=f"trend-{name.replace(' ', '-')}", title=name.capitalize(), is_share=is_share
    )
    return {"name": name, "last": told(values[-1]), "before": told(values[-2]), "picture": picture}


def _run(run: int, points: pd.DataFrame, measures: list[str]) -> dict[str, Any]:
    values = dict(zip(points["measure"], points["value"].astype(float), strict=True))
    at = pd.to_datetime(points["committed_at"], utc=True).max()
    told = [
        (words.count if name in COUNTS else words.percent)(values[name]) if name in values else "" for name in measures
    ]
    return {"run": run, "at": "" if pd.isna(at) else f"{at:%Y-%m-%d %H:%M}", "values": told}
