"""What people type to name a record or a golden record, resolved to what stands.

A golden id `G-...`, a record id as in review.csv, or `file:row` as in crosswalk.csv. A golden id that was merged away
leads to where it went. Nothing but what was typed is ever repeated in an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.records.tables import FILES, IDENTITY_EVENTS, MEMBERSHIP, RAW_ROWS, RECORDS
from crm_clean.store.base import Store
from crm_clean.text import clean

# How long to wait for a store that somebody else holds, while a person waits for the answer.
PATIENCE_SECONDS = 10.0

_GOLDEN = re.compile(r"G-[0-9a-f]+")
_LONGEST_ECHO = 80
_LONGEST_NUMBER = 16


@dataclass(frozen=True)
class Named:
    """What somebody typed: a record (`record_id`) or a golden record (`record_id` is None), and where it belongs now.

    `golden_id` is the golden record it belongs to, or is; missing when it no longer stands. `members` are its records,
    sorted. `note` says, in a sentence, what came between the thing typed and the thing found; often nothing.
    """

    typed: str
    record_id: str | None
    golden_id: str | None
    members: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_golden(self) -> bool:
        return self.record_id is None

    @property
    def stands(self) -> bool:
        return self.golden_id is not None


def resolve(store: Store, typed: str) -> Named:
    """What `typed` names in `store`; raises UnknownThing for what never stood, and before the first run."""
    if not store.last_run():
        raise UnknownThing("Nothing stands in this project yet: run it first, with `crm-clean run`.")
    asked = typed.strip()
    if _GOLDEN.fullmatch(asked):
        return _golden(store, asked)
    found = _record(store, asked, asked)
    file, row = _file_and_row(asked)
    became = _record_of_row(store, file, row) if file else None
    if found and became and became != asked:
        return replace(found, note=f"{echo(asked)} is taken for a record id; row {row} of {echo(file)} is {became}.")
    if found is None and became:
        found = _record(store, typed, became, _newer(store, became, (file, row)))
    if found is None:
        raise UnknownThing(
            f"{echo(typed)}: no such record; name it by file:row as in crosswalk.csv, by left_id or right_id as in "
            "review.csv, or by the golden id there."
        )
    return found


def echo(typed: str) -> str:
    """What was typed, fit to be repeated: one line, not too long, nothing invisible in it."""
    said = clean(typed) or "(nothing)"
    return said if len(said) <= _LONGEST_ECHO else f"{said[: _LONGEST_ECHO - 1]}…"


def _golden(store: Store, golden_id: str) -> Named:
    members = _members(store, golden_id)
    if members:
        return Named(golden_id, None, golden_id, members)
    ended = store.written(IDENTITY_EVENTS, where={"golden_id": golden_id})
    former = store.history(MEMBERSHIP, where={"golden_id": golden_id})
    if len(ended) and (former.empty or (ended["event"] == "erased").any()):
        return Named(golden_id, None, None, note=f"{golden_id} was erased for good: nothing of it is kept.")
    if former.empty:
        raise UnknownThing(f"{echo(golden_id)}: no such golden record; look its id up in crosswalk.csv or golden.csv.")
    leads = store.view("redirects", where={"golden_id": golden_id})
    if len(leads):
        into = str(leads["into_id"].iloc[-1])
        note = f"{golden_id} was merged into {into} in run {leads['run'].iloc[-1]}."
        return Named(golden_id, None, into, _members(store, into), note)
    events = store.written(IDENTITY_EVENTS, where={"golden_id": golden_id, "event": "retired"})
    when = f" in run {events['run'].iloc[-1]}" if len(events) else ""
    return Named(golden_id, None, None, note=f"{golden_id} was retired{when}: none of its records is left.")


def _members(store: Store, golden_id: str) -> tuple[str, ...]:
    return tuple(sorted(store.read(MEMBERSHIP, where={"golden_id": golden_id})["record_id"]))


def _record(store: Store, typed: str, record_id: str, note: str = "") -> Named | None:
    belongs = store.read(MEMBERSHIP, where={"record_id": record_id})
    if len(belongs):
        golden_id = str(belongs["golden_id"].iloc[0])
        return Named(typed, record_id, golden_id, _members(store, golden_id), note)
    former = store.history(RECORDS, where={"record_id": record_id})
    if former.empty:
        return None
    gone = f"{echo(typed)} no longer stands: it was taken out in run {former['valid_to'].max()}."
    return Named(typed, record_id, None, note=gone)


def _file_and_row(typed: str) -> tuple[str, int]:
    """`contacts.csv:17` taken apart; ("", 0) for what does not look like it."""
    file, _, row = typed.rpartition(":")
    return (file, int(row)) if file and row.isascii() and row.isdigit() and len(row) < _LONGEST_NUMBER else ("", 0)


def _record_of_row(store: Store, file: str, row: int) -> str | None:
    """The record that a row of a file became; of files of one name the last one taken in that has such a row."""
    taken = store.read(FILES, where={"source_file": file})["file_id"].tolist()
    if not taken:
        return None
    rows = store.read(RAW_ROWS, where={"file_id": taken})
    rows = rows[rows["source_row"].eq(row) & rows["record_id"].notna()]
    if rows.empty:
        return None
    order = rows["file_id"].map({file_id: at for at, file_id in enumerate(taken)})
    return str(rows["record_id"].loc[order.idxmax()])


def _newer(store: Store, record_id: str, asked: tuple[str, int]) -> str:
    """A note when the record has since come anew from elsewhere."""
    stands = store.read(RECORDS, where={"record_id": record_id})[["source_file", "source_row"]]
    if stands.empty or pd.isna(stands["source_row"].iloc[0]):
        return ""
    now = (str(stands["source_file"].iloc[0]), int(stands["source_row"].iloc[0]))
    if now == asked:
        return ""
    return (
        f"{echo(f'{asked[0]}:{asked[1]}')} is {record_id}, which has since come anew in {echo(f'{now[0]}:{now[1]}')}."
    )
