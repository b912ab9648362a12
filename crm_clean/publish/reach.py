"""Changes of e-mails and phones: the CRM keeps its own; blanks and dead ones are replaced by the person's best other.

A usable address or number stays where it is, at most spelt better. An address somebody opted out of is never replaced
by another, nobody who opted out is given a new address, and no address moves that another record of the system has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crm_clean.publish.given import TEXT, BoolArray, Given, IntArray, pick
from crm_clean.publish.sheet import Place, Sheet

_PARTED = r"[;,|/\n]|:::"
_FLAWS = ("is_role", "is_disposable", "is_placeholder", "opt_out", "bounced")
_KINDS = ("email", "phone")


@dataclass(frozen=True, eq=False)
class Reach:
    """How people can be reached, by kind. Keys are numbers here, -1 for none.

    `own`: record (its position), ordinal, value, key, is_clear (one plain value), opt_out, bounced. `offers`: golden
    (its position), ordinal, label, value, key of what is fit to be given to another system, the best first.
    `taken`: keys of the e-mails each system has, which no record there may be given once more.
    """

    own: dict[str, pd.DataFrame]
    offers: dict[str, pd.DataFrame]
    taken: dict[str, IntArray]
    n_keys: int

    @classmethod
    def of(cls, given: Given) -> Reach:
        """What the contact points and golden points of a run offer."""
        held = _of_kinds(given.contact_points, owner=given.record_of_point)
        best = _of_kinds(given.golden_points, owner=given.person_of_point)
        keys, distinct = pd.factorize(pd.concat([held["key"], best["key"]], ignore_index=True))
        held["key"], best["key"] = keys[: len(held)], keys[len(held) :]
        held, best = held.rename(columns={"owner": "record"}), best.rename(columns={"owner": "golden"})
        source = given.records["source"].to_numpy(object)[held["record"]]
        is_mail = (held["kind"] == "email").to_numpy(bool) & (held["key"] >= 0).to_numpy(bool)
        mail = pd.DataFrame({"system": source[is_mail], "key": held["key"][is_mail].to_numpy()})
        fit = best[(best["key"] >= 0) & best["is_clear"] & ~best["is_flawed"]]
        return cls(
            own={kind: held[(held["kind"] == kind).to_numpy(bool)] for kind in _KINDS},
            offers={kind: fit[(fit["kind"] == kind).to_numpy(bool)] for kind in _KINDS},
            taken={str(system): keys.unique() for system, keys in mail.groupby("system")["key"]},
            n_keys=len(distinct) + 1,
        )


def _of_kinds(points: pd.DataFrame, *, owner: IntArray) -> pd.DataFrame:
    """The e-mails and phones of `points`, with `owner`, `is_clear` and `is_flawed`."""
    chosen = np.flatnonzero(points["kind"].eq("email") | points["kind"].eq("phone"))
    names = ["kind", "ordinal", "label", "value", "key", "extension", *_FLAWS]
    frame = points[names].take(chosen).reset_index(drop=True).assign(owner=owner[chosen])
    weak = frame["key"].str.startswith("raw:").fillna(True)
    flawed = [frame[name].fillna(False).to_numpy(bool) for name in _FLAWS]
    clear = frame["value"].notna() & frame["extension"].isna() & ~weak
    return frame.assign(is_clear=clear.to_numpy(bool), is_flawed=np.logical_or.reduce(flawed))


def changes(sheet: Sheet, reach: Reach) -> Iterator[pd.DataFrame]:
    """The changes of each e-mail and phone column of the sheet."""
    for kind in _KINDS:
        places = [place for place in sheet.places if place.mapped.kind == kind]
        if places and not (kind == "email" and sheet.target.key.is_email):
            yield from _of_kind(sheet, reach, kind, places)


def _of_kind(sheet: Sheet, reach: Reach, kind: str, places: list[Place]) -> Iterator[pd.DataFrame]:
    own = reach.own[kind]
    in_sheet = np.zeros(len(sheet.given.records), dtype=bool)
    in_sheet[sheet.record] = True
    known = own[(own["key"] >= 0).to_numpy(bool) & in_sheet[own["record"]]]
    used = known["record"].to_numpy(np.int64) * reach.n_keys + known["key"].to_numpy(np.int64)
    offers = _candidates(sheet, reach, kind)
    for place in places:
        old = sheet.raw(place)
        held = _held(sheet, own, place.mapped.ordinal)
        respelt = pick(own["value"], np.where(_is_plain(old, own, held) & sheet.spec.spelling, held, -1))
        is_open = _open(old, own, held)
        if not sheet.spec.fill:
            is_open &= old.str.strip().ne("").to_numpy(bool)
        fits = offers[_fits(offers, place.column.label)]
        fresh = fits[~fits["packed"].isin(used)].drop_duplicates("row")
        chosen = np.full(len(old), -1, np.int64)
        chosen[fresh["row"]] = np.arange(len(fresh))
        filled = is_open & (chosen >= 0)
        new = respelt.mask(is_open, pick(fresh["value"], chosen))
        rule = np.where(filled, np.where(old.str.strip().eq("").to_numpy(bool), "filled", "replaced"), "cleaned")
        values = pd.DataFrame({"old": old, "new": new, "rule": pd.array(rule, dtype=TEXT)})
        yield sheet.change(place, new.notna() & new.ne(old.str.strip()), values)
        used = np.concatenate([used, fresh["packed"].to_numpy(np.int64)[filled[fresh["row"]]]])


def _candidates(sheet: Sheet, reach: Reach, kind: str) -> pd.DataFrame:
    """What each row of the sheet could be given, the best first: row, label, value, packed (record and key)."""
    offers = reach.offers[kind][["golden", "ordinal", "label", "value", "key"]]
    rows = pd.DataFrame({"golden": sheet.person, "row": np.arange(len(sheet.rows)), "record": sheet.record})
    if kind == "email":
        rows = rows[~sheet.golden("email_opt_out").fillna(False).to_numpy(bool)]
        offers = offers[~offers["key"].isin(reach.taken.get(sheet.target.system, np.empty(0, np.int64)))]
    found = rows.merge(offers, on="golden").sort_values(["row", "ordinal"], ignore_index=True)
    return found.assign(packed=found["record"] * reach.n_keys + found["key"])


def _fits(offers: pd.DataFrame, label: str | None) -> BoolArray:
    """Whether an offer may stand in a column of that label; one without a label takes all but faxes."""
    if label is None:
        return offers["label"].ne("fax").fillna(True).to_numpy(bool)
    return offers["label"].eq(label).fillna(False).to_numpy(bool)


def _held(sheet: Sheet, own: pd.DataFrame, ordinal: int) -> IntArray:
    """Place in `own` of the point each row has at that ordinal, or -1."""
    at = np.flatnonzero((own["ordinal"] == ordinal).to_numpy(bool))
    place = np.full(len(sheet.given.records), -1, np.int64)
    place[own["record"].to_numpy(np.int64)[at]] = at
    return place[sheet.record]


def _is_plain(old: pd.Series[str], own: pd.DataFrame, held: IntArray) -> BoolArray:
    """Whether the cell holds one usable value and nothing else, so that it may be spelt anew."""
    clear = np.append(own["is_clear"].to_numpy(bool), False)[held]
    return np.asarray(clear & ~old.str.contains(_PARTED, regex=True).to_numpy(bool))


def _open(old: pd.Series[str], own: pd.DataFrame, held: IntArray) -> BoolArray:
    """Whether the cell is blank or holds nothing of use: unreadable, or bounced; and nobody ever refused it."""
    blank = old.str.strip().eq("").to_numpy(bool)
    one = ~old.str.contains(_PARTED, regex=True).to_numpy(bool)
    refused, bounced = (np.append(own[n].fillna(False).to_numpy(bool), False)[held] for n in ("opt_out", "bounced"))
    useless = np.append(own["key"].to_numpy(np.int64), 0)[held] < 0
    return np.asarray((blank | (one & (useless | bounced))) & ~refused, dtype=bool)
