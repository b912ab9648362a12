"""The link step: pairs and clusters of all records that stand, by the model that was given, else by the last run's.

Where there is neither, or the store has outgrown it, a model is learnt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from crm_clean import files
from crm_clean.pipeline.fingerprint import code_version
from crm_clean.pipeline.part import is_partial
from crm_clean.pipeline.partial import union, whole
from crm_clean.pipeline.shelf import Shelf
from crm_clean.pipeline.standing import heard, said_since
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.records.tables import CLUSTERS, CONTACT_POINTS, DECISIONS, MEMBERSHIP, PAIRS, RECORDS

if TYPE_CHECKING:
    from crm_clean.link.partial import LinkedPart
    from crm_clean.link.results import Linked

# A model learnt from few records is no guide to many: it is trained anew once there are this many times more.
_OUTGROWN = 2.0
# How much of the ledger was there to be obeyed.
HEARD = "heard_by_link"


def ledger(context: Context) -> pd.DataFrame:
    """All decisions: those that stand, then those this run's exports brought."""
    both = [context.store.read(DECISIONS), context.shelf.read(DECISIONS)]
    filled = [frame for frame in both if len(frame)]
    return DECISIONS.frame(pd.concat(filled, ignore_index=True)) if filled else DECISIONS.empty()


def _run(context: Context) -> Counts:
    context.shelf.write_json(HEARD, heard(context.store, DECISIONS))
    said = ledger(context)
    part = _linked_part(context, said) if is_partial(context.shelf) else None
    if part is not None:
        return _put_part(context, said, part)
    linked, n_records = _linked(context, said)
    scope = _everybody(context) if is_partial(context.shelf) else None
    context.shelf.write(PAIRS, linked.pairs, scope=scope)
    context.shelf.write(CLUSTERS, linked.clusters)
    context.shelf.write_json("model", _learnt(context, n_records) | {"model": linked.model})
    context.shelf.write_json("link_report", linked.report)
    verdicts = linked.pairs["verdict"].value_counts()
    people = int(linked.clusters["cluster_id"].nunique())
    return {
        "decisions": len(said),
        "linked": n_records,
        "pairs": len(linked.pairs),
        "review": int(verdicts.get("review", 0)),
        "cut": int(verdicts.get("cut", 0)),
        "people": people,
        "merged": n_records - people,
    }


def _linked(context: Context, said: pd.DataFrame) -> tuple[Linked, int]:
    """All that will stand, linked anew, and how many records that is."""
    from crm_clean.link.linking import link
    from crm_clean.link.model_file import fit
    from crm_clean.link.people import RECORD_COLUMNS
    from crm_clean.link.reading import POINT_COLUMNS

    records = whole(context, RECORDS, columns=RECORD_COLUMNS)
    model = _model(context, len(records))
    linked = link(
        records,
        whole(context, CONTACT_POINTS, columns=POINT_COLUMNS),
        said,
        spec=context.settings.link,
        model=model,
        workers=context.workers,
        on_progress=context.reporter.advanced,
    )
    if model is not None and context.model is not None:
        for sentence in fit(model, linked.model).notices():
            context.reporter.notice(sentence)
    return linked, len(records)


def _linked_part(context: Context, said: pd.DataFrame) -> LinkedPart | None:
    """What is touched, linked to all that will stand; None where it takes a full run to tell."""
    from crm_clean.link.partial import Standing, link_part
    from crm_clean.link.people import RECORD_COLUMNS
    from crm_clean.link.reading import POINT_COLUMNS

    last = json.loads(context.last["model"])
    records = whole(context, RECORDS, columns=RECORD_COLUMNS)
    if _standing_model(context, len(records)) is None:
        return None
    standing = Standing(
        pairs=context.store.standing(PAIRS),
        membership=context.store.standing(MEMBERSHIP, columns=["record_id", "golden_id"]),
        model=last["model"],
        report=last["report"],
    )
    return link_part(
        records,
        whole(context, CONTACT_POINTS, columns=POINT_COLUMNS),
        said,
        spec=context.settings.link,
        standing=standing,
        touched=_touched(context),
        workers=context.workers,
    )


def _touched(context: Context) -> pa.Array:
    """Records that are new, changed or gone, and those on whom anybody decided since the last run."""
    anew = [said_since(context.store, DECISIONS), context.shelf.read(DECISIONS)]
    ends = [pa.array(frame[side], pa.string()) for frame in anew for side in ("left_id", "right_id")]
    return union(*ends, context.shelf.scope(RECORDS))


def _everybody(context: Context) -> pa.Array:
    """All records that stand or will."""
    ids = context.store.standing(RECORDS, columns=["record_id"])["record_id"]
    return union(ids, context.shelf.read_table(RECORDS, columns=["record_id"])["record_id"])


def _put_part(context: Context, said: pd.DataFrame, part: LinkedPart) -> Counts:
    """Put the pairs and clusters of what was looked at on the shelf; counts are of the whole."""
    shelf, store, last = context.shelf, context.store, json.loads(context.last["counts"])
    scope = union(part.affected, shelf.scope(RECORDS))
    shelf.write(PAIRS, part.pairs, scope=scope)
    shelf.write(CLUSTERS, part.clusters)
    kept = json.loads(context.last["model"])
    shelf.write_json("model", {name: value for name, value in kept.items() if name != "report"})
    shelf.write_json("link_report", part.report)
    homes = store.take(MEMBERSHIP, "record_id", scope, columns=["golden_id"])["golden_id"]
    people = last["people"] - len(homes.unique()) + int(part.clusters["cluster_id"].nunique())
    n_records = len(store.standing(RECORDS, columns=["record_id"])) - len(homes) + len(part.clusters)
    return {
        "decisions": len(said),
        "linked": len(part.affected),
        "pairs": part.report["n_kept"],
        "review": part.report["n_review"],
        "cut": part.report["n_cut"],
        "people": people,
        "merged": n_records - people,
    }


def _model(context: Context, n_records: int) -> dict[str, Any] | None:
    """The model to link by, None where one is to be learnt."""
    if context.model is not None:
        return context.model.model.model_dump(mode="json")
    return _standing_model(context, n_records)


def _learnt(context: Context, n_records: int) -> dict[str, Any]:
    """Where this run's model comes from: how many records taught it, and which file, if it was given."""
    if context.model is None:
        return {"trained_on": n_records}
    return {"trained_on": context.model.trained_on, "given": given_model(context)}


def given_model(context: Context) -> str | None:
    """A digest of the model that this run was given, None where it was given none."""
    return None if context.model is None else blake2b(context.model.text().encode(), digest_size=16).hexdigest()


def model_of_last(last: Mapping[str, Any]) -> str | None:
    """The digest of the model that the last run was given."""
    kept: dict[str, Any] = json.loads(last["model"])
    return kept.get("given")


def write_model(shelf: Shelf, path: Path) -> None:
    """Put this run's model beside what it hands out."""
    from crm_clean.link.model_file import ModelFile

    kept = shelf.read_json("model")
    files.write_text(path, ModelFile(trained_on=kept["trained_on"], model=kept["model"]).text())


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
    return [context.settings.link.model_dump(mode="json"), standing, context.full, given_model(context)]


LINK = Step(
    name="link",
    run=_run,
    inputs=("records", "contact_points", "decisions"),
    outputs=("pairs", "clusters", "model.json", "link_report.json", f"{HEARD}.json"),
    depends=_depends,
    modules=("crm_clean.link.linking", "crm_clean.link.partial"),
)
