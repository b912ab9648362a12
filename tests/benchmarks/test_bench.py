"""The side-by-side benchmark: all get the same rows without truth, failures are told, results say who is ahead."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import contests
import numpy as np
import ours
import pandas as pd
import pytest
import reading
import results
from bench import Notebook
from peers import environments, table
from tables import write_table


def clusters(f1: float, precision: float = 0.99) -> dict[str, Any]:
    return {"precision": precision, "recall": 0.9, "f1": f1, "b3_f1": 0.9, "largest": 5}


def measured(who: str, seed: int | None = 1, **figures: Any) -> dict[str, Any]:
    row = {"title": "contacts, 10 rows", "seed": seed, "who": who, "seconds": 2.0, "cpu_seconds": 3.0, "peak_mb": 100}
    if who == contests.US:
        row |= {"expected_precision": 0.99, "all_seconds": 5.0, "clusters": {"default": clusters(0.97)}}
    return row | figures


@pytest.mark.parametrize("peer", environments.PEERS)
def test_every_peer_has_a_script_that_python_reads_and_pinned_requirements(scripts: Path, peer: str) -> None:
    tree = ast.parse((scripts / "peers" / f"link_with_{peer}.py").read_text("utf-8"))
    assert "link" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    lines = [line for line in environments.requirements(peer).read_text("utf-8").splitlines() if line[0] != "#"]
    assert all(re.fullmatch(r"[a-z-]+==[\w.]+", line) for line in lines)
    assert any(line.startswith(f"{peer}==") for line in lines)


def test_an_environment_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    python = tmp_path / "splink" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    wanted = contests.environment.__globals__["hashlib"].sha256(environments.requirements("splink").read_bytes())
    (tmp_path / "splink" / "installed.sha256").write_text(wanted.hexdigest())
    assert environments.environment("splink", root=tmp_path) == python


def test_a_peer_gets_clean_columns_by_what_they_mean(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("given_name,dob,phone,email,id,truth\n ANN ,19870605,+1 (212) 555-0187,n/a,7,p1\n,,,A@b.com,8,p2\n")
    frame = table.read(path, truth="truth", drop=("id",))
    assert frame.to_dict("list") == {
        "first_name": ["ann", None],
        "birth_date": ["1987-06-05", None],
        "phone": ["2125550187", None],
        "email": [None, "a@b.com"],
    }
    assert table.filled(frame.assign(city=None)) == {"first_name", "birth_date", "phone", "email"}


def test_the_truth_is_taken_out_before_anybody_links(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('\ufefftruth,name,id\np1,"a,b",1\np2,c,2\n', "utf-8")
    assert reading.without_truth(tmp_path / "in.csv", tmp_path / "out.csv", drop=("id",)) == ["p1", "p2"]
    assert (tmp_path / "out.csv").read_text("utf-8").split() == ["name", '"a,b"', "c"]


def test_a_row_that_could_not_be_read_is_one_of_its_own() -> None:
    crosswalk = pd.DataFrame({"source_row": ["1", "4", "3"], "golden_id": ["G-1", "G-1", "G-2"]})
    found = ours.labels(crosswalk, n=4)
    assert found[0] == found[3]
    assert len(np.unique(found)) == 3


def test_we_are_measured_as_a_user_would_run_us(scripts: Path, tmp_path: Path) -> None:
    path = write_table("contacts", 600, seed=3, out=tmp_path / "table.csv")
    found = contests.ours(contests.Contest("contacts", 600, 3, path), limit=300)
    assert found["clusters"]["default"]["rows"] == 600
    assert found["clusters"]["default"]["f1"] > 0.8
    assert found["best_recall"] <= 1.0
    assert 0 < found["seconds"] < found["all_seconds"]
    assert found["cpu_seconds"] > 0
    assert 0.5 < found["expected_precision"] <= 1.0


def test_the_oracle_tells_what_is_missed(scripts: Path, tmp_path: Path) -> None:
    path = write_table("contacts", 600, seed=3, out=tmp_path / "table.csv")
    command = [sys.executable, scripts / "oracle.py", path, "--keep", tmp_path / "kept"]
    first, again = (subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == again
    assert re.search(r"^oracle +precision [01]\.\d+  recall [01]\.\d+  f1 [01]\.\d+", first, re.MULTILINE)
    assert "## missed by us, found by the oracle" in first


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param("import sys; sys.exit('no memory left')", "no memory left", id="its last words"),
        pytest.param("raise SystemExit(3)", "ended with code 3", id="its code where it says nothing"),
        pytest.param("import time; time.sleep(60)", "stopped after 1 s", id="the limit of time"),
    ],
)
def test_whoever_fails_is_told_with_the_reason(script: str, reason: str) -> None:
    assert contests._ran([sys.executable, "-c", script], limit=1.0) == {"failed": reason}


def test_results_name_ratio_failure_and_the_peer_that_is_ahead() -> None:
    rows = [
        measured(contests.US),
        measured(
            "splink",
            seconds=8.0,
            cpu_seconds=6.0,
            peak_mb=400,
            clusters={"0.95": clusters(0.9), "0.5": clusters(0.98, 0.98)},
        ),
        {**measured("goldenmatch"), "failed": "stopped after 9 s"},
    ]
    text = results.report(rows, [])
    assert "| crm-clean | 2.0 | 1.0 | 3.0 | 1.0 | 100 | 0.9900 | 0.9000 | 0.9700 | 0.9000 | 0.9700 | 5 |" in text
    assert "| splink at 0.95 | 8.0 | 4.0 | 6.0 | 2.0 | 400 |" in text
    assert "| splink at 0.5, the best | 8.0 | 4.0 | 6.0 | 2.0 | 400 |" in text
    assert "| goldenmatch | stopped after 9 s |" in text
    ahead = text.split("## Where a peer is better")[1].strip().splitlines()
    assert ahead == ["- contacts, 10 rows: splink at 0.5, the best has F1 0.9800 against 0.9700."]


def test_results_take_the_mean_of_seeds_and_the_lowest_f1() -> None:
    rows = [measured(contests.US, seed, clusters={"default": clusters(f1)}) for seed, f1 in ((1, 0.9), (2, 0.8))]
    assert "| 0.8500 | 0.9000 | 0.8000 |" in results.report(rows, [])
    assert "Seeds 1, 2." in results.report(rows, [])


def test_results_say_what_better_threshold_there_was() -> None:
    text = results.report([measured(contests.US, best_recall=0.95)], [])
    assert "The most recall of any threshold at the precision measured is 0.9500; ours was 0.9000." in text


def test_a_failure_of_ours_is_told_once_a_peer() -> None:
    rows = [
        {**measured(contests.US), "failed": "no"},
        measured("splink", clusters={"0.95": clusters(0.9), "0.5": clusters(0.98)}),
    ]
    assert results.report(rows, []).count("splink links it, we fail") == 1


def test_a_measurement_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "out" / "measured.json", fresh=True)
    for seconds in (1.0, 2.0):
        notebook.put("linked", measured(contests.US, seconds=seconds), key=("title", "seed", "who"))
    notebook.put("linked", measured(contests.US, 2), key=("title", "seed", "who"))
    held = json.loads(notebook.path.read_text("utf-8"))["linked"]
    assert [(row["seed"], row["seconds"]) for row in held] == [(1, 2.0), (2, 2.0)]
    assert Notebook(notebook.path, fresh=False).held["linked"] == held


def test_the_largest_tables_are_made_for_two_seeds_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(contests, "TABLES", tmp_path)
    monkeypatch.setattr(contests, "LARGE", 40)
    found = list(contests.contests(["contacts"], [20, 40], [1, 2, 3]))
    assert [(one.title, one.seed) for one in found] == [
        *(("contacts, 20 rows", seed) for seed in (1, 2, 3)),
        *(("contacts, 40 rows", seed) for seed in (1, 2)),
    ]
    assert all(one.path.exists() for one in found)
