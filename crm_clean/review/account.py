"""What is told of two records: why they are one person or why not, in at most six lines that a CRM admin understands.

Says first what stands, then what speaks for it and against it, strongest first, with weights that add up; then the
probability beside the one it was measured against, and what one can do. Decides nothing and computes no weight: it is
given a `Case`. Weights are in bits; people are told that each point doubles the odds.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from crm_clean.review.case import Case, kind_of, likely
from crm_clean.review.explain import DISAGREEING, NEGLIGIBLE_BITS, Evidence, clause, missing, parse, words
from crm_clean.review.lines import Clause, Section, fit, percent, short
from crm_clean.review.values import Pair

# What goes first when there is no room even for the shortest form of everything.
_CONTEXT, _AGAINST, _FOR, _NOTE = 1, 2, 3, 4
# Levels that no reader takes for agreement, whatever they weigh.
_TELLING = ("different", "conflict", "one_sided")


@dataclass(frozen=True)
class Explanation:
    """An answer to "why": at most six lines of plain text, and the facts behind them.

    `kind` is one of merged, chain, review, cut, held_down, unlike, never_compared, decided_same, decided_different,
    import, decided_since, contradiction, golden, alone, same_record, gone. `probability` (0..1, None where nothing was
    weighed) and `levels` (as in the table `pairs`) are those of the pair `left_id`, `right_id` by the model alone.
    """

    kind: str
    lines: tuple[str, ...]
    left_id: str | None = None
    right_id: str | None = None
    left_golden_id: str | None = None
    right_golden_id: str | None = None
    probability: float | None = None
    levels: str = ""

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def account(case: Case, *, kind: str | None = None) -> Explanation:
    """The case in words. `kind` is found by `kind_of` if not given."""
    kind = kind or kind_of(case)
    notes = [Section(note.said, brief=note.brief, goes=_CONTEXT if note.is_context else _NOTE) for note in case.notes]
    head, brief = _HEADS[kind](case), _BRIEF_HEADS[kind](case) if kind in _BRIEF_HEADS else ""
    sections = [*notes, Section(head, brief=brief), *_evidence(case), *_sum(case, kind), *_advice(case, kind)]
    return Explanation(
        kind=kind,
        lines=fit(sections),
        left_id=case.left.record_id,
        right_id=case.right.record_id,
        left_golden_id=case.left.golden_id,
        right_golden_id=case.right.golden_id,
        probability=case.probability,
        levels=case.levels,
    )


def nothing_to_weigh(kind: str, said: Sequence[str], *, record_id: str | None = None) -> Explanation:
    """An answer that needs no evidence."""
    return Explanation(kind, fit([Section(one) for one in said]), left_id=record_id, right_id=record_id)


def _both(case: Case) -> str:
    return f"{case.left.handle} and {case.right.handle}"


def _merged(case: Case) -> str:
    return f"One person, {case.left.golden_id}: {_both(case)}."


def _chain(case: Case) -> str:
    steps = [case.chain[0].left, *(part for link in case.chain for part in (f"={link.strength}=", link.right))]
    shown = steps if len(steps) <= 9 else [*steps[:5], "...", *steps[-4:]]
    found = [link for link in case.chain if not link.ruling]
    weakest = min(found, key=lambda link: link.probability) if found else None
    ending = f" (weakest {weakest.strength})" if weakest and len({link.strength for link in found}) > 1 else ""
    return f"One person, {case.left.golden_id}, by way of others: {' '.join(shown)}{ending}."


def _chain_in_brief(case: Case) -> str:
    return f"One person, {case.left.golden_id}, by way of others: {_both(case)}."


def _review(case: Case) -> str:
    return f"Not decided, waiting for a person to judge: {_both(case)}."


def _cut(case: Case) -> str:
    if case.opposed is None:
        return _cut_in_brief(case)
    return f"Kept apart though alike: {_both(case)}; else {case.opposed} would be one too."


def _cut_in_brief(case: Case) -> str:
    return f"Kept apart though alike: {_both(case)}. Taken out of a group that did not hold together."


def _held_down(case: Case) -> str:
    waiting = ", to be judged by a person" if case.verdict == "review" else ""
    return f"Held apart on purpose{waiting}: {_both(case)}. {words()['guard'][case.ground or '']}"


def _held_down_in_brief(case: Case) -> str:
    return f"Held apart on purpose: {_both(case)}. {words()['guard'][case.ground or '']}"


def _unlike(case: Case) -> str:
    return f"Two people, compared and found too unlike: {_both(case)}."


def _never_compared(case: Case) -> str:
    return f"Never compared, since nothing brought them together: {_both(case)}."


def _said(case: Case) -> str:
    who = "" if case.ruling is None else case.ruling.meaning.capitalize()
    where = f", {case.left.golden_id}" if case.is_together else ""
    return f"{who}{where}, because {case.ruling}: {_both(case)}."


def _since(case: Case) -> str:
    return f"New since the last run: {_news(case)}; they stand {_place(case)} {_prospect(case)}."


def _news(case: Case) -> str:
    if case.ruling and not case.taken_back:
        return f"{case.ruling} that {_both(case)} are {case.ruling.meaning}".replace(" said so on ", " said on ")
    who = f"{short(case.taken_back.by)} took back on {case.taken_back.on:%Y-%m-%d}" if case.taken_back else "gone is"
    return f"{who} what was decided on {_both(case)}"


def _place(case: Case) -> str:
    return f"together in {case.left.golden_id}" if case.is_together else "apart"


def _prospect(case: Case) -> str:
    """What the next run will make of a pair that was decided since the last."""
    if case.ruling is None:
        return "until the next run, which goes by the records alone"
    if case.ruling.is_import:
        return "until the next run, which goes by the export"
    if (case.ruling.verdict == "same") == case.is_together:
        return "already and will go on so"
    return f"until the next run {'puts them together' if case.ruling.verdict == 'same' else 'takes them apart'}"


def _contradiction(case: Case) -> str:
    return f"Decisions contradict each other: {case.clash}. {_both(case)} now stand {_place(case)}."


_HEADS = {
    "merged": _merged,
    "chain": _chain,
    "review": _review,
    "cut": _cut,
    "held_down": _held_down,
    "unlike": _unlike,
    "never_compared": _never_compared,
    "decided_same": _said,
    "decided_different": _said,
    "import": _said,
    "decided_since": _since,
    "contradiction": _contradiction,
}


_BRIEF_HEADS = {"cut": _cut_in_brief, "held_down": _held_down_in_brief, "chain": _chain_in_brief}


def _evidence(case: Case) -> list[Section]:
    """What speaks for it and what against, strongest first, and what there was nothing to say of."""
    told = clauses(case.levels, case.values)
    against = tuple(c for c in told if c.bits < 0)
    speaking = tuple(c for c in told if c.bits >= 0 and not c.is_odd)
    odd = tuple(c for c in told if c.bits >= 0 and c.is_odd)
    gaps = [gap for e in parse(case.levels) if e.level == "null" and (gap := missing(e.comparison))]
    sections = [Section("For it:", speaking, odd, goes=_FOR) if speaking else Section("For it: nothing.", goes=_FOR)]
    if against:
        sections.append(Section("Against it:", against, goes=_AGAINST))
    if gaps:
        sections.append(Section(f"No {', no '.join(gaps)} to compare.", is_optional=True))
    sections += [Section(aside, is_optional=True) for aside in case.asides]
    return sections


def clauses(levels: str, values: Mapping[str, Pair]) -> list[Clause]:
    """What a pair's comparisons saw, in words, the weightiest first; a difference that weighs nothing
    is left out."""
    seen = sorted(parse(levels), key=lambda e: -abs(e.bits))
    return [_clause(e, values) for e in seen if e.level != "null" and (_counts(e) or e.level not in DISAGREEING)]


def _counts(evidence: Evidence) -> bool:
    return abs(evidence.bits) >= NEGLIGIBLE_BITS


def _clause(evidence: Evidence, values: Mapping[str, Pair]) -> Clause:
    left, right = (short(value) if value else None for value in values.get(evidence.comparison, (None, None)))
    said = clause(evidence, left, right)
    is_common = evidence.bits < 0 and evidence.level not in DISAGREEING
    ending = ", as strangers often do" if is_common else ""
    # A difference that the model counts as an agreement, for want of cases, is added up but not paraded.
    is_odd = evidence.bits > 0 and evidence.level in _TELLING
    return Clause(f"{said}{ending}", clause(evidence), evidence.bits, is_odd)


def _sum(case: Case, kind: str) -> list[Section]:
    """The weights added up, and what they are measured against."""
    if case.free_weight is None or case.probability is None or case.weight is None:
        return [Section("There are no weights yet: the last run found too little alike to learn from.")]
    start = case.free_weight - sum(e.bits for e in parse(case.levels))
    ending = f": {percent(likely(case.free_weight))}"
    ending += f", held down to {percent(case.probability)}" if case.ground else ""
    ending += f"; merged from {percent(case.threshold)}"
    ending += f", asked about from {percent(case.floor)}" if kind in ("review", "unlike") else ""
    text = f"{_lead(case, kind)} {case.free_weight:+.1f}"
    brief = f"{text} (start {start:+.1f}){ending}."
    return [Section(f"{text} (start {start:+.1f}; a point doubles the odds){ending}.", brief=brief)]


def _lead(case: Case, kind: str) -> str:
    if case.ruling or case.obeyed or case.clash:
        return "The records alone:"
    return {"chain": "This pair alone:", "never_compared": "Weighed all the same:"}.get(kind, "Sum")


_ADVICE = {
    "merged": ("If wrong:", "different"),
    "chain": ("If wrong:", "different"),
    "review": ("If you know (or different):", "same"),
    "cut": ("If they are one person:", "same"),
    "held_down": ("If they are one person:", "same"),
    "unlike": ("If they are one person:", "same"),
    "never_compared": ("If they are one person:", "same"),
    "import": ("If the export is wrong:", "different"),
    "decided_same": ("To take it back:", "undo"),
    "decided_different": ("To take it back:", "undo"),
}


def _advice(case: Case, kind: str) -> list[Section]:
    if kind in _ADVICE:
        lead, verdict = _ADVICE[kind]
    elif kind == "decided_since" and case.ruling:
        lead, verdict = "To take it back:", "undo"
    elif case.clash:
        return [command("One of them has to go:", "undo", case.clash.chain[0], case.clash.chain[-1])]
    else:
        return []
    return [command(lead, verdict, case.left.handle, case.right.handle)]


def command(lead: str, verb: str, left: str, right: str) -> Section:
    """A line that can be typed as it stands."""
    if verb in ("same", "different"):
        verb = f"decide {verb}"
    by = "" if verb == "explain" else " --by YOU"
    return Section(f"{lead} crm-clean {verb} {shlex.quote(left)} {shlex.quote(right)}{by}", is_command=True)
