"""What linking hands over: frames of pairs and clusters, the model, and a report in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.block import Candidates
from crm_clean.link.calibrate import expected_precision
from crm_clean.link.cluster import Clustering
from crm_clean.link.columns import Ints, strings
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.links import CANNOT, MUST
from crm_clean.link.people import People
from crm_clean.link.score import Floats, Model, probability, weigh_parts
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, PAIRS

_MERGE, _REVIEW, _CUT, _SAME, _DIFFERENT = range(5)
_VERDICTS = ("merge", "review", "cut", "decided_same", "decided_different")


@dataclass(frozen=True)
class Linked:
    """What linking found: frames PAIRS and CLUSTERS, the model and a report as plain JSON values.

    `report` holds `threshold`, `expected_precision`, `n_pairs`, `n_merged`, `n_review`, `n_cut`, `rules` (one entry a
    blocking rule: see RuleReport) and `largest_cluster`.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    model: dict[str, Any]
    report: dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """Candidate pairs with their levels (one a comparison of `chosen`) and bits."""

    candidates: Candidates
    chosen: Sequence[Comparison]
    compared: list[Compared]
    bits: Floats


def nothing_linked(people: People, candidates: Candidates, spec: LinkSpec) -> Linked:
    """The result for a table in which no two records have anything in common."""
    clusters = CLUSTERS.frame(
        {"record_id": people.ids, "cluster_id": people.ids, "match_probability": np.ones(people.n)}
    )
    report = {
        "threshold": spec.threshold or spec.precision,
        "expected_precision": 1.0,
        "n_pairs": 0,
        "n_merged": 0,
        "n_review": 0,
        "n_cut": 0,
        "rules": [asdict(r) for r in candidates.reports],
        "largest_cluster": min(people.n, 1),
    }
    return Linked(
        PAIRS.empty(), clusters, Model(prior=0.01, comparisons=(), strangers=()).model_dump(mode="json"), report
    )


def hand_over(
    people: People,
    scored: Scored,
    clustering: Clustering,
    *,
    threshold: float,
    spec: LinkSpec,
    model: Model,
) -> Linked:
    c = scored.candidates
    shown = _Shown.of(scored, clustering, threshold=threshold, spec=spec)
    ids = strings(people.ids)
    clusters = {
        "record_id": people.ids,
        "cluster_id": _series(ids.take(pa.array(clustering.label))),
        "match_probability": clustering.held_by,
    }
    report = {
        "threshold": threshold,
        "expected_precision": expected_precision(clustering),
        "n_pairs": len(c),
        "n_merged": len(clustering.inside.left),
        "n_review": int((shown.verdict == _REVIEW).sum()),
        "n_cut": len(clustering.cut.left),
        "rules": _rules(c, clustering),
        "largest_cluster": int(np.bincount(clustering.label).max()),
    }
    return Linked(_pairs(ids, scored, shown, model), CLUSTERS.frame(clusters), model.model_dump(mode="json"), report)


def hand_over_pairs(
    people: People, scored: Scored, clustering: Clustering, *, threshold: float, spec: LinkSpec, model: Model
) -> pd.DataFrame:
    """The PAIRS frame alone."""
    shown = _Shown.of(scored, clustering, threshold=threshold, spec=spec)
    return _pairs(strings(people.ids), scored, shown, model)


def _rules(c: Candidates, clustering: Clustering) -> list[dict[str, Any]]:
    """The reports of blocking rules, with how many pairs that a rule made first ended in one cluster."""
    together = (clustering.label[c.left] == clustering.label[c.right]) & (c.rule >= 0)
    n_merged = np.bincount(c.rule[together], minlength=len(c.reports)).tolist()
    return [asdict(replace(r, n_merged=n)) for r, n in zip(c.reports, n_merged, strict=True)]


