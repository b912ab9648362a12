"""What linking hands over: frames of pairs and clusters, the model, and a report in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.block import Candidates
from crm_clean.link.calibrate import expected_precision
from crm_clean.link.cluster import CANNOT, MUST, Clustering
from crm_clean.link.columns import Ints
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.people import People
from crm_clean.link.score import Floats, Model, probability
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, PAIRS


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
class Scored:
    """Candidate pairs with their levels (one a comparison of `chosen`) and bits."""

    candidates: Candidates
    chosen: Sequence[Comparison]
    compared: list[Compared]
    parts: list[Floats]
    bits: Floats


def nothing_linked(people: People, candidates: Candidates, spec: LinkSpec) -> Linked:
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


def hand_over(
    people: People,
    scored: Scored,
    clustering: Clustering,
    *,
    threshold: float,
    spec: LinkSpec,
    model: Model,
) -> Linked:
    ids = people.ids.to_numpy(dtype=object)
    pairs = _pairs(people, scored, clustering, threshold=threshold, spec=spec)
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
    scored: Scored,
    clustering: Clustering,
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
            "levels": level_texts(scored.chosen, scored.compared, scored.parts, keep),
        }
    )
    order = pc.sort_indices(
        pa.table({"left": frame["left_id"], "right": frame["right_id"]}),
        sort_keys=[("left", "ascending"), ("right", "ascending")],
    )
    return PAIRS.frame(frame.take(order.to_numpy()))


def level_texts(
    chosen: Sequence[Comparison], compared: Sequence[Compared], parts: Sequence[Floats], keep: Ints
) -> npt.NDArray[np.object_]:
    """`name=exact:8.1 email=null:0.0` for each kept pair; texts are made once for each distinct value."""
    text = np.full(len(keep), "", dtype=object)
    for index, (comparison, levels, weights) in enumerate(zip(chosen, compared, parts, strict=True)):
        words = ("null", *comparison.levels)
        bits = np.round(weights[keep], 1) + 0.0
        codes, distinct = pd.factorize(pd.Series(list(zip(levels.levels[keep].tolist(), bits.tolist(), strict=True))))
        texts = np.array([f"{comparison.name}={words[level]}:{value}" for level, value in distinct], dtype=object)
        text = text + (" " if index else "") + (texts[codes] if len(texts) else "")
    return text
