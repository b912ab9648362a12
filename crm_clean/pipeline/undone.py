"""Which files a rollback took back: they were taken in by runs after the one that was returned to.

Their rows are kept like all that ever came, and lead to no golden record until a rollback goes forward again.
"""

from __future__ import annotations

import json

from crm_clean.records.tables import RUNS
from crm_clean.store.base import Store


def counted_runs(store: Store) -> dict[int, frozenset[int]]:
    """For every run, the runs whose files count in it: its own and the earlier ones, but for those taken back."""
    counted: dict[int, frozenset[int]] = {0: frozenset()}
    runs = store.read(RUNS)
    for run, inputs in zip(runs["run"].tolist(), runs["inputs"].tolist(), strict=True):
        said = json.loads(inputs)
        to = said.get("to") if said.get("kind") == "rollback" else None
        counted[run] = counted[run - 1] | {run} if to is None else counted[to] | {run}
    return counted
