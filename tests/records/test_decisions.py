"""What stands of a ledger of decisions: the last word on each pair, a person's before an import's."""

from __future__ import annotations

import pandas as pd
import pytest

from crm_clean.records.decisions import standing
from crm_clean.records.tables import DECISIONS


def ledger_of(*said: tuple[str, str, str, str]) -> pd.DataFrame:
    columns = ["left_id", "right_id", "verdict", "decided_by"]
    start = pd.Timestamp("2026-03-04 12:00", tz="UTC")
    frame = pd.DataFrame(list(said), columns=columns)
    return DECISIONS.frame(frame.assign(decided_at=[start + pd.Timedelta(minutes=n) for n in range(len(frame))]))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param([("a", "b", "same", "Ann")], [("a", "b", "same")], id="one decision stands"),
        pytest.param([("b", "a", "same", "Ann")], [("a", "b", "same")], id="a pair has no direction"),
        pytest.param(
            [("a", "b", "same", "Ann"), ("b", "a", "different", "Bob")],
            [("a", "b", "different")],
            id="the last word counts, whoever's it is",
        ),
        pytest.param(
            [("a", "b", "different", "Ann"), ("a", "b", "same", "import")],
            [("a", "b", "different")],
            id="a person outranks a later import",
        ),
        pytest.param(
            [("a", "b", "same", "import"), ("a", "b", "different", "Ann"), ("a", "b", "undone", "Ann")],
            [("a", "b", "same")],
            id="what a person takes back uncovers what the import said",
        ),
        pytest.param([("a", "b", "same", "Ann"), ("a", "b", "undone", "Ann")], [], id="undone is as if never said"),
        pytest.param(
            [("c", "d", "same", "Ann"), ("a", "b", "different", "Ann")],
            [("a", "b", "different"), ("c", "d", "same")],
            id="sorted by the pair",
        ),
        pytest.param([], [], id="nothing said, nothing stands"),
    ],
)
def test_standing(said: list[tuple[str, str, str, str]], expected: list[tuple[str, str, str]]) -> None:
    assert list(standing(ledger_of(*said)).itertuples(index=False, name=None)) == expected
