"""What each CRM is told: changes to survivors, merges, suppressions, and what was refused.

A plan is frames only, made before a file is written, so that it can be audited first. It never turns an opt-out into
an opt-in: consent columns are written where they become stricter, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_clean.publish import places, reach, scalars
from crm_clean.publish.given import TEXT, Given
from crm_clean.publish.guard import REFUSED_COLUMNS, sifted
from crm_clean.publish.merges import Explain, archives, merges
from crm_clean.publish.roster import call_roll
from crm_clean.publish.sheet import Sheet, sheets
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.suppress import suppressions
from crm_clean.records.tables import PUBLISH_CHANGES, PUBLISH_MERGES

__all__ = ["Given", "Plan", "plan"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Frames, sorted by their keys.

    `changes`: PUBLISH_CHANGES. `merges`: PUBLISH_MERGES. `suppressions`: PUBLISH_SUPPRESSIONS. `id_map`: ID_MAP.
    `updates`: changes once more, with object, key_header and key_value, as they stand in import files. `objects`:
    object of each row of merges. `archives`: what a system can only put away. `refused`: what was not written and why.
    """

    changes: pd.DataFrame
    merges: pd.DataFrame
    suppressions: pd.DataFrame
    id_map: pd.DataFrame
    updates: pd.DataFrame
    objects: pd.Series[str]
    archives: pd.DataFrame
    refused: pd.DataFrame


def plan(given: Given, *, spec: PublishSpec, explain: Explain | None = None) -> Plan:
    """What the systems that `spec` serves are told about the golden records of one run.

    `explain` puts the levels of a pair in words that an admin reads beside a merge.
    """
    roster = call_roll(given, spec)
    used = list(sheets(roster, spec))
    updates, refused = _updates(given, used)
    merged = merges(roster, explain=explain)
    return Plan(
        changes=PUBLISH_CHANGES.check(PUBLISH_CHANGES.frame(updates[list(PUBLISH_CHANGES.columns)])),
        merges=PUBLISH_MERGES.check(PUBLISH_MERGES.frame(merged[list(PUBLISH_MERGES.columns)])),
        suppressions=suppressions(roster),
        id_map=roster.id_map(),
        updates=updates,
        objects=merged["object"],
        archives=archives(roster),
        refused=refused,
    )


def _updates(given: Given, used: list[Sheet]) -> tuple[pd.DataFrame, pd.DataFrame]:
    known = reach.Reach.of(given)
    found = []
    for sheet in used:
        for made in (scalars.changes(sheet), reach.changes(sheet, known), places.changes(sheet)):
            found += [change.assign(key_header=sheet.key_header) for change in made if len(change)]
    if not found:
        columns = [*PUBLISH_CHANGES.columns, "object", "key_header", "key_value"]
        return pd.DataFrame(columns=columns, dtype=TEXT), pd.DataFrame(columns=REFUSED_COLUMNS, dtype=TEXT)
    found_all = pd.concat(found, ignore_index=True)
    column = np.asarray(pd.factorize(found_all["column"], sort=True)[0])
    order = np.lexsort([column, found_all["order"].to_numpy(np.int64)])
    return sifted(found_all.take(order).reset_index(drop=True))
