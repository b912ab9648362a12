"""What the next start finishes, keeps and clears away."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_clean.pipeline.outbox import put_out
from crm_clean.pipeline.recovery import recover, run_folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def staged(store: Path, run: int, text: str = "new") -> Path:
    folder = run_folder(store, run)
    (folder / "outbox").mkdir(parents=True)
    (folder / "outbox" / "id_map.csv").write_text(text)
    return folder


def test_a_committed_run_that_was_not_put_out_is_put_out(store, outbox):
    folder = staged(store, 3)
    recover(store, outbox, last_run=3)
    assert (outbox / "latest" / "id_map.csv").read_text() == "new"
    assert os.readlink(outbox / "latest") == "run-000003"
    assert not folder.exists()


def test_a_run_that_was_not_committed_is_never_put_out(store, outbox):
    folder = staged(store, 4)
    recover(store, outbox, last_run=3)
    assert not outbox.exists()
    assert folder.exists()  # to be resumed


@pytest.mark.parametrize(
    "run", [pytest.param(2, id="of a run long past"), pytest.param(7, id="of a run that cannot be")]
)
def test_work_goes(store, outbox, run):
    folder = staged(store, run)
    recover(store, outbox, last_run=3)
    assert not folder.exists()
    assert not outbox.exists()


def test_a_killed_tidying_up_is_finished(store, outbox):
    put_out(staged(store, 3), outbox, run=3)
    recover(store, outbox, last_run=3)
    assert not run_folder(store, 3).exists()
    assert (outbox / "latest" / "id_map.csv").exists()


def test_latest_follows_although_the_kill_came_between_move_and_link(store, outbox):
    put_out(staged(store, 2), outbox, run=2)
    folder = staged(store, 3)
    os.replace(folder / "outbox", outbox / "run-000003")
    recover(store, outbox, last_run=3)
    assert os.readlink(outbox / "latest") == "run-000003"


def test_temporary_files_of_killed_writers_go(store, outbox):
    outbox.mkdir()
    places = [store, outbox, staged(store, 4)]
    for place in places:
        (place / ".x.parquet.writing").write_text("half")
    (store / ".crm.duckdb.writing.wal").write_text("half")
    recover(store, outbox, last_run=3)
    assert not [p for place in places for p in place.rglob(".*")]


def test_the_outbox_of_a_store_that_was_here_before_is_replaced(store, outbox):
    put_out(staged(store, 1, "old"), outbox, run=1)
    recover(store, outbox, last_run=1)
    put_out(staged(store, 1), outbox, run=1)
    assert (outbox / "latest" / "id_map.csv").read_text() == "new"


def test_a_project_copied_with_what_its_link_led_to_gets_a_link_again(store, outbox):
    (outbox / "latest").mkdir(parents=True)
    (outbox / "latest" / "id_map.csv").write_text("of the copy")
    put_out(staged(store, 2), outbox, run=2)
    assert os.readlink(outbox / "latest") == "run-000002"
    assert (outbox / "latest" / "id_map.csv").read_text() == "new"
