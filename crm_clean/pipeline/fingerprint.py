"""Which results of an earlier attempt can be trusted: those made from the same things, and still whole.

Beside a step's output lies a record of what it was made from and of what its files held. If either differs - another
export, another setting, other code, a file cut short by a full disk - the step is done again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib import metadata
from pathlib import Path
from typing import Any

from crm_clean.pipeline.shelf import SCOPE, Shelf, content_digest
from crm_clean.pipeline.step import Context, Step, StepResult

_CODE = (".py", ".toml", ".csv", ".json", ".sql", ".txt")


@cache
def code_version() -> str:
    """The package's version and a digest of everything in it that can change a result."""
    package = Path(__file__).parents[1]
    files = sorted(p for p in package.rglob("*") if p.suffix in _CODE)
    digest = blake2b(digest_size=8)
    for file in files:
        digest.update(f"{file.relative_to(package)}\0".encode())
        digest.update(file.read_bytes())
    return f"{metadata.version('crm-clean')}+{digest.hexdigest()}"


def fingerprint(step: Step, context: Context) -> str:
    """A digest of everything that decides what `step` will write."""
    made_from = {
        "step": step.name,
        "code": code_version(),
        "run": context.run,
        "depends": step.depends(context),
        "inputs": content_digest(_files(context.shelf, step.inputs)),
    }
    return blake2b(json.dumps(made_from, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def recall(step: Step, shelf: Shelf, *, made_from: str) -> StepResult | None:
    """The result of an earlier attempt, if it was made from the same and all its files are as they were left."""
    record = shelf.read_json(f"{step.name}.step")
    if not isinstance(record, dict) or record.get("made_from") != made_from:
        return None
    if record.get("outputs") != content_digest(_files(shelf, step.outputs)):
        return None
    return _result(record)


def remember(step: Step, shelf: Shelf, result: StepResult, *, made_from: str) -> None:
    """Record what `step` wrote; to be called last, so that a step without a record counts as not done."""
    shelf.write_json(
        f"{step.name}.step",
        {
            "made_from": made_from,
            "outputs": content_digest(_files(shelf, step.outputs)),
            "name": result.name,
            "counts": dict(result.counts),
            "seconds": result.seconds,
            "peak_mb": result.peak_mb,
        },
    )


def _files(shelf: Shelf, names: tuple[str, ...]) -> list[Path]:
    """Files and folders by name: without an ending it is a table, with its scope beside it."""
    found: list[Path] = []
    for name in names:
        if "." in name or name.endswith("/"):
            found.append(shelf.folder / name)
        else:
            found += [shelf.path(name), shelf.path(f"{name}{SCOPE}")]
    return found


def _result(record: Mapping[str, Any]) -> StepResult:
    cost = {"seconds": float(record["seconds"]), "peak_mb": int(record["peak_mb"])}
    return StepResult(str(record["name"]), dict(record["counts"]), **cost, is_reused=True)  # type: ignore[arg-type]