@dataclass(frozen=True)
class _Shown:
    """Which candidate pairs are handed over, their verdicts (codes of _VERDICTS) and probabilities."""

    pair: Ints
    verdict: Ints
    likely: Floats

    @classmethod
    def of(cls, scored: Scored, clustering: Clustering, *, threshold: float, spec: LinkSpec) -> _Shown:
        """Pairs that were merged, decided, cut, or wait for a person."""
        c, likely = scored.candidates, probability(scored.bits)
        together = clustering.label[c.left] == clustering.label[c.right]
        pair = np.flatnonzero(together | (likely >= spec.review_floor) | (scored.bits <= CANNOT / 2))
        bits, likely = scored.bits[pair], likely[pair]
        verdict = np.where(together[pair], _MERGE, np.where(likely >= threshold, _CUT, _REVIEW))
        verdict[bits >= MUST / 2] = _SAME
        verdict[bits <= CANNOT / 2] = _DIFFERENT
        return cls(pair, verdict, likely)

    def taken(self, order: Ints) -> _Shown:
        return _Shown(self.pair[order], self.verdict[order], self.likely[order])


def _pairs(ids: pa.Array, scored: Scored, shown: _Shown, model: Model) -> pd.DataFrame:
    """The PAIRS frame of what is handed over, the smaller id left, in order of ids."""
    c = scored.candidates
    one, two = ids.take(pa.array(c.left[shown.pair])), ids.take(pa.array(c.right[shown.pair]))
    first = pc.less(one, two)
    both = pa.table({"left": pc.if_else(first, one, two), "right": pc.if_else(first, two, one)})
    order = pc.sort_indices(both, sort_keys=[("left", "ascending"), ("right", "ascending")])
    both, shown = both.take(order), shown.taken(order.to_numpy().astype(np.int64))
    rules = pa.array([*(r.name for r in c.reports), "decision"])
    return PAIRS.frame(
        {
            "left_id": _series(both["left"]),
            "right_id": _series(both["right"]),
            "weight": np.round(np.clip(scored.bits[shown.pair], -99, 99), 6),
            "probability": np.round(shown.likely, 9),
            "rule": _series(rules.take(pa.array(c.rule[shown.pair] % len(rules)))),
            "verdict": _series(pa.array(_VERDICTS).take(pa.array(shown.verdict))),
            "levels": _series(_texts_of(scored, shown.pair, model)),
        }
    )


def _series(values: pa.Array | pa.ChunkedArray) -> pd.Series[str]:
    return pd.Series(pd.arrays.ArrowStringArray(values))


def level_texts(
    chosen: Sequence[Comparison], compared: Sequence[Compared], parts: Sequence[Floats]
) -> npt.NDArray[np.object_]:
    """`name=exact:8.1 email=null:0.0` for each pair."""
    texts: npt.NDArray[np.object_] = _level_texts(chosen, compared, parts).to_numpy(zero_copy_only=False)
    return texts


def _texts_of(scored: Scored, pair: Ints, model: Model) -> pa.Array:
    """Level texts of some candidate pairs; what comparisons weigh is worked out for these alone."""
    compared = [one.at(pair) for one in scored.compared]
    return _level_texts(scored.chosen, compared, weigh_parts(model, compared)[1])


def _level_texts(chosen: Sequence[Comparison], compared: Sequence[Compared], parts: Sequence[Floats]) -> pa.Array:
    """As `level_texts`; the text of a comparison is made once for each distinct value."""
    texts = []
    for comparison, levels, weights in zip(chosen, compared, parts, strict=True):
        words = ("null", *comparison.levels)
        # A weight in tenths of a bit, and the level, as one number.
        tenths = np.rint(weights * 10.0).astype(np.int64)
        codes, distinct = pd.factorize(tenths * len(words) + levels.levels)
        said = [f"{comparison.name}={words[code % len(words)]}:{code // len(words) / 10}" for code in distinct.tolist()]
        texts.append(pa.array(said, type=pa.string()).take(pa.array(codes)))
    return pc.binary_join_element_wise(*texts, " ") if texts else pa.array([], type=pa.string())
