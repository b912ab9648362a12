"""The linker inside a plain recordlinkage script.

    contacts = Contacts(frame)
    pairs = recordlinkage.Index([contacts.index()]).index(frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame)
    model = contacts.classifier()
    model.fit(levels)
    model.prob(levels)

The classes stand on recordlinkage's own extension points and give what the pipeline computes: the same kernels run
underneath. Unlike recordlinkage's own parts they cap blocks, keep missing apart from different, and fit again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from recordlinkage.base import BaseClassifier, BaseCompareFeature, BaseIndexAlgorithm

from crm_clean.link.block import block
from crm_clean.link.columns import Ints
from crm_clean.link.compare.catalogue import comparisons
from crm_clean.link.compare.levels import Compared, Comparison
from crm_clean.link.people import People, read_people
from crm_clean.link.rules import blocking_rules
from crm_clean.link.score import Floats, Model, probability, train, weigh
from crm_clean.link.spec import LinkSpec
from crm_clean.link.strangers import by_chance, kinds
from crm_clean.records.fields import ADDRESS_PARTS
from crm_clean.records.tables import CONTACT_POINTS, RECORDS
from crm_clean.text import fold, squeeze

_NAMES = ("first_name", "last_name", "middle_name", "maiden_name", "nickname", "suffix", "company")


class Contacts:
    """A frame of contacts, one row a contact, ready for recordlinkage.

    Columns used where present, all text, already tidy: `first_name, last_name, middle_name, maiden_name, nickname,
    suffix, company, birth_date` (ISO), `email, phone` (E.164), `street, city, postal_code`. The index must be unique.
    """

    def __init__(self, frame: pd.DataFrame, *, spec: LinkSpec | None = None) -> None:
        self.spec = spec or LinkSpec()
        self.labels = frame.index
        self.column = frame.columns[0]  # recordlinkage hands over columns; the records are told by their labels
        self.people = _people(frame)
        self.comparisons = comparisons(self.people)

    def index(self) -> ContactIndex:
        """The blocking rules, for `recordlinkage.Index`."""
        return ContactIndex(self)

    def features(self) -> list[LevelFeature]:
        """One feature a comparison, for `recordlinkage.Compare`."""
        return [LevelFeature(self, comparison) for comparison in self.comparisons]

    def classifier(self) -> LevelClassifier:
        """The model, to be fitted on what the features compute; no labels needed."""
        return LevelClassifier(self)

    def positions(self, labels: pd.Index[Any]) -> Ints:
        """Where the records of these index labels stand."""
        return self.labels.get_indexer(labels).astype(np.int64)


class ContactIndex(BaseIndexAlgorithm):
    """Candidate pairs by all blocking rules, counted before they are made and capped."""

    def __init__(self, contacts: Contacts) -> None:
        super().__init__()
        self.contacts = contacts

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        del df_a  # the contacts are that frame
        people, spec = self.contacts.people, self.contacts.spec
        found = block(
            blocking_rules(people), n=people.n, max_block=spec.max_block, pairs_per_record=spec.pairs_per_record
        )
        labels = self.contacts.labels
        # recordlinkage keeps the lower triangle: the later record comes first.
        return pd.MultiIndex.from_arrays([labels.take(found.right), labels.take(found.left)])


class LevelFeature(BaseCompareFeature):
    """Levels of one comparison: a column of level codes (0 is missing) and one of how many people share the value."""

    def __init__(self, contacts: Contacts, comparison: Comparison) -> None:
        name, column = comparison.name, contacts.column
        super().__init__(column, column, label=[name, f"{name}_shared_by"])
        self.contacts, self.comparison = contacts, comparison

    def _compute_vectorized(self, left: pd.Series[Any], right: pd.Series[Any]) -> pd.DataFrame:
        del right  # both sides carry the index of pairs
        one, two = (self.contacts.positions(left.index.get_level_values(level)) for level in (0, 1))
        found = self.comparison.compare(self.contacts.people, np.minimum(one, two), np.maximum(one, two))
        shared_by = found.shared_by if found.shared_by is not None else np.zeros(len(one), dtype=np.int64)
        return pd.DataFrame({"level": found.levels, "shared_by": shared_by})


class LevelClassifier(BaseClassifier):
    """The Fellegi-Sunter model with levels; `fit` trains afresh each time, without labels."""

    def __init__(self, contacts: Contacts) -> None:
        self.contacts = contacts
        self.model: Model | None = None

    def _fit(self, features: npt.NDArray[Any], y: npt.NDArray[Any] | None = None) -> None:
        del y  # labels are not needed
        chosen = self.contacts.comparisons
        chance = by_chance(self.contacts.people, chosen, seed=self.contacts.spec.seed)
        self.model = train(chosen, _compared(chosen, features), kinds(chosen, chance))

    def _prob_match(self, features: npt.NDArray[Any]) -> Floats:
        if self.model is None:
            raise ValueError("fit the classifier before asking for probabilities")
        bits, _ = weigh(self.model, _compared(self.contacts.comparisons, features))
        return probability(bits)

    def _predict(self, features: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        return (self._prob_match(features) >= (self.contacts.spec.threshold or 0.5)).astype(np.int64)


def _compared(chosen: Sequence[Comparison], features: npt.NDArray[Any]) -> list[Compared]:
    """Levels and holders per comparison from the columns that the features made."""
    return [
        Compared(features[:, 2 * k].astype(np.int8), features[:, 2 * k + 1].astype(np.int64))
        for k in range(len(chosen))
    ]


def _people(frame: pd.DataFrame) -> People:
    """People in the order of the frame's rows."""
    n = len(frame)
    ids = [f"{i:012d}" for i in range(n)]
    record: dict[str, Any] = {"record_id": ids, "source": ["frame"] * n, "content_hash": ids}
    for name in _NAMES:
        if name in frame:
            record[f"{name}_key"] = _folded(frame[name])
    if "birth_date" in frame:
        record["birth_date"] = frame["birth_date"].to_numpy(dtype=object)
    points = [_points(frame, kind, ids) for kind in ("email", "phone", "address")]
    held = pd.concat([p for p in points if p is not None] or [CONTACT_POINTS.empty()], ignore_index=True)
    return read_people(RECORDS.frame(record), CONTACT_POINTS.frame(held))


