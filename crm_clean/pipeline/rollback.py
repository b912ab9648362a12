"""Back to what stood after an earlier run, as a new run: nothing is destroyed, and one can go forward again.

Records, who belongs together, golden records and their lineage come back as they were, value for value. What people
said since is not taken back: decisions stay in the ledger for the next run to obey, and a golden record that an
override or a closed address has since been said of is merged anew from its records of then. Who was erased is in no
state that one could return to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import ValidationError

from crm_clean.merge.spec import MergeSpec
from crm_clean.pipeline.step import Context, Counts, Step
from crm_clean.pipeline.succession import events_between
from crm_clean.records.table import Table
from crm_clean.records.tables import (
    CONSENTS,
    CONTACT_POINTS,
    DECISIONS,
    GOLDEN,
    GOLDEN_POINTS,
    IDENTITY_EVENTS,
    ISSUES,
    MEMBERSHIP,
    OVERRIDES,
    PAIRS,
    RECORDS,
    RUNS,
    SURVIVORS,
)  # fmt: skip
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm_clean.merge.golden import Merged

_RESTORED = (RECORDS, CONTACT_POINTS, MEMBERSHIP, GOLDEN, GOLDEN_POINTS, SURVIVORS)
_MERGED = (GOLDEN, GOLDEN_POINTS, SURVIVORS)


def _run(context: Context) -> Counts:
    assert context.to is not None
    shelf, store = context.shelf, context.store
    with store.at_once():
        then = _Then({table.name: store.read(table, as_of=context.to) for table in _RESTORED})
        touched = _touched(context, then)
        merged = _merged_anew(context, then, touched) if len(touched) else None
        pairs = _pairs(store, then)
        issues = _issues(store, then)
        events = events_between(store.read(MEMBERSHIP), then[MEMBERSHIP])
        n_decisions = len(store.read(DECISIONS))
    for table in _RESTORED:
        shelf.write(table, then[table] if merged is None else _replaced(table, then[table], merged, touched))
    if merged is not None:
        shelf.write(CONSENTS, merged.consents)
    shelf.write(PAIRS, pairs)
    shelf.write(ISSUES, issues)
    shelf.write(IDENTITY_EVENTS, events)
    _write_model(context)
    n_golden = len(then[GOLDEN])
    return {
        "records": len(then[RECORDS]),
        "contact_points": len(then[CONTACT_POINTS]),
        "people": n_golden,
        "golden": n_golden,
        "merged": len(then[RECORDS]) - n_golden,
        "merged_anew": len(touched),
        "pairs": len(pairs),
        "review": int((pairs["verdict"] == "review").sum()),
        "cut": int((pairs["verdict"] == "cut").sum()),
        "decisions": n_decisions,
        "identity_events": len(events),
    }


@dataclass(frozen=True, eq=False)
class _Then:
    """The tables as they were, asked like a store that they stand in."""

    tables: dict[str, pd.DataFrame]

    def __getitem__(self, table: Table) -> pd.DataFrame:
        return self.tables[table.name]

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table:
        """What stood of a table, or of some of its columns."""
        names = list(columns or table.columns)
        frame = self[table]
        return pa.table({n: pa.array(frame[n], table.columns[n], from_pandas=True) for n in names})

    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of it whose `column` is one of `keys`."""
        found = self.standing(table)
        mine = found.filter(pc.is_in(found[column], value_set=keys.cast(found[column].type)))
        return mine.select(list(columns or table.columns))


def _touched(context: Context, then: _Then) -> pd.Series:
    """The golden ids whose values of then are not what they must be now, sorted: something was said since of a value or
    of an address, or a member is no more."""
    store, to = context.store, context.to
    said = store.written(OVERRIDES)
    said = said[said["run"] > to]
    members = then[MEMBERSHIP]
    overruled = members["golden_id"][members["record_id"].isin(said["record_id"])]
    addresses = store.written(CONSENTS)
    addresses = addresses[addresses["run"] > to]
    points = then[GOLDEN_POINTS]
    spoken = pd.MultiIndex.from_frame(addresses[["channel", "key"]])
    is_spoken = pd.MultiIndex.from_frame(points[["kind", "key"]]).isin(spoken)
    counts = members["golden_id"].value_counts()
    golden = then[GOLDEN].set_index("golden_id")["n_records"].reindex(counts.index)
    bereft = pd.Series(counts.index[(golden.fillna(-1).astype("int64") != counts).to_numpy(bool)])
    found = pd.concat([overruled, points["golden_id"][is_spoken], bereft]).astype("string[pyarrow]")
    unique: pd.Series = found.drop_duplicates().sort_values(ignore_index=True)
    return unique


