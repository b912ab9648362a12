"""The validate step: the suites over what this run would make stand; a critical failure ends the run here."""

from __future__ import annotations

from crm_clean.pipeline.shelf import content_digest
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import CHECKS, TABLES

AUDITED = ("files", "raw_rows", "quarantine", "records", "contact_points", "membership", "golden", "golden_points")
RUN_CHECKS = "run_checks"
_CAME_IN = ("files", "raw_rows", "quarantine")


def _run(context: Context) -> Counts:
    from crm_clean.validate.gate import gate
    from crm_clean.validate.suites import audit

    tables = {name: context.shelf.read(TABLES[name]) for name in AUDITED}
    if tables["files"].empty:  # only settings or decisions are new: what came in is what came before
        tables |= {name: context.store.read(TABLES[name]) for name in _CAME_IN}
    checks = audit(tables, folder=context.expectations)
    context.shelf.write(CHECKS, checks, name=RUN_CHECKS)
    gate(checks)
    return {"expectations": len(checks), "unmet": int((~checks["is_met"].fillna(False)).sum())}


def suites_digest(context: Context) -> object:
    """What the project's own suites say; ours are part of the code."""
    return content_digest([context.expectations] if context.expectations else [])


def warm_suites() -> None:
    """Load what judging needs, which takes seconds."""
    from crm_clean.validate.suites import load_suites

    load_suites()


VALIDATE = Step(
    name="validate",
    run=_run,
    inputs=AUDITED,
    outputs=(RUN_CHECKS,),
    depends=suites_digest,
    modules=("crm_clean.validate.gate",),
    warm=warm_suites,
)
