"""The link step: pairs and clusters of all records that stand, by the model of the last run where there is one."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import CLUSTERS, CONTACT_POINTS, DECISIONS, PAIRS, RECORDS

# A model learnt from few records is no guide to many: it is trained anew once there are this many times more.
_OUTGROWN = 2.0


def ledger(context: Context) -> pd.DataFrame:
    """All decisions: those that stand, then those this run's exports brought."""
    both = [context.store.read(DECISIONS), context.shelf.read(DECISIONS)]
    filled = [frame for frame in both if len(frame)]
    return DECISIONS.frame(pd.concat(filled, ignore_index=True)) if filled else DECISIONS.empty()


def _run(context: Context) -> Counts:
    from crm_clean.link.linking import link

    shelf = context.shelf
    records, said = shelf.read(RECORDS), ledger(context)
    linked = link(
        records,
        shelf.read(CONTACT_POINTS),
        said,
        spec=context.settings.link,
        model=_standing_model(context, len(records)),
        workers=context.workers,
        on_progress=context.reporter.advanced,
    )
    shelf.write(PAIRS, linked.pairs)
    shelf.write(CLUSTERS, linked.clusters)
    shelf.write_json("model", {"trained_on": len(records), "model": linked.model})
    shelf.write_json("link_report", linked.report)
    verdicts = linked.pairs["verdict"].value_counts()
    people = int(linked.clusters["cluster_id"].nunique())
    return {
        "decisions": len(said),
        "pairs": len(linked.pairs),
        "review": int(verdicts.get("review", 0)),
        "cut": int(verdicts.get("cut", 0)),
        "people": people,
        "merged": len(records) - people,
    }


def _standing_model(context: Context, n_records: int) -> dict[str, Any] | None:
    """The last run's model, unless the code or the link settings changed, or the store has outgrown it."""
    last = context.last
    if not last or context.full or last["version"] != code_version():
        return None
    settings = json.loads(last["settings"])
    kept = json.loads(last["model"])
    if settings.get("link") != context.settings.link.model_dump(mode="json"):
        return None
    if n_records > _OUTGROWN * kept["trained_on"]:
        return None
    model: dict[str, Any] = kept["model"]
    return model


def _depends(context: Context) -> object:
    standing = len(context.store.read(DECISIONS))
    return [context.settings.link.model_dump(mode="json"), standing, context.full]


LINK = Step(
    name="link",
    run=_run,
    inputs=("records", "contact_points", "decisions"),
    outputs=("pairs", "clusters", "model.json", "link_report.json"),
    depends=_depends,
    modules=("crm_clean.link.linking",),
)
