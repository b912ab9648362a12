"""A digest that is carried on from run to run is the one that is taken of all rows, whatever came and went."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.records.tables import DECISIONS
from crm_clean.store.connection import connected

IDS = ["s:1", "s:2", "s:3", "s:4"]
NAMES = st.sampled_from(["Ada", "Ben", None])
ROWS = st.lists(st.tuples(st.sampled_from(IDS), NAMES), unique_by=lambda row: row[0])
SCOPE = st.none() | st.lists(st.sampled_from(IDS), unique=True)
IN_PARTS = ("records", "membership", "issues", "pairs")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(st.tuples(ROWS, SCOPE), min_size=1, max_size=5))
def test_of_any_runs_whole_or_in_part(new_store, commit_to, runs):
    store = new_store()
    for rows, scope in runs:
        kept = [row for row in rows if scope is None or row[0] in scope]
        ids, names = [row[0] for row in kept], [row[1] for row in kept]
        content = {
            "records": {"record_id": ids, "first_name": names},
            "membership": {"record_id": ids, "golden_id": names},
            "issues": {"record_id": ids, "code": names},
            "pairs": {"left_id": ids, "right_id": [f"t:{i}" for i in ids]},
            "files": {"file_id": [f"f{store.last_run()}"]},
        }
        said = {"left_id": ["s:1"], "right_id": ["s:2"], "verdict": ["same"]}
        store.append(DECISIONS, DECISIONS.frame(said))
        assert commit_to(store, content, {} if scope is None else dict.fromkeys(IN_PARTS, scope)) == store.digests()


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(None, id="no digests"),
        pytest.param("{}", id="none of any table"),
        pytest.param('{"records": "duckdb0-2-00000000000000aa.00000000000000bb"}', id="of another generation"),
        pytest.param('{"records": "duckdb2-2-5d41402abc4b2a76b9719d911017c592"}', id="of another form"),
    ],
)
def test_after_a_run_that_left_none_to_carry_on_they_are_taken_anew(embedded, commit_to, run_1, said):
    commit_to(embedded, run_1)
    with connected(embedded.path, writing=True) as connection:
        connection.execute("UPDATE kept.runs SET digests = ?", [said])
    part = {"record_id": ["s:1"], "first_name": ["Eve"]}
    assert commit_to(embedded, {"records": part}, {"records": ["s:1"]}) == embedded.digests()
