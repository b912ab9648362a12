"""Commands about the past and people's word: each says what it is for, and one sentence when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_clean.cli import main
from crm_clean.project import Project

EXPORT = """First Name,Last Name,Email,Phone
Ada,Longfellow,ada.longfellow@example.org,+1 212 555 0101
ada,longfellow,ADA.LONGFELLOW@example.org,(212) 555-0101
Ben,Shortt,ben@example.com,+1 212 555 0102
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.init(tmp_path_factory.mktemp("desk"))
    (made.place.landing / "people.csv").write_text(EXPORT)
    made.run()
    return made


Said = tuple[int, str, str]


@pytest.fixture
def say(project: Project, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Exit code, what was printed, what was said on stderr."""

    def run(*words: str, has_project: bool = True) -> Said:
        where = ["--project", str(project.place.folder)] if has_project else []
        with pytest.raises(SystemExit) as left:
            main([*words, *where])
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


@pytest.mark.parametrize("command", ["rollback", "split", "override", "overrides", "decisions", "export", "forget"])
def test_help_says_what_it_is_for(say, command):
    code, out, err = say(command, "--help", has_project=False)
    assert (code, err) == (0, "")
    assert f"crm-clean {command}" in out
    assert "--project" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(["rollback", "7"], "There is no run 7", id="rollback"),
        pytest.param(["split", "G-00", "--by", "Kim"], "no such golden record", id="split"),
        pytest.param(["override", "G-00", "company", "Acme", "--by", "Kim"], "no such golden record", id="override"),
        pytest.param(["consent", "open", "nobody@example.org", "--by", "Kim", "--reason", "asked"], "", id="consent"),
        pytest.param(["forget", "nobody@example.org", "--yes"], "", id="forget"),
        pytest.param(["explain", "G-00", "--field", "email"], "no such golden record", id="explain"),
    ],
)
def test_what_is_not_there_is_one_sentence(say, words, sentence):
    code, out, err = say(*words)
    assert code == 2
    assert out == ""
    assert err.startswith("crm-clean: ")
    assert sentence in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_field_that_does_not_exist_names_one_that_does(say, project):
    golden_id = project.golden()["golden_id"].iloc[0]
    code, _, err = say("override", golden_id, "compny", "Acme", "--by", "Kim")
    assert code == 2
    assert "company" in err


def test_consent_is_not_a_value_to_be_set(say, project):
    golden_id = project.golden()["golden_id"].iloc[0]
    code, _, err = say("override", golden_id, "email_opt_out", "false", "--by", "Kim")
    assert code == 2
    assert "consent" in err


def test_the_state_that_stands_is_not_gone_back_to(say):
    code, out, _ = say("rollback", "1")
    assert code == 0
    assert "stands already" in out


def test_an_export_of_the_past_is_asked_for_by_run(say, tmp_path: Path):
    code, _, err = say("export", "--out", str(tmp_path / "out"), "--as-of", "9")
    assert code == 2
    assert "There is no run 9" in err
    assert not (tmp_path / "out").exists()
