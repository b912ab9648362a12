"""Golden records: clusters in, one record per person out, with who gave what and why.

Takes RECORDS, CONTACT_POINTS and CLUSTERS, of everybody or of some; hands back MEMBERSHIP, GOLDEN, GOLDEN_POINTS,
SURVIVORS, IDENTITY_EVENTS and what is new for CONSENTS. Which records belong together is decided elsewhere; what they
say is normalised elsewhere. The same members give the same values whatever the order of rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pyarrow as pa

from crm_clean.errors import BadFrame
from crm_clean.merge.bundles import bundled, owners
from crm_clean.merge.closures import closures
from crm_clean.merge.column import arrow
from crm_clean.merge.crowd import Crowd
from crm_clean.merge.identity import MembershipHistory, assign
from crm_clean.merge.lineage import lineage
from crm_clean.merge.members import USED, arrange, check
from crm_clean.merge.overrides import standing_overrides
from crm_clean.merge.points import golden_points
from crm_clean.merge.preferred import Preferred
from crm_clean.merge.sheet import Sheet
from crm_clean.merge.spec import MergeSpec
from crm_clean.merge.statements import statements
from crm_clean.merge.winners import winners
from crm_clean.records.fields import SCALARS
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CLUSTERS,
    CONSENTS,
    CONTACT_POINTS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    MEMBERSHIP,
    OVERRIDES,
    RECORDS,
    SURVIVORS,
)

__all__ = ["Crowd", "MembershipHistory", "Merged", "merge"]


@dataclass(frozen=True, eq=False)
class Merged:
    """What merging hands over, by name of the table: Arrow tables sorted by their keys, or frames of them."""

    tables: Mapping[str, pa.Table]

    def table(self, table: Table) -> pa.Table:
        """The rows of `table`."""
        return self.tables[table.name]

    @cached_property
    def membership(self) -> pd.DataFrame:
        return MEMBERSHIP.to_pandas(self.table(MEMBERSHIP))

    @cached_property
    def golden(self) -> pd.DataFrame:
        return GOLDEN.to_pandas(self.table(GOLDEN))

    @cached_property
    def golden_points(self) -> pd.DataFrame:
        return GOLDEN_POINTS.to_pandas(self.table(GOLDEN_POINTS))

    @cached_property
    def survivors(self) -> pd.DataFrame:
        return SURVIVORS.to_pandas(self.table(SURVIVORS))

    @cached_property
    def identity_events(self) -> pd.DataFrame:
        return IDENTITY_EVENTS.to_pandas(self.table(IDENTITY_EVENTS))

    @cached_property
    def consents(self) -> pd.DataFrame:
        return CONSENTS.to_pandas(self.table(CONSENTS))


def merge(  # noqa: PLR0913 - each is a table or a setting of its own
    records: pd.DataFrame | pa.Table,
    contact_points: pd.DataFrame | pa.Table,
    clusters: pd.DataFrame | pa.Table,
    *,
    spec: MergeSpec,
    run: int,
    standing: MembershipHistory,
    as_of: pd.Timestamp | None = None,
    overrides: pd.DataFrame | pa.Table | None = None,
    consents: pd.DataFrame | pa.Table | None = None,
    crowd: Crowd | None = None,
) -> Merged:
    """One golden record per cluster.

    Every record must be in exactly one cluster. `standing` is what the last run left; ids go on from it. `as_of`: the
    instant of the exports, in UTC; a stamp more than a day later is a slip of somebody's clock and wins nothing.
    `overrides`, `consents`: those ledgers as they stand, in order; of a part of the people, at least the rows of its
    records and keys. `crowd`: who stands besides, where `records` are a part of the people. The result's `consents`
    are new rows of that ledger: what is closed and was not known to be. Frames or Arrow tables are taken alike; of a
    table of records the columns of `members.USED` are enough. Raises BadFrame when they do not fit.
    """
    table = check(records if isinstance(records, pa.Table) else RECORDS.to_arrow(RECORDS.check(records)).select(USED))
    points = arrow(CONTACT_POINTS, contact_points)
    together = arrow(CLUSTERS, clusters)
    if len(table) != len(together):
        raise BadFrame(
            f"clusters: {len(together)} rows for {len(table)} records; link must put every record in one cluster"
        )
    identity = assign(together, standing, run=run)
    members = arrange(table, identity, spec=spec, as_of=as_of, crowd=crowd)
    members.encode()
    owner = owners(members, points)
    said = statements(members, points, owner)
    closed = closures(members, said, _ledger(CONSENTS, consents), former=arrow(MEMBERSHIP, standing.former))
    words = standing_overrides(_ledger(OVERRIDES, overrides), members, points, owner)
    preferred = Preferred(tuple(word for word in words if word.field not in SCALARS), points)
    placed = golden_points(members, bundled(members, points, owner), said=said, closed=closed, preferred=preferred)
    sheet = Sheet.of(members, winners(members))
    sheet.close(said, closed, placed)
    sheet.overrule(words)
    if spec.complete:
        placed = sheet.complete(placed)
    return Merged(
        {
            MEMBERSHIP.name: identity.membership,
            GOLDEN.name: sheet.table(),
            GOLDEN_POINTS.name: placed.table,
            SURVIVORS.name: lineage(members, sheet.won, sheet.derived),
            IDENTITY_EVENTS.name: identity.events,
            CONSENTS.name: closed.news,
        }
    )


def _ledger(table: Table, given: pd.DataFrame | pa.Table | None) -> pa.Table:
    return table.schema.empty_table() if given is None else arrow(table, given)
