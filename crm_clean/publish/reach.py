"""Changes of e-mails and phones: the CRM keeps its own; blanks and dead ones are replaced by the person's best other.

A usable address or number stays where it is, at most spelt better. An address somebody opted out of is never replaced
by another, nobody who opted out is given a new address, and no address moves that another record of the system has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, BoolArray, Given, pick, positions
from crm_clean.publish.sheet import Place, Sheet

_PARTED = r"[;,|/\n]|:::"


@dataclass(frozen=True, eq=False)
class Reach:
    """What can be used to reach people. `offers`: golden points fit to be given to another system, the best first.

    `taken`: keys of e-mails per system, which no other record there may be given.
    """

    offers: pd.DataFrame
    taken: pd.DataFrame

    @classmethod
    def of(cls, given: Given) -> Reach:
        points = given.golden_points
        flaws = ["is_role", "is_disposable", "is_placeholder", "opt_out", "bounced"]
        fit = points["kind"].isin(["email", "phone"]) & points["key"].notna() & points["value"].notna()
        fit &= points["extension"].isna() & ~points["key"].str.startswith("raw:").fillna(False)
        for flaw in flaws:
            fit &= ~points[flaw].fillna(False)
        offers = points[fit.fillna(False)][["golden_id", "kind", "ordinal", "label", "value", "key"]]
        held = given.contact_points[given.contact_points["kind"].eq("email") & given.contact_points["key"].notna()]
        at = positions(held["record_id"], given.records["record_id"])
        system = pick(given.records["source"], at)
        taken = pd.DataFrame({"system": system.to_numpy(), "key": held["key"].to_numpy()}).drop_duplicates()
        return cls(offers.reset_index(drop=True), taken.astype(TEXT))


def changes(sheet: Sheet, reach: Reach) -> Iterator[pd.DataFrame]:
    """The changes of each e-mail and phone column of the sheet."""
    for kind in ("email", "phone"):
        places = [place for place in sheet.places if place.mapped.kind == kind]
        if places and not (kind == "email" and sheet.target.key.is_email):
            yield from _of_kind(sheet, reach, kind, places)


def _of_kind(sheet: Sheet, reach: Reach, kind: str, places: list[Place]) -> Iterator[pd.DataFrame]:
    points = sheet.given.contact_points
    own = points[points["kind"].eq(kind) & points["record_id"].isin(sheet.rows["record_id"])]
    used = own[own["key"].notna()][["record_id", "key"]]
    given = _candidates(sheet, reach, kind)
    for place in places:
        old = sheet.raw(place)
        held = own[own["ordinal"] == place.mapped.ordinal].reset_index(drop=True)
        at = positions(sheet.rows["record_id"], held["record_id"])
        respelt = _respelt(sheet, old, held, at)
        offer = _offer(sheet, given, used, label=place.column.label)
        is_open = _open(old, held, at)
        if not sheet.spec.fill:
            is_open &= old.str.strip().ne("").to_numpy(bool)
        new = respelt.mask(is_open, offer)
        filled = pd.Series(is_open, index=new.index) & offer.notna()
        rule = pd.Series(np.where(filled, np.where(old.str.strip() == "", "filled", "replaced"), "cleaned"), dtype=TEXT)
        yield sheet.change(
            place, new.notna() & new.ne(old.str.strip()), pd.DataFrame({"old": old, "new": new, "rule": rule})
        )
        gave = pd.DataFrame({"record_id": sheet.rows["record_id"], "value": offer})[filled]
        keyed = gave.merge(given[["record_id", "value", "key"]].drop_duplicates(), on=["record_id", "value"])
        used = pd.concat([used, keyed[["record_id", "key"]]], ignore_index=True)


def _candidates(sheet: Sheet, reach: Reach, kind: str) -> pd.DataFrame:
    """record_id, label, value, key: what each row of the sheet could be given, the best first."""
    offers = reach.offers[reach.offers["kind"] == kind]
    who = sheet.rows[["record_id", "golden_id"]]
    if kind == "email":
        refuses = sheet.golden("email_opt_out").fillna(False).to_numpy(bool)
        who = who[~refuses]
        held = reach.taken[reach.taken["system"] == sheet.target.system]["key"]
        offers = offers[positions(offers["key"], held.drop_duplicates()) < 0]
    found = who.merge(offers, on="golden_id")
    return found.sort_values(["record_id", "ordinal"], ignore_index=True)


def _offer(sheet: Sheet, given: pd.DataFrame, used: pd.DataFrame, *, label: str | None) -> pd.Series[str]:
    """Per row of the sheet, the best point with that label that the record does not have yet; else missing."""
    wanted = given["label"].eq(label) if label else given["label"].ne("fax")
    fit = given[wanted.fillna(label is None)]
    known = fit.merge(used.drop_duplicates(), on=["record_id", "key"], how="left", indicator=True)
    fresh = known[known["_merge"] == "left_only"].drop_duplicates("record_id").reset_index(drop=True)
    return pick(fresh["value"].astype(TEXT), positions(sheet.rows["record_id"], fresh["record_id"]))


def _respelt(sheet: Sheet, old: pd.Series[str], held: pd.DataFrame, at: np.ndarray) -> pd.Series[str]:
    """The record's own value in its normal form, where the cell holds that one value and nothing else."""
    value = pick(held["value"], at)
    whole = pick(held["extension"], at).isna() & pick(held["key"], at).notna() & ~old.str.contains(_PARTED, regex=True)
    whole &= ~pick(held["key"], at).str.startswith("raw:").fillna(False)
    return value.where(whole & sheet.spec.spelling)


def _open(old: pd.Series[str], held: pd.DataFrame, at: np.ndarray) -> BoolArray:
    """Whether the cell is blank or holds nothing of use: unreadable, or bounced and never refused."""
    blank = old.str.strip().eq("").to_numpy(bool)
    one = ~old.str.contains(_PARTED, regex=True).to_numpy(bool)
    refused = pick(held["opt_out"], at).fillna(False).to_numpy(bool)
    useless = pick(held["key"], at).isna().to_numpy(bool) & (at >= 0)
    bounced = pick(held["bounced"], at).fillna(False).to_numpy(bool)
    return np.asarray((blank | (one & (useless | bounced))) & ~refused, dtype=bool)
