"""Which files a run is given, and whether any of them was ever taken before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from crm_clean.pipeline.shelf import content_digest
from crm_clean.records.tables import RUNS
from crm_clean.store.base import Store


def input_files(inputs: Iterable[Path]) -> list[Path]:
    """The files at or below `inputs`, folders in order of names; hidden files are none of our business."""
    found: list[Path] = []
    for path in inputs:
        below = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += [p for p in below if not any(part.startswith(".") for part in p.relative_to(path.parent).parts)]
    return found


def input_digests(inputs: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Name and digest of the content of each input file."""
    return tuple((str(path), content_digest([path])) for path in input_files(inputs))


def taken_before(store: Store) -> set[str]:
    """The content digests of all files that earlier runs were given."""
    given: list[Any] = [json.loads(text) for text in store.read(RUNS)["inputs"].dropna()]
    return {digest for inputs in given for _, digest in inputs["files"]}
