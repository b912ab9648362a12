"""Which files a rollback took back: they were taken in by runs after the one that was returned to.

Their rows are kept like all that ever came, and lead to no golden record until a rollback goes forward again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from crm_clean.records.tables import FILES, RUNS
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.pipeline.step import Context


def undone_files(context: Context) -> pa.Array:
    """The ids of the files that no longer count once the run in `context` stands."""
    counted = counted_runs(context.store)
    if context.kind == "rollback" and context.to is not None:
        counted[context.run] = counted[context.to]
    stands = counted.get(context.run, counted.get(context.run - 1, frozenset()))
    if len(stands) >= context.run - 1:
        return pa.array([], pa.string())
    taken = context.store.written(FILES)
    is_undone = ~taken["run"].isin(stands) & (taken["run"] < context.run)
    return pa.array(taken["file_id"][is_undone], pa.string())


def counted_runs(store: Store) -> dict[int, frozenset[int]]:
    """For every run, the runs whose files count in it: its own and the earlier ones, but for those taken back."""
    counted: dict[int, frozenset[int]] = {0: frozenset()}
    runs = store.read(RUNS)
    for run, inputs in zip(runs["run"].tolist(), runs["inputs"].tolist(), strict=True):
        said = json.loads(inputs)
        to = said.get("to") if said.get("kind") == "rollback" else None
        counted[run] = counted[run - 1] | {run} if to is None else counted[to] | {run}
    return counted
