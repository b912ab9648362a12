"""A rollback asked for and told: to which run, what came back, what of today stays all the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from crm_clean.errors import UnknownThing
from crm_clean.pipeline.order import RunResult
from crm_clean.pipeline.past import check_run
from crm_clean.pipeline.undone import counted_runs
from crm_clean.records.tables import DECISIONS, ERASURES, FILES, IDENTITY_EVENTS
from crm_clean.report.words import count, plural
from crm_clean.store.base import Store


@dataclass(frozen=True)
class Returned:
    """What a rollback did; `str()` says it. `is_changed` is False where that state stood already; `run` is the run
    that stands now, `to` the one that was returned to, `result` what the run itself says."""

    run: int
    to: int
    is_changed: bool
    lines: tuple[str, ...]
    result: RunResult | None = None

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def stands_already(store: Store, to: int) -> Returned | None:
    """The answer where run `to` is the one that stands; raises UnknownThing for a run that never was."""
    run = check_run(store, to)
    last = store.last_run()
    if run is None:
        raise UnknownThing("Say which run to return to, by its number.")
    if run == last:
        return Returned(last, last, False, (f"Run {last} stands already: there is nothing to take back.",))
    return None


def returned(store: Store, to: int, result: RunResult) -> Returned:
    """What came back with the run of `result`, which returned to run `to`."""
    return Returned(result.run, to, True, tuple(_lines(store, to, result)), result)


def _lines(store: Store, to: int, result: RunResult) -> Iterator[str]:
    run, counts = result.run, result.counts
    people = plural(counts["golden"], "golden record")
    yield f"Run {run} is what stood after run {to}: {plural(counts['records'], 'record')}, {people}."
    events = store.written(IDENTITY_EVENTS)
    told = events["event"][events["run"] == run].value_counts().to_dict()
    words = {"revived": "came back", "retired": "ended", "absorbed": "merged back", "split": "gave members back"}
    said = [f"{count(told[event])} {word}" for event, word in words.items() if told.get(event)]
    yield f"  Golden ids: {', '.join(said) or 'all of them as they were'}."
    if counts.get("merged_anew"):
        n = plural(counts["merged_anew"], "golden record")
        yield f"  {n} differ from then: a closed address or a person's word on a value, given since, still counts."
    yield from _kept(store, to, run)
    yield f"  `crm-clean rollback {run - 1}` goes forward again; nothing was destroyed."


def _kept(store: Store, to: int, run: int) -> Iterator[str]:
    """What of the time since is not taken back."""
    counted = counted_runs(store)
    taken = store.written(FILES)
    files = taken[taken["run"].isin(counted[run - 1] - counted[run])]
    if len(files):
        n, them = plural(len(files), "file"), "it" if len(files) == 1 else "them"
        yield f"  {n} taken in since no longer counted: deliver a mended export, the next run passes {them} over."
    decisions = store.written(DECISIONS)
    since = decisions[(decisions["run"] > to) & (decisions["decided_by"] != "import")]
    if len(since):
        n = plural(len(since), "decision")
        yield f"  {n} made since stand, and the next run obeys; `crm-clean decisions` lists them."
    erased = int((store.written(ERASURES)["run"] > to).sum())
    if erased:
        yield f"  Whoever was erased since does not come back ({plural(erased, 'erasure')})."
