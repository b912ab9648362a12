"""When a step is done again, and when the work of an earlier attempt is taken over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from crm_clean.pipeline.reporter import Silent
from crm_clean.pipeline.runner import run_step
from crm_clean.pipeline.shelf import Shelf
from crm_clean.pipeline.step import Context, Step
from crm_clean.records.tables import CLUSTERS, MEMBERSHIP
from crm_clean.settings import Settings
from crm_clean.store.base import EmptyStore


def clock() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


class Told(Silent):
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.finished: list[str] = []

    def step_started(self, name: str, *_: object) -> None:
        self.started.append(name)

    def step_finished(self, name: str, *_: object) -> None:
        self.finished.append(name)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    shelf = Shelf(tmp_path)
    shelf.write(CLUSTERS, clusters("G-1"))
    return Context(
        settings=Settings(), store=EmptyStore(), shelf=shelf, run=1, now=clock(), clock=clock, reporter=Told()
    )


def clusters(cluster_id: str) -> pd.DataFrame:
    return CLUSTERS.frame({"record_id": ["s:1"], "cluster_id": [cluster_id], "match_probability": [1.0]})


def a_step(depends: Callable[[Context], object] = lambda _: "the same") -> Step:
    def work(context: Context) -> dict[str, int]:
        read = context.shelf.read(CLUSTERS)
        context.shelf.write(MEMBERSHIP, MEMBERSHIP.frame(read.rename(columns={"cluster_id": "golden_id"})))
        return {"members": len(read)}

    return Step("merge", work, inputs=("clusters",), outputs=("membership",), depends=depends)


def test_a_step_is_done_once(context):
    first, second = run_step(a_step(), context), run_step(a_step(), context)
    assert (first.is_reused, second.is_reused) == (False, True)
    assert second.counts == first.counts == {"members": 1}
    assert context.reporter.started == ["merge"]
    assert context.reporter.finished == ["merge", "merge"]


def cut_short(shelf: Shelf) -> None:
    path = shelf.path("membership")
    path.write_bytes(path.read_bytes()[:-10])


def another_input(shelf: Shelf) -> None:
    shelf.write(CLUSTERS, clusters("G-2"))


def torn_record(shelf: Shelf) -> None:
    record = shelf.folder / "merge.step.json"
    record.write_text(record.read_text()[:-5])


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(cut_short, id="a file cut short"),
        pytest.param(lambda shelf: shelf.path("membership").unlink(), id="a file that is gone"),
        pytest.param(another_input, id="another input"),
        pytest.param(torn_record, id="a record that is no JSON any more"),
        pytest.param(lambda shelf: (shelf.folder / "merge.step.json").write_text("[]"), id="a record of another kind"),
    ],
)
def test_it_is_done_again_after(context, harm):
    run_step(a_step(), context)
    harm(context.shelf)
    assert not run_step(a_step(), context).is_reused
    assert context.shelf.read(MEMBERSHIP)["golden_id"].tolist() == context.shelf.read(CLUSTERS)["cluster_id"].tolist()


def test_it_is_done_again_under_other_settings(context):
    run_step(a_step(), context)
    assert not run_step(a_step(lambda _: "something else"), context).is_reused


def test_it_is_done_again_by_other_code(context, monkeypatch):
    run_step(a_step(), context)
    monkeypatch.setattr("crm_clean.pipeline.fingerprint.code_version", lambda: "0.0.0")
    assert not run_step(a_step(), context).is_reused


def test_a_step_that_fails_is_not_remembered(context):
    def fails(context: Context) -> dict[str, int]:
        context.shelf.write(MEMBERSHIP, MEMBERSHIP.empty())
        raise OSError(28, "No space left on device")

    broken = Step("merge", fails, inputs=("clusters",), outputs=("membership",), depends=lambda _: "the same")
    with pytest.raises(OSError, match="No space"):
        run_step(broken, context)
    assert not run_step(a_step(), context).is_reused


def test_loading_libraries_is_not_work(context):
    def slow() -> None:
        import time

        time.sleep(0.3)

    step = a_step()
    warmed = Step("merge", step.run, step.inputs, step.outputs, step.depends, warm=slow)
    assert run_step(warmed, context).seconds < 0.3


def test_memory_is_measured_per_step(context):
    def hungry(context: Context) -> dict[str, int]:
        return {"bytes": len(bytearray(200_000_000).replace(b"\0", b"\1"))}

    step = Step("hungry", hungry, inputs=(), outputs=(), depends=lambda _: None)
    modest = Step("modest", lambda _: {}, inputs=(), outputs=(), depends=lambda _: None)
    assert run_step(step, context).peak_mb > run_step(modest, context).peak_mb + 100
