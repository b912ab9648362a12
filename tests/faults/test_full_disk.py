"""A disk that is really full, at different moments of a run."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

SIZE_MB = 24


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def leave_free(disk: Path, kilobytes: int) -> Path:
    """Fill `disk` but for so much."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_bsize - kilobytes * 1024))
    return ballast


@pytest.mark.parametrize("kilobytes", [0, 100, 400, 700, 1200])
def test_a_full_disk_harms_nothing(scene, small_disk, kilobytes):
    fill_and_run(scene, small_disk, kilobytes)


@pytest.mark.parametrize("kilobytes", [0, 400, 1200])
def test_a_full_disk_harms_nothing_in_a_partial_run(scenes, small_disk, kilobytes):
    fill_and_run(scenes("file, a part"), small_disk, kilobytes)


def fill_and_run(scene, disk: Path, kilobytes: int) -> None:
    project = scene.copy(disk / "project")
    ballast = leave_free(disk, kilobytes)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as full:
        project.run(workers=1)
    assert full.value.errno == errno.ENOSPC
    ballast.unlink()
    scene.check_stands(project)
    project.run(workers=1)
    scene.check_recovered(project)
