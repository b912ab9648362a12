"""A golden record taken apart: who goes with whom, the decisions that keep them apart, and what stands then.

A split is words in the ledger, `different` for every pair across the sides, and a run at once that obeys them. So the
values are those that each side's own records give, the ids those that the sides had before, and what was closed stays
closed, by the rules of every other run; and every later run keeps them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import combinations, pairwise, product

import pandas as pd

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline.decide import author
from crm_clean.pipeline.facts import ordered
from crm_clean.pipeline.life import labels, standing
from crm_clean.pipeline.named import Named, echo, resolve
from crm_clean.pipeline.sayings import Sayings
from crm_clean.records.decisions import standing as stands
from crm_clean.records.tables import DECISIONS, GOLDEN, MEMBERSHIP, PAIRS, RECORDS
from crm_clean.review.case import Ruling
from crm_clean.review.paths import Pair, holding
from crm_clean.store.base import Store

_SHOWN = 5  # records of a side


@dataclass(frozen=True)
class Plan:
    """What a split asks for: `apart` are pairs of different people, `together` pairs that stay one person.

    `undoes` is the run whose merge it takes back, None where the sides were named.
    """

    golden_id: str
    members: tuple[str, ...]
    apart: tuple[Pair, ...]
    together: tuple[Pair, ...] = ()
    undoes: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Parted:
    """What became of a golden record that was split: the golden ids its records are in now, by record; `str()` says it.

    `run` is the run that took them apart.
    """

    golden_id: str
    run: int
    homes: dict[str, str]
    n_decisions: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def plan_split(
    store: Store, typed: str, records: Sequence[str] = (), *, is_all: bool = False, is_forced: bool = False
) -> Plan:
    """How to take apart the golden record that `typed` names.

    `records` go together into one of their own; without any the last merge is undone; `is_all` leaves each record on
    its own. Raises UnknownThing for what does not stand; UsageError for one record alone, a record of somebody else,
    and, unless `is_forced`, for a pair that a person decided to be the same.
    """
    if records and is_all:
        raise UsageError("Name the records to take out or say --all, not both.")
    golden = resolve(store, typed)
    if golden.golden_id is None:
        raise UnknownThing(f"{golden.note} There is nothing to split.")
    if len(golden.members) < 2:
        raise UsageError(f"{golden.golden_id} has one record only: there is nothing to split.")
    plan = _every(golden) if is_all else _named(store, golden, records) if records else _last_merge(store, golden)
    if not is_forced:
        _check_unsaid(store, plan)
    return plan


def decisions(store: Store, plan: Plan, *, by: str, at: datetime, reason: str | None = None) -> pd.DataFrame:
    """DECISIONS rows of `by` at `at` for all that `plan` asks for and nobody has said yet."""
    said = _Said(store, plan)
    rows = [
        (*ordered(pair), verdict)
        for verdict, pairs in (("different", plan.apart), ("same", plan.together))
        for pair in pairs
        if not said.by_people(pair, verdict)
    ]
    why = (reason or "").strip() or f"split of {plan.golden_id}"
    frame = pd.DataFrame(rows, columns=["left_id", "right_id", "verdict"], dtype="string[pyarrow]")
    return DECISIONS.frame(frame.assign(decided_by=author(by), decided_at=pd.Timestamp(at), reason=why))


def told(store: Store, plan: Plan, *, run: int, n_decisions: int) -> Parted:
    """What stands after `run` of the records that were one."""
    members = store.read(MEMBERSHIP, where={"record_id": plan.members})
    homes = dict(zip(members["record_id"], members["golden_id"], strict=True))
    lines = _lines(store, plan, homes, run, n_decisions)
    return Parted(plan.golden_id, run, homes, n_decisions, tuple(lines))


def _every(golden: Named) -> Plan:
    return Plan(str(golden.golden_id), golden.members, tuple(combinations(golden.members, 2)), note=golden.note)


def _named(store: Store, golden: Named, records: Sequence[str]) -> Plan:
    """Some records into one of their own, held together by a word where nothing else holds them."""
    out = sorted({_member(store, golden, typed) for typed in records})
    rest = [member for member in golden.members if member not in out]
    if not rest:
        raise UsageError("Those are all its records: name those to take out, or say --all to part every one.")
    return Plan(
        str(golden.golden_id),
        golden.members,
        tuple(product(out, rest)),
        together=() if _hold(store, out) else tuple(pairwise(out)),
        note=golden.note,
    )


def _member(store: Store, golden: Named, typed: str) -> str:
    record = resolve(store, typed)
    if record.record_id is None or record.record_id not in golden.members:
        shown = ", ".join(golden.members[:_SHOWN])
        more = f" and {len(golden.members) - _SHOWN} more" if len(golden.members) > _SHOWN else ""
        raise UsageError(f"{echo(typed)} is no record of {golden.golden_id}, which has {shown}{more}.")
    return record.record_id


def _hold(store: Store, records: Sequence[str]) -> bool:
    """Whether links among `records` alone hold them together."""
    kept = store.read(PAIRS, where={"left_id": records, "right_id": records})
    kept = kept[kept["verdict"].isin(("merge", "decided_same"))]
    weights = {(str(a), str(b)): 1.0 for a, b in zip(kept["left_id"], kept["right_id"], strict=True)}
    return len(holding(weights, records)) == len(records) - 1


def _last_merge(store: Store, golden: Named) -> Plan:
    """The members as they were before the run that last joined them; those that came with it are parted from the rest,
    and among themselves left to the links they have."""
    history = store.history(MEMBERSHIP, where={"record_id": golden.members})
    mine = history[(history["golden_id"] == golden.golden_id) & history["valid_to"].isna()]
    earlier = history[history["record_id"].isin(mine["record_id"])]
    for run in sorted({int(run) for run in earlier["valid_from"]}, reverse=True):
        stood = standing(earlier, run - 1)
        before = dict(zip(stood["record_id"], stood["golden_id"], strict=True))
        homes = [before.get(member) for member in golden.members]
        if len(set(homes)) > 1 or homes[0] is None:
            break
    sides: dict[str | None, list[str]] = {}
    for member, home in zip(golden.members, homes, strict=True):
        sides.setdefault(home, []).append(member)
    if len(sides) == 1:  # they came all at once
        return _every(golden)
    apart = [pair for one, two in combinations(sides.values(), 2) for pair in product(one, two)]
    return Plan(str(golden.golden_id), golden.members, tuple(apart), undoes=run, note=golden.note)


def _check_unsaid(store: Store, plan: Plan) -> None:
    """No person has said of a pair that is to be parted that it is the same."""
    said = _Said(store, plan)
    for left, right in plan.apart:
        if ruling := said.by_people((left, right), "same"):
            raise UsageError(
                f"{left} and {right} are one person because {ruling}; take that back first with `crm-clean undo`, or "
                "overrule it with --force."
            )


class _Said:
    """What stands decided among the members; a golden record of many has thousands of pairs, few of them decided."""

    def __init__(self, store: Store, plan: Plan) -> None:
        ledger = store.read(DECISIONS, where={"left_id": plan.members, "right_id": plan.members})
        self._sayings = Sayings(ledger)
        self._stands = {(row[0], row[1]): row[2] for row in stands(ledger).itertuples(index=False)}

    def by_people(self, pair: Pair, verdict: str) -> Ruling | None:
        """The word of people that a pair is `verdict`, if that is what stands."""
        if self._stands.get(ordered(pair)) != verdict:
            return None
        ruling = self._sayings.ruling(*pair)
        return None if ruling is None or ruling.is_import else ruling


def _lines(store: Store, plan: Plan, homes: dict[str, str], run: int, n_decisions: int) -> Iterator[str]:
    if plan.note:
        yield plan.note
    ids = sorted(set(homes.values()), key=lambda one: (one != plan.golden_id, one))
    parts = f"{len(ids)} people" if len(ids) > 1 else "still one person"
    undone = f", as before run {plan.undoes}" if plan.undoes else ""
    yield f"Run {run}: the {len(plan.members)} records of {plan.golden_id} are {parts} now{undone}."
    golden = store.read(GOLDEN, where={"golden_id": ids}).set_index("golden_id")
    called = labels(store.read(RECORDS, where={"record_id": plan.members}))
    for golden_id in ids:
        name = golden["full_name"].get(golden_id)
        inside = [called.get(record, record) for record, home in homes.items() if home == golden_id]
        shown = ", ".join(inside[:_SHOWN]) + (f" and {len(inside) - _SHOWN} more" if len(inside) > _SHOWN else "")
        yield f"  {golden_id}  {'(no name)' if pd.isna(name) else name}: {shown}"
    kept = "1 decision keeps" if n_decisions == 1 else f"{n_decisions} decisions keep"
    yield f"{kept} them so in every later run; `crm-clean undo A B --by YOU` takes one back."
