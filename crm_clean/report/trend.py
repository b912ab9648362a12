"""How the figures moved from run to run: the points that went before, and those of this run."""

from __future__ import annotations

import pandas as pd

from crm_clean.report.summary import RunSummary

COUNTS = ("records", "people", "to review", "quarantined")
SHARES = ("overall", "completeness", "validity", "uniqueness", "consistency", "timeliness", "expected precision")
MEASURES = (*COUNTS, *SHARES)
_COLUMNS = ["run", "committed_at", "measure", "value"]


def with_this_run(before: pd.DataFrame | None, summary: RunSummary) -> pd.DataFrame:
    """`before` (run, committed_at, measure, value) and this run's own points, in order of measure and run.

    Points of this run or a later one are not of `before`. A run without a number has no place in a trend.
    """
    if summary.run is None:
        return pd.DataFrame(columns=_COLUMNS)
    own = pd.DataFrame(
        [(summary.run, summary.committed_at, name, float(value)) for name, value in _own(summary)], columns=_COLUMNS
    )
    earlier = pd.DataFrame(columns=_COLUMNS) if before is None else before[_COLUMNS][before["run"] < summary.run]
    frames = [frame.astype(object) for frame in (earlier, own) if len(frame)]
    points = pd.concat(frames, ignore_index=True) if frames else own
    points = points[points["measure"].isin(MEASURES) & points["value"].notna()]
    order = points["measure"].map({name: at for at, name in enumerate(MEASURES)})
    return points.assign(order=order).sort_values(["order", "run"])[_COLUMNS].reset_index(drop=True)


def _own(summary: RunSummary) -> list[tuple[str, float]]:
    quality = {**summary.after.dimensions(), "overall": summary.after.overall}
    figures = {
        "records": summary.n_records,
        "people": summary.n_golden,
        # What waited is not kept with an earlier run.
        "to review": None if summary.partial else summary.n_review,
        "quarantined": summary.n_quarantined,
        **quality,
        "expected precision": summary.linking.expected_precision,
    }
    return [(name, value) for name in MEASURES if (value := figures[name]) is not None]
