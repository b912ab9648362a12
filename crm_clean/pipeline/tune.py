"""The last run's linking taken up again in memory: looked at, tried with other settings, with other models.

Nothing is written to the store. What is weighed once is settled again in a moment, so that another promise or threshold
costs little; a model trained anew weighs every pair again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import ValidationError

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.link import insight
from crm_clean.link.linking import Weighed, settle, weigh_pairs
from crm_clean.link.model_file import ModelFile
from crm_clean.link.results import Linked
from crm_clean.link.score import Model, odds
from crm_clean.link.spec import LinkSpec
from crm_clean.pipeline.facts import Facts
from crm_clean.pipeline.named import resolve
from crm_clean.records.tables import CONTACT_POINTS, DECISIONS, RECORDS
from crm_clean.review.explain import Evidence
from crm_clean.review.values import Face, values
from crm_clean.store.base import Store

if TYPE_CHECKING:
    from crm_clean.link.toolkit import Contacts
    from crm_clean.report.still import Picture

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
# What may be tried without weighing the pairs again.
_AFTER = {"precision", "threshold", "review_floor", "max_cluster"}

_NO_COMPARISON = {"start", "held down", "decided"}
# A review floor of 0 asks about every pair; its bits stand where no weight reaches.
_NEVER = 1e-12


@dataclass(frozen=True, eq=False, repr=False)
class Tuning:
    """The linking of one table in memory: what it went by (`spec`), the pairs weighed, and what came of it (`linked`).

    `linked` is what a run hands over: frames PAIRS and CLUSTERS, the model, a report. The charts are pictures that show
    themselves in a notebook; each has its figures as a frame in `.data`. Charts of weights raise UsageError for a table
    in which no two records have anything in common.
    """

    store: Store
    spec: LinkSpec
    weighed: Weighed
    linked: Linked
    trained_on: int  # records

    def __repr__(self) -> str:
        told = insight.figures(self.linked)
        return (
            f"{len(self.linked.clusters):,} records, {told['n_people']:,} people: {told['n_merged']:,} pairs merged "
            f"from a probability of {told['threshold']:.4g}, {told['n_review']:,} to review; "
            f"expected precision {told['expected_precision']:.2%} (promised {self.spec.precision:.2%})"
        )

    @property
    def model(self) -> Model:
        return Model.model_validate(self.linked.model)

    def relink(self, **changes: Any) -> Tuning:
        """The same pairs with other settings of LinkSpec: precision, threshold, review_floor, max_cluster.

        Raises UsageError for others, which belong into crm_clean.toml, and for values that LinkSpec does not take.
        """
        unknown = sorted(changes.keys() - _AFTER)
        if unknown:
            raise UsageError(f"{unknown[0]} is not tried in memory; what can be is {', '.join(sorted(_AFTER))}.")
        try:
            spec = LinkSpec.model_validate(self.spec.model_dump() | changes)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"{first['loc'][0]}: {first['msg']}; put another value.") from None
        return replace(self, spec=spec, linked=settle(self.weighed, spec))

    def retrained(self, sources: Iterable[str] | None = None) -> Tuning:
        """The same records weighed by a model trained anew, on the records of `sources` alone where they are named.

        Raises UnknownThing for a source that no record is from, UsageError where too little is alike to learn from.
        """
        records, points = self.store.read(RECORDS), self.store.read(CONTACT_POINTS)
        if sources is None:
            return _tuning(self.store, self.spec, None, trained_on=len(records))
        named = sorted(set(sources))
        missing = sorted(set(named) - set(records["source"]))
        if missing:
            raise UnknownThing(
                f"No record is from {missing[0]}; there are {', '.join(sorted(set(records['source'])))}."
            )
        some = records[records["source"].isin(named)]
        learnt = weigh_pairs(some, points, self.store.read(DECISIONS), spec=self.spec)
        if learnt.judge is None:
            raise UsageError(f"Too little is alike within {', '.join(named)} to learn from: name more sources.")
        return _tuning(self.store, self.spec, learnt.judge.model.model_dump(mode="json"), trained_on=len(some))

    def save_model(self, path: str | os.PathLike[str]) -> Path:
        """Write the model as a file, for `--model`, `Project.tune` and the next table; returns where."""
        out = Path(path)
        out.write_text(ModelFile(trained_on=self.trained_on, model=self.model).text(), encoding="utf-8")
        return out

    def contacts(self) -> Contacts:
        """The same records for a plain recordlinkage script, labelled by their record ids."""
        from crm_clean.link.toolkit import Contacts

        return Contacts.of_tables(self.store.read(RECORDS), self.store.read(CONTACT_POINTS), spec=self.spec)

    def beside_script(self, weights: pd.Series[float]) -> pd.DataFrame:
        """The pairs that the run kept beside what a recordlinkage script weighs them: by pairs of record ids.

        Columns: left_id, right_id, verdict, weight, script (missing for a pair that the script did not weigh). What
        people decided the script does not know.
        """
        kept = self.linked.pairs[["left_id", "right_id", "verdict", "weight"]]
        order = [tuple(sorted(pair)) for pair in weights.index]
        theirs = pd.Series(weights.to_numpy(dtype="float64"), index=pd.MultiIndex.from_tuples(order))
        asked = pd.MultiIndex.from_arrays([kept["left_id"].to_numpy(object), kept["right_id"].to_numpy(object)])
        return kept.assign(script=theirs.reindex(asked).to_numpy())

    def match_weights(self) -> Picture:
        """What each level of each comparison is worth; the figures are those of `insight.match_weights`."""
        from crm_clean.report import model_charts

        self._check()
        return model_charts.match_weights(insight.match_weights(self.model), start=insight.start_bits(self.model))

    def waterfall(self, left: str, right: str) -> Picture:
        """How the weight of a pair comes about, step by step, with the values that were compared.

        Each is a record id or `file:row`. Figures: step, level, bits, before, after, left, right. Raises UnknownThing
        for what is no record.
        """
        from crm_clean.report import model_charts

        self._check()
        one, two = (_record(self.store, typed) for typed in (left, right))
        steps = insight.steps(self.weighed, one, two)
        facts = Facts(self.store, self.spec)
        shown = _valued(steps, facts.face(one), facts.face(two))
        whose = " and ".join(f"{facts.face(r).name or 'no name'} ({facts.party(r).handle})" for r in (one, two))
        return model_charts.waterfall(shown, threshold=self._from, floor=self._asked, whose=whose)

    def pairs_by_weight(self, *, width: float = 1.0) -> Picture:
        """How many candidate pairs have which weight, in bars of `width` bits, and what became of them."""
        from crm_clean.report import model_charts

        self._check()
        bars = insight.pairs_by_weight(self.weighed, self.linked, width=width)
        return model_charts.pairs_by_weight(bars, threshold=self._from, floor=self._asked)

    def blocking(self) -> Picture:
        """What each blocking rule brought; the figures are those of `insight.blocking`."""
        from crm_clean.report import model_charts

        return model_charts.blocking(insight.blocking(self.linked))

    def full_blocks(self) -> pd.DataFrame:
        """The blocks too large to be compared whole: rule, value (what the records share), n_records, n_left_out."""
        return insight.full_blocks(self.linked)

    def promise(self, thresholds: Iterable[float] = THRESHOLDS) -> Picture:
        """The precision to expect and the pairs merged at each threshold; each takes about as long as `relink`."""
        from crm_clean.report import model_charts

        tried = sorted({*thresholds, self.linked.report["threshold"]})
        curve = insight.by_threshold(self.weighed, self.spec, tried)
        return model_charts.promise(curve, precision=self.spec.precision, threshold=self.linked.report["threshold"])

    def beside(self, other: Tuning) -> pd.DataFrame:
        """The figures of this and another linking side by side."""
        return insight.side_by_side(this=self.linked, other=other.linked)

    def changes(self, other: Tuning) -> pd.DataFrame:
        """The pairs that stand together by only one of two linkings, with the names on both sides.

        Columns: change (`merged` or `parted`, from this to `other`), left_id, right_id, left_name, right_name, weight,
        probability (0..1).
        """
        moved = insight.moved(self.linked, other.linked)
        face = Facts(self.store, self.spec).face
        for side in ("left", "right"):
            moved[f"{side}_name"] = pd.Series([face(one).name for one in moved[f"{side}_id"]], dtype="string[pyarrow]")
        return moved[["change", "left_id", "right_id", "left_name", "right_name", "weight", "probability"]]

    def model_changes(self, other: Tuning | Model, *, names: tuple[str, str] = ("this", "other")) -> Picture:
        """What levels are worth by this model and by another."""
        from crm_clean.report import model_charts

        self._check()
        model = other.model if isinstance(other, Tuning) else other
        return model_charts.model_changes(insight.model_changes(self.model, model), names=names)

    def _check(self) -> None:
        if self.weighed.judge is None:
            raise UsageError("There are no weights: no two records of this table have anything in common.")

    @property
    def _from(self) -> float:
        return odds(self.linked.report["threshold"])

    @property
    def _asked(self) -> float:
        return odds(max(self.spec.review_floor, _NEVER))


def tune(store: Store, *, spec: LinkSpec, model: ModelFile | None = None) -> Tuning:
    """The linking of the records that stand, by the last run's model or the one given.

    `spec` serves where the last run did not keep its own settings. Raises UnknownThing before the first run.
    """
    if not store.last_run():
        raise UnknownThing("Nothing stands in this project yet: run it first, with `crm-clean run`.")
    facts = Facts(store, spec)
    given = model.model.model_dump(mode="json") if model else facts.model
    return _tuning(store, facts.spec, given, trained_on=model.trained_on if model else facts.trained_on)


def _tuning(store: Store, spec: LinkSpec, model: dict[str, Any] | None, *, trained_on: int) -> Tuning:
    with store.at_once():
        tables = (store.read(RECORDS), store.read(CONTACT_POINTS), store.read(DECISIONS))
    weighed = weigh_pairs(*tables, spec=spec, model=model)
    return Tuning(store, spec, weighed, settle(weighed, spec), trained_on)


def _record(store: Store, typed: str) -> str:
    found = resolve(store, typed)
    if found.record_id is None:
        raise UnknownThing(f"{typed} names a golden record; name two of its records, by record id or file:row.")
    return str(found.record_id)


def _valued(steps: pd.DataFrame, left: Face, right: Face) -> pd.DataFrame:
    """The steps with what each comparison compared, missing where that is not certain."""
    rows = zip(steps["step"].astype(str), steps["level"].astype(str), strict=True)
    told = [Evidence(step, level, 0.0) for step, level in rows if step not in _NO_COMPARISON and level != "null"]
    shown = values(told, left, right)
    both = [shown.get(step, (None, None)) for step in steps["step"].astype(str)]
    sides = [pd.Series([pair[at] for pair in both], dtype="string[pyarrow]", index=steps.index) for at in (0, 1)]
    return steps.assign(left=sides[0], right=sides[1])
