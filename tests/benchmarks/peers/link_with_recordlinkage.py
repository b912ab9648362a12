"""Links a table with recordlinkage as its documentation does: `link_with_recordlinkage.py TABLE.csv OUT.csv`.

Blocks on exact values, compares by Jaro-Winkler and equality, classifies by its expectation maximisation (ECM) without
labels, joins the pairs it calls matches. There is no threshold to choose.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import recordlinkage as rl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from table import Clock, Cost, filled, main

RULES = (
    ("email",), ("phone",), ("first_name", "last_name"), ("last_name", "postcode"), ("first_name", "birth_date"),
    ("last_name", "birth_date"), ("street", "postcode"),
)  # fmt: skip
COMPANIES = (("company", "postcode"), ("phone",), ("street", "postcode"))
LIKE = ("first_name", "last_name", "street", "company", "city")
EQUAL = ("email", "postcode", "birth_date", "occupation")


def link(table: pd.DataFrame) -> tuple[dict[str, Any], Cost]:
    there = filled(table)
    clock = Clock()
    pairs = _pairs(table, there)
    compare = rl.Compare()
    for column in LIKE:
        if column in there and not (column == "city" and "postcode" in there):
            compare.string(column, column, method="jarowinkler", threshold=0.88, label=column)
    if "phone" in there:
        compare.string("phone", "phone", method="levenshtein", threshold=0.85, label="phone")
    for column in EQUAL:
        if column in there:
            compare.exact(column, column, label=column)
    matches = rl.ECMClassifier().fit_predict(compare.compute(pairs, table))
    sides = [matches.get_level_values(side).to_numpy() for side in (0, 1)]
    links = coo_array((np.ones(len(matches)), sides), shape=(len(table), len(table)))
    labels = connected_components(links, directed=False)[1]
    return {"matches": labels}, clock.read()


def _pairs(table: pd.DataFrame, there: set[str]) -> pd.MultiIndex:
    found: pd.MultiIndex | None = None
    for rule in RULES if "last_name" in there else COMPANIES:
        if there.issuperset(rule):
            index = rl.Index()
            index.block(list(rule))
            pairs = index.index(table.dropna(subset=list(rule)))
            found = pairs if found is None else found.union(pairs)
    if found is None:
        raise SystemExit("This table has none of the columns to block on.")
    return found


if __name__ == "__main__":
    main(link, __doc__)
