"""The flow `publish`: check what was made, commit it, write what CRMs import."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from flows.asking import Ask
from flows.journal import Done
from flows.running import in_turn, run_name
from flows.steps import PUBLISH, VALIDATE


@flow(name="publish", flow_run_name=run_name, persist_result=False)
def publish(
    project: Path,
    inputs: list[Path] | None = None,
    workers: int | None = None,
    full: bool = False,
    truth: Path | None = None,
) -> Done:
    """Validate and commit; fails, and changes nothing, when a critical expectation is not met.

    Args:
        project: The project folder.
        inputs: Exports, or folders of them; what `ingest` was given if none are given.
        workers: Processes to use; one if not given.
        full: Learn the model anew; to be said at every flow of one run.
        truth: A CSV of source_file, source_row, person to measure the result against.
    """
    return in_turn([VALIDATE, PUBLISH], Ask(project, tuple(inputs or ()), workers, full, truth))
