"""What a flow is asked for, and which steps it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STEPS = {
    "refresh": ("ingest", "normalise", "link", "merge", "validate", "publish"),
    "ingest": ("ingest",),
    "deduplicate": ("normalise", "link", "merge"),
    "publish": ("validate", "publish"),
}


@dataclass(frozen=True)
class Ask:
    """What a flow was asked for; every step is told the same."""

    project: Path
    inputs: tuple[Path, ...] = ()
    workers: int | None = None
    full: bool = False
    truth: Path | None = None