def _folded(values: pd.Series[str]) -> npt.NDArray[Any]:
    """Keys of a text column, made once a distinct value."""
    keys = {v: fold(v) or None for v in values.dropna().unique()}
    return values.map(keys).to_numpy(dtype=object)


def _points(frame: pd.DataFrame, kind: str, ids: list[str]) -> pd.DataFrame | None:
    columns = [p for p in ADDRESS_PARTS if p in frame] if kind == "address" else [c for c in (kind,) if c in frame]
    if not columns:
        return None
    there = frame[columns].notna().any(axis=1).to_numpy()
    out: dict[str, Any] = {"record_id": np.array(ids, dtype=object)[there], "kind": kind, "ordinal": 1}
    if kind == "address":
        out |= {part: frame[part].to_numpy(dtype=object)[there] for part in columns}
        out["key"] = _address_key(frame[there])
    else:
        out["key"] = frame[kind].str.lower().to_numpy(dtype=object)[there]
    return pd.DataFrame(out)


def _address_key(frame: pd.DataFrame) -> npt.NDArray[Any]:
    """Street and postcode in one key; missing where both are."""
    street = frame["street"].fillna("").map(fold) if "street" in frame else pd.Series("", index=frame.index)
    code = frame["postal_code"].fillna("").map(squeeze) if "postal_code" in frame else pd.Series("", index=frame.index)
    key: npt.NDArray[Any] = (street + "|" + code).to_numpy(dtype=object)
    key[key == "|"] = None
    return key
