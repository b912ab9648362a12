"""Survivorship as data: for each field, which of several values stays.

Reads aloud: `last_name: valid_first, then most_frequent, then newest`. Rules are asked in order until one value is
left; the smaller record id breaks what is still tied. Consent has no rules to choose: the strictest always wins.
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from crm_clean.records.fields import CONSENT_FIELDS, SCALARS

Rule = Literal[
    "valid_first",  # no placeholder, no company where a person's name belongs, no impossible day; always asked
    "most_frequent",  # said by most records; a value much like it lends support, so a typo votes for what it garbles
    "attested",  # of two spellings, the one that far more other people bear
    "source_priority",  # the source that stands first in `source_priority`
    "newest",  # of the record changed last (created last, where no change is told)
    "oldest",  # of the record created first
    "most_complete",  # of the record with most fields filled
    "longest",
    "furthest",  # the later step of a customer's way: customer and former, prospect, lead, other
    "union",  # all of them, each once
    "min",
    "max",
    "any_true",
]

RULES: tuple[Rule, ...] = get_args(Rule)
AGGREGATES: frozenset[Rule] = frozenset({"union", "min", "max", "any_true"})
UNITED = ("tags", "lists", "notes")

_AGREED: tuple[Rule, ...] = ("valid_first", "most_frequent", "attested", "source_priority", "newest", "longest")
_LATEST: tuple[Rule, ...] = ("source_priority", "newest", "most_frequent", "longest")

# Sums would count one purchase twice where two exports hold the same history; a maximum never overstates.
DEFAULT_RULES: dict[str, tuple[Rule, ...]] = {
    "full_name": ("valid_first", "most_frequent", "source_priority", "newest", "longest"),
    "salutation": ("most_frequent", "source_priority", "newest", "longest"),
    "nickname": _AGREED,
    "maiden_name": _AGREED,
    "gender": ("most_frequent", "source_priority", "newest"),
    "birth_date": ("most_frequent", "source_priority", "newest"),
    "company_domain": _LATEST,
    "industry": _LATEST,
    "lead_source": ("source_priority", "oldest"),
    "owner": ("source_priority", "newest"),
    "tags": ("union",),
    "lists": ("union",),
    "language": ("most_frequent", "source_priority", "newest"),
    "contact_preference": ("source_priority", "newest"),
    "created_at": ("min",),
    "updated_at": ("max",),
    "last_activity_at": ("max",),
    "n_interactions": ("max",),
    "n_purchases": ("max",),
    "purchase_total": ("max",),
    "survey_score": ("source_priority", "newest"),
    "notes": ("union",),
}


def _refuse_unknown(fields: tuple[str, ...] | dict[str, tuple[Rule, ...]]) -> None:
    unknown = sorted(set(fields) - set(SCALARS))
    if unknown:
        raise ValueError(f"no such field: {', '.join(unknown)}; the fields are {', '.join(SCALARS)}")


def _refuse_consent(fields: tuple[str, ...] | dict[str, tuple[Rule, ...]]) -> None:
    touched = sorted(set(fields) & set(CONSENT_FIELDS))
    if touched:
        raise ValueError(f"{', '.join(touched)}: the strictest consent always wins; take the rule out")


def _refuse_aggregates(chain: tuple[Rule, ...]) -> None:
    if not chain or AGGREGATES.intersection(chain):
        raise ValueError(f"fields that survive together need rules that choose a record, not {', '.join(chain)}")


def _refuse_misfit(field: str, chain: tuple[Rule, ...]) -> None:
    if not chain:
        raise ValueError(f"{field} needs at least one rule")
    if AGGREGATES.intersection(chain) and len(chain) > 1:
        raise ValueError(f"{field}: {', '.join(chain)}: a rule that joins values stands alone")
    kind = SCALARS[field]
    if chain == ("union",) and field not in UNITED:
        raise ValueError(f"{field}: union is for {', '.join(UNITED)}")
    if chain[0] in ("min", "max") and kind in ("text", "flag"):
        raise ValueError(f"{field}: {chain[0]} is for dates, instants and numbers")
    if chain == ("any_true",) and kind != "flag":
        raise ValueError(f"{field}: any_true is for flags")


class Together(BaseModel):
    """Fields that survive together, from one record: never the job of one company under the name of another.

    `lead` is the field that says what the others belong to. What the chosen record leaves blank is filled from
    records that agree on the lead; a misspelling of it is replaced by the spelling that has more support.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[str, ...] = Field(min_length=2)
    lead: str
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _is_sound(self) -> Together:
        _refuse_unknown(self.fields)
        if self.lead not in self.fields:
            raise ValueError(f"lead {self.lead} must be one of {', '.join(self.fields)}")
        _refuse_consent(self.fields)
        _refuse_aggregates(self.rules)
        return self


NAME = Together(fields=("first_name", "middle_name", "last_name", "suffix"), lead="last_name", rules=_AGREED)
WORK = Together(
    fields=("company", "company_id", "job_title", "department"),
    lead="company",
    rules=("source_priority", "newest", "most_frequent", "longest"),
)
STANDING = Together(
    fields=("status", "status_detail"), lead="status", rules=("furthest", "source_priority", "newest", "most_complete")
)


class MergeSpec(BaseModel):
    """How members become one golden record.

    `source_priority`: sources, best first; those not named come last, all equal. `rules`: rules of a field, instead of
    the default ones. `together`: which fields survive together. `complete`: fill blanks from what the members prove.
    `lineage_of_singles`: list survivors of golden records with one member too, who gave everything it has.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_priority: tuple[str, ...] = ()
    rules: dict[str, tuple[Rule, ...]] = Field(default_factory=dict)
    together: tuple[Together, ...] = (NAME, WORK, STANDING)
    complete: bool = True
    lineage_of_singles: bool = False

    @field_validator("rules", mode="before")
    @classmethod
    def _one_rule_may_stand_alone(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {field: (chain,) if isinstance(chain, str) else chain for field, chain in given.items()}

    @model_validator(mode="after")
    def _is_sound(self) -> MergeSpec:
        _refuse_unknown(self.rules)
        _refuse_consent(self.rules)
        grouped = [field for group in self.together for field in group.fields]
        for field in grouped:
            if grouped.count(field) > 1:
                raise ValueError(f"{field} stands in two groups of `together`; leave it in one")
            if field in self.rules:
                raise ValueError(f"{field} survives together with others; change the rules of that group instead")
        for field, chain in self.rules.items():
            _refuse_misfit(field, chain)
        return self

    def rules_of(self, field: str) -> tuple[Rule, ...]:
        """The chain of a field that survives on its own."""
        return self.rules.get(field) or DEFAULT_RULES.get(field) or _AGREED

    def alone(self) -> tuple[str, ...]:
        """The fields, in order, that survive on their own: in no group, and not consent."""
        grouped = {field for group in self.together for field in group.fields}
        return tuple(field for field in SCALARS if field not in grouped and field not in CONSENT_FIELDS)
