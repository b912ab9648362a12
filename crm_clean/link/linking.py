"""The link step from end to end: records and their contact points in, scored pairs and clusters out.

Blocks, compares, trains a model (or takes one), chooses the threshold that keeps the promised precision, clusters.
What people decided outranks the model. The result does not depend on the order of rows or the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from crm_clean.link.block import Candidates, block
from crm_clean.link.calibrate import THRESHOLDS, expected_precision, keep_promise
from crm_clean.link.cluster import CANNOT, MUST, Clustering, Links, cluster, completed
from crm_clean.link.columns import Ints
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.guards import guarded
from crm_clean.link.people import People, read_people
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, fitting, odds, probability, train, weigh
from crm_clean.link.spec import LinkSpec
from crm_clean.link.strangers import by_chance, kinds
from crm_clean.records.decisions import standing
from crm_clean.records.tables import CLUSTERS, PAIRS

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Linked:
    """What linking found: frames PAIRS and CLUSTERS, the model and a report as plain JSON values.

    `report` holds `threshold`, `expected_precision`, `n_pairs`, `n_merged`, `n_review`, `n_cut`, `rules` (one entry a
    blocking rule) and `largest_cluster`.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    model: dict[str, Any]
    report: dict[str, Any]


@dataclass(frozen=True)
class _Scored:
    """Candidate pairs with their levels and bits."""

    candidates: Candidates
    compared: list[Compared]
    parts: list[Floats]
    bits: Floats


def link(
    records: pd.DataFrame,
    contact_points: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    spec: LinkSpec,
    model: dict[str, Any] | None = None,
    workers: int = 1,
    on_progress: Progress | None = None,
) -> Linked:
    """Links `records` (RECORDS) by what `contact_points` (CONTACT_POINTS) and `decisions` (DECISIONS) say.

    `model` links without training. `workers` and `on_progress` (called with the number of pairs done) change nothing
    in the result.
    """
    people = read_people(records, contact_points)
    decided = _decided(people, decisions)
    chosen = comparisons(people)
    candidates = _with_decided(
        block(blocking_rules(people), n=people.n, max_block=spec.max_block, pairs_per_record=spec.pairs_per_record),
        decided,
        n=people.n,
    )
    if not len(candidates) or not chosen:
        return _nothing(people, candidates, spec)
    compared = _compared(chosen, people, candidates, workers=workers)
    if model is not None:
        trained = fitting(Model.model_validate(model), chosen)
    else:
        trained = train(chosen, compared, kinds(chosen, by_chance(people, chosen, seed=spec.seed)))
    bits, parts = weigh(trained, compared)
    bits = guarded(bits, chosen, compared, model=trained)
    bits = _overruled(bits, candidates, decided, n=people.n)
    scored = _Scored(candidates, compared, parts, bits)

    def score(left: Ints, right: Ints) -> Floats:
        levels = [c.compare(people, left, right) for c in chosen]
        return guarded(weigh(trained, levels)[0], chosen, levels, model=trained)

    floor = spec.threshold or THRESHOLDS[0]
    links = completed(
        Links(candidates.left, candidates.right, bits),
        score,
        n=people.n,
        threshold_bits=odds(floor),
        max_cluster=spec.max_cluster,
    )

    def clustered(threshold: float) -> Clustering:
        return cluster(links, n=people.n, threshold_bits=odds(threshold), max_cluster=spec.max_cluster)

    threshold, clustering = keep_promise(clustered, threshold=spec.threshold, precision=spec.precision)
    if on_progress is not None:
        on_progress(len(candidates))
    return _linked(people, scored, clustering, chosen, threshold=threshold, spec=spec, model=trained)


def _compared(chosen: Sequence[Comparison], people: People, c: Candidates, *, workers: int) -> list[Compared]:
    """Levels of every comparison; comparisons run side by side, since most of their work is outside Python."""
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        return list(pool.map(lambda one: one.compare(people, c.left, c.right), chosen))


def _decided(people: People, decisions: pd.DataFrame) -> pd.DataFrame:
    """Decisions that stand between records of this table, as columns left, right (positions) and bits; sorted."""
    said = standing(decisions)
    position = pd.Series(np.arange(people.n), index=pd.Index(people.ids))
    a = said["left_id"].map(position)
    b = said["right_id"].map(position)
    here = (a.notna() & b.notna()).to_numpy(dtype=bool)
    one, two = a[here].to_numpy(dtype=np.int64), b[here].to_numpy(dtype=np.int64)
    same = said["verdict"][here].eq("same").to_numpy(dtype=bool)
    frame = pd.DataFrame(
        {"left": np.minimum(one, two), "right": np.maximum(one, two), "bits": np.where(same, MUST, CANNOT)}
    )
    return frame.sort_values(["left", "right"], ignore_index=True)


