"""The linker inside a plain recordlinkage script.

    contacts = Contacts(frame)
    pairs = recordlinkage.Index([contacts.index()]).index(frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame)
    model = contacts.classifier()
    model.fit(levels)
    model.prob(levels)

The classes stand on recordlinkage's own extension points and give what the pipeline computes, guards included: the same
kernels run underneath. Unlike recordlinkage's own parts they cap blocks, keep missing apart from different, and fit
again. They go together with recordlinkage's: its indexes, features and classifiers may stand beside ours or in their
place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseClassifier, BaseCompareFeature, BaseIndexAlgorithm

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.link import tidy
from crm_clean.link.block import Candidates, RuleReport, block
from crm_clean.link.columns import Ints
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.judge import Judge
from crm_clean.link.linking import Weighed, settle
from crm_clean.link.named_pairs import Examined, examine
from crm_clean.link.people import read_people
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, fitting, probability
from crm_clean.link.spec import LinkSpec
from crm_clean.link.strangers import by_chance, kinds
from crm_clean.link.training import train

_NOTHING_SAID = pd.DataFrame({"left": [0], "right": [0], "bits": [0.0]}).iloc[:0]
_SHOWN = ("first_name", "last_name", "company", "birth_date")


class Contacts:
    """A frame of contacts, one row a contact, ready for recordlinkage.

    Columns used where present, all text, already tidy: `first_name, last_name, middle_name, maiden_name, nickname,
    suffix` (generation: jr, sr, ii), `company, birth_date` (ISO); any number of `email, email_2, ...`, `role_email`
    (mailboxes that many read), `phone` (E.164), `profile` (URLs), and addresses `street, city, postal_code, street_2,
    ...`.
    `texts` names columns of unknown meaning, to be compared as plain text. The index must be unique.

    With `other`, pairs are made across the two frames only; their indexes may overlap. Raises UsageError for an index
    that is not unique and for columns that cannot be told apart.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        other: pd.DataFrame | None = None,
        *,
        texts: Iterable[str] = (),
        spec: LinkSpec | None = None,
    ) -> None:
        both = frame if other is None else pd.concat([frame, other], ignore_index=True)
        records, points = tidy.tables(both, texts=tuple(texts))
        labels = (frame.index,) if other is None else (frame.index, other.index)
        self._read(frame, records, points, labels=labels, spec=spec)

    @classmethod
    def of_tables(cls, records: pd.DataFrame, points: pd.DataFrame, *, spec: LinkSpec | None = None) -> Contacts:
        """The contacts of the normalised tables RECORDS and CONTACT_POINTS, labelled by record id.

        Their `frame`, for `Index` and `Compare`, has first_name, last_name, company, birth_date and the keys of the
        first email and phone.
        """
        frame = records.set_index("record_id")[list(_SHOWN)].copy()
        for kind in ("email", "phone"):
            first = points[points["kind"].eq(kind) & points["key"].notna()].sort_values(["record_id", "ordinal"])
            frame[kind] = first.drop_duplicates("record_id").set_index("record_id")["key"].reindex(frame.index)
        made = cls.__new__(cls)
        made._read(frame, records, points, labels=(frame.index,), spec=spec)
        return made

    def _read(
        self,
        frame: pd.DataFrame,
        records: pd.DataFrame,
        points: pd.DataFrame,
        *,
        labels: tuple[pd.Index[Any], ...],
        spec: LinkSpec | None,
    ) -> None:
        if not all(index.is_unique for index in labels):
            raise UsageError("The index has a label twice: every row needs one of its own, as reset_index() gives.")
        self.frame, self.labels, self.spec = frame, labels, spec or LinkSpec()
        self.people = read_people(records, points)
        self.comparisons = comparisons(self.people)
        # The linker takes records in the order of their content: the row that stands at each position, and back.
        row = pd.Index(records["record_id"]).get_indexer(pd.Index(self.people.ids))
        self.row = row.astype(np.int64)
        self.position = np.argsort(self.row).astype(np.int64)

    def __getstate__(self) -> dict[str, Any]:
        # What is counted once is kept by the identity of objects, which does not outlast a journey to another process.
        kept = {name: value for name, value in self.__dict__.items() if name != "candidates"}
        self.people._held.clear()
        return kept

    def index(self) -> ContactIndex:
        """The blocking rules, for `recordlinkage.Index`."""
        return ContactIndex(self)

    def features(self) -> list[LevelFeature]:
        """One feature a comparison, for `recordlinkage.Compare`."""
        return [LevelFeature(self, comparison) for comparison in self.comparisons]

    def classifier(self, model: Model | dict[str, Any] | None = None) -> LevelClassifier:
        """The model, to be fitted on what the features compute, without labels; one that is given needs no fitting."""
        return LevelClassifier(self, model)

    @cached_property
    def candidates(self) -> Candidates:
        """All pairs that the blocking rules make, by position; `reports` say what each rule did."""
        people, spec = self.people, self.spec
        return block(
            blocking_rules(people), n=people.n, max_block=spec.max_block, pairs_per_record=spec.pairs_per_record
        )

    def positions(self, pairs: pd.Index[Any]) -> tuple[Ints, Ints]:
        """Where the records of each pair stand among the people, the smaller position first.

        Raises UnknownThing for a label that is not in the index.
        """
        sides = []
        for side in (0, 1):
            index, before = self.labels[side % len(self.labels)], side * len(self.labels[0]) if self.is_link else 0
            row = index.get_indexer(pairs.get_level_values(side))
            if (row < 0).any():
                label = pairs.get_level_values(side)[int(np.argmin(row))]
                raise UnknownThing(f"There is no contact {label!r}: pairs are told by the labels of the frame's index.")
            sides.append(self.position[row + before])
        one, two = sides
        return np.minimum(one, two), np.maximum(one, two)

    def pairs(self) -> pd.MultiIndex:
        """The labels of all candidate pairs; within one frame the later record comes first, as in recordlinkage."""
        one, two = self.row[self.candidates.left], self.row[self.candidates.right]
        early, late = np.minimum(one, two), np.maximum(one, two)
        if not self.is_link:
            return pd.MultiIndex.from_arrays([self.labels[0].take(late), self.labels[0].take(early)])
        size = len(self.labels[0])
        across = (early < size) & (late >= size)
        return pd.MultiIndex.from_arrays([self.labels[0].take(early[across]), self.labels[1].take(late[across] - size)])

    def labels_at(self, positions: Ints) -> list[Any]:
        """The label of the row at each position; with two frames, the frame (0 or 1) and the label."""
        if not self.is_link:
            return list(self.labels[0].take(self.row[positions]))
        size = len(self.labels[0])
        return [(int(r >= size), self.labels[int(r >= size)][r - size * (r >= size)]) for r in self.row[positions]]

    @property
    def is_link(self) -> bool:
        """Whether there are two frames."""
        return len(self.labels) > 1


