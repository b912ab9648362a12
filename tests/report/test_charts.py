"""Charts: still pictures that carry no markup of the data, and are the same each time."""

from __future__ import annotations

import re
from importlib.resources import files
from xml.etree import ElementTree

import pandas as pd
import pytest

from crm_clean.records.tables import PAIRS
from crm_clean.report import charts, still
from crm_clean.report.scores import histogram

HOSTILE = "</text><script>alert(1)</script><img src=x onerror=alert(1)>"
SIZES = pd.DataFrame({"n_records": [1, 2, 3, 14, 20], "n_golden": [854, 304, 107, 2, 1]})
RUNS = pd.DataFrame({"run": [1, 2, 3], "value": [0.81, 0.83, 0.82]})


def _pairs(**verdicts: list[float]) -> pd.DataFrame:
    rows = [(f"a{at}", f"b{at}{verdict}", p, verdict) for verdict in verdicts for at, p in enumerate(verdicts[verdict])]
    return PAIRS.frame(pd.DataFrame(rows, columns=["left_id", "right_id", "probability", "verdict"]))


def _texts(svg: str) -> list[str]:
    return [text for text in ElementTree.fromstring(svg).itertext() if text]


def test_the_bars_of_group_sizes_tell_their_figures() -> None:
    told = _texts(charts.group_sizes(SIZES, ident="s"))
    assert {"854", "304", "107", "10+", "3"} <= set(told)
    assert "1: 854, 2: 304, 3: 107, 10+: 3" in told


def test_the_bars_of_probabilities_mark_the_threshold() -> None:
    scores = histogram(_pairs(merge=[0.99, 0.98, 0.7], review=[0.4]), threshold=0.66)
    told = _texts(charts.probabilities(scores, 0.66, ident="p"))
    assert "merged from 0.660" in told
    assert "not merged 40% to 45%: 1, merged 70% to 75%: 1, merged 95% to 100%: 2" in told


def test_without_a_threshold_there_is_no_mark() -> None:
    told = _texts(charts.probabilities(histogram(_pairs(merge=[0.9])), None, ident="p"))
    assert not [text for text in told if text.startswith("merged from")]


def test_a_line_over_runs_tells_every_point() -> None:
    told = _texts(charts.over_runs(RUNS, ident="t", title="Overall", is_share=True))
    assert {"Overall", "run 1: 0.81, run 2: 0.83, run 3: 0.82", "run 1", "run 3", "79%", "85%"} <= set(told)


@pytest.mark.parametrize(
    ("values", "is_share"),
    [
        pytest.param([0.0, 0.0], False, id="nothing, twice"),
        pytest.param([1.0, 1.0], True, id="all, twice"),
        pytest.param([5_000_000.0, 5_000_001.0], False, id="millions"),
    ],
)
def test_a_line_that_does_not_move_can_be_drawn(values: list[float], is_share: bool) -> None:
    svg = charts.over_runs(pd.DataFrame({"run": [1, 2], "value": values}), ident="t", title="x", is_share=is_share)
    assert not re.search("NaN|Infinity", svg)


def test_text_of_the_data_is_never_markup() -> None:
    svg = str(charts.over_runs(RUNS, ident="t", title=HOSTILE, is_share=True))
    assert HOSTILE in _texts(svg)
    assert "<script" not in svg
    assert "<img" not in svg


def test_what_is_no_part_of_a_still_picture_is_left_out() -> None:
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(1)</script>'
        '<g clip-path="url(#c)" style="x"><a href="https://example.com"><path d="M0,0h1"/></a><image href="x"/>'
        '<path d="M0,0h2" fill="url(https://example.com)" onclick="alert(1)"/></g><clipPath id="c"><path d="M0,0h3"/>'
        "</clipPath></svg>"
    )
    svg = str(still.inline(drawn, ident="x", title="t", told="d"))
    assert not re.search(r"script|onload|onclick|href|image|style|example", svg)
    assert re.findall(r' (?:id|clip-path)="([^"]*-\d+\)?)"', svg) == ["url(#x-7)", "x-7"]


def test_the_same_figures_give_the_same_picture() -> None:
    assert charts.group_sizes(SIZES, ident="s") == charts.group_sizes(SIZES, ident="s")


def test_two_charts_share_no_id() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', charts.group_sizes(SIZES, ident=ident))) for ident in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_a_chart_has_the_colours_and_letters_of_the_page() -> None:
    style = files("crm_clean.report").joinpath("templates", "report.css").read_text("utf-8")
    for colour in (still.INK, still.QUIET, still.LINE, still.ACCENT, still.SOFT, still.DOUBT):
        assert colour in style
    assert "font-family" not in charts.group_sizes(SIZES, ident="s")


@pytest.mark.parametrize(
    ("probability", "bar"),
    [
        pytest.param(0.0, (0.0, 0.05), id="the least"),
        pytest.param(1.0, (0.95, 1.0), id="the most"),
        pytest.param(0.05, (0.05, 0.1), id="an edge belongs to the bar above it"),
        pytest.param(0.61, (0.6, 0.62), id="below the threshold within its bar"),
        pytest.param(0.62, (0.62, 0.65), id="from the threshold on"),
    ],
)
def test_each_pair_stands_in_one_bar(probability: float, bar: tuple[float, float]) -> None:
    found = histogram(_pairs(merge=[probability]), threshold=0.62)
    assert found[["low", "high", "n"]].to_numpy().tolist() == [[*bar, 1]]


def test_no_pairs_no_bars() -> None:
    assert histogram(PAIRS.empty(), threshold=0.5).empty
