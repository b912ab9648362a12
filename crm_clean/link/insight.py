"""What a model thinks and what linking did, as plain frames: to be looked at, drawn, or kept beside others.

Every figure is read from the model or from what linking handed over; nothing is estimated here. Weights are in bits:
one more doubles the odds of being one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from crm_clean.errors import UnknownThing
from crm_clean.link.columns import Ints
from crm_clean.link.judge import compare_all
from crm_clean.link.linking import Weighed, settle
from crm_clean.link.named_pairs import examine
from crm_clean.link.results import Linked
from crm_clean.link.score import Floats, Model, odds
from crm_clean.link.spec import LinkSpec

# What a blocking rule tells of itself -> the column it stands in.
_RULE = {
    "name": "rule",
    **{name: name for name in ("n_pairs", "n_new", "n_merged", "largest_block", "n_blocks_cut", "n_blocks_dropped")},
    **{name: name for name in ("n_records_dropped", "n_left_out")},
}
# Beyond these bits every pair is as sure as the next; they share the outermost bar.
_OUTERMOST = 30


def start_bits(model: Model) -> float:
    """The bits that any candidate pair starts from: the model's share of candidate pairs that are one person."""
    return odds(model.prior)


def match_weights(model: Model) -> pd.DataFrame:
    """What each level of each comparison is worth, one row a level, in the order of the model.

    Columns: comparison, level, m and u (how often pairs of one person and of strangers reach it, 0..1; of strangers all
    kinds together, each by its share; both missing at a level that says nothing), bits (log2 of m / u), low and high
    (the same bits against the kind of stranger for which the level says least and most), against (that kind for which
    it says least), typical (how many people share a value agreed on at this level, missing where values are not
    weighed). Empty for a model that has learnt nothing.
    """
    shares = np.array([s.share for s in model.strangers])
    rows = []
    for k, comparison in enumerate(model.comparisons):
        kinds = np.array([s.u[k] for s in model.strangers])
        together = shares @ kinds / shares.sum()
        for at, level in enumerate(comparison.levels):
            each = np.log2(comparison.m[at] / kinds[:, at])
            says_nothing = comparison.m[at] == 1.0 and bool((kinds[:, at] == 1.0).all())
            rows.append(
                {
                    "comparison": comparison.name,
                    "level": level,
                    "m": np.nan if says_nothing else comparison.m[at],
                    "u": np.nan if says_nothing else float(together[at]),
                    "bits": float(np.log2(comparison.m[at] / together[at])),
                    "low": float(each.min()),
                    "high": float(each.max()),
                    "against": model.strangers[int(each.argmin())].kind,
                    "typical": comparison.typical[at],
                }
            )
    columns = ["comparison", "level", "m", "u", "bits", "low", "high", "against", "typical"]
    return pd.DataFrame(rows, columns=columns).astype({"typical": "Float64"})


def kinds(model: Model) -> pd.DataFrame:
    """What candidate pairs are, by the model: kind (`one person`, then kinds of strangers), share (0..1, sum 1)."""
    shares = [("one person", model.prior), *((s.kind, s.share) for s in model.strangers)]
    return pd.DataFrame(shares, columns=["kind", "share"])


