"""The flow `ingest`: exports in, and what cannot be read into quarantine."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.asking import Ask
from flows.journal import Done
from flows.running import in_turn, run_name
from flows.steps import INGEST


@flow(name="ingest", flow_run_name=run_name, persist_result=False)
def ingest(project: Path, inputs: list[Path] | None = None, workers: int | None = None, full: bool = False) -> Done:
    """Read the exports; nothing that stands changes until `publish`.

    Args:
        project: The project folder.
        inputs: Exports, or folders of them; the project's landing folder if none are given.
        workers: Processes to use; one if not given.
        full: Learn the model anew; to be said at every flow of one run.
    """
    return in_turn([INGEST], Ask(project, tuple(inputs or ()), workers, full))
