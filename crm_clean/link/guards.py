"""What is never merged by itself, however likely it looks: such pairs wait for a person.

A wrong merge costs more than a missed one. Namesakes, spouses who share a mailbox, father and son agree on much that
a model counts as evidence; what tells them apart is that nothing else speaks for one person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from crm_clean.link.compare.levels import Compared, Comparison, Flags
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
_RARE_NAME = 3.0
# A town in common makes a name no rarer than it is there: so many bits more are asked then.
_IN_ONE_TOWN = 2.0
# A disagreement found in more than this share of true pairs is no ground for keeping two records apart.
_TRUSTED = 0.04
# What speaks for one person beside the name. The city alone does not: a name recurs in a town.
_CORROBORATION = {
    "email": ("same", "user", "close", "like", "role"),
    "phone": ("same", "close", "shared"),
    "address": ("same", "close", "postcode"),
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
    - a generation said of one of them only (father and son at one address), unless something personal agrees;
    - pairs that agree on nothing but name and city where the table holds more, unless it is a whole name and sure.

    At most UNLIKELY get pairs whose whole names differ with none of that in common: colleagues, housemates.
    A disagreement that the table's own true pairs often show, as the model learned, holds nothing down.
    """
    out = bits
    for ground, flags in grounds(bits, chosen, compared, model=model).items():
        out = np.where(flags, np.minimum(out, _MOST.get(ground, DOUBTFUL)), out)
    return out


def grounds(
    bits: Floats, chosen: Sequence[Comparison], compared: Sequence[Compared], *, model: Model
) -> dict[str, Flags]:
    """Why pairs are held down, one flag a pair for each ground, the one to tell first coming first.

    `generation`, `strangers` (whole names differ), `given_name` (one surname, different first names), `mailbox` (whole
    names differ at one mailbox), `surname` (different surnames), `birth_date`, `one_generation` (only one says which),
    `name_alone` (nothing else agrees).
    """

    def reach(comparison: str, *levels: str) -> Flags:
        return _reaches({comparison: levels}, chosen, compared, n=len(bits))

    def rarely(comparison: str, level: str) -> Flags:
        """Pairs at a level that true pairs of this table rarely reach."""
        return reach(comparison, level) & (_share(model, comparison, level) <= _TRUSTED)

    profile, mailbox, phone = reach("profile", "same"), reach("email", "same"), reach("phone", "same")
    born_alike = reach("birth_date", "same", "swapped", "close", "near")
    mail_alike = mailbox | reach("email", "user", "close", "like")
    personal = profile | (mailbox & phone) | (born_alike & mail_alike)
    return {
        "generation": reach("generation", "conflict"),
        "strangers": rarely("name", "different") & ~(personal | born_alike | mailbox),
        "given_name": (rarely("name", "familiar") | rarely("name", "last_only")) & ~personal,
        "mailbox": rarely("name", "different") & mailbox & ~(personal | born_alike),
        "surname": rarely("name", "first_only") & ~(personal | born_alike | mailbox),
        "birth_date": rarely("birth_date", "different") & ~(profile | mailbox),
        "one_generation": reach("generation", "one_sided") & ~(profile | mail_alike | born_alike),
        "name_alone": ~(_corroborated(chosen, compared, n=len(bits)) | _is_sure(bits, reach)),
    }


def depends_on_table(chosen: Sequence[Comparison]) -> bool:
    """Whether what is held down depends on all pairs of the table: on whether its addresses ever name a street."""
    beside = {c.name for c in chosen if c.name in _CORROBORATION or c.name.startswith("text:")}
    return beside == {"address"}


def _is_sure(bits: Floats, reach: Callable[..., Flags]) -> Flags:
    """Whether a whole name alone is rare enough to go by."""
    needed = _RARE_NAME + _IN_ONE_TOWN * reach("address", "city")
    sure: Flags = reach("name", "exact", "nickname", "close", "part") & (bits >= needed)
    return sure


def _share(model: Model, comparison: str, level: str) -> float:
    """How often true pairs reach a level, as the model learned it; 1.0 where it knows no such comparison."""
    for learned in model.comparisons:
        if learned.name == comparison:
            return learned.m[learned.levels.index(level)]
    return 1.0


def _corroborated(chosen: Sequence[Comparison], compared: Sequence[Compared], *, n: int) -> Flags:
    """Whether something beside name and city agrees; true of all pairs where the table holds nothing beside them."""
    texts = {c.name: ("same", "close") for c in chosen if c.name.startswith("text:")}
    beside = {c.name for c in chosen} & (set(_CORROBORATION) | set(texts))
    if not beside or (beside == {"address"} and not _knows_streets(chosen, compared)):
        return np.ones(n, dtype=bool)
    return _reaches(_CORROBORATION | texts, chosen, compared, n=n)


def _knows_streets(chosen: Sequence[Comparison], compared: Sequence[Compared]) -> bool:
    """Whether the table's addresses ever agree on more than a city."""
    return bool(_reaches({"address": _CORROBORATION["address"]}, chosen, compared, n=len(compared[0].levels)).any())


def _reaches(
    wanted: dict[str, tuple[str, ...]], chosen: Sequence[Comparison], compared: Sequence[Compared], *, n: int
) -> Flags:
    """Whether a pair reaches one of the wanted levels of one of the wanted comparisons."""
    found = np.zeros(n, dtype=bool)
    for comparison, levels in zip(chosen, compared, strict=True):
        codes = [comparison.code(level) for level in wanted.get(comparison.name, ())]
        found |= np.isin(levels.levels, codes)
    return found
