"""What stands in a store against the truth: the figures, the mistakes by reason, and what the run had expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.link.spec import LinkSpec
from crm_clean.pipeline.facts import Facts
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, MEMBERSHIP, RECORDS
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.link.evaluate import Evaluation
    from crm_clean.link.shortfall import Shortfall


@dataclass(frozen=True)
class Assessment:
    """How good a result is (`evaluation`), what the run expected of its own precision, and why it is no better
    (`shortfall`: record ids). `places` (index record id) says `source_file` and `source_row` of the records. What a
    crosswalk alone cannot tell is None."""

    evaluation: Evaluation
    expected_precision: float | None = None
    shortfall: Shortfall | None = None
    places: pd.DataFrame | None = None


def assess(store: Store, truth: Path, *, spec: LinkSpec) -> Assessment:
    """The last run of `store` against a truth file (source_file, source_row, person).

    `spec` serves where the run did not keep its own settings. Raises UnreadableInput for a file that is no truth,
    UsageError for one about other rows, UnknownThing before the first run.
    """
    from crm_clean.link.evaluate import evaluate, read_truth
    from crm_clean.link.shortfall import shortfall

    if not store.last_run():
        raise UnknownThing("Nothing stands yet to be measured: make a run first, with `crm-clean run`.")
    told, facts = read_truth(truth), Facts(store, spec)
    found = evaluate(store.view("crosswalk"), told)
    records = store.read(RECORDS)
    why = shortfall(
        records,
        store.read(CONTACT_POINTS),
        store.read(DECISIONS),
        clusters=store.read(MEMBERSHIP).set_index("record_id")["golden_id"],
        people=_people(records, told),
        spec=facts.spec,
        model=facts.model,
        threshold=facts.threshold,
    )
    places = records.set_index("record_id")[["source_file", "source_row"]]
    return Assessment(found, facts.expected_precision, why, places)


def _people(records: pd.DataFrame, truth: pd.DataFrame) -> pd.Series[str]:
    """The person of each record that stands where the truth names a row, by record id."""
    place = ["source_file", "source_row"]
    mine = records[["record_id", *place]].astype({"source_file": object, "source_row": "int64"})
    named = truth[[*place, "person"]].astype({"source_file": object})
    people: pd.Series[str] = mine.merge(named, on=place).set_index("record_id")["person"]
    return people
