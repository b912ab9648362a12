"""The flow `refresh`: exports in, import files out; all six steps."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.asking import Ask
from flows.journal import Done
from flows.running import in_turn, run_name
from flows.steps import INGEST, LINK, MERGE, NORMALISE, PUBLISH, VALIDATE


@flow(name="refresh", flow_run_name=run_name, persist_result=False)
def refresh(
    project: Path,
    inputs: list[Path] | None = None,
    workers: int | None = None,
    full: bool = False,
    truth: Path | None = None,
) -> Done:
    """Read the exports, find who is who, check the result, commit it, and write what CRMs import.

    Args:
        project: The project folder.
        inputs: Exports, or folders of them; the project's landing folder if none are given.
        workers: Processes to use; one if not given.
        full: Learn the model anew instead of keeping the last one.
        truth: A CSV of source_file, source_row, person to measure the result against.
    """
    ask = Ask(project, tuple(inputs or ()), workers, full, truth)
    return in_turn([INGEST, NORMALISE, LINK, MERGE, VALIDATE, PUBLISH], ask)
