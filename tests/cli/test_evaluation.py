"""`crm-clean evaluate`: the figures of a crosswalk against a truth file, and the mistakes that cost most."""

from __future__ import annotations

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
