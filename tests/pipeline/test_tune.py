"""The last run's linking is taken up again in memory, gives what the run gave, and leaves the project as it is."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from crm_clean.errors import UnknownThing, UnreadableInput, UsageError
from crm_clean.pipeline.tune import Tuning
from crm_clean.project import Project
from crm_clean.records.tables import MEMBERSHIP, PAIRS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of recordlinkage's own imports
    import recordlinkage

legacy = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def project(ran) -> Project:
    return ran[0]


@pytest.fixture(scope="module")
def tuning(project: Project) -> Tuning:
    return project.tune()


def test_it_gives_what_the_run_gave(project: Project, tuning: Tuning) -> None:
    kept = project.store.read(PAIRS).sort_values(["left_id", "right_id"], ignore_index=True)
    pd.testing.assert_frame_equal(tuning.linked.pairs, kept)
    together = project.store.read(MEMBERSHIP).groupby("golden_id")["record_id"].agg(frozenset)
    clusters = tuning.linked.clusters.groupby("cluster_id")["record_id"].agg(frozenset)
    assert set(clusters) == set(together)
    assert f"{len(clusters):,} people" in repr(tuning)


def test_nothing_is_written(project: Project, tuning: Tuning) -> None:
    def files() -> dict[Path, tuple[int, int]]:
        there = [path for path in project.place.folder.rglob("*") if path.is_file()]
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in there}

    before = files()
    tuning.relink(precision=0.9999).changes(tuning)
    tuning.retrained()
    tuning.promise((0.5, 0.9))
    pair = tuning.linked.pairs.iloc[0]
    tuning.waterfall(pair["left_id"], pair["right_id"])
    assert files() == before


def test_a_stricter_promise_merges_less_and_says_which(tuning: Tuning) -> None:
    strict = tuning.relink(threshold=0.9999999)
    both = tuning.beside(strict)
    assert both.loc["n_merged", "other"] < both.loc["n_merged", "this"]
    assert both.loc["expected_precision", "other"] >= both.loc["expected_precision", "this"]
    changes = tuning.changes(strict)
    assert set(changes["change"]) == {"parted"}
    assert changes["left_name"].notna().any()
    assert tuning.spec.threshold is None
    assert strict.relink(threshold=None).linked.report == tuning.linked.report


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"max_block": 9}, "max_block is not tried in memory; what can be is max_cluster, ", id="blocking"),
        pytest.param({"precison": 0.9}, "precison is not tried in memory", id="misspelt"),
        pytest.param({"precision": 1.5}, r"precision: Input should be less than 1", id="out of range"),
    ],
)
def test_what_cannot_be_tried_is_said(tuning: Tuning, changes: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        tuning.relink(**changes)


def test_the_waterfall_of_a_pair_ends_at_its_weight_and_names_what_was_compared(tuning: Tuning) -> None:
    best = tuning.linked.pairs.sort_values("weight", ascending=False).iloc[0]
    picture = tuning.waterfall(best["right_id"], best["left_id"])
    assert picture.data["after"].iloc[-1] == pytest.approx(best["weight"], abs=1e-5)
    assert picture.data["bits"].sum() == pytest.approx(best["weight"], abs=1e-5)
    assert picture.data["left"].notna().sum() >= 2
    assert best["left_id"] in str(picture.svg)


def test_a_pair_may_be_named_by_file_and_row(project: Project, tuning: Tuning) -> None:
    ids = tuning.linked.pairs.iloc[0][["left_id", "right_id"]].tolist()
    lineage = project.lineage().drop_duplicates("record_id").set_index("record_id")
    rows = [f"{lineage.loc[i, 'source_file']}:{lineage.loc[i, 'source_row']}" for i in ids]
    assert tuning.waterfall(*rows).svg == tuning.waterfall(*ids).svg


def test_what_is_no_record_is_refused(project: Project, tuning: Tuning) -> None:
    one = tuning.linked.pairs["left_id"].iloc[0]
    with pytest.raises(UnknownThing, match="no such record"):
        tuning.waterfall(one, "nobody")
    with pytest.raises(UnknownThing, match="names a golden record; name two of its records"):
        tuning.waterfall(one, project.golden()["golden_id"].iloc[0])


def test_charts_draw_the_figures_of_the_model(tuning: Tuning) -> None:
    weights = tuning.match_weights().data
    assert len(weights) == sum(len(c.levels) for c in tuning.model.comparisons)
    assert tuning.pairs_by_weight().data["n"].sum() == tuning.linked.report["n_pairs"]
    assert tuning.blocking().data["n_new"].sum() <= tuning.linked.report["n_pairs"]
    assert tuning.linked.report["threshold"] in set(tuning.promise((0.6, 0.9)).data["threshold"])
    assert tuning.model_changes(tuning).data["change"].abs().max() == 0.0


def test_a_model_is_kept_and_linked_by(project: Project, tuning: Tuning, tmp_path: Path) -> None:
    file = tuning.save_model(tmp_path / "model.json")
    again = project.tune(model=file)
    assert again.model == tuning.model
    pd.testing.assert_frame_equal(again.linked.pairs, tuning.linked.pairs)
    assert file.read_bytes() == (project.place.outbox / "latest" / "model.json").read_bytes()
    with pytest.raises(UnreadableInput, match="no such model file"):
        project.tune(model=tmp_path / "none.json")


def test_a_model_may_be_learnt_from_some_exports_alone(project: Project, tuning: Tuning) -> None:
    sizes = project.lineage().drop_duplicates("record_id")["source"].value_counts()
    alone = tuning.retrained([sizes.index[0]])
    assert alone.trained_on == sizes.iloc[0]
    assert alone.model != tuning.model
    assert len(alone.linked.clusters) == len(tuning.linked.clusters)
    anew = tuning.retrained()
    assert anew.trained_on == len(tuning.linked.clusters)
    assert anew.model == tuning.model
    with pytest.raises(UnknownThing, match="No record is from nowhere; there are "):
        tuning.retrained(["nowhere"])


@pytest.mark.parametrize("is_fitted", [pytest.param(True, marks=legacy), pytest.param(False, marks=legacy)])
def test_a_recordlinkage_script_gives_what_the_run_gave(tuning: Tuning, is_fitted: bool) -> None:
    contacts = tuning.contacts()
    pairs = recordlinkage.Index([contacts.index()]).index(contacts.frame)
    levels = recordlinkage.Compare(contacts.features()).compute(pairs, contacts.frame)
    model = contacts.classifier(None if is_fitted else tuning.model)
    if is_fitted:
        model.fit(levels)
    both = tuning.beside_script(model.weigh(levels)["weight"])
    by_model = both[~both["verdict"].str.startswith("decided")]
    assert len(by_model) > 50
    np.testing.assert_allclose(by_model["script"].clip(-99, 99), by_model["weight"], atol=1e-6)
    home = tuning.linked.clusters.set_index("record_id")["cluster_id"]
    clusters = model.clusters(levels)["cluster"]
    assert clusters.index.equals(contacts.frame.index)
    assert (clusters.to_numpy() == home[clusters.index].to_numpy(dtype=object)).mean() > 0.98


def test_before_the_first_run_there_is_nothing_to_tune(make: Callable[[], Project]) -> None:
    with pytest.raises(UnknownThing, match="Nothing stands in this project yet"):
        make().tune()


def test_where_nothing_is_alike_the_charts_say_so(make: Callable[[], Project], tmp_path: Path) -> None:
    project = make()
    (tmp_path / "few.csv").write_text("First name,Last name,Email\nAnn,Abel,a@example.org\nBob,Berg,b@example.com\n")
    project.run([tmp_path / "few.csv"])
    tuning = project.tune()
    assert tuning.full_blocks().empty
    assert len(tuning.blocking().data)
    for draw in (tuning.match_weights, tuning.pairs_by_weight):
        with pytest.raises(UsageError, match="no two records of this table have anything in common"):
            draw()
