"""Golden records: clusters in, one record per person out, with who gave what and why.

Takes RECORDS, CONTACT_POINTS and CLUSTERS; hands back MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS and
IDENTITY_EVENTS. Which records belong together is decided elsewhere; what they say is normalised elsewhere. The same
members give the same values whatever the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from crm_clean.errors import BadFrame
from crm_clean.merge import consent, unions
from crm_clean.merge.ballot import Won
from crm_clean.merge.column import whole
from crm_clean.merge.crowd import Crowd
from crm_clean.merge.derive import Derived, countries, derive
from crm_clean.merge.fields import NUMBER, settle
from crm_clean.merge.groups import NONE
from crm_clean.merge.identity import MembershipHistory, assign
from crm_clean.merge.lineage import lineage
from crm_clean.merge.members import Members, arrange
from crm_clean.merge.names import full_name
from crm_clean.merge.points import GoldenPoints, golden_points, taken
from crm_clean.merge.spec import UNITED, MergeSpec
from crm_clean.merge.together import settle_together
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import CLUSTERS, CONSENTS, CONTACT_POINTS, GOLDEN, IDENTITY_EVENTS, MEMBERSHIP, RECORDS

__all__ = ["MembershipHistory", "Merged", "merge"]


@dataclass(frozen=True, eq=False)
class Merged:
    """What merging hands over: frames of the tables of these names, sorted by their keys."""

    membership: pd.DataFrame
    golden: pd.DataFrame
    golden_points: pd.DataFrame
    survivors: pd.DataFrame
    identity_events: pd.DataFrame
    consents: pd.DataFrame


def merge(  # noqa: PLR0913 - each is a table or a setting of its own
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    spec: MergeSpec,
    run: int,
    standing: MembershipHistory,
    as_of: pd.Timestamp | None = None,
    overrides: pd.DataFrame | None = None,  # noqa: ARG001
    consents: pd.DataFrame | None = None,  # noqa: ARG001
    crowd: Crowd | None = None,  # noqa: ARG001
) -> Merged:
    """One golden record per cluster.

    Every record must be in exactly one cluster. `standing` is what the last run left; ids go on from it. `as_of`: the
    instant of the exports, in UTC; a stamp more than a day later is a slip of somebody's clock and wins nothing.
    `overrides`, `consents`: those ledgers as they stand, in order. `crowd`: who stands besides, where `records` are a
    part of the people. The result's `consents` are new rows of that ledger: what was closed and was not known to be.
    Raises BadFrame when the frames do not fit their tables or each other.
    """
    RECORDS.check(records)
    CONTACT_POINTS.check(contact_points)
    CLUSTERS.check(clusters)
    _check_same_records(records, clusters)
    identity = assign(clusters, standing, run=run)
    membership = MEMBERSHIP.to_pandas(identity.membership)
    members = arrange(records, membership, spec=spec, as_of=as_of)
    won = _winners(members)
    golden = _golden(members, won)
    points = golden_points(members, contact_points)
    derived = _complete(members, golden, points, won) if spec.complete else []
    return Merged(
        membership=membership,
        golden=GOLDEN.frame(golden),
        golden_points=points.frame,
        survivors=lineage(members, won, derived),
        identity_events=IDENTITY_EVENTS.to_pandas(identity.events),
        consents=CONSENTS.empty(),
    )


def _check_same_records(records: pd.DataFrame, clusters: pd.DataFrame) -> None:
    known = pc.index_in(whole(records["record_id"]), value_set=whole(clusters["record_id"]))
    if len(records) != len(clusters) or known.null_count:
        raise BadFrame(
            f"clusters: {len(clusters)} rows for {len(records)} records; link must put every record in one cluster"
        )


def _winners(members: Members) -> dict[str, Won]:
    """Per field, the row that gives each golden record its value."""
    won = {field: settle(members, field) for field in members.spec.alone() if _rules(members, field) != ("union",)}
    for together in members.spec.together:
        won |= settle_together(members, together)
    for field in members.spec.alone():
        if _rules(members, field) == ("union",):
            won[field] = _first_said(members, field)
    return {**won, "full_name": full_name(members, won)}


def _rules(members: Members, field: str) -> tuple[str, ...]:
    return members.spec.rules_of(field)


def _first_said(members: Members, field: str) -> Won:
    offered = members.gives & (members.column(field).code != NONE)
    row = members.groups.first(offered)
    rule = np.where(members.groups.count(offered) > 1, NUMBER["agreed"], NUMBER["only"])
    return Won(row, np.where(row == NONE, NONE, rule))


def _golden(members: Members, won: dict[str, Won]) -> pd.DataFrame:
    frame = pd.DataFrame({"golden_id": members.golden_id})
    for field in SCALARS:
        if field in won:
            frame[field] = _value(members, field, won[field])
    for field in UNITED:
        if field in won and _rules(members, field) == ("union",):
            groups, joined, row = unions.united(members, field)
            _put(frame, field, groups, np.array(joined, dtype=object))
            won[field].row[groups], won[field].rule[groups] = row, NUMBER["union"]
    _consent(members, frame, won)
    frame["custom"] = pd.array(unions.custom(members), dtype="string[pyarrow]")
    frame["n_records"] = members.groups.size()
    frame["sources"] = unions.sources(members)
    frame["is_deleted"] = ~members.groups.any(~members.frame["is_deleted"].fillna(False).to_numpy(bool))
    return frame


def _value(members: Members, field: str, won: Won) -> pd.Series[str]:
    return taken(members.frame[field], won.row)


def _put(frame: pd.DataFrame, field: str, at: np.ndarray, values: np.ndarray) -> None:
    """Set `values` in the rows `at` of a text column."""
    if len(at):
        column = frame[field].array.copy()
        column[at] = values
        frame[field] = column


def _consent(members: Members, frame: pd.DataFrame, won: dict[str, Won]) -> None:
    """The consent columns of `frame`, and in `won` who gave them."""
    for flag in consent.FLAGS:
        said = consent.trinary(members.frame[flag])
        strictest = members.groups.most(said)
        row = members.groups.first((said == strictest[members.groups.of]) & (said >= 0))
        won[flag] = Won(row, np.where(row == NONE, NONE, NUMBER["any_true"]))
        frame[flag] = consent.as_flags(strictest)
    decisive = consent.strictest(members.groups, members.frame[["consent_status", "consent_at", "consent_basis"]])
    rows = {"consent_status": decisive.status, "consent_at": decisive.at, "consent_basis": decisive.basis}
    for field, row in rows.items():
        won[field] = Won(row, np.where(row == NONE, NONE, NUMBER["strictest"]))
        frame[field] = taken(members.frame[field], row)
    refused = (frame["email_opt_out"].fillna(False) & frame["consent_status"].notna()).to_numpy(bool)
    changed = np.flatnonzero(refused & frame["consent_status"].ne(consent.WITHDRAWN).fillna(False).to_numpy(bool))
    _put(frame, "consent_status", changed, np.full(len(changed), consent.WITHDRAWN, dtype=object))
    won["consent_status"].row[changed] = won["email_opt_out"].row[changed]


def _complete(members: Members, golden: pd.DataFrame, points: GoldenPoints, won: dict[str, Won]) -> list[Derived]:
    """Blanks of `golden` and of the addresses of `points`, filled; what was filled."""
    derived = []
    for found in derive(members, golden, points, won):
        _put(golden, found.field, found.groups, found.values)
        derived.append(found)
    at, found_country, rule = countries(points)
    _put(points.frame, "country", at, found_country)
    for name in sorted(set(rule)):
        chosen = at[rule == name]
        group, first = np.unique(points.group[chosen], return_index=True)
        derived.append(Derived("country", group, found_country[rule == name][first], points.row[chosen[first]], name))
    return derived
