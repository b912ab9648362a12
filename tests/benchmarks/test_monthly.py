"""Ten monthly loads of a made-up company: people keep their golden ids, and are found as well as on the first day."""

from __future__ import annotations

import pandas as pd
import pytest
from company import draw_company, months
from monthly import Month, live, made, main_ids, pairwise

from crm_clean.records.tables import MEMBERSHIP

RECORDS, MONTHS, SEED = 3_000, 10, 1


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[Month]:
    """What each month made of the company."""
    folder = tmp_path_factory.mktemp("monthly")
    company = draw_company(records=RECORDS, months=MONTHS, seed=SEED)
    return list(live(company, made(folder / "project"), folder / "exports", number=MONTHS))


def test_of_a_thousand_people_at_most_one_gets_another_id_in_a_month(lived):
    n_renamed = sum(len(month.renamed) for month in lived[1:])
    n_survivors = sum(month.survivors for month in lived[1:])
    assert n_renamed <= 0.001 * n_survivors
    assert n_survivors > 15_000


def test_each_of_them_has_an_event_that_tells_of_it(lived):
    assert all(one.event for month in lived for one in month.renamed)


def test_each_month_but_the_first_looks_at_what_is_touched_alone(lived):
    assert [month.is_partial for month in lived] == [False, *[True] * (MONTHS - 1)]


def test_the_last_month_finds_people_as_well_as_who_sees_it_alone(lived, tmp_path):
    company = draw_company(records=RECORDS, months=MONTHS, seed=SEED)
    *_, last = months(company, MONTHS, tmp_path / "exports")
    fresh = made(tmp_path / "project")
    fresh.run([last], workers=1)
    stands = fresh.store.read(MEMBERSHIP).set_index("record_id")
    precision, recall = pairwise(stands.assign(person=company.people().reindex(stands.index)))
    assert lived[-1].precision > precision - 0.01
    assert lived[-1].recall > recall - 0.01


def test_the_store_does_not_grow_faster_than_what_it_is_told(lived):
    assert lived[-1].store_mb < 4 * lived[0].store_mb


@pytest.mark.parametrize(
    ("was", "now", "is_renamed"),
    [
        pytest.param(["A", "A"], ["A", "A"], False, id="nothing changed"),
        pytest.param(["A", "B"], ["B", "B"], False, id="two of theirs became one of them"),
        pytest.param(["A", "A"], ["A", "C"], False, id="one record left"),
        pytest.param(["A", "A"], ["B", "B"], True, id="another id"),
        pytest.param(["A", "A", "B"], ["A", "C", "C"], True, id="most of them left"),
    ],
)
def test_who_is_renamed(was, now, is_renamed):
    both = pd.DataFrame({"person": [1] * len(was), "golden_id": was, "now": now})
    assert main_ids(both, "golden_id")[1].isdisjoint(main_ids(both, "now")[1]) == is_renamed


def test_the_same_seed_gives_the_same_months(tmp_path):
    def exports(name: str) -> list[bytes]:
        folders = list(months(draw_company(records=300, months=3, seed=2), 3, tmp_path / name))
        return [file.read_bytes() for folder in folders for file in sorted(folder.rglob("*.csv"))]

    assert exports("one") == exports("two")
