"""Fields that survive on their own: one value of one record, the least, the greatest, or any that is true."""

from __future__ import annotations

import numpy as np

from crm_clean.merge.agreement import Shorter, agreement
from crm_clean.merge.ballot import Ballot, Won, elect
from crm_clean.merge.chain import Candidates, best_form
from crm_clean.merge.column import Column
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray
from crm_clean.merge.members import Members, id_ranks, stamps
from crm_clean.merge.short import shorter_date, shorter_name
from crm_clean.merge.spec import RULES, Rule
from crm_clean.records.fields import NAME_FIELDS, SCALARS

# How a survivor came to be one; its number is what arrays carry.
OUTCOMES: tuple[str, ...] = (
    "only",  # nobody else offered a value
    "agreed",  # all who offered a value said the same
    *RULES,
    "record_id",  # tied on every rule: the smaller record id
    "together",  # it came along with the leading field of its record
    "filled",  # the chosen record leaves it blank; one that agrees with it does not
    "spelling",  # the chosen record has a variant with less support
    "strictest",  # consent
)
NUMBER = {name: at for at, name in enumerate(OUTCOMES)}

SHORTER: dict[str, Shorter] = {
    "first_name": shorter_name,
    "middle_name": shorter_name,
    "birth_date": shorter_date,
}


def settle(members: Members, field: str) -> Won:
    """The row that gives each golden record its value of `field`, by the chain the spec has for it."""
    chain = members.spec.rules_of(field)
    if chain[0] in ("min", "max"):
        return _extreme(members, field, chain[0])
    return _elected(members, field, chain)


def undisputed(groups: Groups, value: IntArray, offered: BoolArray) -> tuple[Won, BoolArray]:
    """Winners where all rows offer the same, and which groups are disputed (there the first row stands in)."""
    row = groups.first(offered)
    disputed = (row != NONE) & (groups.least(value, offered) != groups.most(value, offered))
    rule = np.where(groups.count(offered) > 1, NUMBER["agreed"], NUMBER["only"])
    return Won(row, np.where(row == NONE, NONE, rule)), disputed


def _elected(members: Members, field: str, chain: tuple[Rule, ...]) -> Won:
    is_text = SCALARS[field] in ("text", "date")
    column = members.column(field) if is_text else Column.of(members.frame[field].astype("string[pyarrow]"), str)
    offered = members.gives & (column.code != NONE)
    won, disputed = undisputed(members.groups, column.code, offered)
    if not disputed.any():
        return won
    ballot = Ballot.among(members.groups, offered & disputed[members.groups.of])
    if "attested" not in chain:
        column = column.at(ballot.rows)
    key = column.key[ballot.rows]
    place, names, decided = elect(ballot, key, _candidates(members, field, column, ballot).ranks(chain))
    if is_text and "most_frequent" in chain:
        place = best_form(ballot, column, key == key[place][ballot.groups.of], members.ranks["newest"])
    won.row[ballot.outer] = ballot.rows[place]
    won.rule[ballot.outer] = numbers(names)[decided]
    return won


def _candidates(members: Members, field: str, column: Column, ballot: Ballot) -> Candidates:
    chain = members.spec.rules_of(field)
    is_name = field in NAME_FIELDS and field != "salutation"
    invalid = column.says_nothing[ballot.rows] | (members.misnamed[ballot.rows] if is_name else False)
    agreed = (agreement(ballot, column, hollow=invalid, shorter=SHORTER.get(field)),) if asks_others(chain) else ()
    return Candidates(ballot, (column,), agreed, members.ranks, members.id_rank, invalid)


def asks_others(chain: tuple[Rule, ...]) -> bool:
    """Whether a chain looks at what other records say."""
    return not {"most_frequent", "attested"}.isdisjoint(chain)


def numbers(names: list[str]) -> IntArray:
    """The numbers of outcomes by name."""
    return np.array([NUMBER[name] for name in names], dtype=np.int64)


def _extreme(members: Members, field: str, rule: Rule) -> Won:
    """The row with the least or greatest value, the first among equals. A stamp from the future is passed by."""
    value, present = _comparable(members, field)
    offered = members.gives & present
    won, disputed = undisputed(members.groups, value, offered)
    best = members.groups.least(value, offered) if rule == "min" else members.groups.most(value, offered)
    row = members.groups.first(offered & (value == best[members.groups.of]))
    return Won(row, np.where(disputed, NUMBER[rule], won.rule))


def _comparable(members: Members, field: str) -> tuple[IntArray, BoolArray]:
    """Integers in the order of the values, and where there is a value that may win."""
    series = members.frame[field]
    present = series.notna().to_numpy()
    if SCALARS[field] == "instant":
        value = stamps(series, members.as_of)
        sane = present & (value != np.iinfo(np.int64).min)
        only_strange = ~members.groups.any(sane & members.gives)[members.groups.of]
        return stamps(series, None), sane | (present & only_strange)
    if SCALARS[field] == "date":
        return id_ranks(series), present
    numbers = series.to_numpy(dtype="float64", na_value=0.0)
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64), present
