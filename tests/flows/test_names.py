"""What a project is called in Prefect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flows import names


@pytest.mark.parametrize(
    ("folder", "shown", "key"),
    [
        pytest.param("/srv/crm", "crm", "crm", id="as it is"),
        pytest.param("/srv/CRM Europe (new)", "CRM Europe (new)", "crm-europe-new", id="blanks, capitals, signs"),
        pytest.param("/srv/Kunden_Büro", "Kunden_Büro", "kunden-b-ro", id="letters that a key cannot have"),
        pytest.param("/srv/客户", "客户", "project", id="no letter that a key can have"),
        pytest.param("/", "project", "project", id="no name at all"),
    ],
)
def test_a_name_and_a_key(folder, shown, key):
    assert names.shown(Path(folder)) == shown
    assert names.key(Path(folder)) == key


def test_a_limit_is_a_projects_own():
    first, second = names.limit(Path("/a/crm")), names.limit(Path("/b/crm"))
    assert first != second
    assert all(re.fullmatch(r"crm-clean-crm-[0-9a-f]{8}", name) for name in (first, second))


def test_a_limit_is_the_same_from_everywhere(monkeypatch, tmp_path):
    (tmp_path / "crm").mkdir()
    monkeypatch.chdir(tmp_path)
    assert names.limit(Path("crm")) == names.limit(tmp_path / "crm") == names.limit(Path("crm/../crm"))
