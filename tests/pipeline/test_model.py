"""A model is saved with each run, and a run can be told to link by one instead of learning."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import crm_clean
from crm_clean.errors import UnreadableInput, UsageError
from crm_clean.link.model_file import read_model
from crm_clean.pipeline.reporter import Silent
from crm_clean.project import Options, Project, dedupe_files
from crm_clean.records.tables import RUNS


class Listener(Silent):
    """Keeps the notices."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def notice(self, text: str) -> None:
        self.heard.append(text)


def model_of(project: Project) -> Path:
    return project.place.outbox / "latest" / "model.json"


def test_a_run_saves_its_model_in_the_outbox_and_in_its_row(ran):
    kept = json.loads(ran[0].store.read(RUNS).iloc[0]["model"])
    saved = read_model(model_of(ran[0]))
    assert saved.model.model_dump(mode="json") == kept["model"]
    assert saved.trained_on == kept["trained_on"] > 250


def test_a_run_by_the_model_of_the_same_data_finds_the_same_people(ran, make, exports):
    project = make()
    project.run([exports], workers=1, model=model_of(ran[0]))
    assert project.store.view("crosswalk").equals(ran[0].store.view("crosswalk"))
    assert model_of(project).read_bytes() == model_of(ran[0]).read_bytes()


@pytest.fixture
def copied(ran, tmp_path) -> Project:
    shutil.copytree(ran[0].place.folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def test_another_model_is_a_reason_to_run_again_and_the_same_one_is_none(copied, exports, tmp_path):
    said = json.loads(model_of(copied).read_text())
    said["model"]["prior"] = 1e-9
    doubtful = tmp_path / "doubtful.json"
    doubtful.write_text(json.dumps(said))
    before = len(copied.golden())
    changed = copied.run([exports], workers=1, model=doubtful)
    assert changed.is_changed
    assert len(copied.golden()) > before
    assert not copied.run([exports], workers=1, model=doubtful).is_changed
    assert not copied.run([exports], workers=1).is_changed  # the model that stands is kept


def test_learning_anew_and_a_model_exclude_each_other(copied):
    with pytest.raises(UsageError, match="exclude each other"):
        copied.run(workers=1, full=True, model=model_of(copied))


def test_a_file_that_is_no_model_stops_a_run_before_it_begins(copied, exports):
    with pytest.raises(UnreadableInput, match="no model of crm-clean"):
        copied.run([exports], workers=1, model=copied.place.folder / "expectations" / "golden.json")
    assert copied.store.last_run() == 1


PEOPLE = pd.DataFrame(
    {
        "first_name": ["Ann", "Anne", "Bob", "Carla", "Carla"],
        "last_name": ["Bergman", "Bergman", "Cole", "Dahl", "Dahl"],
        "email": ["ann@x.example", "ann@x.example", "bob@y.example", "c@z.example", "c@z.example"],
    }
)


def test_dedupe_writes_a_model_that_another_dedupe_links_by(tmp_path):
    PEOPLE.to_csv(tmp_path / "people.csv", index=False)
    dedupe_files([tmp_path / "people.csv"], tmp_path / "one")
    learnt = tmp_path / "one" / "model.json"
    options = Options(model=read_model(learnt))
    dedupe_files([tmp_path / "people.csv"], tmp_path / "two", options=options)
    assert learnt.read_bytes() == (tmp_path / "two" / "model.json").read_bytes()
    assert (tmp_path / "one" / "crosswalk.csv").read_bytes() == (tmp_path / "two" / "crosswalk.csv").read_bytes()
    by_model = crm_clean.dedupe(PEOPLE, model=learnt)
    assert by_model.crosswalk["golden_id"].nunique() == 3


def test_a_model_of_another_table_is_fitted_with_a_notice(tmp_path):
    PEOPLE.to_csv(tmp_path / "people.csv", index=False)
    dedupe_files([tmp_path / "people.csv"], tmp_path / "one")
    PEOPLE.assign(phone=[f"+4477009001{k:02d}" for k in (1, 1, 2, 3, 3)]).to_csv(tmp_path / "more.csv", index=False)
    heard = Listener()
    options = Options(model=read_model(tmp_path / "one" / "model.json"))
    dedupe_files([tmp_path / "more.csv"], tmp_path / "two", options=options, reporter=heard)
    assert "The model knows nothing of phone: here that does not count." in heard.heard


def test_a_model_about_other_columns_is_refused_and_nothing_is_written(tmp_path):
    PEOPLE.to_csv(tmp_path / "people.csv", index=False)
    dedupe_files([tmp_path / "people.csv"], tmp_path / "one")
    pd.DataFrame({"phone": ["+447700900101"] * 2 + ["+447700900102"] * 2}).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(UsageError, match="this table has none of that"):
        dedupe_files(
            [tmp_path / "p.csv"], tmp_path / "two", options=Options(model=read_model(tmp_path / "one" / "model.json"))
        )
    assert not (tmp_path / "two").exists()
