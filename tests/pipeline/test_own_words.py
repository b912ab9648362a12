"""The word lists of a project: offered by `init`, used without being named, and what they change when they change."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.errors import BadSettings
from crm_clean.normalise import lexicon
from crm_clean.normalise.lexicon import content_digest, load
from crm_clean.pipeline import place
from crm_clean.project import Project
from crm_clean.settings import Settings

OFFERED = Path(place.__file__).with_name("own_words")
EXPORT = "First Name,Last Name,Email,Lead Status\nAda,Langfeld,lounge@langfeld.example.org,Inner Circle\n"


@pytest.fixture
def project(make: Callable[[], Project]) -> Project:
    """A project with one contact, whose status and mailbox we have no words for."""
    made = make()
    (made.place.landing / "a.csv").write_text(EXPORT)
    return made


def test_a_new_project_has_word_lists_that_change_nothing(make: Callable[[], Project]) -> None:
    made = make()
    assert sorted(path.name for path in made.place.lexicons.iterdir()) == sorted(p.name for p in OFFERED.iterdir())
    assert content_digest(str(made.place.lexicons)) == content_digest(None)
    assert made.settings().normalise.lexicons == made.place.lexicons


@pytest.mark.parametrize("file", sorted(path.name for path in OFFERED.glob("*.toml")))
def test_every_line_that_is_offered_is_understood_and_counts(file: str, tmp_path: Path) -> None:
    offered = (OFFERED / file).read_text(encoding="utf-8")
    uncommented = re.sub(r'^# (?=\[|\w+ = |")', "", offered, flags=re.MULTILINE)
    (tmp_path / file).write_text(uncommented, encoding="utf-8")
    assert content_digest(str(tmp_path)) != content_digest(None)


def test_every_file_of_words_is_told_of() -> None:
    told = set(re.findall(r"^\| `(\w+)\.toml`", (OFFERED / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert told == {path.stem for path in Path(lexicon.__file__).with_name("lexicons").glob("*.toml")}


def test_what_the_readme_says_of_words_is_so(tmp_path: Path) -> None:
    text = (OFFERED / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "emails.toml").write_text(example)
    words = load(str(tmp_path))
    assert words.maps["emails.typos"]["gmaik.com"] == "gmail.com"
    assert "lounge" in words.sets["emails.role"]
    assert "studio" not in words.sets["emails.role"]


def test_lists_that_are_there_are_left_as_they_are(project: Project) -> None:
    (project.place.lexicons / "status.toml").write_text('[maps.status]\n"inner circle" = "customer"\n')
    (project.place.lexicons / "tags.toml").unlink()
    Project.init(project.place.folder)
    assert "inner" in (project.place.lexicons / "status.toml").read_text()
    assert not (project.place.lexicons / "tags.toml").exists()


def test_a_folder_that_is_named_is_used_instead(project: Project, tmp_path: Path) -> None:
    own = tmp_path / "words"
    own.mkdir()
    settings = project.place.settings_file
    text = settings.read_text(encoding="utf-8").replace('# lexicons = "lexicons"', f'lexicons = "{own}"')
    settings.write_text(text, encoding="utf-8")
    assert project.settings().normalise.lexicons == own


def test_a_project_without_the_folder_uses_our_words(project: Project) -> None:
    shutil.rmtree(project.place.lexicons)
    assert project.settings().normalise.lexicons is None


def test_a_folder_called_so_where_a_command_is_run_is_nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lexicons").mkdir()
    monkeypatch.chdir(tmp_path)
    assert Settings.understand({}, origin="options").normalise.lexicons is None


def test_a_word_that_is_added_counts_for_records_that_stand(project: Project) -> None:
    project.run(workers=1)
    assert project.golden()["status"].tolist() == ["other"]
    (project.place.lexicons / "status.toml").write_text('[maps.status]\n"Inner Circle" = "customer"\n')
    assert project.run(workers=1).is_changed
    assert project.golden()["status"].tolist() == ["customer"]


def test_a_misspelt_word_stops_the_run_and_what_stood_stands(project: Project) -> None:
    project.run(workers=1)
    (project.place.lexicons / "status.toml").write_text('[maps.status]\n"Inner Circle" = "custmer"\n')
    with pytest.raises(BadSettings, match="did you mean customer"):
        project.run(workers=1)
    assert len(project.runs()) == 1


def test_a_note_in_a_list_and_another_way_to_the_project_change_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.run(workers=1)
    (project.place.lexicons / "status.toml").write_text("# nothing yet\n")
    monkeypatch.chdir(project.place.folder.parent)
    assert not Project(Path(project.place.folder.name)).run(workers=1).is_changed
