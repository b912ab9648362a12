"""Every row of the store that is about one person, in all its history; and what of other rows speaks of them.

Of the past of other golden records, what stood while the person was among their members goes. What others share with
the person stays theirs: an address that was closed stays closed, without word of who closed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pyarrow as pa

from crm_clean.pipeline.whom import Whom
from crm_clean.privacy.left_out import ERASED, moved, places
from crm_clean.privacy.telltales import Telltales, telltales
from crm_clean.records.tables import (
    CONSENTS,
    CONTACT_POINTS,
    DECISIONS,
    FILES,
    GOLDEN,
    ISSUES,
    MAIL_DOMAINS,
    MEMBERSHIP,
    OVERRIDES,
    PAIRS,
    QUARANTINE,
    RAW_ROWS,
    RECORDS,
    VOCABULARY,
)
from crm_clean.settings import Settings
from crm_clean.store.base import Store

_PLACE = ["file_id", "source_row"]
_ADDRESS = ("email", "phone", "address")
Frames = dict[str, list[pd.DataFrame]]


@dataclass(frozen=True, eq=False)
class Doomed:
    """`rows`: by table, frames for `Store.erase`; `rewritten`: likewise. `places`: QUARANTINE rows that keep the
    numbers of the raw rows that go; `emptied`: file_id, source_row of all rows of exports that are theirs."""

    rows: Frames
    rewritten: dict[str, pd.DataFrame]
    places: pd.DataFrame
    emptied: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Known:
    """Everything the store ever held of a person's records: frames with `valid_from` and `valid_to`."""

    store: Store
    who: Whom
    records: pd.DataFrame
    points: pd.DataFrame
    membership: pd.DataFrame

    @classmethod
    def read(cls, store: Store, who: Whom) -> Known:
        mine = {"record_id": list(who.record_ids)}
        tables = (RECORDS, CONTACT_POINTS, MEMBERSHIP)
        return cls(store, who, *(store.history(table, where=mine) for table in tables))

    @cached_property
    def shared(self) -> frozenset[tuple[str, str]]:
        """Kind and key of the addresses that somebody else has too."""
        mine = self.points.loc[self.points["kind"].isin(_ADDRESS) & self.points["key"].notna(), "key"].unique()
        columns = ["record_id", "kind", "key"]
        found = self.store.take(CONTACT_POINTS, "key", pa.array(list(mine), pa.string()), columns=columns).to_pylist()
        own = set(self.who.record_ids)
        return frozenset((row["kind"], row["key"]) for row in found if row["record_id"] not in own)

    @cached_property
    def telltales(self) -> Telltales:
        ids = (*self.who.record_ids, *self.who.golden_ids)
        return telltales(ids, self.records, self.points, shared=self.shared)

    @cached_property
    def alone(self) -> pd.DataFrame:
        """Kind, key and value of the points that nobody else has."""
        pairs = pd.Series(list(zip(self.points["kind"], self.points["key"], strict=True)), index=self.points.index)
        kept = self.points[~pairs.isin(list(self.shared)).astype(bool)]
        return kept[["kind", "key", "value"]].drop_duplicates(ignore_index=True)


def doomed(known: Known, *, settings: Settings) -> Doomed:
    """What goes with the person."""
    store, ids = known.store, list(known.who.record_ids)
    raw = store.read(RAW_ROWS, where={"record_id": ids})[_PLACE] if ids else RAW_ROWS.empty()[_PLACE]
    aside = _quarantined(known, raw)
    gone = raw.drop_duplicates(ignore_index=True)
    files = store.read(FILES, where={"file_id": sorted(set(gone["file_id"]))}) if len(gone) else FILES.empty()
    rows = {name: [frame for frame in frames if len(frame)] for name, frames in _rows(known, settings).items()}
    rows[QUARANTINE.name] = [_within(aside, gone)]
    rewritten = {
        QUARANTINE.name: _said_anew(aside[~_is_in(aside, gone)], {"reason": ERASED, "raw": None, "field": None}),
        DECISIONS.name: _said_anew(_telling(known, DECISIONS.name), {"reason": None}),
        OVERRIDES.name: _said_anew(_telling(known, OVERRIDES.name), {"reason": None}),
        CONSENTS.name: _said_anew(_closures(known), {"record_id": None, "source": None, "evidence": None}),
        FILES.name: _counted(files, gone),
    }
    new = places(gone, files, reason=ERASED)
    standing = store.read(QUARANTINE, where={"reason": ERASED})
    kept = {name: frame for name, frame in rewritten.items() if len(frame)}
    return Doomed(rows, kept, new[~_is_in(new, standing)], pd.concat([gone, aside[_PLACE]]).drop_duplicates())


def _rows(known: Known, settings: Settings) -> Frames:
    records = pd.DataFrame({"record_id": known.who.record_ids}, dtype=known.records["record_id"].dtype)
    golden = pd.DataFrame({"golden_id": known.who.golden_ids}, dtype=records["record_id"].dtype)
    keyed = known.alone[known.alone["key"].notna()][["kind", "key"]].drop_duplicates()
    bare = known.alone[known.alone["key"].isna() & known.alone["value"].notna()][["kind", "key", "value"]]
    pairs = [records.rename(columns={"record_id": side}) for side in ("left_id", "right_id")]
    return {
        RECORDS.name: [records],
        CONTACT_POINTS.name: [records, keyed],
        MEMBERSHIP.name: [records],
        RAW_ROWS.name: [records],
        ISSUES.name: [records],
        PAIRS.name: pairs,
        DECISIONS.name: pairs,
        OVERRIDES.name: [records, golden],
        CONSENTS.name: [keyed.rename(columns={"kind": "channel"})],
        GOLDEN.name: [golden, *_former(known)],
        "golden_points": [golden, keyed, bare],
        "survivors": [golden, records],
        VOCABULARY.name: list(_words(known, settings)),
        MAIL_DOMAINS.name: [_domains(known)],
    }


