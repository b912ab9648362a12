"""Rules are closed: what makes no sense is refused, in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from crm_clean.merge.spec import AGGREGATES, DEFAULT_RULES, MergeSpec
from crm_clean.records.fields import CONSENT_FIELDS, SCALARS


def test_every_field_has_rules() -> None:
    spec = MergeSpec()
    grouped = {field for group in spec.together for field in group.fields}
    assert {*spec.alone(), *grouped, *CONSENT_FIELDS} == set(SCALARS)
    assert all(spec.rules_of(field) for field in spec.alone())
    assert set(DEFAULT_RULES) == set(spec.alone())


def test_one_rule_may_stand_without_a_list() -> None:
    assert MergeSpec.model_validate({"rules": {"owner": "oldest"}}).rules_of("owner") == ("oldest",)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"ruels": {}}, "Extra inputs", id="a misspelt key"),
        pytest.param({"rules": {"onwer": "newest"}}, "no such field: onwer", id="a misspelt field"),
        pytest.param({"rules": {"owner": "newst"}}, "newst", id="a misspelt rule"),
        pytest.param({"rules": {"owner": []}}, "at least one rule", id="no rule"),
        pytest.param({"rules": {"email_opt_out": "newest"}}, "strictest consent always wins", id="a choice of consent"),
        pytest.param({"rules": {"last_name": "newest"}}, "survives together", id="a part of a group on its own"),
        pytest.param({"rules": {"owner": "union"}}, "union is for", id="a union of single values"),
        pytest.param({"rules": {"owner": "max"}}, "max is for dates", id="the greatest text"),
        pytest.param({"rules": {"tags": ["union", "newest"]}}, "stands alone", id="a union with more rules"),
        pytest.param(
            {"together": [{"fields": ["owner", "company"], "lead": "status", "rules": ["newest"]}]},
            "lead status must be one of", id="a lead from outside",
        ),
        pytest.param(
            {"together": [{"fields": ["owner", "company"], "lead": "owner", "rules": ["union"]}]},
            "choose a record", id="a group that joins values",
        ),
        pytest.param(
            {"together": [{"fields": ["owner", "company"], "lead": "owner", "rules": ["newest"]},
                          {"fields": ["owner", "industry"], "lead": "owner", "rules": ["newest"]}]},
            "two groups", id="a field in two groups",
        ),
    ],
)  # fmt: skip
def test_nonsense_is_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MergeSpec.model_validate(settings)


def test_aggregates_are_rules_of_their_own() -> None:
    assert {"union", "min", "max", "any_true"} == AGGREGATES
