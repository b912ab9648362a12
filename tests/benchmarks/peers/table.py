"""A table as a peer gets it: columns by what they mean, cleaned as lightly as a careful user of any toolkit would.

Lower case, no blanks around, the last ten digits of phones, dates with dashes, what everybody types to be left in peace
taken out. Which
column means what is told by its header; others stand under their own name. The truth is never read.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

Cost = dict[str, float]
MEANS = {
    "first_name": ("given_name", "forename"),
    "last_name": ("surname",),
    "birth_date": ("dob", "date_of_birth"),
    "street": ("address", "address_1"),
    "city": ("suburb", "birth_place"),
    "postcode": ("zip", "postal_code", "postcode_fake"),
}
CONTACT = ("first_name", "last_name", "email", "phone", "company", "street", "city", "postcode", "birth_date")
NOBODYS = frozenset(
    (
        "test@test.com",
        "noemail@none.com",
        "none@none.com",
        "n/a",
        "0000000000",
        "1234567890",
        "9999999999",
        "5555555555",
    )
)


def read(path: Path, *, truth: str, drop: tuple[str, ...]) -> pd.DataFrame:
    """All columns but `truth` and those of `drop`, text or None, by what they mean; one row a row of the file."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns=[truth, *drop])
    named = {header: meaning for meaning, headers in MEANS.items() for header in headers}
    table = table.rename(columns={c: named[c] for c in table if c in named and named[c] not in table})
    out = pd.DataFrame(index=table.index)
    for column in table:
        value = table[column].str.strip().str.lower()
        if column == "phone":
            value = value.str.replace(r"\D", "", regex=True).str[-10:]
        if column == "birth_date":
            value = value.str.replace(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", regex=True)
        out[column] = value.where((value != "") & ~value.isin(NOBODYS), None).astype(object)
    return out


def filled(table: pd.DataFrame) -> set[str]:
    """The columns that say anything at all."""
    return {str(column) for column in table if table[column].notna().any()}


class Clock:
    """Started when it is made."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self) -> Cost:
        """Seconds since then on the wall, and of the processor in all threads."""
        return {
            "seconds": round(time.perf_counter() - self.wall, 3),
            "cpu_seconds": round(time.process_time() - self.processor, 3),
        }


def main(link: Callable[[pd.DataFrame], tuple[dict[str, Any], Cost]], about: str) -> None:
    """`PEER.py TABLE.csv OUT.csv`: writes one column of clusters for each threshold and prints what it cost.

    `link` gives labels of rows by name of the column, and what its work took, imports and cleaning aside.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--truth", default="truth")
    parser.add_argument("--drop", nargs="*", default=())
    asked = parser.parse_args()
    clusters, cost = link(read(asked.table, truth=asked.truth, drop=tuple(asked.drop)))
    pd.DataFrame(clusters).to_csv(asked.out, index=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({**cost, "peak_mb": peak}))
