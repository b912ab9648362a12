"""A person's word on two records, put into the ledger: added, never changed, obeyed by the next run.

Says what was recorded, what stands now and what the next run will make of it. Words that contradict each other are
recorded all the same, and said to: which of them goes is for people to settle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.pipeline.named import PATIENCE_SECONDS, Named, echo, resolve
from crm_clean.pipeline.sayings import Sayings
from crm_clean.records.tables import DECISIONS
from crm_clean.review.case import Clash, Ruling
from crm_clean.review.ledger import append, check_verdict
from crm_clean.review.ledger import decide as entry
from crm_clean.review.lines import short
from crm_clean.store.base import Store
from crm_clean.text import clean

_IMPORT = "import"


@dataclass(frozen=True)
class Decided:
    """What became of a decision: `is_new` when it was added to the ledger, False when it stood there already.

    `contradiction` is the sentence on decisions that cannot all hold, None where they can. `str()` says it all.
    """

    left_id: str
    right_id: str
    verdict: str
    is_new: bool
    lines: tuple[str, ...]
    contradiction: str | None = None

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(str(self))}</pre>'


def decide(
    store: Store, verdict: str, left: str, right: str, *, by: str, at: datetime, reason: str | None = None
) -> Decided:
    """Record that `by` says at `at` that `left` and `right` are `same` or `different`, or takes that back (`undone`).

    Each is a record id or `file:row`; for `same` also a golden id, which stands for its smallest record. Raises
    UsageError for another verdict, nobody who decides, the same record twice, or a word to take back that was never
    given; UnknownThing for what does not stand; StoreLocked when the store stays held by somebody else.
    """
    checked, who = check_verdict(verdict), author(by)
    patient = store.patient(PATIENCE_SECONDS)
    one, two = _records(_standing(patient, left), _standing(patient, right), verdict)
    ledger = patient.read(DECISIONS)
    before = Sayings(ledger)
    if verdict == "undone":
        _check_undo(before, (one, two), (left, right))
    elif _says_so_already(before.about(one, two), verdict, who):
        return _decided(patient, (one, two), verdict, [_standing_already(one, two, verdict, who)], before, is_new=False)
    row = entry(one, two, checked, by=who, at=at, reason=(reason or "").strip() or None)
    patient.append(DECISIONS, row)
    said = Sayings(append(ledger, row))
    return _decided(patient, (one, two), verdict, [_recorded(one, two, verdict, who)], said, is_new=True)


def author(by: str) -> str:
    """The name of a person who decides; raises UsageError for nobody, and for what exports sign with."""
    who = clean(by)
    if not who:
        raise UsageError("Say who decides, with --by NAME, so that it can be asked about later.")
    if who.lower() == _IMPORT:
        raise UsageError("`import` is what exports sign with; give the name of the person who decides.")
    return who


def _standing(store: Store, typed: str) -> Named:
    named = resolve(store, typed)
    if not named.stands:
        raise UnknownThing(f"{named.note} Nothing can be decided on it.")
    return named


def _records(left: Named, right: Named, verdict: str) -> tuple[str, str]:
    """The two records that are meant; a golden record is the smallest of its own that is not the other side."""
    for named in (left, right):
        if named.is_golden and verdict != "same":
            raise UsageError(
                f"{echo(named.typed)}: name two records instead of a golden record; `crm-clean explain "
                f"{echo(named.typed)}` shows which it is made of."
            )
    if left.golden_id == right.golden_id and (left.is_golden or right.is_golden):
        raise UsageError(f"{echo(left.typed)} and {echo(right.typed)} are one golden record already.")
    return left.record_id or left.members[0], right.record_id or right.members[0]


def _check_undo(before: Sayings, pair: tuple[str, str], typed: tuple[str, str]) -> None:
    people = [said for said in before.about(*pair) if not said.is_import]
    if people and people[-1].verdict != "undone":
        return
    named = f"{echo(typed[0])} and {echo(typed[1])}"
    if before.ruling(*pair):
        raise UsageError(f"Nobody decided on {named}, the export says so itself; decide `different` to overrule it.")
    raise UsageError(f"Nothing stands decided on {named}, so there is nothing to undo.")


def _says_so_already(everything: list[Ruling], verdict: str, who: str) -> bool:
    """Whether `who` is among the people who said so since somebody last said otherwise."""
    for said in reversed([one for one in everything if not one.is_import]):
        if said.verdict != verdict:
            return False
        if said.by == who:
            return True
    return False


def _standing_already(one: str, two: str, verdict: str, who: str) -> str:
    return f"Nothing added: {short(who)} has said already that {one} and {two} are {_WORDS[verdict]}."


def _recorded(one: str, two: str, verdict: str, who: str) -> str:
    if verdict == "undone":
        return f"Noted: {short(who)} takes back what was decided on {one} and {two}."
    return f"Noted: {short(who)} says that {one} and {two} are {_WORDS[verdict]}."


_WORDS = {"same": "one person", "different": "two people"}


def _decided(
    store: Store, pair: tuple[str, str], verdict: str, lines: list[str], said: Sayings, *, is_new: bool
) -> Decided:
    chain = said.clash(pair)
    ruling = said.ruling(chain[0], chain[-1]) if chain else None
    clash = Clash(tuple(chain), ruling) if ruling else None
    contradiction = f"Decisions contradict each other now: {clash}; undo one of them." if clash else None
    lines = [*lines, contradiction or _outlook(store, pair, said)]
    left_id, right_id = sorted(pair)
    return Decided(left_id, right_id, verdict, is_new, tuple(lines), contradiction)


def _outlook(store: Store, pair: tuple[str, str], said: Sayings) -> str:
    """What stands now, and what the next run will do."""
    one, two = (resolve(store, record_id).golden_id for record_id in pair)
    now = f"Now they are together in {one}" if one == two else f"Now they are apart, in {one} and {two}"
    ruling = said.ruling(*pair)
    if ruling is None:
        return f"{now}; the next run goes by the records alone."
    if ruling.is_import:
        return f"{now}; the next run goes by the export, which says that they are {ruling.meaning}."
    if (ruling.verdict == "same") == (one == two):
        return f"{now}, and every run keeps it so."
    return f"{now}; the next run {'puts them together' if ruling.verdict == 'same' else 'takes them apart'}."