class ContactIndex(BaseIndexAlgorithm):
    """Candidate pairs by all blocking rules, counted before they are made and capped."""

    def __init__(self, contacts: Contacts) -> None:
        super().__init__()
        self.contacts = contacts

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        self._check(df_a)
        return self.contacts.pairs()

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        self._check(df_a, df_b)
        return self.contacts.pairs()

    def _check(self, *frames: pd.DataFrame) -> None:
        labels = self.contacts.labels
        if len(labels) != len(frames) or not all(a.equals(f.index) for a, f in zip(labels, frames, strict=True)):
            raise UsageError("These are not the frames that Contacts was made of: make it of the same.")


class LevelFeature(BaseCompareFeature):
    """Levels of one comparison: a column of level codes (0 is missing) and one of how many people share the value."""

    def __init__(self, contacts: Contacts, comparison: Comparison) -> None:
        super().__init__([], [], label=columns_of(comparison))
        self.contacts, self.comparison = contacts, comparison

    def _compute_vectorized(self, left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
        del right  # both sides carry the index of pairs, and no columns
        one, two = self.contacts.positions(left.index)
        found = self.comparison.compare(self.contacts.people, one, two)
        shared_by = found.shared_by if found.shared_by is not None else np.zeros(len(one), dtype=np.int64)
        return pd.DataFrame({"level": found.levels, "shared_by": shared_by})


class LevelClassifier(BaseClassifier):
    """The Fellegi-Sunter model with levels; `fit` trains afresh each time, without labels.

    Takes the columns of `contacts.features()` by their names; others may stand beside them. Probabilities are those of
    the pipeline: what must not merge by itself is held down.
    """

    def __init__(self, contacts: Contacts, model: Model | dict[str, Any] | None = None) -> None:
        self.contacts = contacts
        self.model = None if model is None else fitting(Model.model_validate(model), contacts.comparisons)

    def fit(self, comparison_vectors: pd.DataFrame, match_index: pd.MultiIndex | None = None) -> None:
        """Train on pairs; `match_index` is not needed and not used."""
        del match_index
        super().fit(self._ours(comparison_vectors))

    def prob(self, comparison_vectors: pd.DataFrame, return_type: Any = None) -> pd.Series[float]:
        """The probability of being one person, per pair."""
        found: pd.Series[float] = super().prob(self._ours(comparison_vectors), return_type)
        return found

    def predict(self, comparison_vectors: pd.DataFrame) -> Any:
        """1 from the threshold of the spec on (even odds if it names none), else 0."""
        return super().predict(self._ours(comparison_vectors))

    def weigh(self, comparison_vectors: pd.DataFrame) -> pd.DataFrame:
        """What each pair weighs, in bits: `start`, a column a comparison, `held_down`, and `weight`, their sum.

        `ground` is why a pair is held down (`name_alone`, `birth_date`, ...), missing where it is not.
        """
        seen = self._seen(self._ours(comparison_vectors).to_numpy())
        parts = {c.name: part for c, part in zip(self.contacts.comparisons, seen.parts, strict=True)}
        start = seen.free - np.sum(seen.parts, axis=0) if seen.parts else seen.free
        told = {"start": start, **parts, "held_down": seen.bits - seen.free, "weight": seen.bits}
        ground = pd.array(seen.ground, dtype="string[pyarrow]")
        return pd.DataFrame({**told, "ground": ground}, index=comparison_vectors.index)

    def clusters(self, comparison_vectors: pd.DataFrame) -> pd.DataFrame:
        """Who is who, by these pairs: one row a contact, in their order.

        Columns: cluster (the label of one of its contacts), probability (of the weakest link that holds the contact
        there, 1.0 alone). The threshold is chosen as in the pipeline.
        """
        contacts = self.contacts
        found = settle(self._weighed(comparison_vectors), contacts.spec).clusters
        home = pd.Index(contacts.people.ids).get_indexer(pd.Index(found["cluster_id"])).astype(np.int64)
        rows = contacts.position
        labels = contacts.labels_at(rows)
        index = pd.MultiIndex.from_tuples(labels) if contacts.is_link else contacts.labels[0]
        cluster = pd.Series(contacts.labels_at(home[rows]), index=index, dtype=None if labels else object)
        held = found["match_probability"].to_numpy(dtype=np.float64)[rows]
        return pd.DataFrame({"cluster": cluster, "probability": held})

    def _weighed(self, comparison_vectors: pd.DataFrame) -> Weighed:
        """The pairs as the pipeline holds them, in the order of positions."""
        contacts, ours = self.contacts, self._ours(comparison_vectors)
        left, right = contacts.positions(comparison_vectors.index)
        order = np.lexsort((right, left))
        features = ours.to_numpy()[order]
        seen = self._seen(features)
        rule = np.zeros(len(order), dtype=np.int16)
        candidates = Candidates(left[order], right[order], rule, [RuleReport("given")])
        judge = Judge(contacts.people, contacts.comparisons, self._known(), 1) if len(order) else None
        compared = _compared(contacts.comparisons, features)
        return Weighed(contacts.people, candidates, _NOTHING_SAID, judge, compared, seen.bits)

    def _ours(self, frame: pd.DataFrame) -> pd.DataFrame:
        wanted = [name for comparison in self.contacts.comparisons for name in columns_of(comparison)]
        missing = [name for name in wanted if name not in frame]
        if missing:
            raise UsageError(f"There is no column {missing[0]}: compute all of contacts.features() for these pairs.")
        return frame[wanted]

    def _known(self) -> Model:
        if self.model is None:
            raise ValueError("fit the classifier before asking for probabilities")
        return self.model

    def _seen(self, features: npt.NDArray[Any]) -> Examined:
        chosen, people = self.contacts.comparisons, self.contacts.people
        compared = _compared(chosen, features)
        return examine(people, chosen, compared, self._known(), found=self.contacts.candidates)

    def _fit(self, features: npt.NDArray[Any], y: npt.NDArray[Any] | None = None) -> None:
        del y
        if not len(features):
            raise UsageError("There are no pairs to learn from: nothing in these contacts is alike.")
        chosen = self.contacts.comparisons
        chance = by_chance(self.contacts.people, chosen, seed=self.contacts.spec.seed)
        self.model = train(chosen, _compared(chosen, features), kinds(chosen, chance))

    def _prob_match(self, features: npt.NDArray[Any]) -> Floats:
        return probability(self._seen(features).bits)

    def _predict(self, features: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        return (self._prob_match(features) >= (self.contacts.spec.threshold or 0.5)).astype(np.int64)


def columns_of(comparison: Comparison) -> list[str]:
    """The two columns that the feature of a comparison makes."""
    return [comparison.name, f"{comparison.name}_shared_by"]


def _compared(chosen: Sequence[Comparison], features: npt.NDArray[Any]) -> list[Compared]:
    """Levels and holders per comparison from the columns that the features made."""
    return [
        Compared(features[:, 2 * k].astype(np.int8), features[:, 2 * k + 1].astype(np.int64))
        for k in range(len(chosen))
    ]
