"""The charts of the page of a run: people by records, pairs by probability, figures over runs.

How they become still pictures is `still`'s. What a chart shows, a table beside it says in numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean.report.still import ACCENT, DOUBT, INK, SOFT, drawn

if TYPE_CHECKING:
    import altair as alt
    from markupsafe import Markup

WIDTH, HEIGHT = 400, 180
SMALL_WIDTH, SMALL_HEIGHT = 300, 96


def warm() -> None:
    """Load what drawing needs, which takes seconds the first time."""
    group_sizes(pd.DataFrame({"n_records": [1], "n_golden": [1]}), ident="warm")


def group_sizes(sizes: pd.DataFrame, *, ident: str) -> Markup:
    """Bars: how many people (`n_golden`) came in how many records (`n_records`); ten and more are one bar."""
    import altair as alt

    many = sizes["n_records"].clip(upper=10)
    bars = sizes.groupby(many)["n_golden"].sum().reset_index()
    bars["label"] = [f"{n}" if n < 10 else "10+" for n in bars["n_records"]]
    bars["shown"] = [f"{n:,}" for n in bars["n_golden"]]
    order = bars["label"].tolist()
    base = alt.Chart(bars).encode(
        x=alt.X("label:O", sort=order, title="records per person", axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("n_golden:Q", title=None, axis=None),
    )
    colour = alt.condition(alt.datum.n_records > 1, alt.value(ACCENT), alt.value(SOFT))
    chart = base.mark_bar(cornerRadiusEnd=3).encode(color=colour) + _above(base, "shown")
    title = "People by number of records"
    return drawn(chart, ident=ident, title=title, told=_pairs(bars, "label", "n_golden"), size=(WIDTH, HEIGHT))


def probabilities(scores: pd.DataFrame, threshold: float | None, *, ident: str) -> Markup:
    """Bars: scored pairs (low, high, verdict, n) by probability, merged beside not merged, and the threshold."""
    import altair as alt

    is_merged = scores["verdict"].isin(["merge", "decided_same"])
    fate = is_merged.map({True: "merged", False: "not merged"})
    bars = scores.assign(fate=fate).groupby(["low", "high", "fate"])["n"].sum().reset_index()
    # The two stand side by side within the width of a bar.
    middle, half = (bars["low"] + bars["high"]) / 2, (bars["high"] - bars["low"]) / 2
    left = bars["fate"].eq("not merged")
    bars["start"], bars["end"] = bars["low"].where(left, middle), (bars["low"] + half).where(left, bars["high"])
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axis = alt.Axis(format=".0%", values=ticks, grid=False)
    axis_of_pairs = alt.Axis(values=_decades(bars["n"]), format=",.0f", domain=False, ticks=False)
    chart = (
        alt.Chart(bars)
        .mark_bar(cornerRadiusEnd=1.5)
        .encode(
            x=alt.X("start:Q", title="probability of being one person", scale=alt.Scale(domain=[0, 1]), axis=axis),
            x2="end:Q",
            y=alt.Y("n:Q", title="pairs", scale=alt.Scale(type="symlog"), axis=axis_of_pairs),
            y2=alt.datum(0),
            color=alt.Color(
                "fate:N",
                scale=alt.Scale(domain=["merged", "not merged"], range=[ACCENT, DOUBT]),
                legend=alt.Legend(title=None, orient="top", direction="horizontal", symbolType="square"),
            ),
        )
    )
    layers = chart if threshold is None else chart + _threshold(threshold)
    told = _pairs(bars.assign(label=[f"{b} {low:.0%} to {high:.0%}" for b, low, high in _bands(bars)]), "label", "n")
    return drawn(layers, ident=ident, title="Scored pairs by probability", told=told, size=(WIDTH, HEIGHT))


def over_runs(points: pd.DataFrame, *, ident: str, title: str, is_share: bool) -> Markup:
    """A line over runs: `run` and `value`, the last point told in full."""
    import altair as alt

    shown = pd.DataFrame({"run": points["run"].astype("int64"), "value": points["value"].astype("float64")})
    low, high = _span(shown["value"], is_share=is_share)
    form = ".0%" if is_share else ",.0f"
    runs = sorted(shown["run"].unique())
    ticks = runs if len(runs) <= 6 else [runs[0], runs[len(runs) // 2], runs[-1]]
    base = alt.Chart(shown).encode(
        x=alt.X(
            "run:Q",
            title=None,
            scale=alt.Scale(domain=[runs[0], runs[-1]], nice=False, padding=8),
            axis=alt.Axis(values=[int(r) for r in ticks], format="d", labelExpr="'run ' + datum.label", grid=False),
        ),
        y=alt.Y(
            "value:Q",
            title=None,
            scale=alt.Scale(domain=[low, high], nice=False),
            axis=alt.Axis(values=[low, high], format=form, domain=False, ticks=False),
        ),
    )
    last = base.transform_filter(alt.datum.run == int(runs[-1])).mark_point(
        filled=True, size=64, opacity=1, color=ACCENT
    )
    line = base.mark_line(
        color=ACCENT, strokeWidth=2, point={"color": ACCENT, "size": 18, "filled": True, "opacity": 1}
    )
    told = [(f"run {int(run)}", float(value)) for run, value in zip(shown["run"], shown["value"], strict=True)]
    return drawn(line + last, ident=ident, title=title, told=told, size=(SMALL_WIDTH, SMALL_HEIGHT))


def _above(base: alt.Chart, text: str) -> alt.Chart:
    said: alt.Chart = base.mark_text(dy=-8, color=INK, fontSize=12).encode(text=f"{text}:N")
    return said


def _threshold(threshold: float) -> alt.LayerChart:
    import altair as alt

    mark = pd.DataFrame({"at": [threshold], "said": [f"merged from {threshold:.3f}"]})
    base = alt.Chart(mark).encode(x="at:Q")
    # The words stand on the side where there is room.
    is_left = threshold >= 0.6
    said = base.mark_text(color=INK, fontSize=12, align="right" if is_left else "left", dx=-6 if is_left else 6)
    layers: alt.LayerChart = base.mark_rule(color=INK, strokeDash=[4, 3]) + said.encode(text="said:N", y=alt.value(-7))
    return layers


def _decades(counts: pd.Series) -> list[int]:
    return [10**power for power in range(len(str(int(counts.max()))))]


def _bands(bars: pd.DataFrame) -> Iterator[tuple[str, float, float]]:
    return zip(bars["fate"], bars["low"], bars["high"], strict=True)


def _span(values: pd.Series, *, is_share: bool) -> tuple[float, float]:
    """A range round the values in round numbers, wide enough that a small change looks small."""
    low, high = float(values.min()), float(values.max())
    if is_share:
        return max(math.floor(low * 100 - 2), 0) / 100, min(math.ceil(high * 100 + 2), 100) / 100
    room = max((high - low) * 0.25, high * 0.05, 1)
    step = 10 ** max(math.floor(math.log10(room)), 0)
    return max(math.floor((low - room) / step) * step, 0), math.ceil((high + room) / step) * step


def _pairs(frame: pd.DataFrame, name: str, value: str) -> list[tuple[str, float]]:
    return list(zip(frame[name].astype(str), frame[value].astype(float), strict=True))