def steps(weighed: Weighed, left_id: str, right_id: str) -> pd.DataFrame:
    """How the weight of a pair comes about, one row a step, each beginning where the one before ended.

    Columns: step (`start`, then a comparison each, `held down` where a guard does so, `decided` where a person did),
    level (of the comparison; the ground of a guard; the verdict), bits, before, after. The last `after` is what the
    pair weighs; a decision is as many bits as it takes. Empty for a table that has no model. Raises UnknownThing for
    an id that is not in the table.
    """
    left, right = _positions(weighed, left_id, right_id)
    if weighed.judge is None:
        return pd.DataFrame(columns=["step", "level", "bits", "before", "after"])
    judge = weighed.judge
    chosen = list(judge.chosen)
    compared = compare_all(chosen, weighed.people, left, right, workers=1)
    seen = examine(weighed.people, chosen, compared, judge.model, found=weighed.candidates)
    told: list[tuple[str, str, float]] = [
        (comparison.name, ("null", *comparison.levels)[levels.levels[0]], float(part[0]))
        for comparison, levels, part in zip(chosen, compared, seen.parts, strict=True)
    ]
    told.insert(0, ("start", "", float(seen.free[0]) - sum(bits for _, _, bits in told)))
    if seen.bits[0] != seen.free[0]:
        told.append(("held down", str(seen.ground[0]), float(seen.bits[0] - seen.free[0])))
    said = weighed.decided[(weighed.decided["left"] == left[0]) & (weighed.decided["right"] == right[0])]
    told += [("decided", "same" if b > 0 else "different", float(b - seen.bits[0])) for b in said["bits"]]
    frame = pd.DataFrame(told, columns=["step", "level", "bits"])
    after = frame["bits"].cumsum()
    return frame.assign(before=after - frame["bits"], after=after)


def _positions(weighed: Weighed, left_id: str, right_id: str) -> tuple[Ints, Ints]:
    position = {record_id: at for at, record_id in enumerate(weighed.people.ids) if record_id in (left_id, right_id)}
    for record_id in (left_id, right_id):
        if record_id not in position:
            raise UnknownThing(f"No record {record_id} stands: look it up in the crosswalk.")
    both = sorted((position[left_id], position[right_id]))
    return np.array(both[:1], dtype=np.int64), np.array(both[1:], dtype=np.int64)


def pairs_by_weight(weighed: Weighed, linked: Linked, *, width: float = 1.0) -> pd.DataFrame:
    """How many candidate pairs have a weight in [low, high), by what became of them; bars without pairs are left out.

    Columns: low, high (bits, multiples of `width`; the outermost bars hold what is beyond too, and what people
    decided), verdict, n. `verdict` is as in PAIRS, but `by_others` for pairs that were merged though they weigh less
    than the threshold, and `apart` for those under the review floor, which PAIRS does not keep. The sum of n is the
    number of candidate pairs.
    """
    most = np.floor(_OUTERMOST / width) * width
    kept = linked.pairs
    index = pd.MultiIndex.from_frame(kept[["left_id", "right_id"]])
    ids = weighed.people.ids.to_numpy(dtype=object)
    one, two = ids[weighed.candidates.left], ids[weighed.candidates.right]
    asked = pd.MultiIndex.from_arrays([np.where(one < two, one, two), np.where(one < two, two, one)])
    at = index.get_indexer(asked)
    verdicts = np.append(kept["verdict"].to_numpy(dtype=object), "apart")[at]
    verdicts[(verdicts == "merge") & (weighed.bits < odds(linked.report["threshold"]))] = "by_others"
    low = np.clip(np.floor(weighed.bits / width) * width, -most, most - width)
    counted = pd.DataFrame({"low": low, "verdict": verdicts})
    found = counted.groupby(["low", "verdict"]).size().rename("n").reset_index()
    found.insert(1, "high", found["low"] + width)
    return found


def blocking(linked: Linked) -> pd.DataFrame:
    """What each blocking rule brought, strongest rule first.

    Columns: rule, n_pairs (pairs it makes), n_new (those no rule before it made), n_merged (of these, in one cluster),
    share_merged (n_merged of n_new, missing where there is none), largest_block (records), n_blocks_cut (by further
    keys), n_blocks_dropped, n_records_dropped and n_left_out (pairs not made of them). Counts are Int64.
    """
    reports = pd.DataFrame(linked.report["rules"], columns=list(_RULE)).rename(columns=_RULE)
    counts = [name for name in _RULE.values() if name != "rule"]
    told = reports.astype({"rule": "string[pyarrow]"} | dict.fromkeys(counts, "Int64"))
    share = told["n_merged"].astype("Float64") / told["n_new"].astype("Float64").where(told["n_new"] > 0)
    told.insert(4, "share_merged", share)
    return told


