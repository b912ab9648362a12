"""The figures of a run for its page: of everything that stands, and the few rows that are shown.

A run over everything counts it all. One that changed a part adds up: what the last run measured, less what the part
was, and what it is; the rest is counted in a few columns. Where there is nothing fit to add to, it counts it all too.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.part import Part, frame, is_partial
from crm_clean.pipeline.partial import union
from crm_clean.pipeline.step import Context
from crm_clean.pipeline.validate import is_like_the_last
from crm_clean.pipeline.waiting import asked
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CONTACT_POINTS,
    FILES,
    GOLDEN,
    GOLDEN_POINTS,
    ISSUES,
    MEMBERSHIP,
    PAIRS,
    QUALITY,
    QUARANTINE,
    RECORDS,
    TABLES,
    VOCABULARY,
)

if TYPE_CHECKING:
    from crm_clean.report.whole import Measured, Side, Whole

Tables = dict[str, pd.DataFrame]

# What is shown of a record beside what is counted.
_SHOWN = {
    RECORDS.name: (
        *("source_file", "source_row", "company", "full_name_raw", "first_name_raw", "last_name_raw", "job_title"),
        *("birth_date", "updated_at", "purchase_total", "n_interactions", "content_hash"),
    ),
    CONTACT_POINTS.name: ("ordinal", "label"),
    GOLDEN.name: ("company",),
    GOLDEN_POINTS.name: ("ordinal",),
    MEMBERSHIP.name: ("match_probability",),
    PAIRS.name: PAIRS.columns,
    ISSUES.name: ISSUES.columns,
}


class Figures:
    """What there is to tell of the run in `context`."""

    def __init__(self, context: Context) -> None:
        from crm_clean.report.whole import COUNTED

        columns = {name: tuple(dict.fromkeys([*COUNTED[name], *more])) for name, more in _SHOWN.items()}
        self._context = context
        self._part = Part(context.known, context.shelf, columns=columns)
        self._is_partial = is_partial(context.shelf)
        self.link_report: dict[str, Any] = context.shelf.read_json("link_report") or {}

    @cached_property
    def waiting(self) -> pd.DataFrame:
        """Every pair that waits for a person: left_id, right_id, probability."""
        return asked(self._pairs)[["left_id", "right_id", "probability"]].reset_index(drop=True)

    def looked_at(self) -> int | None:
        """How many records a partial run looked at again."""
        return len(self._touched(RECORDS, MEMBERSHIP)) if self._is_partial else None

    def moved(self) -> dict[str, int] | None:
        """How many records are new, changed and gone since the last run."""
        if not self._context.last:
            return None
        old, new = (table.select(["record_id", "content_hash"]) for table in self._records_before_and_after())
        at = pc.index_in(new["record_id"].combine_chunks(), value_set=old["record_id"].combine_chunks())
        stood = old["content_hash"].combine_chunks().take(at)
        n_same = pc.sum(pc.equal(stood, new["content_hash"].combine_chunks())).as_py() or 0
        n_known = len(new) - at.null_count
        return {"new": at.null_count, "changed": n_known - n_same, "gone": len(old) - n_known}

    def _records_before_and_after(self) -> tuple[pa.Table, pa.Table]:
        columns = ["record_id", "content_hash"]
        if self._part.is_whole(RECORDS):
            return self._context.store.standing(RECORDS, columns=columns), self._part.fresh(RECORDS)
        return self._part.before(RECORDS, "record_id", self._part.scope(RECORDS)), self._part.fresh(RECORDS)

    def whole(self) -> Whole:
        """The figures of everything that will stand."""
        kept = self._kept()
        return self._of_all() if kept is None else self._of_part(kept)

    def shown(self) -> tuple[Tables, pd.DataFrame]:
        """The rows that may be shown, as `summarise` takes them, and the head of the review queue."""
        from crm_clean.report.gather import SHOWN_CUTS, SHOWN_PAIRS
        from crm_clean.report.merges import worth_a_look
        from crm_clean.review.queue import review_queue

        chosen = _ids(worth_a_look(self._frame(GOLDEN), self._frame(MEMBERSHIP)))
        # Whoever is touched is there with all members.
        members = _among(self._frame(MEMBERSHIP), "golden_id", chosen).sort_values("record_id", ignore_index=True)
        cut = self._pairs[self._pairs["verdict"].eq("cut")].sort_values(
            ["probability", "left_id", "right_id"], ascending=[False, True, True]
        )
        asked_of = pd.concat([cut.head(SHOWN_CUTS), _first(self.waiting, SHOWN_PAIRS)])
        ids = union(_ids(members["record_id"]), *(_ids(asked_of[side]) for side in ("left_id", "right_id")))
        tables = {
            RECORDS.name: self._rows(RECORDS, "record_id", ids),
            CONTACT_POINTS.name: self._rows(CONTACT_POINTS, "record_id", ids),
            MEMBERSHIP.name: members,
            GOLDEN.name: self._rows(GOLDEN, "golden_id", chosen),
            GOLDEN_POINTS.name: self._rows(GOLDEN_POINTS, "golden_id", chosen),
            PAIRS.name: self._rows(PAIRS, "left_id", ids),
            FILES.name: self._context.shelf.read(FILES),
            QUARANTINE.name: self._context.shelf.read(QUARANTINE),
            VOCABULARY.name: self._vocabulary(),
        }
        asked_pairs = tables[PAIRS.name].merge(asked_of[["left_id", "right_id"]].drop_duplicates())
        queue = review_queue(
            PAIRS.frame(asked_pairs), tables[RECORDS.name], tables[CONTACT_POINTS.name], limit=SHOWN_PAIRS
        )
        return tables, queue

    def _kept(self) -> tuple[dict[str, Any], pd.DataFrame] | None:
        """What the last run measured (what its scorecard was made of, and QUALITY), where a part can be added to it."""
        context, last = self._context, self._context.last
        tables = (RECORDS, CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, ISSUES)
        if not self._is_partial or any(map(self._part.is_whole, tables)) or not is_like_the_last(context):
            return None
        card = json.loads(last["measured"] or "{}").get("card")
        written = context.store.written(QUALITY)
        quality = written[written["run"] == int(last["run"])]
        return (card, quality) if card and len(quality) else None

    def _of_all(self) -> Whole:
        from crm_clean.report.gather import threshold_of
        from crm_clean.report.whole import COUNTED, doubtful, latest_of, measured, whole

        tables = {
            name: frame(TABLES[name], self._part.whole(TABLES[name], columns)) for name, columns in COUNTED.items()
        }
        tables |= self._arrived()
        n_doubtful = doubtful(self.waiting, tables[MEMBERSHIP.name])
        quality = measured(tables, n_doubtful=n_doubtful, as_of=latest_of(tables[FILES.name]))
        return whole(tables, quality, threshold=threshold_of(self.link_report))

    def _of_part(self, kept: tuple[dict[str, Any], pd.DataFrame]) -> Whole:
        from crm_clean.report.gather import threshold_of
        from crm_clean.report.scalar_quality import INSTANTS
        from crm_clean.report.whole import Counts, whole

        everybody = frame(RECORDS, self._part.whole(RECORDS, ["record_id", "source", "file_id", *INSTANTS]))
        people = frame(GOLDEN, self._part.whole(GOLDEN, ["golden_id", "n_records", "sources", *INSTANTS]))
        members = frame(MEMBERSHIP, self._part.whole(MEMBERSHIP, ["record_id", "golden_id"]))
        issues = frame(ISSUES, self._part.whole(ISSUES))
        found = union(_ids(issues["record_id"]), self._part.scope(RECORDS))
        tables = {
            RECORDS.name: _among(everybody, "record_id", found),
            GOLDEN.name: people,
            MEMBERSHIP.name: _among(members, "record_id", self._part.scope(RECORDS)),
            ISSUES.name: issues,
            PAIRS.name: self._pairs,
            **self._arrived(),
        }
        quality = self._measured_by_part(kept, {RECORDS.name: everybody, GOLDEN.name: people}, members)
        counts = Counts(len(everybody), len(people), everybody["source"].value_counts())
        return whole(tables, quality, threshold=threshold_of(self.link_report), counts=counts)

    def _measured_by_part(
        self, kept: tuple[dict[str, Any], pd.DataFrame], dated: Tables, members: pd.DataFrame
    ) -> Measured:
        from crm_clean.report.whole import Stood, doubtful, latest_of, measured_by_part

        card, quality = kept
        sides = self._sides()
        return measured_by_part(
            Stood(quality, card),
            *sides,
            dated=dated,
            n_doubtful=doubtful(self.waiting, members),
            as_of=latest_of(self._arrived()[FILES.name]),
        )

    def _sides(self) -> tuple[Side, Side]:
        """What the part was, and what it is."""
        from crm_clean.report.whole import Side

        touched = {
            "record_id": (RECORDS, CONTACT_POINTS, ISSUES),
            "golden_id": (GOLDEN, GOLDEN_POINTS),
        }
        ids = {by: self._touched(*tables) for by, tables in touched.items()}
        asks = (self._part.before, self._part.after)
        parts = [
            {t.name: frame(t, ask(t, by, ids[by])) for by, tables in touched.items() for t in tables} for ask in asks
        ]
        sharing: list[Tables] = [{}, {}]
        for table in (CONTACT_POINTS, GOLDEN_POINTS):
            keys = union(*(_ids(part[table.name]["key"]) for part in parts))
            for side, ask in zip(sharing, asks, strict=True):
                side[table.name] = frame(table, ask(table, "key", keys))
        was, now = (Side(*side) for side in zip(parts, sharing, strict=True))
        return was, now

    def _touched(self, *tables: Table) -> pa.Array:
        return union(*(self._part.scope(table) for table in tables))

    @cached_property
    def _pairs(self) -> pd.DataFrame:
        """All pairs, without what only one that is shown needs."""
        from crm_clean.report.whole import COUNTED

        return frame(PAIRS, self._part.whole(PAIRS, COUNTED[PAIRS.name]))

    def _arrived(self) -> Tables:
        """What came in with this run."""
        return {table.name: self._context.shelf.read(table) for table in (FILES, QUARANTINE)}

    def _vocabulary(self) -> pd.DataFrame:
        shelf = self._context.shelf
        is_new = shelf.path(VOCABULARY.name).exists() or not self._context.last
        return shelf.read(VOCABULARY) if is_new else self._context.store.read(VOCABULARY)

    def _frame(self, table: Table) -> pd.DataFrame:
        """What this run brings of a table."""
        return frame(table, self._part.fresh(table))

    def _rows(self, table: Table, column: str, keys: pa.Array) -> pd.DataFrame:
        """The rows where `column` is one of `keys`, in order of the key; columns that are not shown are missing."""
        return table.frame(
            frame(table, self._part.after(table, column, keys).sort_by([(k, "ascending") for k in table.key]))
        )


def _first(waiting: pd.DataFrame, n: int) -> pd.DataFrame:
    """Pairs among which are the first `n` of the queue: those about which there is as much doubt, or more."""
    doubt = (waiting["probability"] - 0.5).abs().round(2).fillna(np.inf).to_numpy()
    if len(doubt) <= n:
        return waiting
    first: pd.DataFrame = waiting[doubt <= np.partition(doubt, n - 1)[n - 1]]
    return first


def _ids(column: pd.Series) -> pa.Array:
    """The different values of a text column."""
    return union(pa.array(column, pa.string(), from_pandas=True)).drop_null()


def _among(rows: pd.DataFrame, column: str, keys: pa.Array) -> pd.DataFrame:
    at = pc.is_in(pa.array(rows[column], pa.string()), value_set=keys)
    found: pd.DataFrame = rows[at.to_numpy(zero_copy_only=False)].reset_index(drop=True)
    return found
