"""The publish step: what each CRM is told, audited before a file is written; the files are staged, not yet put out.

Committing the run and moving the staged files to the outbox is the run's, so that both happen together or not at all.
"""

from __future__ import annotations

from crm_clean.pipeline.outbox import STAGED
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.pipeline.validate import RUN_CHECKS, suites_digest, warm_suites
from crm_clean.records.tables import CHECKS, PUBLISH_CHANGES, PUBLISH_MERGES, PUBLISH_SUPPRESSIONS


def _run(context: Context) -> Counts:
    from crm_clean.publish.plan import plan
    from crm_clean.publish.write import write

    planned = plan()
    write(planned, context.shelf.folder / STAGED)
    context.shelf.write(PUBLISH_CHANGES, planned.changes)
    context.shelf.write(PUBLISH_MERGES, planned.merges)
    context.shelf.write(PUBLISH_SUPPRESSIONS, planned.suppressions)
    context.shelf.write(CHECKS, context.shelf.read(CHECKS, name=RUN_CHECKS))
    return {"changes": len(planned.changes)}


PUBLISH = Step(
    name="publish",
    run=_run,
    inputs=("records", "contact_points", "membership", "golden", "golden_points", "survivors", "pairs", RUN_CHECKS),
    outputs=("publish_changes", "publish_merges", "publish_suppressions", "checks", f"{STAGED}/"),
    depends=lambda context: [context.settings.publish.model_dump(mode="json"), suites_digest(context)],
    modules=("crm_clean.publish.plan", "crm_clean.publish.write", "crm_clean.validate.gate"),
    warm=warm_suites,
)
