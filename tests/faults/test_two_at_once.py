"""Two runs of one project: one works, the other is told so and goes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_clean.cli import main
from crm_clean.errors import StoreLocked
from crm_clean.store.lock import run_lock


def test_the_second_is_refused_and_the_first_ends_well(scene, tmp_path):
    project = scene.copy(tmp_path / "project")
    first = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("zygote.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdin
    first.stdin.write(f"{project.place.folder}\thold\tlink\t1\n")
    first.stdin.flush()
    deadline = time.monotonic() + 120
    while not (tmp_path / "held").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(StoreLocked, match="Another run holds the store"):
        project.run(workers=1)
    assert project.store.digests() == scene.before  # reading is not blocked
    (tmp_path / "go").touch()
    answered, _ = first.communicate()
    assert answered.split() == ["ready", "0"]
    scene.check_recovered(project)


def test_the_command_exits_4_with_a_sentence(scene, tmp_path, capsys):
    project = scene.copy(tmp_path / "project")
    with run_lock(project.place.store_folder), pytest.raises(SystemExit) as left:
        main(["run", "--project", str(project.place.folder)])
    assert left.value.code == 4
    told = capsys.readouterr().err
    assert "wait until it has ended" in told
    assert "Traceback" not in told