def _former(known: Known) -> Iterator[pd.DataFrame]:
    """What stood of other golden records while one of the records was a member of theirs."""
    elsewhere = known.membership[~known.membership["golden_id"].isin(known.who.golden_ids)]
    for golden_id, stays in elsewhere.groupby("golden_id"):
        ever = known.store.history(GOLDEN, where={"golden_id": str(golden_id)})
        past = ever[ever["valid_to"].notna()]
        for start, end in zip(stays["valid_from"], stays["valid_to"], strict=True):
            then = past[(past["valid_to"] > start) & (past["valid_from"] < (end if pd.notna(end) else start + 1))]
            yield then[list(GOLDEN.columns)]


def _quarantined(known: Known, raw: pd.DataFrame) -> pd.DataFrame:
    """Rows of QUARANTINE that are theirs: values of their rows, and broken rows that name them."""
    every = known.store.read(QUARANTINE)
    named = [isinstance(text, str) and known.telltales.in_cells(text) for text in every["raw"]]
    mine = every[_is_in(every, raw) | pd.Series(named, index=every.index, dtype=bool)]
    return mine[mine["reason"] != ERASED]


def _is_in(rows: pd.DataFrame, others: pd.DataFrame) -> pd.Series[bool]:
    found = pd.MultiIndex.from_frame(rows[_PLACE]).isin(pd.MultiIndex.from_frame(others[_PLACE]))
    return pd.Series(found, index=rows.index, dtype=bool)


def _within(aside: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    """The places of values that were set aside while their row was read: the row keeps its own place in quarantine."""
    return aside[_is_in(aside, gone)][[*_PLACE, "reason", "field", "raw"]].drop_duplicates()


def _said_anew(rows: pd.DataFrame, new: dict[str, str | None]) -> pd.DataFrame:
    """Rows of a table as `Store.erase` takes them, to say something else."""
    columns = {f"new_{name}": pd.Series(value, index=rows.index, dtype=rows[name].dtype) for name, value in new.items()}
    return rows.assign(**columns).drop_duplicates(ignore_index=True)


def _telling(known: Known, name: str) -> pd.DataFrame:
    """Decisions on other people, or other words of people, whose reason speaks of this one."""
    table = {DECISIONS.name: DECISIONS, OVERRIDES.name: OVERRIDES}[name]
    every = known.store.read(table)
    told = [isinstance(text, str) and known.telltales.in_text(text) for text in every["reason"]]
    return every[pd.Series(told, index=every.index, dtype=bool)]


def _closures(known: Known) -> pd.DataFrame:
    """What their records said of addresses that others have too."""
    if not known.who.record_ids:
        return CONSENTS.empty()
    return known.store.read(CONSENTS, where={"record_id": list(known.who.record_ids)})


def _counted(files: pd.DataFrame, gone: pd.DataFrame) -> pd.DataFrame:
    after = moved(files, gone)
    new = {f"new_{name}": after[name] for name in ("n_rows", "n_quarantined")}
    return files[["file_id", "n_rows", "n_quarantined"]].assign(**new)


def _words(known: Known, settings: Settings) -> Iterator[pd.DataFrame]:
    """The words of lists that only their records use."""
    from crm_clean.normalise.lexicon import load
    from crm_clean.normalise.wording.vocabulary import FIELDS, recount

    vocabulary = known.store.read(VOCABULARY)
    now = known.records[known.records["valid_to"].isna()]
    if vocabulary.empty or now.empty:
        return
    folder = settings.normalise.lexicons
    standing = RECORDS.to_arrow(RECORDS.frame(now[list(RECORDS.columns)]))
    columns = {name: standing[f"{name}_raw"] for name in FIELDS}
    theirs = recount(vocabulary, columns, words=load(str(folder) if folder else None))["n_records"]
    own = vocabulary[(theirs > 0) & (theirs >= vocabulary["n_records"].fillna(0))]
    for column in ("written", "value", "suggestion"):
        yield own[["field", "written"]].rename(columns={"written": column})


def _domains(known: Known) -> pd.DataFrame:
    """The domains of e-mail addresses that nobody else has an address at."""
    asked = known.store.read(MAIL_DOMAINS)[["domain"]]
    emails = known.points.loc[known.points["kind"] == "email", "key"].dropna()
    mine = {key.rpartition("@")[2] for key in emails} & set(asked["domain"])
    if not mine:
        return asked.iloc[:0]
    every = known.store.standing(CONTACT_POINTS, columns=["record_id", "kind", "key"]).to_pandas()
    others = every[(every["kind"] == "email") & ~every["record_id"].isin(list(known.who.record_ids))]["key"].dropna()
    return asked[asked["domain"].isin(mine - set(others.str.rpartition("@")[2]))]
