"""Canonical fields: which names a source column may be mapped to, and what each of them feeds."""

from __future__ import annotations

import pytest

from crm_clean.records.fields import CONSENT_FIELDS, NAME_FIELDS, SCALARS, Target, parse_target


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("first_name", Target("first_name"), id="a scalar"),
        pytest.param("source_record_id", Target("source_record_id"), id="an identity field"),
        pytest.param("email", Target("email", kind="email", ordinal=1), id="the first of a list"),
        pytest.param("email_2", Target("email_2", kind="email", ordinal=2), id="the second of a list"),
        pytest.param("phone_12", Target("phone_12", kind="phone", ordinal=12), id="the twelfth of a list"),
        pytest.param("address", Target("address", kind="address"), id="a whole address in one cell"),
        pytest.param("city", Target("city", kind="address", part="city"), id="a part of the first address"),
        pytest.param(
            "postal_code_2",
            Target("postal_code_2", kind="address", ordinal=2, part="postal_code"),
            id="a part of the second address",
        ),
        pytest.param(
            "text:Shop No.", Target("text:Shop No.", kind="text", label="Shop No."), id="a column as plain text"
        ),
        pytest.param("email_1", None, id="the first has no number"),
        pytest.param("email_0", None, id="there is no zeroth"),
        pytest.param("email_100", None, id="a hundred is too many"),
        pytest.param("first_name_2", None, id="a scalar has no second"),
        pytest.param("surname", None, id="a word that is no field"),
        pytest.param("text:", None, id="plain text without a name"),
        pytest.param("Email", None, id="fields are lower case"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_parse_target(name: str, expected: Target | None) -> None:
    assert parse_target(name) == expected


def test_a_target_keeps_the_label_its_source_gives() -> None:
    assert parse_target("phone_2", label="mobile") == Target("phone_2", kind="phone", ordinal=2, label="mobile")


@pytest.mark.parametrize("field", [*NAME_FIELDS, *CONSENT_FIELDS])
def test_every_field_of_a_group_is_a_field(field: str) -> None:
    assert field in SCALARS
