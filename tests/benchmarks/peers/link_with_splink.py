"""Links a table with Splink on DuckDB, as its own demonstrations do: `link_with_splink.py TABLE.csv OUT.csv`.

Three kinds of tables have demonstrations of their own, told apart by their columns: contacts (e-mail or phone beside an
address), people with a birth date and a place of many variants, and people with a name, a birth date and an e-mail.
Seconds are those of training, prediction and clusters at the first threshold; OUT.csv has a column for each threshold,
the first being that of the demonstrations.
"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pandas as pd
import splink.comparison_library as cl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from table import Clock, Cost, filled, main

THRESHOLDS = (0.95, 0.2, 0.5, 0.8, 0.9, 0.99, 0.999, 0.9999)
logging.disable(logging.WARNING)

CONTACTS = (
    ("email",), ("phone",), ("first_name", "last_name"), ("last_name", "postcode"), ("first_name", "birth_date"),
    ("last_name", "birth_date"), ("street", "postcode"),
)  # fmt: skip
REGISTER = (
    ("substr(first_name,1,3)", "substr(last_name,1,4)"), ("last_name", "birth_date"), ("first_name", "birth_date"),
    ("postcode", "first_name"), ("postcode", "last_name"), ("birth_date", "city"),
    ("substr(postcode,1,3)", "birth_date"),
    ("substr(postcode,1,3)", "first_name"), ("substr(postcode,1,3)", "last_name"), ("street", "postcode"),
    ("substr(first_name,1,2)", "substr(last_name,1,2)", "substr(birth_date,1,4)"),
)  # fmt: skip
TEACHING = (("first_name", "city"), ("last_name",), ("email",), ("birth_date",), ("first_name", "last_name"))
COMPANIES = (("company",), ("phone",), ("street", "postcode"), ("substr(company,1,8)", "postcode"))


def rules_of(there: set[str]) -> tuple[tuple[str, ...], ...]:
    """The blocking rules of the demonstration that this table is most like."""
    if not there & {"first_name", "last_name"}:
        return COMPANIES
    if "phone" in there or {"email", "street"} <= there:
        return CONTACTS
    return REGISTER if "postcode" in there else TEACHING


def usable(rules: tuple[tuple[str, ...], ...], there: set[str]) -> list[tuple[str, ...]]:
    """Those whose columns this table has."""
    return [rule for rule in rules if {part.removeprefix("substr(").partition(",")[0] for part in rule} <= there]


def comparisons(there: set[str]) -> list[Any]:
    """What to compare in a table that has these columns filled."""
    found = {
        "email": cl.EmailComparison("email"),
        "phone": cl.LevenshteinAtThresholds("phone", [1, 2]),
        "street": cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
        "postcode": cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        "city": cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
        "birth_date": cl.DateOfBirthComparison("birth_date", input_is_string=True),
        "company": cl.JaroWinklerAtThresholds("company", [0.9]),
        "occupation": cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
    }
    if {"street", "postcode"} <= there:
        del found["city"]  # told by the postcode
    if there.isdisjoint({"email", "phone", "street"}) and "postcode" in there:
        found["postcode"] = cl.PostcodeComparison("postcode")
    names: list[Any] = []
    if {"first_name", "last_name"} <= there:
        names = [cl.ForenameSurnameComparison("first_name", "last_name")]
    return [*names, *(one for column, one in found.items() if column in there)]


def trained(linker: Linker, there: set[str]) -> None:
    """Estimates the prior by rules that are nearly always right, u by sampling, m by expectation maximisation."""
    certain = usable(
        (("email",), ("phone", "last_name"), ("first_name", "last_name", "birth_date"), ("company", "phone")), there
    )
    if certain:
        linker.training.estimate_probability_two_random_records_match([block_on(*rule) for rule in certain], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in usable(
        (("email",), ("last_name", "postcode"), ("birth_date",), ("first_name", "last_name"), ("company",)), there
    ):
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        except Exception as problem:  # too few pairs under this rule; the others still train
            print(f"no training on {rule}: {type(problem).__name__}")


def link(table: pd.DataFrame) -> tuple[dict[str, Any], Cost]:
    there = filled(table)
    frame = table.assign(unique_id=np.arange(len(table)))
    clock = Clock()
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in usable(rules_of(there), there)],
        comparisons=comparisons(there),
    )
    linker = Linker(DuckDBAPI().register(frame), settings)
    trained(linker, there)
    edges = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    found = {f"{THRESHOLDS[0]}": joined(edges, THRESHOLDS[0], n=len(frame))}
    cost = clock.read()
    return found | {f"{t}": joined(edges, t, n=len(frame)) for t in THRESHOLDS[1:]}, cost


def joined(edges: pd.DataFrame, threshold: float, *, n: int) -> Any:
    """Connected components, quicker than the peer's own way to the same clusters."""
    kept = edges[edges["match_probability"] >= threshold]
    links = coo_array((np.ones(len(kept)), (kept["unique_id_l"], kept["unique_id_r"])), shape=(n, n))
    return connected_components(links, directed=False)[1]


if __name__ == "__main__":
    main(link, __doc__)