def full_blocks(linked: Linked) -> pd.DataFrame:
    """The blocks that were too large to be compared whole, those that most was left out of first.

    Columns: rule, value (what the records share, missing where it may be one person's own), n_records, n_left_out
    (pairs that were not made). A rule names its fullest few.
    """
    told = [(rule["name"], block) for rule in linked.report["rules"] for block in rule["fullest"]]
    columns = ["rule", "value", "n_records", "n_left_out"]
    frame = pd.DataFrame([{"rule": name, **block} for name, block in told], columns=columns)
    return frame.sort_values(["n_left_out", "rule"], ascending=[False, True], ignore_index=True)


def by_threshold(weighed: Weighed, spec: LinkSpec, thresholds: Iterable[float]) -> pd.DataFrame:
    """What every threshold would give: each is settled, which takes about as long as clustering once.

    Columns: threshold, expected_precision (0..1), n_merged (pairs inside clusters), n_people, n_review, n_cut,
    largest_cluster.
    """
    rows = [figures(settle(weighed, spec.model_copy(update={"threshold": tried}))) for tried in thresholds]
    columns = ["threshold", "expected_precision", "n_merged", "n_people", "n_review", "n_cut", "largest_cluster"]
    return pd.DataFrame(rows, columns=columns)


def figures(linked: Linked) -> dict[str, Any]:
    """The figures of one linking: what `report` says of pairs and clusters, and `n_people`."""
    told = {name: value for name, value in linked.report.items() if name != "rules"}
    return {**told, "n_people": int(linked.clusters["cluster_id"].nunique())}


def side_by_side(**linked: Linked) -> pd.DataFrame:
    """The figures of several linkings, one column each, by the names they are given."""
    return pd.DataFrame({name: pd.Series(figures(one), dtype=object) for name, one in linked.items()})


def moved(before: Linked, after: Linked) -> pd.DataFrame:
    """Pairs of records that stand in one cluster by only one of two linkings of one table.

    Columns: left_id, right_id, change (`merged` or `parted`, from `before` to `after`), weight and probability (by
    `after`, else by `before`), the strongest first. Only pairs that either linking kept are looked at.
    """
    both = pd.concat([after.pairs, before.pairs], ignore_index=True)
    pairs = both.drop_duplicates(["left_id", "right_id"])[["left_id", "right_id", "weight", "probability"]]
    was, now = (_together(linked, pairs) for linked in (before, after))
    pairs = pairs.assign(change=np.where(now, "merged", "parted"))[was != now]
    order = ["left_id", "right_id", "change", "weight", "probability"]
    by = ["weight", "left_id", "right_id"]
    found: pd.DataFrame = pairs[order].sort_values(by, ascending=[False, True, True], ignore_index=True)
    return found


def _together(linked: Linked, pairs: pd.DataFrame) -> Floats:
    home = linked.clusters.set_index("record_id")["cluster_id"]
    left, right = (home.loc[pairs[side]].to_numpy(dtype=object) for side in ("left_id", "right_id"))
    same: Floats = left == right
    return same


def model_changes(before: Model, after: Model) -> pd.DataFrame:
    """What levels are worth by two models, one row a level of either, in the order of `before`.

    Columns: comparison, level, before, after (bits as `match_weights`; missing where a model has no such level),
    change (after less before).
    """
    one, two = (match_weights(model).set_index(["comparison", "level"])["bits"] for model in (before, after))
    levels = one.index.append(two.index.difference(one.index, sort=False))
    frame = pd.DataFrame({"before": one.reindex(levels), "after": two.reindex(levels)})
    return frame.assign(change=frame["after"] - frame["before"]).reset_index()
