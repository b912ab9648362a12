"""Pairs that somebody names, scored with a model that stands: the same bits that a run gives.

For pairs that no run kept: never compared, compared and found unlike, or decided by a person, so that what the model
thinks is covered. Values are weighed by how many people share them, which takes the whole table to count: reading it
is most of the cost (about 2 s for 100,000 records), one pair costs what a hundred do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.link.block import Candidates, block
from crm_clean.link.columns import Ints
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.guards import depends_on_table, grounds, guarded
from crm_clean.link.judge import compare_all
from crm_clean.link.people import People, read_people
from crm_clean.link.results import level_texts
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, fitting, probability, weigh_parts
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import PAIRS

Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Looked:
    """Named pairs, row by row: `pairs` (PAIRS; `rule` is missing where no blocking rule brings them together, `verdict`
    is `guarded` or `compared`), the bits without guards, and the ground on which a guard holds one down, else None."""

    pairs: pd.DataFrame
    free_weight: Floats
    ground: Names


def score(
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    *,
    spec: LinkSpec,
    model: dict[str, Any],
) -> pd.DataFrame:
    """The pairs `left_ids[i], right_ids[i]` as a frame like PAIRS, row by row, left_id < right_id.

    `records` (RECORDS) and `contact_points` (CONTACT_POINTS) are the whole table that stands, `model` is what
    `link` returned for it. `verdict` is `guarded` where a guard held the weight down, else `compared`; `rule` is the
    blocking rule that brings the two together, missing where none does. Weight and probability are missing when the
    model has learnt nothing. Raises UnknownThing for an id that is not in `records`.
    """
    return look(records, contact_points, left_ids, right_ids, spec=spec, model=model).pairs


def look(
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    left_ids: Sequence[str],
    right_ids: Sequence[str],
    *,
    spec: LinkSpec,
    model: dict[str, Any],
) -> Looked:
    """As `score`, with what guards do to each pair."""
    people = read_people(records, contact_points)
    left, right = _positions(people, left_ids, right_ids)
    found = block(blocking_rules(people), n=people.n, max_block=spec.max_block, pairs_per_record=spec.pairs_per_record)
    chosen, given = comparisons(people), Model.model_validate(model)
    compared = compare_all(chosen, people, left, right, workers=1)
    if not chosen or not given.strangers:
        nothing = np.full(len(left), np.nan)
        weighed = Examined(nothing, nothing, [np.zeros(len(left)) for _ in chosen], np.full(len(left), None))
    else:
        weighed = examine(people, chosen, compared, fitting(given, chosen), found=found)
    ids = people.ids.to_numpy(dtype=object)
    rule = _rules(found, left, right, n=people.n)
    return Looked(
        _frame(ids[left], ids[right], rule, weighed, _texts(chosen, compared, weighed)), weighed.free, weighed.ground
    )


@dataclass(frozen=True)
class Examined:
    """Bits of each pair with guards and without, bits of each comparison, and the ground of a guard or None."""

    bits: Floats
    free: Floats
    parts: list[Floats]
    ground: Names


def _positions(people: People, left_ids: Sequence[str], right_ids: Sequence[str]) -> tuple[Ints, Ints]:
    """Positions of the two sides, the smaller one left, as a run compares them."""
    position = pd.Series(np.arange(people.n), index=pd.Index(people.ids.to_numpy(dtype=object)))
    one, two = position.reindex(list(left_ids)), position.reindex(list(right_ids))
    unknown = [*one.index[one.isna()], *two.index[two.isna()]]
    if unknown:
        raise UnknownThing(f"No record {unknown[0]} stands: look it up in crosswalk.csv.")
    a, b = one.to_numpy(dtype=np.int64), two.to_numpy(dtype=np.int64)
    return np.minimum(a, b), np.maximum(a, b)


def examine(
    people: People, chosen: Sequence[Comparison], compared: list[Compared], model: Model, *, found: Candidates
) -> Examined:
    """What pairs weigh, beside all pairs of the table where guards look around among them."""
    n = len(compared[0].levels)
    if depends_on_table(chosen):
        others = compare_all(chosen, people, found.left, found.right, workers=1)
        compared = [_joined(one, other) for one, other in zip(compared, others, strict=True)]
    free, parts = weigh_parts(model, compared)
    bits = guarded(free, chosen, compared, model=model)
    why = grounds(free, chosen, compared, model=model)
    ground = np.full(n, None, dtype=object)
    for name, flags in reversed(why.items()):
        ground[flags[:n] & (bits[:n] < free[:n])] = name
    return Examined(bits[:n], free[:n], [part[:n] for part in parts], ground)


def _joined(one: Compared, other: Compared) -> Compared:
    levels = np.concatenate([one.levels, other.levels])
    if one.shared_by is None or other.shared_by is None:
        return Compared(levels)
    return Compared(levels, np.concatenate([one.shared_by, other.shared_by]))


def _rules(found: Candidates, left: Ints, right: Ints, *, n: int) -> Names:
    """The name of the rule that makes each pair, None where none does."""
    keys, asked = found.left * n + found.right, left * n + right
    out = np.full(len(asked), None, dtype=object)
    at = np.searchsorted(keys, asked)
    there = np.flatnonzero(at < len(keys))
    there = there[keys[at[there]] == asked[there]]
    names = np.array([report.name for report in found.reports], dtype=object)
    out[there] = names[found.rule[at[there]]] if len(there) else None
    return out


def _texts(chosen: Sequence[Comparison], compared: list[Compared], weighed: Examined) -> Names:
    n = np.arange(len(weighed.bits))
    return level_texts(chosen, [one.at(n) for one in compared], weighed.parts)


def _frame(one: Names, two: Names, rule: Names, weighed: Examined, levels: Names) -> pd.DataFrame:
    """As a run hands pairs over, rounded alike."""
    return PAIRS.frame(
        {
            "left_id": np.where(one < two, one, two),
            "right_id": np.where(one < two, two, one),
            "weight": np.round(np.clip(weighed.bits, -99, 99), 6),
            "probability": np.round(probability(weighed.bits), 9),
            "rule": rule,
            "verdict": np.where(weighed.ground != None, "guarded", "compared"),  # noqa: E711
            "levels": levels,
        }
    )
