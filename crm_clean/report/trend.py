"""How the figures moved from run to run: the points that went before, and those of this run."""

from __future__ import annotations

import pandas as pd

from crm_clean.report.summary import RunSummary, blank

COUNTS = ("records", "people", "to review", "quarantined")
SHARES = ("overall", "completeness", "validity", "uniqueness", "consistency", "timeliness", "expected precision")
MEASURES = (*COUNTS, *SHARES)
_COLUMNS = ["run", "committed_at", "measure", "value"]


def with_this_run(before: pd.DataFrame | None, summary: RunSummary) -> pd.DataFrame:
    """`before` (run, committed_at, measure, value) and this run's own points, in order of measure and run.

    Points of this run or a later one are not of `before`. A run without a number has no place in a trend.
    """
    if summary.run is None:
        return blank("trend")
    points = [] if before is None else [_typed(before[before["run"] < summary.run])]
    own = [(summary.run, summary.committed_at, name, value) for name, value in _own(summary)]
    points.append(_typed(pd.DataFrame(own, columns=_COLUMNS)))
    found = pd.concat([part for part in points if len(part)], ignore_index=True)
    found = found[found["measure"].isin(MEASURES) & found["value"].notna()]
    order = found["measure"].map({name: at for at, name in enumerate(MEASURES)})
    return found.assign(order=order).sort_values(["order", "run"])[_COLUMNS].reset_index(drop=True)


def _typed(points: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run": points["run"].astype("int64"),
            "committed_at": pd.to_datetime(points["committed_at"], utc=True).astype("datetime64[us, UTC]"),
            "measure": points["measure"].astype("string[pyarrow]"),
            "value": points["value"].astype("float64"),
        }
    )


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
