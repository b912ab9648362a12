"""What is never merged by itself, however likely it looks: such pairs wait for a person.

A wrong merge costs more than a missed one. Namesakes, spouses who share a mailbox, father and son agree on much that
a model counts as evidence; what tells them apart is that nothing else speaks for one person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crm_clean.link.compare.levels import Compared, Comparison, Flags
from crm_clean.link.patterns import Patterns
from crm_clean.link.score import Floats, Model

# Just below even odds: not merged by itself, yet no contradiction to a cluster that other links hold together.
DOUBTFUL = -0.5
# Not worth a person's time either.
UNLIKELY = -3.0
# A contradiction: weighs against a cluster as much as the strongest link weighs for it.
CONTRADICTION = -12.0
# What a ground for holding down leaves at most, where that is not DOUBTFUL.
_MOST = {"generation": CONTRADICTION, "strangers": UNLIKELY}

# A name alone must be this sure (odds in bits, 0.9) to merge: a rare one, in a table that shows few namesakes.
_RARE_NAME = 2.8
# A town in common makes a name no rarer than it is there: so many bits more are asked then.
_IN_ONE_TOWN = 1.7
# As much again where the two have mailboxes, numbers or homes of their own, unless true pairs usually have.
_CONTRARY, _USUALLY = 2.0, 0.5
# A disagreement found in more than this share of true pairs is no ground for keeping two records apart.
_TRUSTED = 0.04
# Where more than this share of true pairs misspell a name, a name near another that is well known is a slip as well.
_MANY_SLIPS = 0.2
# What speaks for one person beside the name. The city alone does not: a name recurs in a town.
_CORROBORATION = {
    "email": ("same", "user", "close", "like", "role"),
    "phone": ("same", "close", "shared"),
    "address": ("same", "close", "road", "postcode", "area"),
    "birth_date": ("same", "swapped", "close", "partly", "near"),
    "company": ("same", "close"),
    "profile": ("same",),
}


def guarded(bits: Floats, chosen: Sequence[Comparison], compared: Sequence[Compared], *, model: Model) -> Floats:
    """`bits` (one a pair) with what must not merge by itself held down.

    Pairs whose generations conflict get CONTRADICTION. At most DOUBTFUL get
    - different given names, unless something personal agrees: a household shares mailbox, phone and surname, twins a
      birth date too; different surnames likewise, since a colleague or neighbour may share the first name;
    - different birth dates, unless a personal mailbox or profile agrees;
    - a record without a name beside one that has one, or two without, unless a mailbox or profile agrees, or, of two
      without, a company and its phone or address; companies that differ, in a table without names;
    - a generation said of one of them only (father and son at one address), unless something personal agrees;
    - pairs that agree on nothing but name and city where the table holds more, unless it is a whole name and sure.

    At most UNLIKELY get pairs whose whole names differ with none of that in common: colleagues, housemates.
    A disagreement that the table's own true pairs often show, as the model learned, holds nothing down; nor do near
    given names of one birth date where names are often misspelt.
    """
    seen = _Seen.of(chosen, compared)
    most = np.full(len(seen.patterns.rows), np.inf)
    for ground, flags in _certain(seen, model).items():
        most[flags] = np.minimum(most[flags], _MOST.get(ground, DOUBTFUL))
    out: Floats = np.minimum(bits, most[seen.patterns.place])
    alone = _alone(seen, model)[seen.patterns.place] > bits
    out[alone] = np.minimum(out[alone], DOUBTFUL)
    return out


def grounds(
    bits: Floats, chosen: Sequence[Comparison], compared: Sequence[Compared], *, model: Model
) -> dict[str, Flags]:
    """Why pairs are held down, one flag a pair for each ground, the one to tell first coming first.

    `generation`, `strangers` (whole names differ), `given_name` (one surname, different first names), `mailbox` (whole
    names differ at one mailbox), `surname` (different surnames), `birth_date`, `nameless`, `firm` (companies
    that differ), `one_generation` (only one says which), `name_alone` (nothing else agrees).
    """
    seen = _Seen.of(chosen, compared)
    found = {ground: flags[seen.patterns.place] for ground, flags in _certain(seen, model).items()}
    return found | {"name_alone": _alone(seen, model)[seen.patterns.place] > bits}


@dataclass(frozen=True)
class _Seen:
    """The patterns of pairs, asked by the names of comparisons and levels."""

    chosen: Sequence[Comparison]
    patterns: Patterns

    @classmethod
    def of(cls, chosen: Sequence[Comparison], compared: Sequence[Compared]) -> _Seen:
        return cls(chosen, Patterns.of(compared, [len(c.levels) + 1 for c in chosen]))

    def reach(self, comparison: str, *levels: str) -> Flags:
        """Which patterns reach one of the levels; none where the table has no such comparison."""
        found = np.zeros(len(self.patterns.rows), dtype=bool)
        for k, one in enumerate(self.chosen):
            if one.name == comparison:
                found |= np.isin(self.patterns.rows[:, k], [one.code(level) for level in levels])
        return found

    def any_of(self, wanted: Mapping[str, Sequence[str]]) -> Flags:
        """Which patterns reach one of the wanted levels of one of the wanted comparisons."""
        found = np.zeros(len(self.patterns.rows), dtype=bool)
        for comparison, levels in wanted.items():
            found |= self.reach(comparison, *levels)
        return found


def _certain(seen: _Seen, model: Model) -> dict[str, Flags]:
    """The grounds that levels alone tell, one flag a pattern."""
    reach = seen.reach

    def rarely(comparison: str, level: str) -> Flags:
        """Patterns at a level that true pairs of this table rarely reach."""
        return reach(comparison, level) & (_share(model, comparison, level) <= _TRUSTED)

    profile, mailbox, phone = reach("profile", "same"), reach("email", "same"), reach("phone", "same")
    born_alike = reach("birth_date", "same", "swapped", "close", "near")
    mail_alike = mailbox | reach("email", "user", "close", "like")
    placed = reach("address", "same", "close", "postcode")
    personal = profile | (mailbox & phone) | (born_alike & mail_alike)
    slips = born_alike if _share(model, "name", "close") > _MANY_SLIPS else personal
    apart = ~(profile | (born_alike & mail_alike & ~mailbox))  # twins and couples share a mailbox
    firm = reach("company", "same", "close") & (reach("phone", "same", "close") | placed)
    dated = born_alike & (placed | phone | reach("address", "city"))
    return {
        "generation": reach("generation", "conflict"),
        "strangers": rarely("name", "different") & ~(personal | born_alike | mailbox),
        "given_name": (rarely("name", "familiar") & ~(personal | slips)) | (rarely("name", "last_only") & apart),
        "mailbox": rarely("name", "different") & mailbox & ~(personal | born_alike),
        "surname": (rarely("name", "first_only") & ~(personal | born_alike | mailbox))
        | (reach("name", "first_alone") & ~(profile | mail_alike | born_alike | phone | placed)),
        "birth_date": rarely("birth_date", "different") & ~(profile | mailbox),
        "nameless": (reach("name", "unnamed") | (reach("name", "null") & ~firm)) & ~(profile | mail_alike | dated),
        "firm": rarely("company", "different") & ~(_has(seen, "name") | profile | mail_alike),
        "one_generation": reach("generation", "one_sided") & ~(profile | mail_alike | born_alike),
    }


def _has(seen: _Seen, comparison: str) -> bool:
    """Whether the table has a comparison."""
    return any(c.name == comparison for c in seen.chosen)


def _alone(seen: _Seen, model: Model) -> Floats:
    """Bits that a pattern must have to merge by its name, with nothing else to go by; minus infinity where it has.

    A whole name may be rare enough; anything less never is.
    """
    whole = seen.reach("name", "exact", "nickname", "close", "part")
    told_apart = [c for c in ("email", "phone", "address") if _share(model, c, "different") <= _USUALLY]
    contrary = seen.any_of(dict.fromkeys(told_apart, ("different",)))
    needed = np.where(whole, _RARE_NAME + _IN_ONE_TOWN * seen.reach("address", "city") + _CONTRARY * contrary, np.inf)
    return np.where(_corroborated(seen), -np.inf, needed)


def depends_on_table(chosen: Sequence[Comparison]) -> bool:
    """Whether what is held down depends on all pairs of the table: on whether its addresses ever name a street."""
    beside = {c.name for c in chosen if c.name in _CORROBORATION or c.name.startswith("text:")}
    return beside == {"address"}


def _share(model: Model, comparison: str, level: str) -> float:
    """How often true pairs reach a level at least, as far as the model can tell; 1.0 where it knows no such comparison.

    What a handful of true pairs show is no rule: the lower end of a one-sided interval of 95 % is taken.
    """
    for learned in model.comparisons:
        if learned.name == comparison and level in learned.levels:
            share = learned.m[learned.levels.index(level)]
            n_true = model.prior * model.n_pairs
            return share - 1.64 * float(np.sqrt(share * (1.0 - share) / n_true)) if n_true else share
    return 1.0


def _corroborated(seen: _Seen) -> Flags:
    """Whether something beside name and city agrees; true of all pairs where the table holds nothing beside them."""
    texts: dict[str, tuple[str, ...]] = {c.name: ("same", "close") for c in seen.chosen if c.name.startswith("text:")}
    beside = {c.name for c in seen.chosen} & (set(_CORROBORATION) | set(texts))
    knows_streets = seen.reach("address", *_CORROBORATION["address"]).any()
    if not beside or (beside == {"address"} and not knows_streets):
        return np.ones(len(seen.patterns.rows), dtype=bool)
    return seen.any_of(_CORROBORATION | texts)
