"""The notebooks: kept without output, run on a project as they stand, and what they record the next run obeys."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from crm_clean.project import Project

NAMES = ("inspect_customer", "review_candidates", "tune_link")
# What the page sends when a button is pressed, sent from a cell of its own.
PRESS = """
def press(what):
    place = widget._session.place
    widget._handle_custom_msg({"press": what, "place": place, "reason": "they told us"}, [])

press("different")
press("same")
widget.decided[["left_id", "right_id", "verdict"]].values.tolist()
"""


@pytest.fixture(scope="module")
def project(project_copy: Callable[[], Project]) -> Project:
    return project_copy()


@pytest.fixture
def execute(
    notebooks: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., nbformat.NotebookNode]:
    """Run a notebook on a project, with cells after its own; returns it with its outputs."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp("jupyter")))

    def run(name: str, folder: Path, *more: str) -> nbformat.NotebookNode:
        monkeypatch.setenv("CRM_CLEAN_PROJECT", str(folder))
        monkeypatch.setenv("CRM_CLEAN_REVIEWER", "kim")
        notebook = nbformat.read(notebooks / f"{name}.ipynb", as_version=4)
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(notebooks)}})
        return client.execute()

    return run


def outputs(notebook: nbformat.NotebookNode, cell: str) -> str:
    """Everything a cell shows, as text."""
    (found,) = [each for each in notebook.cells if each.id == cell]
    return json.dumps(found.outputs, ensure_ascii=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_output(notebooks: Path, name: str) -> None:
    text = (notebooks / f"{name}.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert {cell.execution_count for cell in code} == {None}
    assert notebook.metadata.kernelspec.name == "python3"
    assert text == nbformat.writes(notebook) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_only_calls_and_shows(notebooks: Path, name: str) -> None:
    notebook = nbformat.read(notebooks / f"{name}.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert not [source for source in code if "def " in source or "class " in source]
    assert max(len(source.splitlines()) for source in code) <= 15


def test_reviewing_shows_the_queue_a_pair_in_words_and_the_widget(
    execute: Callable[..., object], project: Project
) -> None:
    done = execute("review_candidates", project.place.folder)
    n = len(project.review_queue())
    assert n > 2
    assert f"{n} pairs wait for kim." in outputs(done, "queue")
    assert project.review_queue(1)["left_id"].iloc[0] in outputs(done, "explain")
    assert f"ReviewWidget: {n} pairs, 0 gone through, 0 judged" in outputs(done, "judge")


def test_inspecting_shows_a_customer_and_why_it_is_one_person(execute: Callable[..., object], project: Project) -> None:
    done = execute("inspect_customer", project.place.folder)
    golden = project.golden().sort_values("n_records", ascending=False).iloc[0]
    assert golden["golden_id"] in outputs(done, "find")
    assert "crm-clean-customer" in outputs(done, "customer")
    assert golden["golden_id"] in outputs(done, "why")
    assert "Created from" in outputs(done, "history")


def test_tuning_shows_the_model_and_a_script_that_gives_the_same(
    execute: Callable[..., nbformat.NotebookNode], project: Project
) -> None:
    before = project.runs()
    done = execute("tune_link", project.place.folder)
    tuning = project.tune()
    report = tuning.linked.report
    assert f"{report['n_merged']:,} pairs merged" in outputs(done, "open")
    for cell in ("weights", "pair", "pairs", "blocking", "promise", "learnt"):
        assert "crm-clean-chart" in outputs(done, cell)
    assert str(report["n_merged"]) in outputs(done, "try")
    assert "True" in outputs(done, "model")
    by_model = int((~tuning.linked.pairs["verdict"].str.startswith("decided")).sum())
    assert by_model > 50
    said = f"{by_model:,} pairs of the run, {by_model:,} of them in the script too; largest difference 0.00000 bits"
    assert said in outputs(done, "equal")
    assert not [o for cell in done.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    pd.testing.assert_frame_equal(project.runs(), before)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_project_a_notebook_says_so_in_a_sentence(
    execute: Callable[..., object], tmp_path: Path, name: str
) -> None:
    with pytest.raises(Exception, match=r"UnknownThing: No project in .* Make one with `crm-clean init`\.") as told:
        execute(name, tmp_path)
    assert "place.py" not in str(told.value)


def test_what_is_judged_in_the_notebook_is_obeyed_by_the_next_run(
    execute: Callable[..., nbformat.NotebookNode],
    project_copy: Callable[[], Project],
    home_of: Callable[[Project], pd.Series],
) -> None:
    project = project_copy()
    first, second = project.review_queue().head(2)[["left_id", "right_id"]].itertuples(index=False)
    done = execute("review_candidates", project.place.folder, PRESS)
    decided = ast.literal_eval(done.cells[-1].outputs[0].data["text/plain"])
    assert decided == [[*first, "different"], [*second, "same"]]
    ledger = project.decisions().tail(2)
    assert ledger["verdict"].tolist() == ["different", "same"]
    assert ledger[["decided_by", "reason"]].drop_duplicates().to_numpy().tolist() == [["kim", "they told us"]]
    assert home_of(project)[second[0]] != home_of(project)[second[1]]
    project.run()
    home = home_of(project)
    assert home[first[0]] != home[first[1]]
    assert home[second[0]] == home[second[1]]
    asked = project.review_queue()
    assert not set(zip(asked["left_id"], asked["right_id"], strict=True)) & {tuple(first), tuple(second)}
