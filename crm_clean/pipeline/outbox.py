"""The outbox: one folder a run, moved into place whole after the commit; `latest` leads to the newest.

A run that was killed between its commit and the move is finished here by the next one: what the store shows as
committed is what the outbox must show too.
"""

from __future__ import annotations

import os
from pathlib import Path

from crm_clean import files

STAGED = "outbox"
LATEST = "latest"


def folder_of(outbox: Path, run: int) -> Path:
    """Where the files of a run lie."""
    return outbox / f"run-{run:06d}"


def put_out(run_folder: Path, outbox: Path, *, run: int) -> Path:
    """Move what `run` staged into the outbox, if that has not happened yet, and let `latest` lead to it."""
    staged, target = run_folder / STAGED, folder_of(outbox, run)
    outbox.mkdir(parents=True, exist_ok=True)
    if staged.is_dir():
        if target.exists():  # of a store that was here before
            files.remove(target)
        files.rename(staged, target)
    if target.is_dir():
        _point_latest(outbox, target)
    return target


def _point_latest(outbox: Path, target: Path) -> None:
    latest = outbox / LATEST
    if latest.is_symlink() and os.readlink(latest) == target.name:
        return
    beside = outbox / f".{LATEST}{files.TEMPORARY_SUFFIX}"
    files.remove(beside)
    beside.symlink_to(target.name)
    if latest.is_dir() and not latest.is_symlink():  # a project that was copied with what its links lead to
        files.remove(latest)
    files.rename(beside, latest)
