"""Models as files: written and read back whole, refused in a sentence, told and compared in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm_clean.errors import UnreadableInput, UsageError
from crm_clean.link.model_file import ModelFile, fit, read_model
from crm_clean.link.model_words import compared, described
from crm_clean.link.score import LevelModel, Model, StrangerModel
from tests.link.town import town

GENERATION = LevelModel(
    name="generation", levels=("same", "one_sided", "conflict"), m=(0.5, 0.375, 0.125), typical=(None,) * 3
)
PROFILE = LevelModel(name="profile", levels=("same", "different"), m=(0.9, 0.1), typical=(None, None))
SMALL = Model(
    prior=0.25,
    comparisons=(GENERATION, PROFILE),
    strangers=(StrangerModel(kind="namesakes", share=0.75, u=((0.25, 0.5, 0.25), (0.1, 0.9))),),
)
FILE = ModelFile(trained_on=1200, model=SMALL)


def test_a_file_reads_back_as_it_was_and_twice_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(FILE.text(), "utf-8")
    assert read_model(tmp_path / "model.json") == FILE
    assert FILE.text() == ModelFile.model_validate(json.loads(FILE.text())).text()


def test_what_a_run_learnt_can_be_written_and_read(linked: Callable[..., Any], tmp_path: Path) -> None:
    learnt = ModelFile(trained_on=500, model=linked(town(200, seed=1)[0]).model)
    (tmp_path / "model.json").write_text(learnt.text(), "utf-8")
    assert read_model(tmp_path / "model.json") == learnt
    assert "oak st" not in learnt.text()  # no value of anybody


def _without(**changed: Any) -> str:
    said = json.loads(FILE.text())
    said["model"] |= changed.pop("model", {})
    return json.dumps(said | changed)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        pytest.param(None, "missing", "no such model file", id="no file"),
        pytest.param("", "not_json", "no JSON", id="an empty file"),
        pytest.param("\x89PNG", "not_json", "no JSON", id="something else"),
        pytest.param("[1, 2]", "no_model", "no model of crm-clean", id="JSON of another kind"),
        pytest.param(_without(version=2), "other_version", "version 2, this crm-clean reads version 1", id="version"),
        pytest.param(_without(colour="red"), "bad_model", "colour: Extra inputs", id="an unknown key"),
        pytest.param(_without(model={"prior": "much"}), "bad_model", "model prior: Input should be", id="no number"),
        pytest.param(_without(model={"prior": 1.0}), "bad_model", "prior is no share", id="a prior of 1"),
        pytest.param(_without(model={"strangers": []}), "bad_model", "learnt nothing", id="a model without pairs"),
        pytest.param(
            _without(model={"comparisons": [PROFILE.model_dump() | {"name": "shoe_size"}]}),
            "bad_model", "no comparison shoe_size of the levels same, different", id="a comparison there is not",
        ),
        pytest.param(
            _without(model={"comparisons": [PROFILE.model_dump() | {"levels": ["yes", "no"]}]}),
            "bad_model", "no comparison profile of the levels yes, no", id="levels there are not",
        ),
        pytest.param(
            _without(model={"comparisons": [GENERATION.model_dump(), PROFILE.model_dump() | {"m": [1.0, 0.0]}]}),
            "bad_model", "profile has not one share over 0", id="a level that never occurs",
        ),
        pytest.param(
            _without(model={"strangers": [{"kind": "x", "share": 1.0, "u": [[0.5, 0.25, 0.25]]}]}),
            "bad_model", "generation has not one share over 0", id="strangers of another shape",
        ),
        pytest.param(
            _without(model={"comparisons": [PROFILE.model_dump(), PROFILE.model_dump()]}),
            "bad_model", "a comparison twice", id="a comparison twice",
        ),
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused_in_a_sentence(tmp_path: Path, content: str | None, code: str, says: str) -> None:
    path = tmp_path / "model.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(UnreadableInput, match=says) as refused:
        read_model(path)
    assert (refused.value.code, refused.value.exit_code) == (code, 2)
    assert "leave out --model" in str(refused.value)


def _of(*comparisons: LevelModel) -> dict[str, Any]:
    return SMALL.model_copy(update={"comparisons": comparisons}).model_dump(mode="json")


def test_a_model_of_another_table_is_fitted_and_says_so() -> None:
    found = fit(_of(GENERATION), _of(GENERATION, PROFILE))
    assert found.notices() == ["The model knows nothing of profile: here that does not count."]
    found = fit(_of(GENERATION, PROFILE), _of(GENERATION))
    assert found.notices() == ["This table has no profile: that part of the model is not used."]
    assert fit(_of(PROFILE), _of(PROFILE)).notices() == []


def test_a_model_that_has_nothing_in_common_with_a_table_is_refused() -> None:
    with pytest.raises(UsageError, match="compares profile, and this table has none of that"):
        fit(_of(PROFILE), _of(GENERATION))


def test_a_table_without_pairs_has_nothing_to_fit() -> None:
    assert fit(_of(PROFILE), _of()).common == ()


def test_a_model_in_words() -> None:
    assert described(FILE) == [
        "learnt from 1,200 records; 25.0% of the pairs looked at were one person",
        "generation:",
        "  same         +1.0 bits",
        "  one sided    -0.4 bits",
        "  conflict     -1.0 bits",
        "profile:",
        "  same         +3.2 bits",
        "  different    -3.2 bits",
    ]


def test_what_changed_from_one_model_to_another() -> None:
    surer = GENERATION.model_copy(update={"m": (0.5, 0.4375, 0.0625)})
    later = ModelFile(
        trained_on=3000,
        model=Model(
            prior=0.5,
            comparisons=(surer,),
            strangers=(StrangerModel(kind="namesakes", share=0.5, u=((0.25, 0.5, 0.25),)),),
        ),
    )
    assert compared(FILE, later) == [
        "before: learnt from 1,200 records; 25.0% of the pairs looked at were one person",
        "after:  learnt from 3,000 records; 50.0% of the pairs looked at were one person",
        "generation:",
        "  conflict     -1.0 bits -> -2.0 bits: counts less for one person",
        "profile: only before",
    ]


def test_a_model_compared_with_itself_has_not_changed() -> None:
    assert compared(FILE, FILE)[2:] == ["no level counts more or less by 0.5 bits or more"]
