"""The life of one golden record, told in the order of runs: made, joined, left, changed, merged away.

Nothing is kept for telling: what stood before a run is held against what stands after it. A run that changed nothing
about this customer is not mentioned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from crm_clean.pipeline.changes import points_changed, values_changed
from crm_clean.records.table import INSTANT, INT, STRING, Table
from crm_clean.records.tables import GOLDEN, GOLDEN_POINTS, IDENTITY_EVENTS, MEMBERSHIP, RECORDS, RUNS
from crm_clean.store.base import Store

HISTORY = Table("history", (), {"run": INT, "committed_at": INSTANT, "kind": STRING, "event": STRING})

_Told = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Past:
    """Every row about one golden record that ever stood, with its period, and what is needed to name its records.

    `membership` has the other golden records that its records were in, too.
    """

    golden_id: str
    membership: pd.DataFrame
    golden: pd.DataFrame
    points: pd.DataFrame
    own_events: pd.DataFrame
    other_events: pd.DataFrame
    labels: Mapping[str, str]

    @classmethod
    def read(cls, store: Store, golden_id: str) -> Past:
        mine = {"golden_id": golden_id}
        ever = store.history(MEMBERSHIP, where=mine)["record_id"].unique().tolist()
        return cls(
            golden_id=golden_id,
            membership=store.history(MEMBERSHIP, where={"record_id": ever}),
            golden=store.history(GOLDEN, where=mine),
            points=store.history(GOLDEN_POINTS, where=mine),
            own_events=store.written(IDENTITY_EVENTS, where=mine),
            other_events=store.written(IDENTITY_EVENTS, where={"other_id": golden_id}),
            labels=labels(store.history(RECORDS, where={"record_id": ever})),
        )

    def runs(self) -> list[int]:
        """The runs in which something may have changed, in order."""
        periods = (self.membership, self.golden, self.points)
        at = [frame[edge].dropna() for frame in periods for edge in ("valid_from", "valid_to")]
        at += [events["run"] for events in (self.own_events, self.other_events)]
        return sorted({int(run) for runs in at for run in runs})


def history(store: Store, golden_id: str) -> pd.DataFrame:
    """What happened to a golden record, one row an event: run (Int64), committed_at (UTC), kind, event (in words).

    `kind` is created, revived, took_in, split, joined, left, changed, absorbed, retired or erased.
    """
    past = Past.read(store, golden_id)
    told = [(run, kind, event) for run in past.runs() for kind, event in _of_run(past, run)]
    runs = store.read(RUNS).set_index("run")["committed_at"]
    number = pd.Series([run for run, _, _ in told], dtype="Int64")
    return HISTORY.frame(
        {
            "run": number,
            "committed_at": number.map(runs),
            "kind": [kind for _, kind, _ in told],
            "event": [event for _, _, event in told],
        }
    )


def labels(records: pd.DataFrame) -> dict[str, str]:
    """What to call each record: its source and its id there, or its file and row where it has no id."""
    last = records.drop_duplicates("record_id", keep="last")
    columns = ["record_id", "source", "source_record_id", "source_file", "source_row"]
    return {
        record: f"{source} {native}" if pd.notna(native) else f"{file}, row {row}"
        for record, source, native, file, row in last[columns].itertuples(index=False)
    }


def standing(frame: pd.DataFrame, run: int) -> pd.DataFrame:
    """The rows of a history that stood after `run`."""
    ended = frame["valid_to"].notna() & (frame["valid_to"].fillna(0) <= run)
    return frame[(frame["valid_from"] <= run) & ~ended]


def _of_run(past: Past, run: int) -> _Told:
    before, after = _members(past, run - 1), _members(past, run)
    joined, left = sorted(after - before), sorted(before - after)
    began = past.own_events[(past.own_events["run"] == run) & past.own_events["event"].isin(["created", "revived"])]
    for kind in began["event"]:
        verb = "Created" if kind == "created" else "Came back"
        of = f" from {_counted(joined)}: {', '.join(past.labels[r] for r in joined)}" if joined else ""
        yield str(kind), f"{verb}{of}."
    yield from _identity(past, run)
    if len(began) == 0:
        yield from (("joined", f"{past.labels[r]} joined{_elsewhere(past, r, run - 1, 'from')}.") for r in joined)
    if after:
        yield from (("left", f"{past.labels[r]} left{_elsewhere(past, r, run, 'for')}.") for r in left)
    if before and after:
        yield from (("changed", event) for event in values_changed(*_around(past.golden, run)))
        yield from (("changed", event) for event in points_changed(*_around(past.points, run)))


def _around(frame: pd.DataFrame, run: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    return standing(frame, run - 1), standing(frame, run)


def _members(past: Past, run: int) -> set[str]:
    stood = standing(past.membership, run)
    return set(stood["record_id"][stood["golden_id"] == past.golden_id])


def _counted(records: list[str]) -> str:
    return "1 record" if len(records) == 1 else f"{len(records)} records"


def _elsewhere(past: Past, record: str, run: int, word: str) -> str:
    """Where else a record was after `run`, if anywhere."""
    stood = standing(past.membership[past.membership["record_id"] == record], run)
    return f" {word} {stood['golden_id'].iloc[0]}" if len(stood) else ""


def _identity(past: Past, run: int) -> _Told:
    own = past.own_events[past.own_events["run"] == run]
    for event, other in zip(own["event"], own["other_id"], strict=True):
        if event == "absorbed":
            yield event, f"Merged into {other}."
        elif event == "retired":
            yield event, "Ended: none of its records is left."
        elif event == "split":
            yield event, f"Split off from {other}."
        elif event == "erased":
            yield event, "Erased for good: nothing of it is kept."
    others = past.other_events[past.other_events["run"] == run]
    for event, other in zip(others["event"], others["golden_id"], strict=True):
        if event == "absorbed":
            yield "took_in", f"{other} was merged into this one."
        elif event == "split":
            yield event, f"{other} was split off."
