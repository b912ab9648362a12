"""Why two records are one person or not, and what holds a golden record together, asked of a store.

Resolves what was typed, gathers what is known, and leaves the words to `review`. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product

import pandas as pd

from crm_clean.link.spec import LinkSpec
from crm_clean.pipeline.facts import Facts, ordered
from crm_clean.pipeline.named import PATIENCE_SECONDS, Named, resolve
from crm_clean.records.tables import GOLDEN
from crm_clean.review.account import Explanation, account, nothing_to_weigh
from crm_clean.review.case import Case, Link, Note, kind_of
from crm_clean.review.explain import DISAGREEING, clause, parse
from crm_clean.review.group import MOST_TOLD, Group, Held, tell, tell_alone
from crm_clean.review.lines import percent
from crm_clean.review.paths import Pair, holding, strongest_chain
from crm_clean.review.values import values
from crm_clean.store.base import Store

_MOST_PAIRS = 2_500  # that are looked at to find the nearest one


def explain(store: Store, left: str, right: str | None = None, *, spec: LinkSpec) -> Explanation:
    """Why `left` and `right` are one person or not; with one of them alone, what holds its golden record together.

    Each is a golden id, a record id or `file:row`. `spec` serves where the last run did not keep its own settings.
    Raises UnknownThing for what never stood, and before the first run; StoreLocked when somebody else keeps the
    store. At 100,000 records an answer takes about a second where the last run kept the pair, three where it must be
    scored anew.
    """
    patient = store.patient(PATIENCE_SECONDS)
    with patient.at_once():
        return _answer(Facts(patient, spec), left, right)


def _answer(facts: Facts, left: str, right: str | None) -> Explanation:
    one = resolve(facts.store, left)
    two = resolve(facts.store, right) if right is not None else None
    gone = [named for named in (one, two) if named and not named.stands]
    if gone:
        return nothing_to_weigh("gone", [named.note for named in gone])
    if two is None:
        return _golden(facts, one) if one.is_golden or len(one.members) == 1 else _belonging(facts, one, one)
    if one.is_golden and two.is_golden:
        return _golden(facts, one, two) if one.golden_id == two.golden_id else _between(facts, one, two)
    if one.is_golden or two.is_golden:
        record, golden = (two, one) if one.is_golden else (one, two)
        return _belonging(facts, record, golden) if record.golden_id == golden.golden_id else _between(facts, one, two)
    if one.record_id == two.record_id:
        said = f"{facts.party(str(one.record_id)).handle} is one record, named twice; it belongs to {one.golden_id}."
        return nothing_to_weigh("same_record", [said, *filter(None, (one.note, two.note))], record_id=one.record_id)
    return _pair(facts, (str(one.record_id), str(two.record_id)), names=(one, two))


def _pair(facts: Facts, pair: Pair, *, names: Sequence[Named] = (), context: Note | None = None) -> Explanation:
    notes = [Note(named.note) for named in names if named.note]
    return account(_case(facts, pair, notes=(*notes, *([context] if context else []))))


def _case(facts: Facts, pair: Pair, *, notes: tuple[Note, ...]) -> Case:
    seen = facts.seen(pair)
    case = Case(
        left=facts.party(pair[0]),
        right=facts.party(pair[1]),
        levels=seen.levels,
        weight=seen.weight,
        free_weight=seen.free,
        probability=seen.probability,
        threshold=facts.threshold,
        floor=facts.spec.review_floor,
        verdict=seen.verdict,
        is_compared=seen.is_compared,
        ground=seen.ground,
        ruling=facts.sayings.ruling(*pair),
        taken_back=facts.sayings.taken_back(*pair),
        obeyed={"decided_same": "same", "decided_different": "different"}.get(seen.verdict or ""),
        values=values(parse(seen.levels), facts.face(pair[0]), facts.face(pair[1])),
        notes=notes,
        clash=facts.clash(pair),
        asides=tuple(f"{facts.party(one).handle} is deleted at its source." for one in pair if facts.is_deleted(one)),
    )
    return replace(case, chain=_chain(facts, case), opposed=_opposed(facts, case))


def _chain(facts: Facts, case: Case) -> tuple[Link, ...]:
    """The way from one to the other inside their golden record; nothing where the pair itself is the way."""
    is_direct = case.verdict == "merge" and (case.probability or 0.0) >= case.threshold
    if not case.is_together or is_direct or case.verdict == "decided_same":
        return ()
    members = resolve(facts.store, str(case.left.golden_id)).members
    weights = facts.links(members)
    path = strongest_chain(weights, case.left.record_id, case.right.record_id)
    return tuple(facts.link(a, b, weights[ordered((a, b))]) for a, b in pairwise(path))


def _opposed(facts: Facts, case: Case) -> str | None:
    """Which pair across the two groups spoke most against putting them together, for a pair that was cut."""
    if kind_of(case) != "cut":
        return None
    ours, theirs = (resolve(facts.store, str(party.golden_id)).members for party in (case.left, case.right))
    said = facts.sayings.apart(ours, theirs)
    if said:
        return f"{_handles(facts, said)} (two people: {facts.sayings.ruling(*said)})"
    others = [pair for pair in product(ours, theirs) if set(pair) != {case.left.record_id, case.right.record_id}]
    if not others or len(others) > _MOST_PAIRS:
        return None
    looked = facts.look(others).pairs
    worst = looked.iloc[int(looked["weight"].argmin())]
    if worst["weight"] >= 0.0:
        return None
    against = [e for e in parse(worst["levels"]) if e.level in DISAGREEING and (e.bits < 0.0 or e.level == "conflict")]
    why = f": {clause(min(against, key=lambda e: e.bits))}" if against else ""
    return f"{_handles(facts, (worst['left_id'], worst['right_id']))} ({percent(worst['probability'])}{why})"


def _handles(facts: Facts, pair: Pair) -> str:
    return f"{facts.party(pair[0]).handle} and {facts.party(pair[1]).handle}"


def _belonging(facts: Facts, record: Named, golden: Named) -> Explanation:
    """A record inside its golden record: its strongest link there."""
    mine, members = str(record.record_id), golden.members
    if len(members) == 1:
        return _golden(facts, golden)
    weights = facts.links(members)
    best = max((pair for pair in weights if mine in pair), key=lambda pair: (weights[pair], pair))
    other = best[0] if best[1] == mine else best[1]
    said = f"{facts.party(mine).handle} belongs to {golden.golden_id}"
    context = Note(f"{said} ({_whose(facts, golden)}); its strongest link:", f"{said} by this link:", True)
    return _pair(facts, (mine, other), names=(record, golden) if golden is not record else (record,), context=context)


def _between(facts: Facts, one: Named, two: Named) -> Explanation:
    """Two groups, either of which may be one record: the pair across them that decides, or comes nearest."""
    ours, theirs = _ids(one), _ids(two)
    pair = facts.sayings.apart(ours, theirs) or _nearest(facts, ours, theirs)
    groups = [named for named in (one, two) if named.is_golden]
    said = " and ".join(f"{named.golden_id} ({_whose(facts, named)})" for named in groups)
    if len(groups) == 2:
        brief = f"{one.golden_id} and {two.golden_id}, nearest pair:"
        return _pair(facts, pair, names=(one, two), context=Note(f"{said} are two; their nearest pair:", brief, True))
    context = Note(f"{said} is somebody else; nearest there:", f"Nearest in {groups[0].golden_id}:", True)
    return _pair(facts, pair, names=(one, two), context=context)


def _ids(named: Named) -> tuple[str, ...]:
    return named.members if named.is_golden else (str(named.record_id),)


def _nearest(facts: Facts, ours: Sequence[str], theirs: Sequence[str]) -> Pair:
    kept = facts.kept([*ours, *theirs])
    across = kept[kept["left_id"].isin(ours) != kept["right_id"].isin(ours)]
    if across.empty:
        across = facts.look(list(product(ours, theirs))[:_MOST_PAIRS]).pairs
    best = across.sort_values(["weight", "left_id", "right_id"], ascending=[False, True, True]).iloc[0]
    pair = (str(best["left_id"]), str(best["right_id"]))
    return pair if pair[0] in ours else (pair[1], pair[0])


def _whose(facts: Facts, golden: Named) -> str:
    rows = facts.store.read(GOLDEN, where={"golden_id": str(golden.golden_id)})
    name = facts.face(golden.members[0]).name if rows.empty or pd.isna(rows["full_name"].iloc[0]) else None
    n = len(golden.members)
    called = name or ("no name" if rows.empty else str(rows["full_name"].iloc[0]))
    return f"{called}, {n} record{'s' if n > 1 else ''}"


def _golden(facts: Facts, golden: Named, also: Named | None = None) -> Explanation:
    """A golden record alone: the links that hold it together, or what comes nearest to its only record."""
    members = golden.members
    notes = [named.note for named in (golden, also) if named and named.note]
    group = Group(str(golden.golden_id), _whose(facts, golden), tuple(facts.party(m).handle for m in members))
    if len(members) == 1:
        return tell_alone(group, _waiting(facts, members[0]), notes=notes)
    weights = facts.links(members)
    links = holding(weights, members)[::-1]
    told = links if len(links) <= MOST_TOLD else links[: MOST_TOLD - 1]
    facts.see(told)
    held = [_held(facts, pair, weights[pair]) for pair in told]
    return tell(group, held, rest=[facts.link(*pair, weights[pair]) for pair in links[len(told) :]], notes=notes)


def _held(facts: Facts, pair: Pair, bits: float) -> Held:
    levels = facts.seen(pair).levels
    return Held(facts.link(*pair, bits), levels, values(parse(levels), facts.face(pair[0]), facts.face(pair[1])))


def _waiting(facts: Facts, record_id: str) -> Held | None:
    """The pair with another record that came nearest to being put together, where the last run kept one."""
    kept = facts.around(record_id)
    if kept.empty:
        return None
    best = kept.sort_values(["weight", "left_id", "right_id"], ascending=[False, True, True]).iloc[0]
    other = str(best["left_id"] if best["right_id"] == record_id else best["right_id"])
    return _held(facts, (record_id, other), float(best["weight"]))
