"""The ingest step: files never taken before, read as they are and staged; what cannot be read is quarantined."""

from __future__ import annotations

import pandas as pd

from crm_clean.pipeline.inputs import input_digests
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import (
    DECISIONS,
    FILES,
    QUARANTINE,
    RAW_ROWS,
    STAGED_POINTS,
    STAGED_RECORDS,
)  # fmt: skip


def _run(context: Context) -> Counts:
    from crm_clean.sources.take import take

    taken = take(
        context.inputs,
        spec=context.settings.sources,
        known=context.store.read(FILES)["file_id"].tolist(),
        now=context.now,
        workers=context.workers,
        on_progress=context.reporter.advanced,
    )
    for table in (FILES, RAW_ROWS, QUARANTINE, STAGED_RECORDS, STAGED_POINTS):
        context.shelf.write(table, getattr(taken, table.name))
    context.shelf.write(DECISIONS, _unsaid(taken.decisions, context.store.read(DECISIONS)))
    return {
        "files": len(taken.files),
        "rows": len(taken.raw_rows),
        "quarantined": int(taken.files["n_quarantined"].sum()),
    }


def _unsaid(decisions: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Decisions of `decisions` that the ledger does not hold yet, word for word but for their date."""
    said = ["left_id", "right_id", "verdict", "decided_by", "reason"]
    known = pd.MultiIndex.from_frame(standing[said].fillna(""))
    return decisions[~pd.MultiIndex.from_frame(decisions[said].fillna("")).isin(known)].reset_index(drop=True)


INGEST = Step(
    name="ingest",
    run=_run,
    inputs=(),
    outputs=("files", "raw_rows", "quarantine", "staged_records", "staged_points", "decisions"),
    depends=lambda context: [context.settings.sources.model_dump(mode="json"), input_digests(context.inputs)],
    modules=("crm_clean.sources.take",),
)