def _with_decided(candidates: Candidates, decided: pd.DataFrame, *, n: int) -> Candidates:
    """Candidates with the decided pairs that no rule made; their rule is -1."""
    keys = candidates.left * n + candidates.right
    said = decided["left"].to_numpy(dtype=np.int64) * n + decided["right"].to_numpy(dtype=np.int64)
    new = said[~np.isin(said, keys)]
    if not len(new):
        return candidates
    merged = np.concatenate([keys, new])
    rule = np.concatenate([candidates.rule, np.full(len(new), -1, dtype=np.int16)])
    order = np.argsort(merged, kind="stable")
    left, right = np.divmod(merged[order], n)
    return Candidates(left, right, rule[order], candidates.reports)


def _overruled(bits: Floats, candidates: Candidates, decided: pd.DataFrame, *, n: int) -> Floats:
    """Bits with the word of people in place of the model's."""
    if decided.empty:
        return bits
    out = bits.copy()
    keys = candidates.left * n + candidates.right
    said = decided["left"].to_numpy(dtype=np.int64) * n + decided["right"].to_numpy(dtype=np.int64)
    out[np.searchsorted(keys, said)] = decided["bits"].to_numpy()
    return out


def _nothing(people: People, candidates: Candidates, spec: LinkSpec) -> Linked:
    """The result for a table in which no two records have anything in common."""
    ids = people.ids.to_numpy(dtype=object)
    clusters = CLUSTERS.frame({"record_id": ids, "cluster_id": ids, "match_probability": np.ones(len(ids))})
    report = {
        "threshold": spec.threshold or spec.precision,
        "expected_precision": 1.0,
        "n_pairs": 0,
        "n_merged": 0,
        "n_review": 0,
        "n_cut": 0,
        "rules": [asdict(r) for r in candidates.reports],
        "largest_cluster": min(len(ids), 1),
    }
    return Linked(
        PAIRS.empty(), clusters, Model(prior=0.01, comparisons=(), strangers=()).model_dump(mode="json"), report
    )


def _linked(
    people: People,
    scored: _Scored,
    clustering: Clustering,
    chosen: Sequence[Comparison],
    *,
    threshold: float,
    spec: LinkSpec,
    model: Model,
) -> Linked:
    ids = people.ids.to_numpy(dtype=object)
    pairs = _pairs(people, scored, clustering, chosen, threshold=threshold, spec=spec)
    clusters = CLUSTERS.frame(
        {"record_id": ids, "cluster_id": ids[clustering.label], "match_probability": clustering.held_by}
    )
    verdicts = pairs["verdict"].value_counts()
    report = {
        "threshold": threshold,
        "expected_precision": expected_precision(clustering),
        "n_pairs": len(scored.candidates),
        "n_merged": len(clustering.inside.left),
        "n_review": int(verdicts.get("review", 0)),
        "n_cut": len(clustering.cut.left),
        "rules": [asdict(r) for r in scored.candidates.reports],
        "largest_cluster": int(np.bincount(clustering.label).max()),
    }
    return Linked(pairs, clusters, model.model_dump(mode="json"), report)


def _pairs(
    people: People,
    scored: _Scored,
    clustering: Clustering,
    chosen: Sequence[Comparison],
    *,
    threshold: float,
    spec: LinkSpec,
) -> pd.DataFrame:
    """The PAIRS frame: candidate pairs that were merged, decided, cut, or wait for a person."""
    c, likely = scored.candidates, probability(scored.bits)
    together = clustering.label[c.left] == clustering.label[c.right]
    verdict = np.where(together, "merge", np.where(likely >= threshold, "cut", "review")).astype(object)
    verdict[scored.bits >= MUST / 2] = "decided_same"
    verdict[scored.bits <= CANNOT / 2] = "decided_different"
    keep = np.flatnonzero(together | (likely >= spec.review_floor) | (verdict == "decided_different"))
    ids = people.ids.to_numpy(dtype=object)
    one, two = ids[c.left[keep]], ids[c.right[keep]]
    names = np.array([r.name for r in c.reports] + ["decision"], dtype=object)
    frame = pd.DataFrame(
        {
            "left_id": np.where(one < two, one, two),
            "right_id": np.where(one < two, two, one),
            "weight": np.round(np.clip(scored.bits[keep], -99, 99), 6),
            "probability": np.round(likely[keep], 9),
            "rule": names[c.rule[keep]],
            "verdict": verdict[keep],
            "levels": _level_texts(scored, chosen, keep),
        }
    )
    return PAIRS.frame(frame.sort_values(["left_id", "right_id"], ignore_index=True))


def _level_texts(scored: _Scored, chosen: Sequence[Comparison], keep: Ints) -> np.ndarray:
    """`name=exact:8.1 email=null:0.0` for each kept pair; texts are made once for each distinct value."""
    text = np.full(len(keep), "", dtype=object)
    for index, (comparison, compared) in enumerate(zip(chosen, scored.compared, strict=True)):
        words = ("null", *comparison.levels)
        bits = np.round(scored.parts[index][keep], 1) + 0.0
        codes, distinct = pd.factorize(pd.Series(list(zip(compared.levels[keep].tolist(), bits.tolist(), strict=True))))
        texts = np.array([f"{comparison.name}={words[level]}:{value}" for level, value in distinct], dtype=object)
        text = text + (" " if index else "") + (texts[codes] if len(texts) else "")
    return text