def _merged_anew(context: Context, then: _Then, touched: pd.Series) -> Merged:
    """The touched golden records from their records of then, under their ids of then, by the rules of then."""
    from crm_clean.merge.crowd import Crowd
    from crm_clean.merge.golden import MembershipHistory, merge

    members = then[MEMBERSHIP]
    members = members[members["golden_id"].isin(touched)].reset_index(drop=True)
    mine = members["record_id"]
    records, points = (
        frame[frame["record_id"].isin(mine)].reset_index(drop=True) for frame in (then[RECORDS], then[CONTACT_POINTS])
    )
    row = _row(context.store, context.to)
    return merge(
        records,
        points,
        members.rename(columns={"golden_id": "cluster_id"}),
        spec=_rules(row, context.settings.merge),
        run=context.run,
        standing=MembershipHistory(members),
        as_of=row["started_at"],
        overrides=context.store.read(OVERRIDES),
        consents=context.store.read(CONSENTS),
        crowd=Crowd(then, pa.array(mine, pa.string()), pa.array(touched, pa.string())),
    )


def _replaced(table: Table, frame: pd.DataFrame, merged: Merged, touched: pd.Series) -> pd.DataFrame:
    if table not in _MERGED:
        return frame
    fresh: pd.DataFrame = getattr(merged, table.name)
    filled = [part for part in (frame[~frame["golden_id"].isin(touched)], fresh) if len(part)]
    return table.frame(pd.concat(filled, ignore_index=True).sort_values(list(table.key))) if filled else table.empty()


def _row(store: Store, run: int | None) -> dict[str, Any]:
    runs = store.read(RUNS)
    return {str(name): value for name, value in runs[runs["run"] == run].iloc[0].items()}


def _rules(row: dict[str, Any], today: MergeSpec) -> MergeSpec:
    """How that run merged; the rules of today where it was too long ago to say."""
    try:
        return MergeSpec.model_validate(json.loads(row["settings"])["merge"])
    except (KeyError, ValidationError):
        return today


def _write_model(context: Context) -> None:
    """The model of then goes on, with what was reported of it."""
    kept = json.loads(_row(context.store, context.to)["model"])
    context.shelf.write_json("link_report", kept.pop("report", None) or {})
    context.shelf.write_json("model", kept)


def _pairs(store: Store, then: _Then) -> pd.DataFrame:
    """Of the pairs that the last run found, those between records that were then what they are now.

    Where the model would merge what was two then, a person is asked; what was one then is not asked about.
    """
    pairs = store.read(PAIRS)
    alike = _unchanged(store, then)
    pairs = pairs[pairs["left_id"].isin(alike) & pairs["right_id"].isin(alike)].reset_index(drop=True)
    home = then[MEMBERSHIP].set_index("record_id")["golden_id"]
    is_one = pairs["left_id"].map(home).eq(pairs["right_id"].map(home)).fillna(False).astype(bool)
    verdict = pairs["verdict"].mask((pairs["verdict"] == "merge") & ~is_one, "review")
    return pairs.assign(verdict=verdict.mask(verdict.isin(("review", "cut")) & is_one, "merge"))


def _issues(store: Store, then: _Then) -> pd.DataFrame:
    """What the last run found in records that were then what they are now."""
    issues = store.read(ISSUES)
    return issues[issues["record_id"].isin(_unchanged(store, then))].reset_index(drop=True)


def _unchanged(store: Store, then: _Then) -> pd.Series:
    """The ids of records that stand as they stood then."""
    columns = ["record_id", "content_hash"]
    now = store.standing(RECORDS, columns=columns).to_pandas()
    both = then[RECORDS][columns].merge(now, on="record_id", suffixes=("", "_now"))
    return both["record_id"][both["content_hash"] == both["content_hash_now"]]


RESTORE = Step(
    name="restore",
    run=_run,
    inputs=(),
    outputs=(
        *(table.name for table in _RESTORED),
        *("consents", "pairs", "issues", "identity_events", "model.json", "link_report.json"),
    ),
    depends=lambda context: [context.to, len(context.store.read(OVERRIDES)), len(context.store.read(CONSENTS))],
    modules=("crm_clean.merge.golden",),
)
