"""An analyst's recordlinkage script gives what the pipeline gives."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from crm_clean.link.linking import link
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of recordlinkage's own imports
    import recordlinkage

    from crm_clean.link.toolkit import Contacts

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


def _frame(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    first, last = ["ann", "bob", "carl", "dora", "emil"], ["abel", "berg", "cole", "dahl", "eck", "frey", "gold"]
    who = rng.integers(0, n // 2, n)
    frame = pd.DataFrame({"first_name": [first[w % 5] for w in who], "last_name": [last[w % 7] for w in who]})
    frame["email"] = [f"user{w}@example.org" if rng.random() < 0.8 else None for w in who]
    frame["phone"] = [f"+1415555{w:04d}" if rng.random() < 0.7 else None for w in who]
    frame["city"] = [f"town {w % 9}" for w in who]
    frame["postal_code"] = [f"{10000 + w % 9}" for w in who]
    return frame.set_index(pd.Index([f"row-{i}" for i in range(n)]))


def test_a_plain_recordlinkage_script_gives_the_pipelines_probabilities(tables) -> None:  # type: ignore[no-untyped-def]
    frame = _frame()
    contacts = Contacts(frame)
    pairs = recordlinkage.Index([contacts.index()]).index(frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame)
    model = contacts.classifier()
    model.fit(levels)
    theirs = model.prob(levels)

    rows = [{"id": f"{i:05d}", **{k: v for k, v in row.items() if v}} for i, row in enumerate(frame.to_dict("records"))]
    records, points = tables(rows)
    records["content_hash"] = records["record_id"]
    ours = link(records, points, DECISIONS.empty(), spec=LinkSpec(review_floor=0.2)).pairs
    position = {label: f"{i:05d}" for i, label in enumerate(frame.index)}
    by_pair = {tuple(sorted((position[a], position[b]))): p for (a, b), p in theirs.items()}
    assert len(ours) > 100
    for pair in ours.itertuples():
        assert by_pair[pair.left_id, pair.right_id] == pytest.approx(pair.probability, abs=1e-6)


def test_the_classifier_can_be_fitted_twice() -> None:
    frame = _frame(200)
    contacts = Contacts(frame)
    pairs = recordlinkage.Index([contacts.index()]).index(frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame)
    model = contacts.classifier()
    model.fit(levels)
    first = model.prob(levels)
    model.fit(levels)
    pd.testing.assert_series_equal(first, model.prob(levels))


def test_probabilities_before_fitting_are_refused() -> None:
    contacts = Contacts(_frame(20))
    with pytest.raises(ValueError, match="fit the classifier"):
        contacts.classifier().prob(pd.DataFrame(np.zeros((1, 2 * len(contacts.comparisons)))))
