"""The link step from end to end: records and their contact points in, scored pairs and clusters out.

Blocks, compares, trains a model (or takes one), chooses the threshold that keeps the promised precision, clusters.
What people decided outranks the model, and teaches it. The result does not depend on the order of rows or the number
of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_clean.link.block import Candidates, block
from crm_clean.link.calibrate import LOWEST, keep_promise
from crm_clean.link.cluster import Clustering, cluster, completed
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.decided import decided_pairs, overruled, said_of, with_decided
from crm_clean.link.judge import Judge, compare_all
from crm_clean.link.links import Links
from crm_clean.link.people import People, read_people
from crm_clean.link.reading import Frame
from crm_clean.link.results import Linked, Scored, hand_over, nothing_linked
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, fitting, odds
from crm_clean.link.spec import LinkSpec
from crm_clean.link.strangers import by_chance, kinds
from crm_clean.link.training import train

Progress = Callable[[int], None]


def link(
    records: Frame,
    contact_points: Frame,
    decisions: pd.DataFrame,
    *,
    spec: LinkSpec,
    model: dict[str, Any] | None = None,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Linked:
    """Links `records` (RECORDS) by what `contact_points` (CONTACT_POINTS) and `decisions` (DECISIONS) say.

    Of the first two only RECORD_COLUMNS of `people` and POINT_COLUMNS of `reading` are looked at; Arrow tables will do.

    `model` links without training. `workers` and `on_progress` (called with the number of pairs done) change nothing
    in the result.
    """
    weighed = weigh_pairs(records, contact_points, decisions, spec=spec, model=model, workers=workers)
    if on_progress is not None and weighed.judge is not None:
        on_progress(len(weighed.candidates))
    return settle(weighed, spec)


@dataclass(frozen=True)
class Weighed:
    """A table whose candidate pairs have been weighed, before any threshold.

    `compared` holds one entry a comparison of the judge, `bits` what a pair weighs with people's word in place of the
    model's, both in the order of `candidates`. No `judge` where no two records have anything in common.
    """

    people: People
    candidates: Candidates
    decided: pd.DataFrame
    judge: Judge | None
    compared: list[Compared]
    bits: Floats


def weigh_pairs(
    records: Frame,
    contact_points: Frame,
    decisions: pd.DataFrame,
    *,
    spec: LinkSpec,
    model: dict[str, Any] | None = None,
    workers: int = 1,
) -> Weighed:
    """The first half of `link`: what of `spec` it goes by is the blocking, and the seed of training."""
    people = read_people(records, contact_points, workers=workers)
    decided = decided_pairs(people, decisions)
    chosen = comparisons(people)
    found = block(
        blocking_rules(people),
        n=people.n,
        max_block=spec.max_block,
        pairs_per_record=spec.pairs_per_record,
        workers=workers,
    )
    candidates = with_decided(found, decided, n=people.n)
    if not len(candidates) or not chosen:
        return Weighed(people, candidates, decided, None, [], np.empty(0))
    compared = compare_all(chosen, people, candidates.left, candidates.right, workers=workers)
    said = said_of(candidates, decided, n=people.n)
    judge = Judge(people, chosen, _model(people, chosen, compared, said, spec=spec, given=model), workers)
    bits = overruled(judge.weigh(compared), candidates, decided, n=people.n)
    return Weighed(people, candidates, decided, judge, compared, bits)


def settle(weighed: Weighed, spec: LinkSpec) -> Linked:
    """The second half of `link`: threshold, clusters, and what is handed over. May be asked again with another spec."""
    people, candidates, judge = weighed.people, weighed.candidates, weighed.judge
    if judge is None:
        return nothing_linked(people, candidates, spec)
    threshold, clustering = _clustered(Links(candidates.left, candidates.right, weighed.bits), judge, spec)
    scored = Scored(candidates, judge.chosen, weighed.compared, weighed.bits)
    return hand_over(people, scored, clustering, threshold=threshold, spec=spec, model=judge.model)


def _model(
    people: People,
    chosen: Sequence[Comparison],
    compared: Sequence[Compared],
    said: npt.NDArray[np.int8] | None,
    *,
    spec: LinkSpec,
    given: dict[str, Any] | None,
) -> Model:
    """The model given, fitted to this table's comparisons, or one trained on its pairs.

    One that was given by a table in which no two records had anything in common has learnt nothing: it is no guide.
    """
    known = None if given is None else Model.model_validate(given)
    if known is not None and known.strangers:
        return fitting(known, chosen)
    return train(chosen, compared, kinds(chosen, by_chance(people, chosen, seed=spec.seed)), said=said)


def _clustered(links: Links, judge: Judge, spec: LinkSpec) -> tuple[float, Clustering]:
    """The threshold that keeps the promise, and the clusters it makes."""
    n = judge.people.n
    floor = odds(spec.threshold) if spec.threshold else LOWEST
    whole = completed(links, judge.score, n=n, threshold_bits=floor, max_cluster=spec.max_cluster)

    def clustered(bits: float) -> Clustering:
        return cluster(whole, n=n, threshold_bits=bits)

    return keep_promise(clustered, threshold=spec.threshold, precision=spec.precision)
