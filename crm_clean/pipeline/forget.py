"""A person erased: from exports, files of ours and the store, in that order, and kept from coming back before that.

The order is what makes a kill harmless. The suppression list is written first, so that nobody comes back in between;
the store lets go of the person last, since it is what tells which lines are theirs. A journal without personal data
says how far it came: the next `forget` or run ends what was begun.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from crm_clean import files
from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline import erasing
from crm_clean.pipeline.doomed import Doomed, Known, doomed
from crm_clean.pipeline.emptying import Renamed, empty_exports
from crm_clean.pipeline.erasing import Journal
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.recovery import recover
from crm_clean.pipeline.sweeping import sweep, tell_again
from crm_clean.pipeline.whom import Whom, whom
from crm_clean.privacy.certificate import Certificate, as_json, as_text
from crm_clean.privacy.hashes import Key
from crm_clean.privacy.suppress import person, suppressions
from crm_clean.records.ids import file_id
from crm_clean.records.tables import ERASURES, FILES, IDENTITY_EVENTS, ISSUES, QUARANTINE, SUPPRESSIONS
from crm_clean.settings import Settings
from crm_clean.store.base import Store
from crm_clean.store.lock import private_files
from crm_clean.text import clean

ERASED = "erased"
_LEAST_PASSAGE = 6
_UNSAID = "request of the person"


@dataclass(frozen=True)
class Order:
    """Who is to be forgotten: what was typed, by whom it was asked for and why. `everyone` takes all who have the
    address; `is_dry` changes nothing."""

    typed: str
    by: str
    reason: str | None = None
    everyone: bool = False
    is_dry: bool = False


@dataclass(frozen=True)
class Forgotten:
    """What was erased, in ids and counts; `certificate` is the text of it, None when nothing was changed."""

    golden_ids: tuple[str, ...]
    n_records: int
    removed: dict[str, dict[str, int]]
    left: tuple[str, ...] = ()
    certificate: Path | None = None
    is_resumed: bool = False

    def __str__(self) -> str:
        return "\n".join(_told(self))


def forget(place: Place, order: Order, *, settings: Settings, now: datetime) -> Forgotten:
    """Erase the person whom `order` names; first ends an erasure that was killed on its way.

    Raises UnknownThing when nobody is named so, UsageError when several people have the address or the reason names
    the person, StoreLocked when a run holds the store.
    """
    store = place.store()
    with store.hold(), private_files():
        store.prepare()
        recover(place.store_folder, place.outbox, last_run=store.last_run())
        earlier = finish(place, store, settings=settings)
        try:
            who = whom(store, order.typed, settings=settings, everyone=order.everyone)
        except UnknownThing:
            if earlier is None:
                raise
            return earlier
        known = Known.read(store, who)
        _check_words(order, known)
        if order.is_dry:
            return Forgotten(who.golden_ids, len(who.record_ids), {"store": _planned(doomed(known, settings=settings))})
        journal = _begin(place, order, who, now)
        return _carry_out(place, journal, known, settings)


def finish(place: Place, store: Store, *, settings: Settings) -> Forgotten | None:
    """End the erasure that was begun and killed, if there is one. To be called with the store held."""
    journal = erasing.begun(place.store_folder)
    if journal is None:
        return None
    records = erasing.records_of(journal, store, Key(place.key()))
    known = Known.read(store, Whom(journal.golden_ids, records)) if records else None
    return replace(_carry_out(place, journal, known, settings), is_resumed=True)


def _check_words(order: Order, known: Known) -> None:
    for said, what in ((order.reason, "reason"), (order.by, "name of who asks")):
        if said and known.telltales.in_text(said):
            raise UsageError(
                f"The {what} names the person, and the certificate repeats it: say it without names, addresses or ids."
            )


def _begin(place: Place, order: Order, who: Whom, now: datetime) -> Journal:
    key = Key(place.key())
    records = tuple(sorted(erasing.hashed(record, key) for record in who.record_ids))
    at = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = f"{at[:10].replace('-', '')}-{file_id([at.encode(), *(one.encode() for one in records)])[:8]}"
    reason = clean(order.reason or "") or _UNSAID
    return erasing.write(
        place.store_folder, Journal(name, at, clean(order.by) or "unknown", reason, who.golden_ids, records)
    )


def _carry_out(place: Place, journal: Journal, known: Known | None, settings: Settings) -> Forgotten:
    """Everything that is still to do; `known` is None when the store has let go of the person already."""
    if known is not None:
        _suppress(place, journal, known)
        journal = _erase(place, journal, known, settings)
    return _conclude(place, journal, settings)


def _suppress(place: Place, journal: Journal, known: Known) -> None:
    who = person(known.records, known.points, shared=known.shared)
    since = datetime.fromisoformat(journal.erased_at)
    rows = suppressions(who, key=Key(place.key()), reason=journal.reason, since=since)
    stands = known.store.read(SUPPRESSIONS)
    new = rows[~rows["hash"].isin(stands["hash"])].reset_index(drop=True)
    if len(new):
        known.store.append(SUPPRESSIONS, new)


def _erase(place: Place, journal: Journal, known: Known, settings: Settings) -> Journal:
    store, folder = known.store, place.store_folder
    plan = doomed(known, settings=settings)
    journal = _empty_landing(place, journal, plan, settings, store=store)
    swept = sweep(place, known.telltales, passages=_passages(known))
    counts = {"files_rewritten": swept.n_files, "lines": swept.n_lines, "files_removed": len(swept.removed)}
    pages = tuple(dict.fromkeys((*journal.pages, *swept.pages)))
    journal = erasing.write(folder, replace(journal.with_more("outbox", counts), pages=pages))
    files.remove(folder / "runs")
    if len(plan.places):
        store.append(QUARANTINE, plan.places)
    removed = store.erase(plan.rows, renamed=journal.renamed, rewritten=plan.rewritten)
    return erasing.write(folder, journal.with_more("store", removed))


def _empty_landing(place: Place, journal: Journal, plan: Doomed, settings: Settings, *, store: Store) -> Journal:
    folder = place.store_folder
    noted = journal

    def tell(renamed: Renamed) -> None:
        nonlocal noted
        noted = erasing.write(folder, replace(noted, renamed={**noted.renamed, **renamed}))

    known = store.read(FILES)["file_id"].tolist()
    done = empty_exports(place.landing, plan.emptied, known=known, spec=settings.sources, tell=tell)
    wanted = {file_id.partition("-")[0] for file_id in plan.emptied["file_id"]}
    elsewhere = len(wanted - done.seen - {old.partition("-")[0] for old in noted.renamed})
    left = [f"landing/{name}: rows of it cannot be emptied; remove it, or its rows, yourself." for name in done.left]
    if elsewhere:
        left.append(
            f"{elsewhere} exports that were read are no longer in the landing folder; erase them where they are."
        )
    counts = {"files_rewritten": done.n_files, "rows_emptied": done.n_rows}
    return erasing.write(folder, replace(noted.with_more("landing", counts), left=tuple(left)))


def _passages(known: Known) -> set[str]:
    """What a page may show of the person besides ids, addresses and names: streets, notes, values with a finding."""
    streets = known.points[known.points["kind"] == "address"]
    issues = known.store.read(ISSUES, where={"record_id": list(known.who.record_ids)})
    texts: Iterable[pd.Series] = (
        *(streets[name] for name in ("raw", "value", "street")),
        *(known.records[name] for name in ("notes", "notes_raw", "birth_date")),
        issues["raw"],
    )
    found = {str(value).strip().casefold() for column in texts for value in column.dropna()}
    return {value for value in found if len(value) >= _LEAST_PASSAGE}


def _planned(plan: Doomed) -> dict[str, int]:
    return {name: n for name, frames in plan.rows.items() if (n := sum(map(len, frames)))}


def _conclude(place: Place, journal: Journal, settings: Settings) -> Forgotten:
    """Say in the store and on paper what was done, and tell the pages that showed the person again."""
    store, folder = place.store(), place.store_folder
    _say_erased(store, journal)
    told, removed = tell_again(place, journal.pages, title=settings.project.name)
    if told or removed:
        counts = {"pages_told_again": len(told), "pages_removed": len(removed)}
        journal = erasing.write(folder, replace(journal.with_more("outbox", counts), pages=()))
    paper = _certify(place, journal)
    if store.read(ERASURES, where={"erasure_id": journal.erasure_id}).empty:
        store.append(ERASURES, _row(journal))
    erasing.end(folder)
    return Forgotten(journal.golden_ids, len(journal.records), journal.removed, journal.left, paper)


def _say_erased(store: Store, journal: Journal) -> None:
    said = store.read(IDENTITY_EVENTS, where={"event": ERASED})["golden_id"]
    new = [golden_id for golden_id in journal.golden_ids if golden_id not in set(said)]
    if new:
        store.append(IDENTITY_EVENTS, IDENTITY_EVENTS.frame({"golden_id": new, "event": [ERASED] * len(new)}))


def _certify(place: Place, journal: Journal) -> Path:
    said = Certificate(
        journal.erasure_id,
        journal.erased_at,
        journal.erased_by,
        journal.reason,
        len(journal.records),
        journal.golden_ids,
        journal.removed,
        journal.left,
    )
    paper = place.reports / f"erasure-{journal.erasure_id}.txt"
    place.reports.mkdir(exist_ok=True)
    files.write_text(paper.with_suffix(".json"), as_json(said))
    files.write_text(paper, as_text(said))
    return paper


def _row(journal: Journal) -> pd.DataFrame:
    import json

    row = {
        "erasure_id": journal.erasure_id,
        "erased_at": pd.Timestamp(journal.erased_at),
        "erased_by": journal.erased_by,
        "reason": journal.reason,
        "removed": json.dumps(journal.removed, sort_keys=True),
    }
    return ERASURES.frame({name: [value] for name, value in row.items()})


def _told(done: Forgotten) -> list[str]:
    who = f"{done.n_records} record{'s' if done.n_records != 1 else ''} of {', '.join(done.golden_ids) or 'nobody'}"
    if done.certificate is None:
        return [f"Would erase {who}, in all history.", *_counts(done), "Nothing was changed."]
    first = "An erasure that had been stopped is done now: " if done.is_resumed else ""
    return [
        f"{first}Erased {who}.",
        *_counts(done),
        *(f"  left: {one}" for one in done.left),
        f"The certificate is {done.certificate}.",
    ]


def _counts(done: Forgotten) -> list[str]:
    return [
        f"  {place}: {', '.join(f'{n:,} {what}' for what, n in sorted(counts.items()) if n)}"
        for place, counts in done.removed.items()
        if any(counts.values())
    ]
