"""A run without a project: any contact files in, seven files out, all of them or none.

The same steps as a project's, in a folder beside the one asked for, which goes when it is done or has failed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_clean import files
from crm_clean.errors import UnknownThing
from crm_clean.pipeline.handout import FOLDER, HANDOUT
from crm_clean.pipeline.ingest import INGEST
from crm_clean.pipeline.inputs import input_digests
from crm_clean.pipeline.link import LINK, write_model
from crm_clean.pipeline.merge import MERGE
from crm_clean.pipeline.normalise import NORMALISE
from crm_clean.pipeline.reporter import Reporter
from crm_clean.pipeline.runner import run_step
from crm_clean.pipeline.shelf import Shelf
from crm_clean.pipeline.step import Context, Step, StepResult
from crm_clean.pipeline.summary import REPORT, Telling, run_summary, write_report
from crm_clean.pipeline.validate import VALIDATE
from crm_clean.settings import Settings
from crm_clean.store.base import EmptyStore
from crm_clean.store.lock import LOCK_NAME, private_files, run_lock

if TYPE_CHECKING:
    from crm_clean.link.model_file import ModelFile

MODEL = "model.json"
STEPS: tuple[Step, ...] = (INGEST, NORMALISE, LINK, MERGE, VALIDATE, HANDOUT)


_FILES = (
    ("golden.csv", "one row per person"),
    ("crosswalk.csv", "every row read, with the person it belongs to"),
    ("review.csv", "pairs for you to judge"),
    ("quarantine.csv", "rows that could not be read"),
    ("summary.json", "the figures, for programs"),
    ("model.json", "what was learnt, for --model"),
)


@dataclass(frozen=True)
class Options:
    """How to dedupe: column -> field, columns that are no evidence, region of national numbers, where to merge,
    whether the name service is asked which domains take mail, and the model to link by where none is to be learnt."""

    mapping: dict[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    default_region: str | None = None
    threshold: float | None = None
    workers: int = 1
    seed: int = 0
    check_deliverability: bool = False
    model: ModelFile | None = None

    def settings(self) -> Settings:
        """The same as settings; raises BadSettings for a field or region that does not exist."""
        given = {
            "sources": {"mapping": self.mapping, "ignore": self.ignore, "default_region": self.default_region},
            "normalise": {
                "default_region": self.default_region,
                "check_deliverability": self.check_deliverability,
            },
            "link": {"threshold": self.threshold, "seed": self.seed},
        }
        return Settings.understand(given, origin="options")


def dedupe(
    inputs: Sequence[Path], out: Path, *, options: Options, clock: Callable[[], datetime], reporter: Reporter
) -> dict[str, Any]:
    """Write crosswalk.csv, golden.csv, review.csv, quarantine.csv, summary.json, model.json and report.html to `out`.

    Returns what summary.json says. Raises GateFailed when a critical expectation is not met, UnreadableInput when
    there is nothing to read; `out` is then as it was.
    """
    for path in inputs:
        if not path.exists():
            raise UnknownThing(f"{path}: no such file or folder; check the path.")
    settings = options.settings()
    work = out.absolute().with_name(f".{out.absolute().name}{files.TEMPORARY_SUFFIX}")
    with run_lock(work), private_files():
        try:
            _empty(work)
            context = Context(
                settings=settings,
                store=EmptyStore(),
                shelf=Shelf(work),
                run=1,
                now=clock(),
                clock=clock,
                inputs=tuple(inputs),
                given=input_digests(inputs),
                workers=options.workers,
                model=options.model,
                reporter=reporter,
            )
            summary = _carry_out(context)
            _hand_out(work / FOLDER, out)
            return summary
        finally:
            files.remove(work)


def _carry_out(context: Context) -> dict[str, Any]:
    results = [run_step(step, context) for step in STEPS]
    summary = summarise(context, results)
    shown = run_summary(context, results, Telling("crm-clean dedupe", _FILES))
    write_model(context.shelf, context.shelf.folder / FOLDER / MODEL)
    write_report(context.shelf.folder / FOLDER / REPORT, shown)
    files.write_text(context.shelf.folder / FOLDER / "summary.json", json.dumps(summary, indent=2) + "\n")
    return summary


def summarise(context: Context, results: Sequence[StepResult]) -> dict[str, Any]:
    """Rows, threshold, expected precision, and what each step cost, in order."""
    counts = {name: n for result in results for name, n in result.counts.items()}
    report = context.shelf.read_json("link_report")
    return {
        "rows": {"read": counts["rows"], "quarantined": counts["quarantined"], "golden": counts["golden"]},
        "threshold": report["threshold"],
        "expected_precision": report["expected_precision"],
        "steps": {r.name: {"seconds": r.seconds, "peak_mb": r.peak_mb} for r in results},
    }


def _empty(folder: Path) -> None:
    """Remove what a killed attempt left."""
    for entry in folder.iterdir():
        if entry.name != LOCK_NAME:
            files.remove(entry)


def _hand_out(staged: Path, out: Path) -> None:
    """Move the files to where they were asked for: in one go where nothing is there yet, else one by one."""
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        files.rename(staged, out)
        return
    for file in sorted(staged.iterdir()):
        files.rename(file, out / file.name)
