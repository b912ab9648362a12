"""Linking a part of a table: new and changed records against all that stand, by the model and threshold that stand.

Pairs are blocked and weighed only where they touch such a record; what stands of all other pairs is taken over. Only
the clusters that these links reach are made anew, from all their members. Block caps, term frequencies and guards are
those of the whole table as it is now, so that a pair is made and weighed as a full run with the same model would.
Weights of pairs that are taken over stay as they were when they were made: they do not know how common a value has
become since. That, and a threshold that is kept, is all that a full run with the same model would do otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.block import block, n_pairs
from crm_clean.link.cluster import Clustering, cluster, completed
from crm_clean.link.columns import Ints, strings
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.decided import decided_pairs, overruled, with_decided
from crm_clean.link.guards import depends_on_table
from crm_clean.link.judge import Judge, compare_all
from crm_clean.link.links import CANNOT, MUST, Links
from crm_clean.link.people import read_people
from crm_clean.link.reading import Frame
from crm_clean.link.results import Scored, hand_over_pairs
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Model, fitting, odds
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import CLUSTERS, PAIRS

Flags = npt.NDArray[np.bool_]
_PEOPLES_WORD = {"decided_same": MUST, "decided_different": CANNOT}


@dataclass(frozen=True)
class Standing:
    """What the last run left. `pairs`: PAIRS. `membership`: record_id, golden_id of records that stand or stood then.

    `model` as `Linked.model`; `report` as `Linked.report`, whose threshold is kept.
    """

    pairs: pa.Table
    membership: pa.Table
    model: Mapping[str, Any]
    report: Mapping[str, Any]


@dataclass(frozen=True)
class LinkedPart:
    """What linking a part found: all PAIRS rows with an end in `affected`, CLUSTERS rows of the records of `affected`.

    `affected`: the ids of all records whose cluster was made anew, sorted. `report`: of the whole table, as
    `Linked.report`.
    """

    pairs: pd.DataFrame
    clusters: pd.DataFrame
    affected: pa.Array
    report: dict[str, Any]


def link_part(
    records: Frame,
    contact_points: Frame,
    decisions: pd.DataFrame,
    *,
    spec: LinkSpec,
    standing: Standing,
    touched: pa.Array,
    workers: int = 1,
) -> LinkedPart | None:
    """Links what is `touched` - ids of records that are new, changed, gone, or decided on anew - to the rest.

    `records` (RECORDS), `contact_points` (CONTACT_POINTS) and `decisions` (DECISIONS) are those of the whole table as
    it is now, of which the columns of `link` are looked at. None where a part cannot be told from the whole: no two
    records have anything in common, or what is held down depends on all pairs of the table.
    """
    people = read_people(records, contact_points, workers=workers)
    chosen, model = comparisons(people), Model.model_validate(standing.model)
    if not chosen or not model.strangers or depends_on_table(chosen):
        return None
    ids, bits = strings(people.ids), odds(float(standing.report["threshold"]))
    judge = Judge(people, chosen, fitting(model, chosen), workers)
    scored = _scored(judge, decided_pairs(people, decisions), _among(ids, touched), spec=spec)
    affected = _among(ids, _reached(standing, touched, _strong_ends(ids, scored, bits), bits))
    known = _Known.of(standing.pairs, ids, affected, touched)
    links = _joined(scored, known, n=people.n)
    inside = links.at(affected[links.left] & affected[links.right])
    whole = completed(inside, judge.score, n=people.n, threshold_bits=bits, max_cluster=spec.max_cluster)
    clustering = cluster(whole, n=people.n, threshold_bits=bits)
    threshold = float(standing.report["threshold"])
    fresh = hand_over_pairs(people, scored, clustering, threshold=threshold, spec=spec, model=judge.model)
    pairs = _in_order([fresh, known.told(clustering, threshold=threshold, spec=spec)])
    here = ids.filter(pa.array(affected))
    return LinkedPart(
        pairs=pairs,
        clusters=_clusters(ids, clustering, affected),
        affected=here.sort(),
        report=_report(standing, pairs, here, np.bincount(clustering.label[affected], minlength=1)),
    )


def _among(ids: pa.Array, some: pa.Array) -> Flags:
    found: Flags = pc.is_in(ids, value_set=strings(some)).to_numpy(zero_copy_only=False)
    return found


def _scored(judge: Judge, decided: pd.DataFrame, focus: Flags, *, spec: LinkSpec) -> Scored:
    """The candidate pairs with an end in focus, those that people decided among them, weighed."""
    people = judge.people
    found = block(
        blocking_rules(people),
        n=people.n,
        max_block=spec.max_block,
        pairs_per_record=spec.pairs_per_record,
        focus=focus,
        workers=judge.workers,
    )
    here = decided[focus[decided["left"]] | focus[decided["right"]]].reset_index(drop=True)
    candidates = with_decided(found, here, n=people.n)
    compared = compare_all(judge.chosen, people, candidates.left, candidates.right, workers=judge.workers)
    bits = overruled(judge.weigh(compared), candidates, here, n=people.n)
    return Scored(candidates, judge.chosen, compared, bits)


def _strong_ends(ids: pa.Array, scored: Scored, bits: float) -> pa.Array:
    """The records that a strong link connects to a touched one."""
    strong = scored.bits >= bits
    ends = np.concatenate([scored.candidates.left[strong], scored.candidates.right[strong]])
    return ids.take(pa.array(np.unique(ends)))


def _reached(standing: Standing, touched: pa.Array, linked: pa.Array, bits: float) -> pa.Array:
    """All that strong links, or a golden record of before, connect to what is touched; be it gone.

    Few are reached: each round looks all pairs and members up among those, and not those among all.
    """
    pairs, membership = standing.pairs, standing.membership
    strong = pairs.filter(pc.or_(pc.greater_equal(pairs["weight"], bits), pc.equal(pairs["verdict"], "decided_same")))
    found, n_before = _ids(touched, linked), -1
    while len(found) != n_before:
        n_before = len(found)
        homes = membership["golden_id"].filter(pc.is_in(membership["record_id"], value_set=found))
        mates = membership["record_id"].filter(pc.is_in(membership["golden_id"], value_set=_ids(homes)))
        ends = [
            strong[other].filter(pc.is_in(strong[side], value_set=found))
            for side, other in (("left_id", "right_id"), ("right_id", "left_id"))
        ]
        found = _ids(found, mates, *ends)
    return found


def _ids(*some: pa.Array | pa.ChunkedArray) -> pa.Array:
    """All of these, each once."""
    return pa.concat_arrays([strings(one) for one in some]).unique()


@dataclass(frozen=True)
class _Known:
    """Pairs that are taken over: rows of PAIRS with an affected end and no touched one, and the same as links.

    A pair one of whose ends is not affected has that end at -1.
    """

    rows: pa.Table
    links: Links

    @classmethod
    def of(cls, pairs: pa.Table, ids: pa.Array, affected: Flags, touched: pa.Array) -> _Known:
        here = np.flatnonzero(affected)
        names = ids.take(pa.array(here))
        near = pc.or_(*(pc.is_in(pairs[side], value_set=names) for side in ("left_id", "right_id")))
        far = pc.or_(*(pc.is_in(pairs[side], value_set=strings(touched)) for side in ("left_id", "right_id")))
        rows = pairs.filter(pc.and_(near, pc.invert(far))).combine_chunks()
        one, two = (_positions(rows[side], names, here) for side in ("left_id", "right_id"))
        bits = rows["weight"].to_numpy().astype(np.float64).copy()
        for word, said in _PEOPLES_WORD.items():
            bits[pc.equal(rows["verdict"].combine_chunks(), word).to_numpy(zero_copy_only=False)] = said
        return cls(rows, Links(np.minimum(one, two), np.maximum(one, two), bits))

    def told(self, clustering: Clustering, *, threshold: float, spec: LinkSpec) -> pd.DataFrame:
        """The rows, judged by the clusters as they are now."""
        rows, left, right = PAIRS.to_pandas(self.rows), self.links.left, self.links.right
        together = (left >= 0) & (clustering.label[left] == clustering.label[right])
        likely = rows["probability"].to_numpy()
        verdict = np.where(together, "merge", np.where(likely >= threshold, "cut", "review"))
        by_people = rows["verdict"].isin(list(_PEOPLES_WORD)).to_numpy(dtype=bool)
        told = np.where(by_people, rows["verdict"].to_numpy(object), verdict)
        rows["verdict"] = pd.array(told, dtype="string[pyarrow]")
        kept: pd.DataFrame = rows[together | by_people | (likely >= spec.review_floor)]
        return kept


def _positions(names: pa.ChunkedArray, known: pa.Array, at: Ints) -> Ints:
    """The positions `at` of the `known` names, -1 for others."""
    place = pc.fill_null(pc.index_in(strings(names), value_set=known), -1).to_numpy(zero_copy_only=False)
    found: Ints = np.append(at, -1)[place.astype(np.int64)]
    return found


def _joined(scored: Scored, known: _Known, *, n: int) -> Links:
    """Fresh links and those taken over between affected records, in order; no pair is both."""
    fresh, old = scored.candidates, known.links.at(known.links.left >= 0)
    left, right = np.concatenate([fresh.left, old.left]), np.concatenate([fresh.right, old.right])
    order = np.argsort(left * n + right, kind="stable")
    return Links(left, right, np.concatenate([scored.bits, old.bits])).at(order)


def _clusters(ids: pa.Array, clustering: Clustering, affected: Flags) -> pd.DataFrame:
    here = np.flatnonzero(affected)
    return CLUSTERS.frame(
        {
            "record_id": pd.Series(pd.arrays.ArrowStringArray(ids.take(pa.array(here)))),
            "cluster_id": pd.Series(pd.arrays.ArrowStringArray(ids.take(pa.array(clustering.label[here])))),
            "match_probability": clustering.held_by[here],
        }
    )


def _in_order(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return PAIRS.empty()
    table = PAIRS.to_arrow(pd.concat(filled, ignore_index=True))
    return PAIRS.to_pandas(table.sort_by([("left_id", "ascending"), ("right_id", "ascending")]))


def _report(standing: Standing, pairs: pd.DataFrame, here: pa.Array, sizes: Ints) -> dict[str, Any]:
    """The last report with what has changed since; the promise and what blocking rules did are those of the last run
    that looked at every pair. `n_kept` is how many pairs will stand in the table."""
    near = pc.or_(*(pc.is_in(standing.pairs[side], value_set=here) for side in ("left_id", "right_id")))
    others = standing.pairs["verdict"].filter(pc.invert(near)).value_counts().to_pylist()
    n_other = {entry["values"]: entry["counts"] for entry in others}
    n_here = pairs["verdict"].value_counts()
    before = standing.membership["golden_id"].filter(pc.is_in(standing.membership["record_id"], value_set=here))
    old = pc.value_counts(before).field("counts").to_numpy(zero_copy_only=False)
    return {
        **standing.report,
        "n_kept": len(pairs) + sum(n_other.values()),
        "n_merged": int(standing.report["n_merged"]) + n_pairs(sizes) - n_pairs(old),
        "n_review": int(n_here.get("review", 0)) + n_other.get("review", 0),
        "n_cut": int(n_here.get("cut", 0)) + n_other.get("cut", 0),
        "largest_cluster": max(int(standing.report["largest_cluster"]), int(sizes.max(initial=1))),
    }
