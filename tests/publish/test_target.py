"""Targets are closed: a column nobody thought about is never written."""

import pytest
from pydantic import ValidationError

from crm_clean.errors import BadSettings
from crm_clean.publish.spec import PublishSpec
from crm_clean.publish.target import read_target, target_of, targets

SOUND = """
system = "made"
object = "contact"
title = "Made"
profiles = ["made_contacts"]
columns = [{ field = "first_name", names = ["First"] }]
readme = ["Import it."]
key = { names = ["Id"] }
merging = { can_merge = true }
"""


def test_targets_there_are() -> None:
    assert {(target.system, target.object) for target in targets()} == {
        ("hubspot", "contact"), ("mailchimp", "member"), ("pipedrive", "person"),
        ("salesforce", "contact"), ("salesforce", "lead"),
    }  # fmt: skip


@pytest.mark.parametrize("target", targets(), ids=lambda target: f"{target.system} {target.object}")
def test_no_target_writes_history_or_its_own_key(target: object) -> None:
    fields = {column.field for column in target.columns}  # type: ignore[attr-defined]
    assert not fields & {"created_at", "updated_at", "owner", "company_id", "status", "notes", "consent_status"}
    names = [name for column in target.columns for name in column.names]  # type: ignore[attr-defined]
    assert not set(names) & set(target.key.names)  # type: ignore[attr-defined]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("profile", "header", "expected"),
    [
        pytest.param("hubspot_contacts", ["ID de registro", "Correo"], "contact", id="another language"),
        pytest.param("salesforce_report", ["Lead ID", "Last Name"], "lead", id="a report of leads"),
        pytest.param("salesforce_report", ["Contact ID", "Last Name"], "contact", id="a report of contacts"),
        pytest.param("hubspot_contacts", ["Email"], None, id="without its key nothing can be updated"),
        pytest.param("guessed", ["Id"], None, id="a file of no known system"),
    ],
)
def test_which_target_a_file_has(profile: str, header: list[str], expected: str | None) -> None:
    found = target_of(profile, header)
    assert (found.object if found else None) == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(("first_name", "frist_name"), "frist_name cannot be written", id="a misspelt field"),
        pytest.param(("first_name", "consent_status"), "consent_status cannot be written", id="consent in words"),
        pytest.param(("title =", "titel ="), "titel", id="a misspelt key"),
        pytest.param(("[", "[["), "does not hold together", id="no TOML"),
    ],
)
def test_nonsense_is_refused(change: tuple[str, str], said: str) -> None:
    assert read_target(SOUND, origin="made.toml").system == "made"
    with pytest.raises(BadSettings, match=said):
        read_target(SOUND.replace(*change), origin="made.toml")


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        PublishSpec.model_validate({"sytems": ["hubspot"]})
