"""The ledger as a list: which words count, which were overruled, which cannot all hold; and what a run says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.pipeline import said
from crm_clean.project import Project
from crm_clean.records.tables import DECISIONS, MEMBERSHIP
from crm_clean.report.text import screenful

ROWS = """Record ID,First Name,Last Name,Email
n1,Maria,Lopezeta,ml@one.example.org
n2,Maria,Lopezeta,maria.l@two.example.net
z1,Zebedee,Solitarius,zeb@solo.example.org
m1,Ottilie,Quarrel,ottilie@quarrel.example.org
m2,Ottilie,Quarrel,ottilie@quarrel.example.org
"""


class _Ledger:
    """A store that holds a ledger."""

    def __init__(self, *words: tuple[str, str, str, str]) -> None:
        self._frame = DECISIONS.frame(pd.DataFrame(words, columns=["left_id", "right_id", "verdict", "decided_by"]))
        start = datetime(2026, 1, 1, tzinfo=UTC)
        self._frame["decided_at"] = pd.Series([start + timedelta(days=n) for n in range(len(words))], dtype=object)
        self._frame = DECISIONS.frame(self._frame)

    def read(self, _table: object) -> pd.DataFrame:
        return self._frame


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        pytest.param([("a", "b", "same", "kim")], [True], id="one word"),
        pytest.param([("a", "b", "same", "kim"), ("b", "a", "same", "lee")], [True, True], id="two who agree"),
        pytest.param([("a", "b", "same", "kim"), ("a", "b", "different", "lee")], [False, True], id="the last wins"),
        pytest.param([("a", "b", "same", "kim"), ("a", "b", "undone", "lee")], [False, False], id="taken back"),
        pytest.param([("a", "b", "same", "import")], [True], id="an export alone"),
        pytest.param([("a", "b", "different", "kim"), ("a", "b", "same", "import")], [True, False], id="people first"),
        pytest.param(
            [("a", "b", "same", "import"), ("a", "b", "different", "kim"), ("a", "b", "undone", "kim")],
            [True, False, False],
            id="an export counts again",
        ),
        pytest.param(
            [("a", "b", "same", "kim"), ("a", "b", "different", "kim"), ("a", "b", "same", "kim")],
            [False, False, True],
            id="a change of mind and back",
        ),
    ],
)
def test_what_counts(words: list[tuple[str, str, str, str]], counts: list[bool]) -> None:
    assert said.said(_Ledger(*words))["counts"].tolist() == counts  # type: ignore[arg-type]


def test_every_word_that_has_a_part_in_a_contradiction_names_the_chain() -> None:
    ledger = _Ledger(
        ("a", "b", "same", "kim"), ("b", "c", "same", "lee"), ("c", "a", "different", "ann"), ("d", "e", "same", "kim")
    )
    told = said.said(ledger)["contradicts"]  # type: ignore[arg-type]
    assert told.tolist()[:3] == ["a = b = c"] * 3
    assert told.isna().tolist() == [False, False, False, True]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of five contacts after one run."""
    project = Project.init(tmp_path_factory.mktemp("said") / "project")
    (project.place.landing / "hand.csv").write_text(ROWS)
    project.run(workers=1)
    return project


def test_words_that_must_hold_hold_in_every_later_run_and_contradictions_are_reported(
    project: Project, tmp_path: Path
) -> None:
    def decide(verdict: str, left: str, right: str) -> None:
        project.decide(verdict, f"hand.csv:{left}", f"hand.csv:{right}", by="Kim")

    decide("same", "n1", "n2")
    decide("different", "m1", "m2")
    for run in range(3):
        (project.place.landing / f"more{run}.csv").write_text(f"Record ID,First Name,Last Name\nx{run},Xenia,Y{run}\n")
        done = project.run(workers=1, full=run == 2)
        home = project.store.read(MEMBERSHIP).set_index("record_id")["golden_id"]
        assert home["hand.csv:n1"] == home["hand.csv:n2"]
        assert home["hand.csv:m1"] != home["hand.csv:m2"]
        assert done.summary is not None
        assert "contradict" not in screenful(done.summary)
    decide("same", "n1", "z1")
    decide("same", "z1", "n2")
    decide("different", "n1", "n2")
    done = project.run(workers=1)
    assert done.summary is not None
    assert "decisions contradict each other: 1 pair is kept apart all the same" in screenful(done.summary)
    page = (project.place.outbox / "latest" / "report.html").read_text(encoding="utf-8")
    assert "Decisions contradict each other" in page
    found = project.decisions()
    assert found["contradicts"].notna().sum() == 3
