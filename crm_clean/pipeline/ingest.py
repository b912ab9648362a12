"""The ingest step: files never taken before, read as they are and staged; what cannot be read is quarantined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean.pipeline.inputs import input_files
from crm_clean.pipeline.reporter import Reporter
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.table import Table
from crm_clean.records.tables import DECISIONS, FILES, QUARANTINE, RAW_ROWS, STAGED_POINTS, STAGED_RECORDS

if TYPE_CHECKING:
    from crm_clean.sources.intake import Taken

_TABLES = (FILES, RAW_ROWS, QUARANTINE, STAGED_RECORDS, STAGED_POINTS)
_PASSED_OVER = {
    "no_contacts": "{file} was passed over: it holds no contacts.",
    "no_rows": "{file} was passed over: it has a header and no rows.",
}
# Encodings that nothing in a file proves.
_ASSUMED = {"cp1252": "{file} was read as Windows-1252; save it as UTF-8 if letters look wrong."}


def _run(context: Context) -> Counts:
    from crm_clean.sources.intake import import_decisions, take

    def skipped(file: str, reason: str) -> None:
        if reason in _PASSED_OVER:
            context.reporter.notice(_PASSED_OVER[reason].format(file=file))

    taken = take(
        context.inputs,
        spec=context.settings.sources,
        taken_at=context.now,
        taken=set(context.store.read(FILES)["file_id"]),
        on_file=lambda _name, _n, _of: context.reporter.advanced(1),
        on_skip=skipped,
    )
    found = [_told(one, context.reporter) for one in taken] if input_files(context.inputs) else []
    for table in _TABLES:
        context.shelf.write(table, _joined(table, [getattr(one, table.name) for one in found]))
    said = import_decisions(context.shelf.read(STAGED_RECORDS), at=context.now)
    context.shelf.write(DECISIONS, _unsaid(said, context.store.read(DECISIONS)))
    return {
        "files": len(found),
        "rows": sum(len(one.raw_rows) for one in found),
        "quarantined": sum(int(one.files["n_quarantined"].sum()) for one in found),
    }


def _told(taken: Taken, reporter: Reporter) -> Taken:
    """`taken` itself, once it has been said what was assumed to read it."""
    for file, encoding in zip(taken.files["source_file"], taken.files["encoding"], strict=True):
        if encoding in _ASSUMED:
            reporter.notice(_ASSUMED[encoding].format(file=file))
    return taken


def _joined(table: Table, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if len(filled) < 2:
        return filled[0] if filled else table.empty()
    return table.frame(pd.concat(filled, ignore_index=True))


def _unsaid(decisions: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Decisions of `decisions` that the ledger does not hold yet, word for word but for their date."""
    said = ["left_id", "right_id", "verdict", "decided_by", "reason"]
    known = pd.MultiIndex.from_frame(standing[said].fillna(""))
    return decisions[~pd.MultiIndex.from_frame(decisions[said].fillna("")).isin(known)].reset_index(drop=True)


INGEST = Step(
    name="ingest",
    run=_run,
    inputs=(),
    outputs=(*(table.name for table in _TABLES), DECISIONS.name),
    depends=lambda context: [context.settings.sources.model_dump(mode="json"), context.given],
    modules=("crm_clean.sources.intake",),
)
