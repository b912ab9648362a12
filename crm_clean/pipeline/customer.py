"""One customer: a golden record with its members, where each value came from, and what became of it over the runs.

Reads the rows of that customer alone. An id that was merged away leads to where it went, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.bonds import links
from crm_clean.pipeline.life import history
from crm_clean.pipeline.origins import Kept, members, offered, points, values
from crm_clean.pipeline.wide import golden_wide
from crm_clean.records.decisions import standing
from crm_clean.records.tables import DECISIONS, IDENTITY_EVENTS
from crm_clean.store.base import Store


@dataclass(frozen=True, eq=False, repr=False)
class Customer:
    """A golden record as it stands, and how it came to stand so; shows itself in a notebook.

    golden      one row, as `project.golden()`; none when the golden record has ended
    members     its records side by side: record_id, source, source_file, source_row, name, emails, phones, company,
                address, updated_at (UTC), match_probability (0..1), is_deleted
    values      field, value, rule in words, and the record that gave it: record_id, source, source_file, source_row
    points      its e-mails, phones, addresses, ... with opt_out, bounced, consent, and the record_ids that have them
    lineage     every value that was offered, as `project.lineage()`, in canonical order, kept first, rule in words
    links       the pairs that hold the members together: left_id, right_id, verdict, match_probability, is_needed,
                reason
    history     run, committed_at (UTC), kind, event in words, in the order of runs
    note        what became of the id that was asked for, where it is not this one's or has ended; what waits for a run
    """

    golden_id: str
    golden: pd.DataFrame
    members: pd.DataFrame
    values: pd.DataFrame
    points: pd.DataFrame
    lineage: pd.DataFrame
    links: pd.DataFrame
    history: pd.DataFrame
    note: str | None = None

    def __repr__(self) -> str:
        n = len(self.members)
        made_of = f"{n} {'record' if n == 1 else 'records'}" if n else "ended"
        return f"Customer {self.golden_id}: {made_of}, {len(self.history)} events"

    def _repr_html_(self) -> str:
        from crm_clean.report.customer import render

        return render(self)


def customer(store: Store, golden_id: str) -> Customer:
    """The customer of that golden id, or of the one it was merged into. Raises UnknownThing for one that never was."""
    with store.at_once():
        return _customer(store, golden_id)


def _customer(store: Store, golden_id: str) -> Customer:
    kept = Kept.read(store, golden_id)
    notes = []
    if kept.golden.empty:
        asked = golden_id
        golden_id, became = _what_became_of(store, asked)
        notes.append(became)
        kept = Kept.read(store, golden_id)
    if waiting := _waiting(store, kept):
        notes.append(waiting)
    return Customer(
        golden_id=golden_id,
        golden=golden_wide(kept.golden, kept.golden_points).reset_index(drop=True),
        members=members(kept),
        values=values(kept),
        points=points(kept),
        lineage=offered(store.view("lineage", where={"golden_id": golden_id})),
        links=links(store, kept),
        history=history(store, golden_id),
        note=" ".join(notes) or None,
    )


def _what_became_of(store: Store, golden_id: str) -> tuple[str, str]:
    """The id that stands for one that does not, itself if none does, and a sentence on it."""
    events = store.written(IDENTITY_EVENTS, where={"golden_id": golden_id})
    if events.empty:
        raise UnknownThing(
            "There is no golden record of that id: take one from the column golden_id of project.golden() "
            "or of the crosswalk."
        )
    if (events["event"] == "erased").any():
        return golden_id, "It was erased for good: nothing of it is kept."
    led = store.view("redirects", where={"golden_id": golden_id})
    last = events.iloc[-1]
    if len(led):
        into = str(led["into_id"].iloc[-1])
        return into, f"{golden_id} was merged away in run {last['run']}; its people are in this golden record now."
    if last["event"] == "absorbed":
        return golden_id, f"It was merged into {last['other_id']} in run {last['run']}, which has ended since."
    return golden_id, f"It ended in run {last['run']}: none of its records is left."


def _waiting(store: Store, kept: Kept) -> str | None:
    """What was decided about its members and is not yet so."""
    ids = kept.membership["record_id"].tolist()
    said = standing(store.read(DECISIONS, where={"left_id": ids, "right_id": ids}))
    n = int((said["verdict"] == "different").sum())
    if not n:
        return None
    pairs = "One pair of its records was" if n == 1 else f"{n} pairs of its records were"
    return f"{pairs} judged to be different people; the next run takes them apart."
