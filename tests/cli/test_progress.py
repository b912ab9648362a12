"""How a run is shown: a plain line a step where nobody watches, bars on a terminal."""

from __future__ import annotations

import io

import pytest

from crm_clean.cli.progress import Bars, Lines, line, reporter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("counts", "seconds", "expected"),
    [
        pytest.param(
            {"rows": 12000, "quarantined": 3}, 1.25, "ingest         1.2 s  12,000 rows, 3 quarantined", id="counts"
        ),
        pytest.param({"golden_records": 7}, 0.0, "ingest         0.0 s  7 golden records", id="names are words"),
        pytest.param({}, 61.0, "ingest        61.0 s", id="nothing counted"),
    ],
)
def test_line(counts: dict[str, object], seconds: float, expected: str) -> None:
    assert line("ingest", counts, seconds) == expected


def play(stream: io.StringIO) -> str:
    with reporter(stream) as shown:
        shown.step_started("ingest", 100)
        shown.advanced(40)
        shown.step_finished("ingest", {"rows": 100}, 1.5)
        shown.step_finished("link", {}, 0.25)
        shown.notice("[Nothing] changed.")
    return stream.getvalue()


def test_elsewhere_than_on_a_terminal_there_is_a_plain_line_a_step() -> None:
    assert play(io.StringIO()).splitlines() == [
        "ingest         1.5 s  100 rows",
        "link           0.2 s",
        "[Nothing] changed.",
    ]


def test_on_a_terminal_there_are_bars_and_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    shown = play(Terminal())
    assert "\x1b[" in shown
    for said in ("ingest         1.5 s  100 rows", "link           0.2 s", "[Nothing] changed."):
        assert said in shown


def test_what_is_shown_is_chosen_by_the_stream() -> None:
    with reporter(io.StringIO()) as plain, reporter(Terminal()) as watched:
        assert isinstance(plain, Lines)
        assert isinstance(watched, Bars)
