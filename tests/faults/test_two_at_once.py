"""Two runs of one project: one works, the other is told so and goes."""

from __future__ import annotations

import time

import pytest

from crm_clean.cli import main
from crm_clean.errors import StoreLocked
from crm_clean.store.lock import run_lock


@pytest.mark.parametrize("where", ["file", "server, a part"])
def test_the_second_is_refused_and_the_first_ends_well(scenes, where, zygote, tmp_path, capsys):
    scene = scenes(where)
    project = scene.copy(tmp_path / "project")
    zygote.start(project.place.folder, "hold", "link", 1)
    deadline = time.monotonic() + 60
    while not (tmp_path / "held").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with pytest.raises(StoreLocked, match="Another run holds the store"):
        project.run(workers=1)
    with pytest.raises(SystemExit) as left:
        main(["run", "--project", str(project.place.folder)])
    assert left.value.code == 4
    told = capsys.readouterr().err
    assert "wait until it has ended" in told
    assert "Traceback" not in told
    assert project.store.digests() == scene.before  # reading is not blocked
    (tmp_path / "go").touch()
    assert zygote.status() == 0
    scene.check_recovered(project)


def test_the_command_exits_4_with_a_sentence(scene, tmp_path, capsys):
    project = scene.copy(tmp_path / "project")
    with run_lock(project.place.store_folder), pytest.raises(SystemExit) as left:
        main(["run", "--project", str(project.place.folder)])
    assert left.value.code == 4
    told = capsys.readouterr().err
    assert "wait until it has ended" in told
    assert "Traceback" not in told
