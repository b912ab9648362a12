"""What the figures of an evaluation mean, on tables small enough to count by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_clean.errors import UnreadableInput, UsageError
from crm_clean.link.evaluate import evaluate, read_truth


def crosswalk(labels: str, *, file: str = "a.csv") -> pd.DataFrame:
    """One row a letter; the letter is the golden id."""
    rows = range(1, len(labels) + 1)
    return pd.DataFrame({"source_file": file, "source_row": rows, "golden_id": list(labels), "match_probability": 0.9})


def truth(labels: str, *, file: str = "a.csv") -> pd.DataFrame:
    return crosswalk(labels, file=file).rename(columns={"golden_id": "person"}).drop(columns="match_probability")


@pytest.mark.parametrize(
    ("said", "true", "precision", "recall", "exact", "largest"),
    [
        pytest.param("aabbc", "xxyyz", 1.0, 1.0, 1.0, 2, id="all found: everything is one"),
        pytest.param("abcde", "xxyyz", 1.0, 0.0, 1 / 3, 1, id="nothing linked is precise and finds nothing"),
        pytest.param("aaaaa", "xxyyz", 0.2, 1.0, 0.0, 5, id="all in one finds everything and is wrong"),
        pytest.param("aaabb", "xxyyy", 0.5, 0.5, 0.0, 3, id="one row on the wrong side costs both"),
        pytest.param("abcde", "vwxyz", 1.0, 1.0, 1.0, 1, id="nothing to find and nothing said is perfect"),
    ],
)
def test_pair_figures(said: str, true: str, precision: float, recall: float, exact: float, largest: int) -> None:
    found = evaluate(crosswalk(said), truth(true))
    assert found.precision == pytest.approx(precision)
    assert found.recall == pytest.approx(recall)
    assert found.exact_entities == pytest.approx(exact)
    assert found.largest_cluster == largest


def test_b_cubed_weighs_rows_not_pairs() -> None:
    found = evaluate(crosswalk("aaab"), truth("xxyy"))
    assert found.b3_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert found.b3_recall == pytest.approx((1 + 1 + 0.5 + 0.5) / 4)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=30))
def test_counting_equals_enumerating(cells: list[tuple[int, int]]) -> None:
    said, true = "".join("abcde"[c] for c, _ in cells), "".join("vwxyz"[p] for _, p in cells)
    found = evaluate(crosswalk(said), truth(true))
    linked = {(i, j) for i, j in combinations(range(len(cells)), 2) if said[i] == said[j]}
    same = {(i, j) for i, j in combinations(range(len(cells)), 2) if true[i] == true[j]}
    assert (found.n_predicted_pairs, found.n_true_pairs) == (len(linked), len(same))
    assert found.precision == pytest.approx(len(linked & same) / len(linked) if linked else 1.0)
    assert found.recall == pytest.approx(len(linked & same) / len(same) if same else 1.0)
    assert found.wrong["n_pairs"].sum() == len(linked - same)
    assert found.misses["n_pairs"].sum() == len(same - linked)


def test_rows_in_one_table_only_are_counted_and_left_out() -> None:
    found = evaluate(crosswalk("aabb"), truth("xx"))
    assert (found.n_rows, found.n_only_in_crosswalk, found.n_only_in_truth) == (2, 2, 0)
    assert found.n_predicted_pairs == 1


def test_the_order_of_either_table_does_not_matter() -> None:
    straight = evaluate(crosswalk("aaabbcc"), truth("xxyyzzz"))
    mixed = evaluate(crosswalk("aaabbcc"), truth("xxyyzzz").sample(frac=1, random_state=1))
    assert mixed.f1 == straight.f1
    pd.testing.assert_frame_equal(mixed.wrong, straight.wrong)
    pd.testing.assert_frame_equal(mixed.misses, straight.misses)


def test_row_numbers_may_be_text_on_one_side() -> None:
    assert evaluate(crosswalk("aab").astype({"source_row": str}), truth("xxy")).f1 == 1.0


def test_worst_mistakes_name_rows_and_come_costliest_first() -> None:
    found = evaluate(crosswalk("aaabbcd").assign(match_probability=[1, 1, 0.7, 0.8, 0.95, 1, 1]), truth("xxyzwvv"))
    assert found.wrong.to_dict("records") == [
        {
            "left_file": "a.csv",
            "left_row": 1,
            "right_file": "a.csv",
            "right_row": 3,
            "match_probability": 0.7,
            "n_pairs": 2,
        },
        {
            "left_file": "a.csv",
            "left_row": 4,
            "right_file": "a.csv",
            "right_row": 5,
            "match_probability": 0.8,
            "n_pairs": 1,
        },
    ]
    assert found.misses[["left_row", "right_row", "n_pairs"]].to_numpy().tolist() == [[6, 7, 1]]
    assert found.misses["match_probability"].isna().all()


def test_at_most_twenty_mistakes_are_shown() -> None:
    n = 60
    rows = {"source_file": "a.csv", "source_row": range(n)}
    found = evaluate(
        pd.DataFrame({**rows, "golden_id": [str(i // 2) for i in range(n)]}),
        pd.DataFrame({**rows, "person": [str(i) for i in range(n)]}),
    )
    assert len(found.wrong) == 20
    assert found.wrong["left_row"].tolist() == list(range(0, 40, 2))
    assert found.misses.empty


@pytest.mark.parametrize(
    ("ours", "theirs", "says"),
    [
        pytest.param(crosswalk("aa"), truth("xx", file="b.csv"), "No row", id="no file in common"),
        pytest.param(crosswalk("aa").drop(columns="golden_id"), truth("xx"), "golden_id", id="no golden id"),
        pytest.param(crosswalk("aa"), truth("xx").drop(columns="person"), "person", id="no person"),
        pytest.param(crosswalk("aa").assign(source_row=1), truth("xx"), "more than once", id="a row named twice"),
    ],
)
def test_tables_that_cannot_be_compared_are_refused(ours: pd.DataFrame, theirs: pd.DataFrame, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        evaluate(ours, theirs)


def test_a_truth_file_keeps_its_text(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("source_file,source_row,person\na.csv,1,007\na.csv,2,NA\n", "utf-8")
    frame = read_truth(tmp_path / "truth.csv")
    assert frame["person"].tolist() == ["007", "NA"]
    assert frame["source_row"].dtype == np.int64


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "missing", id="no file"),
        pytest.param(b"", "not_csv", id="empty"),
        pytest.param(b"\xff\xfe\x00bad", "not_csv", id="not text"),
        pytest.param(b"file,row,person\na,1,x\n", "no_column", id="other headers"),
        pytest.param(b"source_file,source_row,person\na,first,x\n", "bad_row", id="a row that is no number"),
    ],
)
def test_a_bad_truth_file_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "truth.csv").write_bytes(content)
    with pytest.raises(UnreadableInput) as refused:
        read_truth(tmp_path / "truth.csv")
    assert refused.value.code == code
