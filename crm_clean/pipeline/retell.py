"""A run told again, from the store alone: its page as of then, or of now with what was decided since.

Findings in the data and scored pairs are kept for the last run only; the page of an earlier one says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.outbox import folder_of
from crm_clean.pipeline.place import Place
from crm_clean.pipeline.summary import LOOKED_AT, MOVED, events_by_name, write_report
from crm_clean.pipeline.trend import trend
from crm_clean.pipeline.waiting import asked, undecided
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CHECKS,
    DECISIONS,
    ERASURES,
    IDENTITY_EVENTS,
    QUALITY,
    REPLACED,
    RUNS,
    TABLES,
    VERSIONED,
    VOCABULARY,
)
from crm_clean.store.base import Store
from crm_clean.store.lock import private_files

if TYPE_CHECKING:
    from crm_clean.report.gather import Facts
    from crm_clean.report.summary import RunSummary

Tables = dict[str, pd.DataFrame]


def retell(place: Place, run: int | None, *, path: Path | None, title: str) -> Path:
    """Write the page of `run` (the last, if None) to `path`, else into the project's folder of reports; returns where.

    Raises UnknownThing before the first run and for a run that never was.
    """
    store = place.store()
    last = store.last_run()
    if not last:
        raise UnknownThing(f"No run stands in {place.folder} yet: `crm-clean run --project {place.folder}` makes one.")
    number = last if run is None else run
    if not 1 <= number <= last:
        raise UnknownThing(f"There is no run {number}: runs 1 to {last} stand.")
    target = path or place.reports / f"run-{number:06d}.html"
    with private_files():
        target.parent.mkdir(parents=True, exist_ok=True)
        write_report(target, _told(store, number, title=title, outbox=folder_of(place.outbox, number), last=last))
    return target


def _told(store: Store, run: int, *, title: str, outbox: Path, last: int) -> RunSummary:
    from crm_clean.report.gather import NEEDED, SHOWN_PAIRS, summarise
    from crm_clean.review.queue import review_queue

    tables = {name: _read(store, TABLES[name], run, last=last) for name in (*NEEDED, VOCABULARY.name)}
    once = asked(tables["pairs"])
    now = undecided(once, store.read(DECISIONS)) if run == last else once
    queue = review_queue(now, tables["records"], tables["contact_points"], limit=SHOWN_PAIRS)
    facts = _facts(store, run, title=f"{title}, run {run}", outputs=_outputs(outbox))
    facts = replace(facts, waiting=now, decided=len(once) - len(now))
    if run != last:
        facts = replace(facts, partial=True, quality=_kept_quality(store, run))
    return summarise(tables, _of_run(store, CHECKS, run), queue, facts=facts)


def _facts(store: Store, run: int, *, title: str, outputs: Sequence[tuple[str, str]]) -> Facts:
    from crm_clean.report.gather import Facts
    from crm_clean.report.summary import Evaluation, Output, StepCost
    from crm_clean.review.explain import reason

    row = _row(store, run)
    measured = json.loads(row["measured"]) if isinstance(row["measured"], str) else {}
    truth = measured.get("evaluation")
    return Facts(
        title=title,
        steps=[StepCost(**step) for step in measured.get("steps", ())],
        link_report=json.loads(row["model"]).get("report") or {},
        outputs=[Output(where, what) for where, what in outputs],
        evaluation=Evaluation(**truth) if truth else None,
        changes=events_by_name(_of_run(store, IDENTITY_EVENTS, run)) if run > 1 else None,
        trend=trend(store, before=run),
        explain=reason,
        moved=measured.get(MOVED),
        looked_at=measured.get(LOOKED_AT),
        returned_to=_returned_to(row),
        erased=int((store.written(ERASURES)["run"] > run).sum()),
        run=run,
        committed_at=row["committed_at"],
    )


def _returned_to(row: dict[str, Any]) -> int | None:
    """The run that a rollback returned to."""
    inputs = json.loads(row["inputs"])
    return inputs.get("to") if inputs.get("kind") == "rollback" else None


def _kept_quality(store: Store, run: int) -> pd.DataFrame | None:
    """The quality that `run` measured; None of a run from before that was kept."""
    kept = _of_run(store, QUALITY, run)
    return kept if len(kept) else None


def _row(store: Store, run: int) -> dict[str, Any]:
    runs = store.read(RUNS)
    return {str(name): value for name, value in runs[runs["run"] == run].iloc[0].items()}


def _outputs(outbox: Path) -> list[tuple[str, str]]:
    return [(str(outbox), "files for each CRM to import")] if outbox.is_dir() else []


def _read(store: Store, table: Table, run: int, *, last: int) -> pd.DataFrame:
    """What stood of a table after `run`; of one that is only added to, what `run` added."""
    if table in VERSIONED:
        return store.read(table, as_of=run)
    if table in REPLACED:
        return store.read(table) if run == last else table.empty()
    return _of_run(store, table, run)


def _of_run(store: Store, table: Table, run: int) -> pd.DataFrame:
    """The rows that `run` added: they follow, in order of writing, those that were there before."""
    before = len(store.read(table, as_of=run - 1))
    return store.read(table, as_of=run).iloc[before:].reset_index(drop=True)
