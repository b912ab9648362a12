"""`--check-deliverability`: asked for on the command line, and then alone, the name service is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crm_clean.normalise.mail import deliverability
from crm_clean.project import Project
from crm_clean.records.tables import MAIL_DOMAINS

Runs = Callable[..., Any]
ROWS = "First Name,Last Name,Email\nAda,Langfeld,ada@takes.example.org\nBen,Kurz,ben@shut.example.org\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The domains that were asked for; nobody is asked in truth, and `shut.` takes no mail."""
    domains: list[str] = []

    def check(given: Any, *, now: Any, **_: object) -> pd.DataFrame:
        domains.extend(names := sorted(set(given)))
        said = ["refuses" if name.startswith("shut.") else "accepts" for name in names]
        return MAIL_DOMAINS.frame({"domain": names, "verdict": said, "checked_at": [now] * len(names)})

    monkeypatch.setattr(deliverability, "check_domains", check)
    return domains


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.init(tmp_path / "crm")
    (made.place.landing / "a.csv").write_text(ROWS)
    return made


def undeliverable(project: Project) -> list[str]:
    return project.issues(deliverability.CODE)["raw"].tolist()


def test_a_run_asks_where_it_is_told_to(crm_clean: Runs, asked: list[str], project: Project) -> None:
    done = crm_clean("run", "--check-deliverability", "--workers", "1", "--project", project.place.folder)
    assert done.code == 0, done.err
    assert asked == ["shut.example.org", "takes.example.org"]
    assert undeliverable(project) == ["ben@shut.example.org"]


def test_nobody_is_asked_otherwise(crm_clean: Runs, asked: list[str], project: Project) -> None:
    assert crm_clean("run", "--workers", "1", "--project", project.place.folder).code == 0
    assert asked == []
    assert undeliverable(project) == []


def test_a_step_asks_once_where_each_step_says_so(crm_clean: Runs, asked: list[str], project: Project) -> None:
    for step in ("normalise", "publish"):
        words = (step, "--check-deliverability", "--workers", "1", "--project", project.place.folder)
        assert crm_clean(*words).code == 0
    assert len(asked) == 2
    assert undeliverable(project) == ["ben@shut.example.org"]


def test_settings_ask_for_it_too(asked: list[str], project: Project) -> None:
    file = project.place.settings_file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("# check_deliverability = false", "check_deliverability = true"), encoding="utf-8")
    project.run(workers=1)
    assert undeliverable(project) == ["ben@shut.example.org"]


def test_dedupe_asks_where_it_is_told_to(crm_clean: Runs, asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    words = ("dedupe", tmp_path / "a.csv", "--out", tmp_path / "out", "--workers", "1")
    assert crm_clean(*words).code == 0
    assert asked == []
    assert crm_clean(*words, "--check-deliverability").code == 0
    assert len(asked) == 2
    assert "ben@shut.example.org" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
