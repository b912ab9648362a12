"""The comparisons of a table: which there are, their levels, and what is believed of them before data is seen."""

from __future__ import annotations

import numpy as np

from crm_clean.link.columns import Bag, Column, Ints
from crm_clean.link.compare import births, contact, person_names, places
from crm_clean.link.compare.levels import DIFFERENT, Compared, Comparison, bag_levels, fewest_holders
from crm_clean.link.compare.names import is_close
from crm_clean.link.people import People


def comparisons(people: People) -> list[Comparison]:
    """The comparisons that have something to work on in this table, always in the same order."""
    found = [c for c in (*_WHO, *_WHERE) if _has_values(c.name, people)]
    return [*found, *(_text(label) for label in people.texts)]


def levels_of(name: str) -> tuple[str, ...] | None:
    """The levels of the comparison called `name`, in any table; None where there is none of that name."""
    if name.startswith("text:"):
        return _text(name.removeprefix("text:")).levels
    return next((c.levels for c in (*_WHO, *_WHERE) if c.name == name), None)


def _has_values(name: str, p: People) -> bool:
    holds: dict[str, tuple[Bag | Column, ...]] = {
        "name": (p.first, p.last),
        "generation": (p.suffix,),
        "email": (p.emails, p.roles),
        "phone": (p.phones,),
        "address": (p.streets, p.postcodes, p.cities),
        "birth_date": (p.birth,),
        "company": (p.company,),
        "profile": (p.profiles,),
    }
    return any(not held.is_empty for held in holds[name])


def _compare_profiles(p: People, left: Ints, right: Ints) -> Compared:
    levels = bag_levels(p.profiles, left, right)
    return Compared(np.where(levels == DIFFERENT, 2, levels).astype(np.int8))


def _text(label: str) -> Comparison:
    """A column of unknown meaning, compared as plain text."""

    def compare(p: People, left: Ints, right: Ints) -> Compared:
        bag = p.texts[label]
        return Compared(bag_levels(bag, left, right, like=is_close), fewest_holders(bag, p, left, right))

    return Comparison(
        f"text:{label}",
        ("same", "close", "different"),
        likely=(0.80, 0.08, 0.12),
        chance=(0.10, 0.02, 0.88),
        compare=compare,
        by_value=(),
    )


_WHO = (
    Comparison(
        "name",
        person_names.LEVELS,
        likely=(0.60, 0.08, 0.12, 0.02, 0.03, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01),
        chance=(0.002, 0.001, 0.002, 0.001, 0.002, 0.005, 0.01, 0.005, 0.005, 0.01, 0.03, 0.03, 0.887, 0.01),
        compare=person_names.compare_names,
        by_value=("exact",),
        neutral=("unnamed",),
    ),
    Comparison(
        "generation",
        ("same", "one_sided", "conflict"),
        likely=(0.60, 0.38, 0.02),
        chance=(0.05, 0.80, 0.15),
        compare=person_names.compare_generations,
    ),
    Comparison(
        "email",
        contact.EMAIL_LEVELS,
        likely=(0.55, 0.07, 0.06, 0.03, 0.02, 0.27),
        chance=(0.002, 0.001, 0.003, 0.02, 0.01, 0.964),
        compare=contact.compare_emails,
        by_value=("same",),
    ),
    Comparison(
        "phone",
        contact.PHONE_LEVELS,
        likely=(0.60, 0.05, 0.05, 0.30),
        chance=(0.004, 0.001, 0.02, 0.975),
        compare=contact.compare_phones,
        by_value=("same",),
    ),
)
_WHERE = (
    Comparison(
        "address",
        places.ADDRESS_LEVELS,
        likely=(0.55, 0.15, 0.02, 0.07, 0.01, 0.07, 0.13),
        chance=(0.004, 0.002, 0.002, 0.02, 0.01, 0.07, 0.892),
        compare=places.compare_addresses,
        by_value=("same", "postcode"),
    ),
    Comparison(
        "birth_date",
        births.LEVELS,
        likely=(0.85, 0.02, 0.07, 0.035, 0.01, 0.015),
        chance=(0.001, 0.001, 0.002, 0.04, 0.03, 0.926),
        compare=births.compare_births,
        by_value=("same",),
    ),
    Comparison(
        "company",
        places.COMPANY_LEVELS,
        likely=(0.60, 0.12, 0.28),
        chance=(0.03, 0.01, 0.96),
        compare=places.compare_companies,
        by_value=("same",),
    ),
    Comparison("profile", ("same", "different"), likely=(0.9, 0.1), chance=(0.01, 0.99), compare=_compare_profiles),
)
