"""`crm-clean evaluate`: the figures of a crosswalk against a truth file, and the mistakes that cost most."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., tuple[int, str, str]]

CROSSWALK = """source_file,source_row,source_record_id,golden_id,match_probability
a.csv,1,,G-1,0.98
a.csv,2,,G-1,0.98
a.csv,3,,G-2,0.91
b.csv,1,,G-2,0.91
b.csv,2,,G-3,1.0
b.csv,9,,G-4,1.0
"""
NOTHING = "crm-clean: Nothing stands yet to be measured: make a run first, with `crm-clean run`."
TRUTH = """source_file,source_row,person
a.csv,1,ann
a.csv,2,ann
a.csv,3,bob
b.csv,1,eve
b.csv,2,bob
c.csv,1,zoe
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK)
    (tmp_path / "truth.csv").write_text(TRUTH)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_told(crm_clean: Command, folder: Path) -> None:
    code, out, err = crm_clean("evaluate", "--truth", "truth.csv", "--crosswalk", "crosswalk.csv")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "pairs     precision 0.5000   recall 0.5000   F1 0.5000",
        "B-cubed   precision 0.8000   recall 0.8000   F1 0.8000",
        "people    33.3% found whole and alone; at most 2 records in one",
        "rows      5 compared, 1 in the crosswalk only, 1 in the truth only",
        "torn apart, the costliest:",
        "  a.csv row 3 / b.csv row 2 (1 pairs)",
        "put together wrongly, the costliest:",
        "  a.csv row 3 / b.csv row 1 (1 pairs)",
    ]


def test_the_same_for_programs(crm_clean: Command, folder: Path) -> None:
    (folder / "summary.json").write_text('{"expected_precision": 0.75}')
    code, out, err = crm_clean("evaluate", "--truth", "truth.csv", "--crosswalk", "crosswalk.csv", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert (said["precision"], said["n_true_pairs"], said["expected_precision"]) == (0.5, 2, 0.75)
    assert said["misses"] == [
        {"left_file": "a.csv", "left_row": 3, "right_file": "b.csv", "right_row": 2, "match_probability": None,
         "n_pairs": 1},
    ]  # fmt: skip
    assert "blocking_recall" not in said  # a crosswalk does not know what was compared


def test_what_the_run_expected_is_told_beside_what_was_measured(crm_clean: Command, folder: Path) -> None:
    (folder / "summary.json").write_text('{"expected_precision": 0.75}')
    out = crm_clean("evaluate", "--truth", "truth.csv", "--crosswalk", "crosswalk.csv")[1]
    assert out.splitlines()[1] == "expected  precision 0.7500, 0.2500 more than measured"


def test_a_project_says_why_each_mistake_was_made(crm_clean: Command, tmp_path: Path) -> None:
    project = tmp_path / "crm"
    assert crm_clean("sample", "--contacts", "400", "--out", tmp_path / "exports", "--seed", "5")[0] == 0
    assert crm_clean("init", project)[0] == 0
    words = ("evaluate", "--project", project, "--truth", tmp_path / "exports" / "truth.csv")
    code, _, err = crm_clean(*words)
    assert (code, err.splitlines()) == (2, [NOTHING])
    assert crm_clean("run", "--project", project, "--input", tmp_path / "exports")[0] == 0
    code, out, err = crm_clean(*words, "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    missed = sum(row["n_pairs"] for row in said["missed_by_reason"])
    wrong = sum(row["n_pairs"] for row in said["wrong_by_reason"])
    assert missed == said["n_true_pairs"] - round(said["recall"] * said["n_true_pairs"]) > 0
    assert wrong == said["n_predicted_pairs"] - round(said["precision"] * said["n_predicted_pairs"])
    assert 0.5 < said["blocking_recall"] <= 1.0
    told = crm_clean(*words)[1]
    assert "torn apart, by reason:" in told
    assert f"{said['blocking_recall']:.2%} of the pairs of one person" in told
    assert f"expected  precision {said['expected_precision']:.4f}, " in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["--truth", "truth.csv"], "No project in .: there is no crm_clean.toml.", id="no project here"),
        pytest.param(
            ["--truth", "truth.csv", "--project", ".", "--crosswalk", "crosswalk.csv"],
            "Give --project or --crosswalk, not both",
            id="two results at once",
        ),
        pytest.param(
            ["--truth", "nowhere.csv", "--crosswalk", "crosswalk.csv"], "there is no such truth file", id="no truth"
        ),
        pytest.param(
            ["--truth", "truth.csv", "--crosswalk", "truth.csv"],
            "The crosswalk has no column golden_id",
            id="no crosswalk",
        ),
        pytest.param(
            ["--truth", "truth.csv", "--crosswalk", "nowhere.csv"],
            "nowhere.csv: no such file or directory; check the path",
            id="no such crosswalk",
        ),
        pytest.param(
            ["--truth", "truth.csv", "--crosswalk", "empty.csv"], "empty.csv: this is no crosswalk;", id="an empty file"
        ),
    ],
)
def test_what_cannot_be_measured(crm_clean: Command, folder: Path, words: list[str], sentence: str) -> None:
    (folder / "empty.csv").touch()
    code, out, err = crm_clean("evaluate", *words)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
