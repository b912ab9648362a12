"""A named pair weighs what it weighs in a run, whether the run made the pair or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crm_clean.errors import UnknownThing
from crm_clean.link.linking import link
from crm_clean.link.named_pairs import look, score
from crm_clean.link.results import Linked
from crm_clean.link.spec import LinkSpec
from crm_clean.normalise.apply import normalise
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import DECISIONS, PAIRS, STAGED_POINTS, STAGED_RECORDS
from crm_clean.sample.generate import write_sample
from crm_clean.sources.intake import take
from crm_clean.sources.spec import SourcesSpec
from tests.link.conftest import Tables, tables_of
from tests.link.test_linking import population

SPEC = LinkSpec()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, Linked]:
    """Exports of 1,500 made-up contacts, normalised, and what linking finds in them."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, contacts=1500, seed=11)
    (folder / "truth.csv").unlink()
    taken = list(take([folder], spec=SourcesSpec(), taken_at=pd.Timestamp("2026-01-01", tz="UTC").to_pydatetime()))
    staged = STAGED_RECORDS.frame(pd.concat([t.staged_records for t in taken], ignore_index=True))
    points = STAGED_POINTS.frame(pd.concat([t.staged_points for t in taken], ignore_index=True))
    clean = normalise(staged, points, spec=NormaliseSpec())
    tables = clean.records, clean.contact_points
    return tables, link(*tables, DECISIONS.empty(), spec=SPEC)


def _again(tables: Tables, found: Linked) -> pd.DataFrame:
    pairs = found.pairs
    return score(*tables, pairs["left_id"].tolist(), pairs["right_id"].tolist(), spec=SPEC, model=found.model)


def test_every_pair_of_a_run_weighs_the_same_again(sample: tuple[Tables, Linked]) -> None:
    tables, found = sample
    assert len(found.pairs) > 500
    again = _again(tables, found)
    pd.testing.assert_frame_equal(again.drop(columns="verdict"), found.pairs.drop(columns="verdict"))
    assert set(again["verdict"]) == {"guarded", "compared"}


def test_one_pair_alone_weighs_what_it_weighs_among_all(sample: tuple[Tables, Linked]) -> None:
    tables, found = sample
    for row in found.pairs.sample(12, random_state=1).itertuples():
        alone = score(*tables, [row.right_id], [row.left_id], spec=SPEC, model=found.model)
        assert (alone["weight"][0], alone["levels"][0], alone["left_id"][0]) == (row.weight, row.levels, row.left_id)


def test_what_a_guard_holds_down_says_on_what_ground(sample: tuple[Tables, Linked]) -> None:
    tables, found = sample
    pairs = found.pairs
    looked = look(*tables, pairs["left_id"].tolist(), pairs["right_id"].tolist(), spec=SPEC, model=found.model)
    held = looked.pairs["verdict"].eq("guarded").to_numpy(dtype=bool)
    assert (looked.free_weight[held] > looked.pairs["weight"][held]).all()
    np.testing.assert_allclose(looked.free_weight[~held], looked.pairs["weight"][~held], atol=1e-6)
    assert {"given_name", "name_alone"} <= set(looked.ground[held])
    assert set(looked.ground[~held]) == {None}


_FAMILY = {"last_name": "quill", "phone": "+14155550101", "street": "1 oak st", "postal_code": "94110"}


@pytest.mark.parametrize(
    ("left", "right", "ground"),
    [
        pytest.param(
            {"first_name": "anna", "company": "quill works"}, {"first_name": "peter", "company": "quill works"},
            "given_name", id="siblings in the family's firm",
        ),
        pytest.param(
            {"first_name": "john", "suffix": "sr"}, {"first_name": "john", "suffix": "jr"}, "generation",
            id="father and son",
        ),
        pytest.param(
            {"first_name": "john", "birth_date": "1950-03-02"}, {"first_name": "john", "birth_date": "1981-11-24"},
            "birth_date", id="another birth date",
        ),
    ],
)  # fmt: skip
def test_grounds(left: dict[str, Any], right: dict[str, Any], ground: str) -> None:
    town = [{"id": f"town:{i}", **row} for i, row in enumerate(population(600)[0])]
    tables = tables_of([*town, {"id": "a", **_FAMILY, **left}, {"id": "b", **_FAMILY, **right}])
    found = link(*tables, DECISIONS.empty(), spec=SPEC)
    assert look(*tables, ["a"], ["b"], spec=SPEC, model=found.model).ground.tolist() == [ground]


def test_a_pair_that_no_rule_makes_has_no_rule(sample: tuple[Tables, Linked]) -> None:
    tables, found = sample
    ids = tables[0]["record_id"].tolist()
    known = set(found.pairs[["left_id", "right_id"]].itertuples(index=False, name=None))
    apart = [(a, b) for a, b in zip(ids[:40], ids[700:740], strict=True) if tuple(sorted((a, b))) not in known]
    scored = score(*tables, [a for a, _ in apart], [b for _, b in apart], spec=SPEC, model=found.model)
    assert scored["rule"].isna().sum() > 30
    PAIRS.check(scored)


def test_a_table_of_names_and_addresses_is_judged_as_a_whole() -> None:
    """Whether a name in one town is held down depends on what all addresses of the table say."""
    rows = [
        {"first_name": f"name{i}", "last_name": f"of{i % 40}", "city": f"town {i % 7}", "street": f"{i} elm st"}
        for i in range(40)
    ]
    tables = tables_of([*rows, *rows, {"first_name": "name3", "last_name": "of3", "city": "town 3"}])
    found = link(*tables, DECISIONS.empty(), spec=SPEC)
    again = _again(tables, found)
    assert again["weight"].tolist() == found.pairs["weight"].tolist()


def test_a_model_that_learnt_nothing_says_nothing() -> None:
    tables = tables_of([{"first_name": "ann"}, {"first_name": "bob"}])
    nothing = link(*tables, DECISIONS.empty(), spec=SPEC)
    scored = score(*tables, ["t:00000"], ["t:00001"], spec=SPEC, model=nothing.model)
    assert scored[["weight", "probability"]].isna().all(axis=None)
    assert scored["levels"].tolist() == ["name=different:0.0"]


def test_an_unknown_record_is_named() -> None:
    tables = tables_of([{"first_name": "ann"}, {"first_name": "ann"}])
    found = link(*tables, DECISIONS.empty(), spec=SPEC)
    with pytest.raises(UnknownThing, match="No record t:99 "):
        score(*tables, ["t:00000"], ["t:99"], spec=SPEC, model=found.model)
