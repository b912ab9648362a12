"""The normalise step: what this run staged, normalised, beside what already stands."""

from __future__ import annotations

from crm_clean.pipeline.standing import beside_standing
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import CONTACT_POINTS, ISSUES, RECORDS, STAGED_POINTS, STAGED_RECORDS


def _run(context: Context) -> Counts:
    from crm_clean.normalise.apply import normalise

    shelf = context.shelf
    fresh = normalise(
        shelf.read(STAGED_RECORDS),
        shelf.read(STAGED_POINTS),
        spec=context.settings.normalise,
        workers=context.workers,
        on_progress=lambda _n, _of: context.reporter.advanced(1),
    )
    records, points, issues = beside_standing(context, (fresh.records, fresh.contact_points, fresh.issues))
    for table, frame in ((RECORDS, records), (CONTACT_POINTS, points), (ISSUES, issues)):
        shelf.write(table, frame)
    counts = {"normalised": len(fresh.records), "issues": len(fresh.issues)}
    return {**counts, "records": len(records), "contact_points": len(points)}


NORMALISE = Step(
    name="normalise",
    run=_run,
    inputs=("staged_records", "staged_points"),
    outputs=("records", "contact_points", "issues"),
    depends=lambda context: context.settings.normalise.model_dump(mode="json"),
    modules=("crm_clean.normalise.apply",),
)
