"""The charts of a model: still pictures of the figures they are given; no name in the data becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from crm_clean.errors import UsageError
from crm_clean.report import model_charts
from crm_clean.report.still import Picture

HOSTILE = "<script>alert(1)</script>"

WEIGHTS = pd.DataFrame(
    {
        "comparison": ["name", "name", "name", "text:shoe_size", "text:shoe_size"],
        "level": ["exact", "first_only", "unsure", "same", "different"],
        "m": [0.8, 0.2, None, 0.95, 0.05],
        "u": [0.1, 0.9, None, 0.0001, 0.9999],
        "bits": [3.0, -2.17, 0.0, 13.2, -4.32],
        "low": [-0.5, -4.0, 0.0, 11.0, -4.5],
        "high": [16.0, 6.0, 0.0, 13.5, -4.1],
        "against": ["namesakes", "neighbours", "namesakes", "namesakes", "namesakes"],
    }
)
STEPS = pd.DataFrame(
    {
        "step": ["start", "name", "birth_date", "email", "held down"],
        "level": ["", "exact", "null", "different", "name_alone"],
        "bits": [2.0, 5.0, 0.0, -1.5, -6.0],
        "before": [0.0, 2.0, 7.0, 7.0, 5.5],
        "after": [2.0, 7.0, 7.0, 5.5, -0.5],
        "left": [None, "Ann Berg", None, HOSTILE, None],
        "right": [None, "Ann Berg", None, "b@example.org", None],
    }
)
BARS = pd.DataFrame(
    {
        "low": [-30.0, -1.0, -1.0, 4.0, 4.0],
        "high": [-29.0, 0.0, 0.0, 5.0, 5.0],
        "verdict": ["apart", "review", "by_others", "merge", "cut"],
        "n": [12_345, 7, 1, 950, 2],
    }
)
RULES = pd.DataFrame(
    {
        "rule": ["email", "text:shoe_size+first", "name"],
        "n_pairs": [700, 3, 900],
        "n_new": [700, 3, 0],
        "n_merged": [650, 0, 0],
        "share_merged": pd.array([650 / 700, 0.0, None], dtype="Float64"),
        "largest_block": [9, 3, 250],
        "n_left_out": [0, 0, 31_125],
    }
)
CHANGES = pd.DataFrame(
    {
        "comparison": ["name", "name", "email"],
        "level": ["exact", "different", "same"],
        "before": [3.0, -5.0, None],
        "after": [4.0, -5.0, 9.0],
        "change": [1.0, 0.0, None],
    }
)
CURVE = pd.DataFrame(
    {"threshold": [0.5, 0.9, 0.999], "expected_precision": [0.981, 0.993, 0.9999], "n_merged": [1000, 990, 700]}
)

DRAWN: dict[str, Callable[[], Picture]] = {
    "match weights": lambda: model_charts.match_weights(WEIGHTS, start=-2.1),
    "waterfall": lambda: model_charts.waterfall(STEPS, threshold=0.0, floor=-2.0, whose=HOSTILE),
    "pairs by weight": lambda: model_charts.pairs_by_weight(BARS, threshold=0.0, floor=-2.0),
    "blocking": lambda: model_charts.blocking(RULES),
    "model changes": lambda: model_charts.model_changes(CHANGES, names=("March", HOSTILE)),
    "promise": lambda: model_charts.promise(CURVE, precision=0.99, threshold=0.9),
}


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return {name: draw() for name, draw in DRAWN.items()}


def texts(picture: Picture) -> list[str]:
    """What stands to be read in a picture, and what shows under the pointer."""
    root = ElementTree.fromstring(str(picture.svg))
    return [e.text for e in root.iter() if e.tag in ("text", "tspan", "title") and e.text]


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_a_still_picture_that_fetches_nothing(drawn: dict[str, Picture], name: str) -> None:
    svg = str(drawn[name].svg)
    assert not re.search(r"<script|<img|<image|foreignObject|href|style=|NaN|Infinity|undefined", svg)
    assert HOSTILE not in svg
    assert drawn[name]._repr_html_().startswith('<figure class="crm-clean-chart"')


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_the_same_each_time_and_shares_no_id(drawn: dict[str, Picture], name: str) -> None:
    assert DRAWN[name]().svg == drawn[name].svg
    mine = set(re.findall(r' id="([^"]+)"', str(drawn[name].svg)))
    others = {i for other in DRAWN if other != name for i in re.findall(r' id="([^"]+)"', str(drawn[other].svg))}
    assert mine
    assert not mine & others


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("match weights", ["shoe size", "first only", "+13.2", "−2.2", "80%", "under 0.1%", "one person", "strangers"]),
        ("waterfall", ["to begin with", "name: exact", "+5.0", "held down: name alone", "−0.5, 41%", "Ann Berg"]),
        ("waterfall", ["Nothing to compare: birth date.", "asked about", "merged", f"{HOSTILE} / b@example.org"]),
        ("pairs by weight", ["merged from 50%", "waits for review", "cut from a group", "kept apart", "10,000"]),
        ("blocking", ["shoe size + first", "650", "93%", "31,125", "left out"]),
        ("model changes", ["March", HOSTILE, "+1.0", "exact"]),
        ("promise", ["99.30%", "990", "promised: 0.99", "0.999"]),
    ],
)
def test_a_chart_says_its_figures(drawn: dict[str, Picture], name: str, said: list[str]) -> None:
    assert set(said) <= set(texts(drawn[name]))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("match weights", "name, exact: +3.0 bits; reached by 80% of pairs that are one person"),
        ("match weights", "name, unsure: says nothing"),
        ("waterfall", "name: exact: +5.0; from +2.0 to +7.0; Ann Berg"),
        ("pairs by weight", "-30 to -29 bits, kept apart: 12,345 pairs"),
        ("blocking", "email: 700 new pairs, 650 of them merged"),
        ("model changes", "name, exact: +3.0 March, +4.0"),
        ("promise", "from 0.9: 99.30% expected, 990 pairs merged"),
    ],
)
def test_marks_tell_their_figures_under_the_pointer(drawn: dict[str, Picture], name: str, told: str) -> None:
    titles = re.findall(r"<path[^>]*><title>([^<]*)</title>", str(drawn[name].svg))
    assert any(title.startswith(told) for title in titles)


@pytest.mark.parametrize("name", DRAWN)
def test_the_figures_are_in_the_picture_as_a_frame(drawn: dict[str, Picture], name: str) -> None:
    frames = {"match weights": WEIGHTS, "waterfall": STEPS, "pairs by weight": BARS, "blocking": RULES}
    frames |= {"model changes": CHANGES, "promise": CURVE}
    pd.testing.assert_frame_equal(drawn[name].data, frames[name])
    assert f"a picture of {len(frames[name])} figures" in repr(drawn[name])


def test_what_a_person_decided_fits_into_the_waterfall() -> None:
    decided = pd.DataFrame([{"step": "decided", "level": "same", "bits": 1000.5, "before": -0.5, "after": 1000.0}])
    steps = pd.concat([STEPS, decided], ignore_index=True)
    picture = model_charts.waterfall(steps, threshold=0.0, floor=-2.0)
    assert {"decided by a person: same", "a person's word"} <= set(texts(picture))
    assert "1000" not in "".join(texts(picture))


def test_nothing_is_asked_about_where_the_floor_is_not_below_the_threshold() -> None:
    assert "asked about" not in texts(model_charts.waterfall(STEPS, threshold=-3.0, floor=-2.0))


def test_a_picture_is_saved_as_svg_or_png(drawn: dict[str, Picture], tmp_path: Path) -> None:
    picture = drawn["blocking"]
    svg = picture.save(tmp_path / "chart.svg").read_text("utf-8")
    assert ElementTree.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.save(tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UsageError, match=r"chart.pdf: a picture is written as .svg or .png"):
        picture.save(tmp_path / "chart.pdf")


def test_every_fate_has_a_colour() -> None:
    assert set(model_charts.FATES.values()) == set(model_charts._COLOURS)
