"""What the next start makes of whatever the last one left: finish what was committed, keep what can be resumed.

Must be called with the run lock held.
"""

from __future__ import annotations

import re
from pathlib import Path

from crm_clean import files
from crm_clean.pipeline.outbox import put_out

_RUN_FOLDER = re.compile(r"^(\d+)\.tmp$")


def run_folder(store_folder: Path, run: int) -> Path:
    """Where run `run` keeps its work."""
    return store_folder / "runs" / f"{run}.tmp"


def recover(store_folder: Path, outbox: Path, *, last_run: int) -> None:
    """Leave nothing behind but what stands, what was put out, and the work of the run that comes next."""
    runs = store_folder / "runs"
    for folder in sorted(runs.iterdir()) if runs.is_dir() else []:
        named = _RUN_FOLDER.match(folder.name)
        number = int(named.group(1)) if named else 0
        if number == last_run and number:
            put_out(folder, outbox, run=number)
        if number != last_run + 1:
            files.remove(folder)
    for place in (store_folder, runs, outbox):
        _sweep(place)
    _sweep(run_folder(store_folder, last_run + 1))


def _sweep(folder: Path) -> None:
    """Remove temporary files of writers that are no more."""
    if folder.is_dir():
        for orphan in folder.glob(f".*{files.TEMPORARY_SUFFIX}*"):
            files.remove(orphan)
