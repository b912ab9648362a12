"""The charts of a model and of what it did to a table: drawn from the frames of `link.insight`, for notebooks.

Each is one still picture with its title, legible when it is pasted into a report; figures under the pointer, none of
them only there. Teal speaks for one person, amber against it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

import numpy as np
import pandas as pd

from crm_clean.report.still import ACCENT, BEFORE, DOUBT, INK, LINE, QUIET, SOFT, Picture, drawn

if TYPE_CHECKING:
    import altair as alt

_ROW = 19
_CUT = "#b4535a"
# What became of a pair, in the order of the legend.
FATES = {
    "merge": "merged",
    "by_others": "merged by way of others",
    "decided_same": "merged",
    "review": "waits for review",
    "cut": "cut from a group",
    "decided_different": "kept apart",
    "apart": "kept apart",
}
_COLOURS = {
    "merged": ACCENT,
    "merged by way of others": SOFT,
    "waits for review": DOUBT,
    "cut from a group": _CUT,
    "kept apart": BEFORE,
}
_STEPS = {"start": "to begin with", "held down": "held down", "decided": "decided by a person"}


def match_weights(weights: pd.DataFrame, *, start: float) -> Picture:
    """Bars: what each level is worth (as `insight.match_weights`); thin lines reach over the kinds of strangers.

    `start` is what any candidate pair begins with, in bits.
    """
    import altair as alt

    bars = _levels(weights).assign(
        **{name: weights[name].astype("float64") for name in ("bits", "low", "high")},
        said=[_bits(bits) for bits in weights["bits"]],
        of_one=[_share(share) for share in weights["m"]],
        of_strangers=[_share(share) for share in weights["u"]],
    )
    bars["sign"] = np.where(bars["bits"] >= 0, "for", "against")
    bars["hover"] = [
        f"{row.comparison}, {row.level}: {row.said} bits; reached by {row.of_one} of pairs that are one person, by "
        f"{row.of_strangers} of strangers; {_bits(row.low)} to {_bits(row.high)} bits by kind of stranger"
        if row.of_one
        else f"{row.comparison}, {row.level}: says nothing"
        for row in _each(bars)
    ]
    span = [min(-1.0, float(bars["low"].min())), max(1.0, float(bars["high"].max()))]
    scale, axis, base = alt.Scale(domain=span, nice=True), _bits_axis(), _by_level()
    x, low = (alt.X(f"{field}:Q", title="bits", scale=scale, axis=axis) for field in ("bits", "low"))
    columns = {
        "said": (480, "bits", INK),
        "of_one": (550, "one person", QUIET),
        "of_strangers": (625, "strangers", QUIET),
    }
    layers = alt.layer(
        base.mark_rule(color=BEFORE, strokeWidth=1.5, aria=False).encode(x=low, x2="high:Q"),
        base.mark_bar(height=11, cornerRadius=1.5).encode(x=x, color=_sign(), description="hover:N"),
        *_columns(base, columns),
        data=bars,
    ).properties(width=425, height=alt.Step(_ROW))
    told = (
        f"Any candidate pair starts at {_bits(start)}; each bit more doubles the odds. One person, strangers: "
        "how often such pairs reach a level."
    )
    more = "Thin lines: from the kind of stranger that a level tells least from one person to the kind it tells best."
    chart = _faceted(layers, bars).properties(title=_title("What each comparison is worth", told, more))
    figures = [(f"{row.comparison} {row.level}", float(row.bits)) for row in _each(bars)]
    return _picture(chart, weights, ident="match-weights", title="What each comparison is worth", told=figures)


def waterfall(steps: pd.DataFrame, *, threshold: float, floor: float, whose: str = "") -> Picture:
    """Bars that lead from the start to the weight of a pair: step, level, bits, before, after, left, right.

    `threshold` and `floor` (bits) are where a pair is merged and where it is asked about; both are marked. `whose`
    names the two records under the title.
    """
    import altair as alt

    said, silent = steps[steps["level"].ne("null")], steps[steps["level"].eq("null")]
    bars = _climb(said, threshold, floor)
    low, high = (float(edge) for edge in (bars[["before", "after"]].min().min(), bars["edge"].max()))
    low, high = min(low, floor) - 1.0, max(high, threshold) + 1.0
    domain = [low, high + 0.2 * (high - low)]
    y = alt.Y("label:N", sort=_in_order(), title=None, axis=_plain_axis(190))
    x = alt.X("before:Q", title="bits", scale=alt.Scale(domain=domain, nice=False), axis=_bits_axis())
    colours = alt.Scale(domain=["for", "against", "sum"], range=[ACCENT, DOUBT, QUIET])
    base = alt.Chart(bars).encode(y=y)
    gaps = f"Nothing to compare: {', '.join(_spoken(step) for step in silent['step'])}." if len(silent) else ""
    chart = alt.layer(
        *([_mark(floor, "asked about", align="right")] if floor < threshold else []),
        _mark(threshold, "merged", align="left"),
        base.mark_bar(height=13, cornerRadius=1.5).encode(
            x=x, x2="after:Q", color=alt.Color("sign:N", scale=colours, legend=None), description="hover:N"
        ),
        base.mark_text(align="left", dx=5, color=INK, fontSize=11, aria=False).encode(x="edge:Q", text="said:N"),
        base.mark_text(align="left", color=QUIET, fontSize=11, limit=215, aria=False).encode(
            x=alt.value(385), text="shown:N"
        ),
    ).properties(
        width=375, height=alt.Step(_ROW + 4), title=_title("How the weight of a pair comes about", whose, gaps)
    )
    figures = [(str(row.label), float(row.bits)) for row in _each(bars)]
    return _picture(chart, steps, ident="waterfall", title="How the weight of a pair comes about", told=figures)


def _climb(steps: pd.DataFrame, threshold: float, floor: float) -> pd.DataFrame:
    """The bars of a waterfall with the sum below them; what a person decided is as long as there is room."""
    bars = steps[["step", "level", "bits", "before", "after", "left", "right"]].copy()
    told = bars[bars["step"].ne("decided")]
    reach = float(np.abs([*told["before"], *told["after"], threshold, floor]).max()) + 3.0
    bars[["before", "after"]] = bars[["before", "after"]].clip(-reach, reach)
    bars["label"] = [_step(row.step, row.level) for row in _each(bars)]
    total = float(steps["after"].iloc[-1])
    end = {"label": "weight", "bits": total, "before": 0.0, "after": float(bars["after"].iloc[-1])}
    bars = pd.concat([bars, pd.DataFrame([end])], ignore_index=True)
    bars["order"] = range(len(bars))
    bars["said"] = [_bits(bits) for bits in bars["bits"]]
    bars.loc[bars.index[-1], "said"] = f"{_bits(total)}, {_likely(total)}" if abs(total) < 100 else "a person's word"
    bars["shown"] = [_values(row.left, row.right) for row in _each(bars)]
    is_end = bars["order"].isin([0, len(bars) - 1])
    bars["sign"] = np.where(is_end, "sum", np.where(bars["bits"] >= 0, "for", "against"))
    bars["edge"] = bars[["before", "after"]].max(axis=1)
    bars["hover"] = [
        f"{row.label}: {row.said}; from {_bits(row.before)} to {_bits(row.after)}; {row.shown}".removesuffix("; ")
        for row in _each(bars)
    ]
    return bars


def pairs_by_weight(bars: pd.DataFrame, *, threshold: float, floor: float) -> Picture:
    """Bars: candidate pairs (low, high, verdict, n) by weight and what became of them; the review band is shaded."""
    import altair as alt

    fate = bars["verdict"].map(FATES)
    shown = bars.assign(fate=fate).groupby(["low", "high", "fate"])["n"].sum().reset_index()
    order = {name: at for at, name in enumerate(_COLOURS)}
    shown = shown.sort_values(["low", "fate"], key=lambda c: c.map(order) if c.name == "fate" else c, ignore_index=True)
    # What fell differently within one bar stands side by side in it.
    size = shown.groupby("low")["n"].transform("size")
    part = (shown["high"] - shown["low"]) * 0.94 / size
    shown["start"] = shown["low"] + shown.groupby("low").cumcount() * part
    shown["end"] = shown["start"] + part
    shown["hover"] = [f"{row.low:+g} to {row.high:+g} bits, {row.fate}: {row.n:,} pairs" for row in _each(shown)]
    span = [float(shown["low"].min()) - 0.5, float(shown["high"].max()) + 0.5]
    x = alt.X("start:Q", title="weight in bits", scale=alt.Scale(domain=span, nice=False), axis=_bits_axis())
    count = alt.Axis(values=_decades(float(shown["n"].max())), format=",.0f", domain=False, ticks=False)
    seen = [name for name in _COLOURS if shown["fate"].eq(name).any()]
    fill = alt.Color(
        "fate:N",
        scale=alt.Scale(domain=seen, range=[_COLOURS[name] for name in seen]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal", symbolType="square", columnPadding=26),
    )
    band = pd.DataFrame({"from": [floor], "to": [threshold]})
    layers = [
        alt.Chart(band).mark_rect(fill=DOUBT, fillOpacity=0.16, aria=False).encode(x="from:Q", x2="to:Q"),
        alt.Chart(shown)
        .mark_bar(cornerRadiusEnd=1.5)
        .encode(
            x=x,
            x2="end:Q",
            y=alt.Y("n:Q", title="pairs", scale=alt.Scale(type="symlog"), axis=count),
            y2=alt.datum(0),
            color=fill,
            description="hover:N",
        ),
        _mark(threshold, f"merged from {_likely(threshold)}", align="left"),
    ]
    chart = alt.layer(*(layers if floor < threshold else layers[1:])).properties(
        width=720,
        height=230,
        title=_title(
            "Candidate pairs by weight",
            "Shaded: what a person is asked about. Pairs that a guard held down stand together in bars of their own.",
        ),
    )
    told = [(f"{row.fate} {row.low:g} to {row.high:g}", float(row.n)) for row in _each(shown)]
    return _picture(chart, bars, ident="pairs-by-weight", title="Candidate pairs by weight", told=told)


def blocking(rules: pd.DataFrame) -> Picture:
    """Bars: the pairs each blocking rule was the first to make, and how many of them were merged (as
    `insight.blocking`); beside them the largest block and how many pairs the caps left out."""
    import altair as alt

    left_out = rules["n_left_out"]
    bars = pd.DataFrame(
        {
            "rule": [_spoken(rule).replace("+", " + ") for rule in rules["rule"]],
            "order": range(len(rules)),
            "n_new": rules["n_new"].astype("float64"),
            "n_merged": rules["n_merged"].astype("float64"),
            "told": _counts(rules["n_new"]),
            "merged": _counts(rules["n_merged"]),
            "share": ["" if pd.isna(share) else f"{share:.0%}" for share in rules["share_merged"]],
            "block": _counts(rules["largest_block"]),
            "out": _counts(left_out),
        }
    )
    bars["hover"] = [
        f"{row.rule}: {row.told or 0} new pairs, {row.merged or 0} of them merged; {row.block or 0} records in the "
        f"largest block, {row.out or 0} pairs left out"
        for row in _each(bars)
    ]
    y = alt.Y("rule:N", sort=_in_order(), title=None, axis=_plain_axis(170))
    most = max(float(bars["n_new"].max()), 1.0)
    count = alt.Axis(values=_decades(most), format=",.0f", domain=False, ticks=False, title="pairs")
    scale = alt.Scale(type="symlog", domain=[0, most])
    columns = {
        "told": (385, "new", QUIET),
        "merged": (445, "merged", INK),
        "share": (495, "share", QUIET),
        "block": (555, "block", QUIET),
    }
    told = ["Each pair counts for the first rule that makes it; dark are those that were merged."]
    if left_out.any():
        columns["out"] = (620, "left out", QUIET)
        told.append("Block: how many records share the commonest key. Left out: pairs in blocks too large.")
    else:
        told.append("Block: how many records share the commonest key. No block was too large to be compared.")
    base = alt.Chart(bars).encode(y=y)
    wide = [
        base.mark_bar(height=12, cornerRadiusEnd=1.5, color=colour).encode(
            x=alt.X(f"{field}:Q", scale=scale, axis=count), description="hover:N"
        )
        for field, colour in (("n_new", SOFT), ("n_merged", ACCENT))
    ]
    chart = alt.layer(*wide, *_columns(base, columns)).properties(
        width=320, height=alt.Step(_ROW), title=_title("What brought pairs together", *told)
    )
    figures = [(str(row.rule), float(row.n_new)) for row in _each(bars)]
    return _picture(chart, rules, ident="blocking", title="What brought pairs together", told=figures)


def model_changes(changes: pd.DataFrame, *, names: tuple[str, str] = ("before", "after")) -> Picture:
    """Two dots a level: what it is worth by two models (comparison, level, before, after, change)."""
    import altair as alt

    dots = _levels(changes).assign(
        before=changes["before"].astype("float64"),
        after=changes["after"].astype("float64"),
        said=["" if pd.isna(c) or abs(c) < 0.05 else _bits(c) for c in changes["change"]],
    )
    dots["hover"] = [
        f"{row.comparison}, {row.level}: {_bits(row.before)} {names[0]}, {_bits(row.after)} {names[1]}"
        for row in _each(dots)
    ]
    values = pd.concat([dots["before"], dots["after"]]).dropna()
    span = [float(values.min()) - 0.5, float(values.max()) + 0.5] if len(values) else [-1.0, 1.0]
    scale = alt.Scale(domain=span, nice=True)
    colour = alt.Color(
        "who:N",
        scale=alt.Scale(domain=list(names), range=[BEFORE, ACCENT]),
        legend=alt.Legend(title=None, orient="top", direction="horizontal", symbolType="circle", columnPadding=26),
    )
    base, axis = _by_level(), _bits_axis()
    both = [
        base.mark_point(filled=True, size=70, opacity=1)
        .encode(x=alt.X(f"{field}:Q", scale=scale, axis=axis, title="bits"), color=colour, description="hover:N")
        .transform_calculate(who=json.dumps(name))
        for field, name in zip(("before", "after"), names, strict=True)
    ]
    line = base.mark_rule(color=LINE, strokeWidth=3, aria=False)
    layers = alt.layer(
        line.encode(x=alt.X("before:Q", scale=scale, axis=axis, title="bits"), x2="after:Q"),
        *both,
        *_columns(base, {"said": (480, "change", INK)}),
        data=dots,
    ).properties(width=425, height=alt.Step(_ROW))
    title = "What two models think a level is worth"
    chart = _faceted(layers, dots).properties(title=_title(title, "Each bit more doubles the odds of one person."))
    figures = [(f"{row.comparison} {row.level}", float(row.after)) for row in _each(dots)]
    return _picture(chart, changes, ident="model-changes", title=title, told=figures)


def promise(curve: pd.DataFrame, *, precision: float, threshold: float) -> Picture:
    """Two lines over the threshold: the precision to expect and the pairs merged (threshold, expected_precision,
    n_merged); the promise is a line across, the threshold in force a larger dot."""
    import altair as alt

    points = curve[["threshold", "expected_precision", "n_merged"]].astype("float64")
    points["is_chosen"] = np.isclose(points["threshold"], threshold)
    points["at"] = [f"{t:.4g}" for t in points["threshold"]]
    points["precision_said"] = [f"{p:.2%}" for p in points["expected_precision"]]
    points["pairs_said"] = [f"{int(n):,}" for n in points["n_merged"]]
    points["hover"] = [
        f"from {row.at}: {row.precision_said} expected, {row.pairs_said} pairs merged" for row in _each(points)
    ]
    low = min(float(points["expected_precision"].min()), precision)
    room = max((1.0 - low) * 0.2, 0.0005)
    inside = (low - room, min(1.0 + room, 1.0005 + room / 2))
    line = alt.Y("y:Q", scale=alt.Scale(domain=list(inside), nice=False, zero=False))
    kept = alt.Chart(pd.DataFrame({"y": [precision], "said": [f"promised: {precision:.4g}"]})).encode(y=line)
    across = kept.mark_rule(color=DOUBT, strokeDash=[4, 3], aria=False)
    words = kept.mark_text(align="right", dy=9, color=DOUBT, fontSize=11, aria=False)
    words = words.encode(x=alt.value(676), text="said:N")
    merged = points["n_merged"]
    spare = max((merged.max() - merged.min()) * 0.3, merged.max() * 0.02, 1.0)
    upper = _line(points, "expected_precision", said="precision_said", domain=inside)
    lower = _line(points, "n_merged", said="pairs_said", domain=(merged.min() - spare, merged.max() + spare))
    charts = [alt.layer(*layers).properties(width=680, height=130) for layers in ([across, words, *upper], lower)]
    told = "As the model expects it, without labels; the larger dot is the threshold in force."
    chart = alt.vconcat(*charts, spacing=16).properties(title=_title("What each threshold would give", told))
    figures = [(f"from {row.at}", float(row.expected_precision)) for row in _each(points)]
    return _picture(chart, curve, ident="promise", title="What each threshold would give", told=figures)


def _line(points: pd.DataFrame, field: str, *, said: str, domain: tuple[float, float]) -> list[alt.Chart]:
    import altair as alt

    is_share = field == "expected_precision"
    below = None if is_share else "merged from a probability of"
    x = alt.X("at:O", sort=points["at"].tolist(), title=below, axis=alt.Axis(labelAngle=0, ticks=False))
    y = alt.Y(
        f"{field}:Q",
        title="expected precision" if is_share else "pairs merged",
        scale=alt.Scale(domain=list(domain), nice=False),
        axis=alt.Axis(format=".1%" if is_share else ",.0f", tickCount=4, domain=False, ticks=False),
    )
    base = alt.Chart(points).encode(x=x, y=y)
    size = alt.Size("is_chosen:N", scale=alt.Scale(domain=[False, True], range=[35, 150]), legend=None)
    return [
        base.mark_line(color=ACCENT, strokeWidth=2, aria=False),
        base.mark_point(filled=True, opacity=1, color=ACCENT).encode(size=size, description="hover:N"),
        base.mark_text(dy=-12, color=INK, fontSize=11, aria=False).encode(text=f"{said}:N"),
    ]


def _levels(frame: pd.DataFrame) -> pd.DataFrame:
    """Comparison and level as people say them, and where each row stands."""
    return pd.DataFrame(
        {
            "comparison": [_spoken(name) for name in frame["comparison"]],
            "level": [_spoken(level) for level in frame["level"]],
            "order": range(len(frame)),
        }
    )


def _by_level() -> alt.Chart:
    import altair as alt

    made: alt.Chart = alt.Chart().encode(y=alt.Y("level:N", sort=_in_order(), title=None, axis=_plain_axis(110)))
    return made


def _in_order() -> alt.EncodingSortField:
    import altair as alt

    return alt.EncodingSortField("order", op="min")


def _columns(base: alt.Chart, columns: Mapping[str, tuple[int, str, str]]) -> list[alt.Chart]:
    """Columns of text beside the bars: field -> right edge, heading over the first row, colour."""
    import altair as alt

    made = []
    for field, (at, heading, colour) in columns.items():
        text = base.mark_text(align="right", fontSize=11, color=colour, aria=False)
        head = base.mark_text(align="right", fontSize=11, color=QUIET, dy=-_ROW, aria=False)
        made.append(text.encode(x=alt.value(at), text=f"{field}:N"))
        only_once = head.transform_filter(alt.datum.order == 0).transform_calculate(heading=json.dumps(heading))
        made.append(only_once.encode(x=alt.value(at), text="heading:N"))
    return made


def _faceted(layers: Any, frame: pd.DataFrame) -> alt.FacetChart:
    import altair as alt

    names = list(dict.fromkeys(frame["comparison"]))
    header = alt.Header(labelAngle=0, labelAlign="left", labelFontWeight=600, labelPadding=4, title=None)
    chart: alt.FacetChart = layers.facet(row=alt.Row("comparison:N", sort=names, header=header), spacing=7)
    free: alt.FacetChart = chart.resolve_scale(y="independent")
    return free


def _mark(at: float, said: str, *, align: Literal["left", "right"]) -> alt.LayerChart:
    import altair as alt

    base = alt.Chart(pd.DataFrame({"at": [at], "said": [said]})).encode(x="at:Q")
    words = base.mark_text(color=INK, fontSize=11, align=align, dx=-3 if align == "right" else 3, aria=False)
    layers: alt.LayerChart = base.mark_rule(color=INK, strokeDash=[4, 3], aria=False) + words.encode(
        text="said:N", y=alt.value(-7)
    )
    return layers


def _sign() -> alt.Color:
    import altair as alt

    return alt.Color("sign:N", scale=alt.Scale(domain=["for", "against"], range=[ACCENT, DOUBT]), legend=None)


def _plain_axis(width: int) -> alt.Axis:
    import altair as alt

    return alt.Axis(domain=False, ticks=False, labelColor=INK, labelLimit=width, minExtent=width, maxExtent=width)


def _bits_axis() -> alt.Axis:
    import altair as alt

    signed = "datum.value > 0 ? '+' + datum.label : datum.label"
    return alt.Axis(format="d", labelExpr=signed, domain=False, ticks=False, tickCount=9)


def _title(text: str, *said: str) -> alt.TitleParams:
    import altair as alt

    return alt.TitleParams(
        text,
        subtitle=[line for line in said if line] or alt.Undefined,
        anchor="start",
        frame="bounds",
        color=INK,
        subtitleColor=QUIET,
        fontSize=15,
        subtitleFontSize=12,
        offset=22,
    )


def _picture(chart: Any, data: pd.DataFrame, *, ident: str, title: str, told: list[tuple[str, float]]) -> Picture:
    # Two pictures in one page share no id, the same picture has the same.
    own = f"{ident}-{crc32(repr(told).encode()):08x}"
    svg = drawn(chart, ident=own, title=title, told=told, is_hovered=True)
    return Picture(title, data, svg)


def _spoken(name: str) -> str:
    return name.removeprefix("text:").replace("_", " ")


def _step(step: str, level: str) -> str:
    if step in _STEPS:
        return f"{_STEPS[step]}: {_spoken(level)}" if level else _STEPS[step]
    return f"{_spoken(step)}: {_spoken(level)}"


def _values(left: Any, right: Any) -> str:
    told = [value for value in (left, right) if isinstance(value, str)]
    return " / ".join(dict.fromkeys(told))


def _each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their columns as attributes."""
    yield from frame.itertuples()


def _counts(numbers: pd.Series[Any]) -> list[str]:
    return ["" if pd.isna(n) or not n else f"{int(n):,}" for n in numbers]


def _decades(most: float) -> list[int]:
    return [0, *(10**power for power in range(len(str(int(most)))))]


def _share(share: float) -> str:
    if math.isnan(share):
        return ""
    if share < 0.0005:
        return "under 0.1%"
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"


def _bits(bits: float) -> str:
    """Signed, with one decimal and a real minus."""
    if abs(bits) >= 100:
        return "decides"
    return f"{round(bits, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _likely(bits: float) -> str:
    """The probability that bits stand for, in as many places as it takes to be neither 0 nor 1."""
    likely = 1.0 / (1.0 + 2.0 ** -max(min(bits, 60.0), -60.0))
    for places in (0, 1, 2, 3, 4):
        told = f"{likely:.{places}%}"
        if told not in (f"{1:.{places}%}", f"{0:.{places}%}"):
            return told
    return "certain" if bits > 0 else "impossible"
