"""Telephone numbers that so many different people have that they are nobody's own.

A default typed into a form and the number of whoever enters the contacts stand on records that have nothing else in
common. The switchboard of one company and the line of one household stand on records of one owner, however many there
are, and are left alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Families of two names, flat shares and shared offices bring half a dozen owners together, spelling variants of them a
# few more; ten owners are also the fewest among whom a share below one half is no chance.
OWNERS = 10
_EXTENSION = r";ext=.*$"


def find_shared(at: np.ndarray[Any, Any], keys: pa.Array, owners: pa.Array, *, least: int = OWNERS) -> pa.Array:
    """`phone.shared` at each number that at least `least` owners have, none of them on half of its records.

    `at` (int64) is the position of each number's record, `keys` (string) their keys, missing for what is no number; an
    extension is not looked at. `owners` (string) stand by record: the key of the company, else of the last name; a
    record without owner says nothing. Gives a string array in the order of `keys`, missing where there is no finding.
    """
    numbers = pc.replace_substring_regex(keys, pattern=_EXTENSION, replacement="").dictionary_encode()
    number = pc.fill_null(numbers.indices, -1).to_numpy(zero_copy_only=False)
    often = np.bincount(number[number >= 0], minlength=len(numbers.dictionary)) >= least
    where = np.flatnonzero((number >= 0) & np.append(often, False)[number])
    whose = owners.take(pa.array(at[where])).to_numpy(zero_copy_only=False)
    frame = pd.DataFrame({"number": number[where], "at": at[where], "owner": pd.factorize(whose)[0]})
    seen = frame[frame["owner"] >= 0].drop_duplicates()
    held = seen.groupby(["number", "owner"], sort=True).size().groupby("number").agg(["size", "max", "sum"])
    common = held.index[(held["size"] >= least) & (held["max"] * 2 < held["sum"])]
    return pc.if_else(pa.array(np.isin(number, common)), "phone.shared", pa.scalar(None, pa.string()))
