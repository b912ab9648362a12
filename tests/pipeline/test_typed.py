"""A value that a person typed is read as an export's would be, and refused in a sentence where it cannot be."""

from __future__ import annotations

import pytest

from crm_clean.errors import UsageError
from crm_clean.pipeline.typed import FIELDS, read_address, read_value
from crm_clean.records.fields import CONSENT_FIELDS
from crm_clean.settings import Settings

SETTINGS = Settings.understand({"sources": {"default_region": "US"}}, origin="test")


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        pytest.param("email", "Ann@Example.COM", "Ann@example.com", id="a mailbox"),
        pytest.param("phone", "(415) 555-0101", "+14155550101", id="a national number"),
        pytest.param("phone", "+44 20 7946 0958", "+442079460958", id="a number from abroad"),
        pytest.param("birth_date", "31/12/1980", "1980-12-31", id="a day"),
        pytest.param("n_purchases", "3", "3", id="a count"),
        pytest.param("purchase_total", "1,234.50", "1234.5", id="an amount"),
        pytest.param("created_at", "2024-01-05 10:00", "2024-01-05 10:00:00+00:00", id="an instant"),
        pytest.param("language", "english", "en", id="a word of a list"),
        pytest.param("website", "example.com", "https://example.com", id="a web site"),
        pytest.param("job_title", "  Head of  Sales ", "Head of Sales", id="blanks"),
    ],
)
def test_what_can_be_read(field: str, typed: str, value: str) -> None:
    assert read_value(field, typed, settings=SETTINGS) == value


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        pytest.param("email", "ann at home", "E-mail: .*name@example.com", id="no mailbox"),
        pytest.param("phone", "123", r"Phone: .*\+1 415 555 0101", id="no number"),
        pytest.param("birth_date", "in spring", "Birth date: .*1980-05-31", id="no day"),
        pytest.param("first_name", "n/a", "First name: .*cannot be taken", id="nobody's name"),
        pytest.param("n_purchases", "many", "not a number", id="no count"),
        pytest.param("job_title", "", "Job title: this cannot be read", id="nothing"),
    ],
)
def test_what_cannot_is_refused_without_repeating_it(field: str, typed: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        read_value(field, typed, settings=SETTINGS)
    assert not typed or typed not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ann@Example.com", ("email", "ann@example.com")),
        ("415 555 0101", ("phone", "+14155550101")),
    ],
)
def test_an_address_is_known_by_its_key(typed: str, address: tuple[str, str]) -> None:
    assert read_address(typed, settings=SETTINGS) == address


@pytest.mark.parametrize("typed", ["Ann Lee", "ann@", "12", ""])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="no e-mail address and no phone number"):
        read_address(typed, settings=SETTINGS)


def test_consent_is_never_typed() -> None:
    assert set(CONSENT_FIELDS).isdisjoint(FIELDS)
