"""The full name that goes with the chosen parts, and what the parts leave to derive."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.ballot import Won
from crm_clean.merge.column import joined
from crm_clean.merge.fields import NUMBER
from crm_clean.merge.groups import NONE
from crm_clean.merge.members import Members

PARTS = ("first_name", "middle_name", "last_name", "suffix")


def full_name(members: Members, won: dict[str, Won]) -> Won:
    """The full name of a record that has exactly the parts that survived; where no part did, as `won` has it.

    Where parts survived that no single record has, nobody gives it: it is composed from them.
    """
    matches = members.gives & members.there("full_name")
    if not matches.any():
        return Won.nobody(len(members.groups))
    has_parts = (won["first_name"].row != NONE) | (won["last_name"].row != NONE)
    for part in PARTS:
        code = members.column(part).code
        row = won[part].row
        survived = np.where(row == NONE, NONE, code[row])
        matches &= code == survived[members.groups.of]
    row = members.groups.first(matches)
    rule = np.where(row == won["full_name"].row, won["full_name"].rule, NUMBER["together"])
    return Won(
        np.where(has_parts, row, won["full_name"].row),
        np.where(has_parts, np.where(row == NONE, NONE, rule), won["full_name"].rule),
    )


def composed(parts: list[pa.Array]) -> pa.Array:
    """First, middle and last name and suffix, in this order, one blank between; missing where all are."""
    whole = joined(parts, " ")
    tidy = pc.utf8_trim_whitespace(pc.replace_substring_regex(whole, pattern=r"\s+", replacement=" "))
    return pc.if_else(pc.equal(tidy, ""), pa.scalar(None, pa.large_string()), tidy)


def parted(full: str) -> tuple[str, str] | None:
    """First and last name of `Last, First`, or of two words; None where it takes guessing."""
    if full.count(",") == 1:
        last, first = (part.strip() for part in full.split(","))
        return (first, last) if first and last else None
    words = full.split()
    return (words[0], words[1]) if len(words) == 2 else None
