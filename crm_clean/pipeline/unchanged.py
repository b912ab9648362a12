"""Is there anything to do? A run over files, settings, word lists, suites, code and decisions that were all there
before is none.

Nothing is committed then, no run is counted, and what was put out stays what it is.
"""

from __future__ import annotations

import json

from crm_clean import files
from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.inputs import taken_before
from crm_clean.pipeline.link import given_model, model_of_last
from crm_clean.pipeline.order import Order, RunResult
from crm_clean.pipeline.outbox import folder_of
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.reading import is_read_alike
from crm_clean.pipeline.standing import said_since
from crm_clean.pipeline.step import Context
from crm_clean.pipeline.summary import measure
from crm_clean.pipeline.validate import suites_digest
from crm_clean.records.tables import CONSENTS, DECISIONS, OVERRIDES, SUPPRESSIONS

# Where people's words stand, for the next run to honour.
LEDGERS = (DECISIONS, OVERRIDES, CONSENTS, SUPPRESSIONS)


def is_same_but_for_files(context: Context) -> bool:
    """Whether code, settings, word lists, suites and decisions are those of the last run."""
    last = context.last
    if not last or context.full or context.kind == "rollback":
        return False
    if json.loads(last["inputs"]).get("kind") == "rollback":  # what was said before it may not be so any more
        return False
    then = (last["version"], json.loads(last["settings"]), json.loads(last["inputs"])["suites"])
    if not is_read_alike(context) or given_model(context) not in (None, model_of_last(last)):
        return False
    now = (code_version(), context.settings.model_dump(mode="json"), suites_digest(context))
    return then == now and not any(len(said_since(context.store, ledger)) for ledger in LEDGERS)


def has_new_files(context: Context) -> bool:
    """Whether any of the files given has content that no run was given before."""
    known = taken_before(context.store)
    return any(digest not in known for _, digest in context.given)


def nothing_changed(place: Place, order: Order, context: Context) -> RunResult:
    """The answer of a run that has nothing to do: it tidies up and points to what stands."""
    files.remove(context.shelf.folder)
    last, outbox = context.last, folder_of(place.outbox, context.run - 1)
    return RunResult(
        run=context.run - 1,
        is_changed=False,
        steps=(),
        counts=json.loads(last["counts"]),
        report=json.loads(last["model"]).get("report") or {},
        outbox=outbox if outbox.is_dir() else None,
        evaluation=measure(context.store.view("crosswalk"), order.truth) if order.truth else None,
    )
