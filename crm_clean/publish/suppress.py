"""Addresses a system must not use: every opt-out and bounce of the people it knows, whoever recorded it.

One line an address, the strictest word: an opt-out before a bounce. An address that could not be read is left to the
CRM that has it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, Given, pick, positions
from crm_clean.publish.roster import Roster
from crm_clean.records.tables import PUBLISH_SUPPRESSIONS

_CHANNEL = {"email": "email", "phone": "phone", "address": "post"}


def suppressions(roster: Roster) -> pd.DataFrame:
    """PUBLISH_SUPPRESSIONS by its key."""
    given = roster.given
    closed = _closed(given)
    people = roster.frame[["person", "system"]].drop_duplicates()
    lines = people.merge(closed, on="person")
    lines["system"] = roster.text(lines, "system")
    lines["channel"] = lines["kind"].map(_CHANNEL).astype(TEXT)
    lines = lines.merge(_origins(given), on=["kind", "key", "status"], how="left")
    lines = lines.rename(columns={"value": "address"})
    order = ["system", "channel", "address", "status", "since", "source_record"]
    best = lines.sort_values(order, ascending=[True, True, True, False, True, True], na_position="last")
    unique = best.drop_duplicates(["system", "channel", "address"])
    return PUBLISH_SUPPRESSIONS.frame(unique[[*PUBLISH_SUPPRESSIONS.columns]])


def _closed(given: Given) -> pd.DataFrame:
    """person, kind, key, value, status of the points that are closed."""
    points = given.golden_points
    flags = {flag: points[flag].fillna(False).to_numpy(bool) for flag in ("opt_out", "bounced")}
    shown = points["kind"].isin(list(_CHANNEL)) & points["key"].notna() & points["value"].notna()
    shown &= ~points["key"].str.startswith("raw:").fillna(False)
    frame = points[["kind", "key", "value"]].assign(person=given.person_of_point)
    frame["status"] = pd.array(np.where(flags["opt_out"], "opted_out", "bounced"), dtype=TEXT)
    is_closed = flags["opt_out"] | flags["bounced"]
    closed: pd.DataFrame = frame[shown.fillna(False).to_numpy(bool) & is_closed]
    return closed


def _origins(given: Given) -> pd.DataFrame:
    """kind, key, status, since, source_system, source_record: who recorded each closed address first."""
    points = given.contact_points
    found = []
    for flag, status in (("opt_out", "opted_out"), ("bounced", "bounced")):
        said = points[points[flag].fillna(False) & points["key"].notna()]
        left = said["consent_at"].where(said["consent_status"].eq("unsubscribed") & (flag == "opt_out"))
        since = left.dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype(TEXT)
        part = said[["kind", "key", "record_id"]].assign(since=since, status=status)
        found.append(part.sort_values(["since", "record_id"], na_position="last").drop_duplicates(["kind", "key"]))
    origins = pd.concat(found, ignore_index=True)
    at = positions(origins["record_id"], given.records["record_id"])
    origins["status"] = origins["status"].astype(TEXT)
    origins["source_system"] = pick(given.records["source"], at).to_numpy()
    native = pick(given.records["source_record_id"], at)
    origins["source_record"] = native.fillna(origins["record_id"]).to_numpy()
    return origins.drop(columns="record_id")
