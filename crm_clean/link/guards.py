"""What is never merged by itself, however likely it looks: such pairs wait for a person.

A wrong merge costs more than a missed one. Namesakes, spouses who share a mailbox, father and son agree on much that
a model counts as evidence; what tells them apart is that nothing else speaks for one person.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crm_clean.link.compare.levels import Compared, Comparison, Flags
from crm_clean.link.score import Floats

# Just below even odds: not merged by itself, yet no contradiction to a cluster that other links hold together.
DOUBTFUL = -0.5
# A contradiction: weighs against a cluster as much as the strongest link weighs for it.
CONTRADICTION = -12.0

# A name alone must be this sure (odds in bits, 0.97) to merge: a rare one, in a table that shows few namesakes.
_RARE_NAME = 5.0

_OTHER_PERSON = {"name": ("familiar", "last_only", "different")}
_WHOLE_NAME = {"name": ("exact", "nickname", "close", "part")}
# What only one person has, whatever the name: no household shares it.
_PERSONAL = {"birth_date": ("same", "swapped", "close", "near"), "profile": ("same",)}
# What speaks for one person beside the name. The city alone does not: a name recurs in a town.
_CORROBORATION = {
    "email": ("same", "user", "close", "like", "role"),
    "phone": ("same", "close", "shared"),
    "address": ("same", "close", "postcode"),
    "birth_date": ("same", "swapped", "close", "partly", "near"),
    "company": ("same", "close"),
    "profile": ("same",),
}


def guarded(bits: Floats, chosen: Sequence[Comparison], compared: Sequence[Compared]) -> Floats:
    """`bits` (one a pair) with what must not merge by itself held down.

    Pairs whose generations conflict get CONTRADICTION. At most DOUBTFUL get pairs of different given names without a
    personal agreement (a birth date, or mailbox and phone together), and pairs that agree on nothing but name and city
    where the table holds more than that, unless it is a whole name and very sure.
    """

    def reach(wanted: dict[str, tuple[str, ...]]) -> Flags:
        return _reaches(wanted, chosen, compared, n=len(bits))

    personal = reach(_PERSONAL) | (reach({"email": ("same",)}) & reach({"phone": ("same",)}))
    sure = reach(_WHOLE_NAME) & (bits >= _RARE_NAME)
    held = (reach(_OTHER_PERSON) & ~personal) | ~(_corroborated(chosen, compared, n=len(bits)) | sure)
    out = np.where(held, np.minimum(bits, DOUBTFUL), bits)
    return np.where(reach({"generation": ("conflict",)}), np.minimum(out, CONTRADICTION), out)


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
