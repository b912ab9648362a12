"""Durable files: a reader sees the whole old file or the whole new one, whatever stops the writer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crm_clean import files


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "golden.csv"
    with files.writing(target) as temporary:
        temporary.write_text("new")
        assert not target.exists()
        assert temporary.parent == target.parent
    assert target.read_text() == "new"
    assert os.listdir(target.parent) == ["golden.csv"]


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_writer_that_stops_half_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, stop: type[BaseException]
) -> None:
    target = tmp_path / "golden.csv"
    target.write_text("old")

    def write_half() -> None:
        with files.writing(target) as temporary:
            temporary.write_text("ne")
            raise stop

    with pytest.raises(stop):
        write_half()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["golden.csv"]


@pytest.mark.parametrize("step", ["sync", "rename"])
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "golden.csv"
    target.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, step, fail)
    with pytest.raises(OSError, match="No space left"):
        files.write_text(target, "new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["golden.csv"]


def test_bytes_reach_the_disk_before_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("fsync"), fsync(handle))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (order.append("replace"), replace(a, b))[1])
    files.write_text(tmp_path / "a.txt", "x")
    assert order == ["fsync", "replace", "fsync"]


@pytest.mark.parametrize("text", ["a\r\nb\n", "Zoë", ""])
def test_text_is_written_as_given(tmp_path: Path, text: str) -> None:
    files.write_text(tmp_path / "a.txt", text)
    assert (tmp_path / "a.txt").read_bytes() == text.encode("utf-8")


def test_a_folder_is_renamed_whole(tmp_path: Path) -> None:
    (tmp_path / "1.tmp").mkdir()
    (tmp_path / "1.tmp" / "x").write_text("x")
    files.rename(tmp_path / "1.tmp", tmp_path / "1")
    assert (tmp_path / "1" / "x").read_text() == "x"
    assert os.listdir(tmp_path) == ["1"]


def test_remove_takes_files_folders_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "file").touch()
    for name in ("folder", "file", "never was"):
        files.remove(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_remove_unlinks_a_link_and_leaves_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    files.remove(tmp_path / "link")
    assert os.listdir(tmp_path) == ["kept"]
