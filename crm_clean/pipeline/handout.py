"""The last step of `dedupe`: the files that are handed back where there is no project, next to nothing else.

Staged in the run's folder first; they are moved to where they were asked for when all of them are whole.
"""

from __future__ import annotations

from pathlib import Path

from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.pipeline.tabular import write_csv
from crm_clean.pipeline.wide import crosswalk, golden_wide, without_empty
from crm_clean.records.tables import (
    CONTACT_POINTS,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    MEMBERSHIP,
    PAIRS,
    QUARANTINE,
    RAW_ROWS,
    RECORDS,
)  # fmt: skip

FOLDER = "handout"
_QUARANTINE_COLUMNS = ["source_file", "source_line", "reason", "raw", "field", "source_row"]


def _run(context: Context) -> Counts:
    from crm_clean.review.queue import review_queue

    shelf, place = context.shelf, context.shelf.folder / FOLDER
    records, pairs = shelf.read(RECORDS), shelf.read(PAIRS)
    rows = crosswalk(shelf.read(RAW_ROWS), shelf.read(FILES), records, shelf.read(MEMBERSHIP))
    golden = golden_wide(shelf.read(GOLDEN), shelf.read(GOLDEN_POINTS))
    queue = review_queue(pairs, records, shelf.read(CONTACT_POINTS))
    quarantine = shelf.read(QUARANTINE)[_QUARANTINE_COLUMNS]
    write_csv(place / "crosswalk.csv", rows)
    write_csv(place / "golden.csv", without_empty(golden, keep=("golden_id",)))
    write_csv(place / "review.csv", queue)
    write_csv(place / "quarantine.csv", quarantine)
    return {"rows": len(rows), "review": len(queue), "quarantined": len(quarantine)}


def handed_out(folder: Path) -> list[Path]:
    """The staged files, in order of names."""
    return sorted((folder / FOLDER).iterdir())


HANDOUT = Step(
    name="publish",
    run=_run,
    inputs=("raw_rows", "files", "records", "contact_points", "membership", "golden", "golden_points", "pairs"),
    outputs=(f"{FOLDER}/",),
    depends=lambda context: None,  # noqa: ARG005
    modules=("crm_clean.review.queue",),
)
