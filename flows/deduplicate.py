"""The flow `deduplicate`: who is who among what was read, and one golden record of each."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.asking import Ask
from flows.journal import Done
from flows.running import in_turn, run_name
from flows.steps import LINK, MERGE, NORMALISE


@flow(name="deduplicate", flow_run_name=run_name, persist_result=False)
def deduplicate(
    project: Path, inputs: list[Path] | None = None, workers: int | None = None, full: bool = False
) -> Done:
    """Normalise, link and merge what `ingest` read; nothing that stands changes until `publish`.

    Args:
        project: The project folder.
        inputs: Exports, or folders of them; what `ingest` was given if none are given.
        workers: Processes to use; one if not given.
        full: Learn the model anew; to be said at every flow of one run.
    """
    return in_turn([NORMALISE, LINK, MERGE], Ask(project, tuple(inputs or ()), workers, full))
