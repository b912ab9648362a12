"""Fields that survive on their own: one value of one record, the least, the greatest, or any that is true."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from crm_clean.merge.agreement import Shorter, agreement
from crm_clean.merge.ballot import Ballot, Won, elect
from crm_clean.merge.chain import Candidates, best_form
from crm_clean.merge.column import Column, objects
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray
from crm_clean.merge.members import Members
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
    "sticky",  # consent: closed once, and nobody has opened it since; or closed at the address itself
    "manual",  # a person's word
)
_LIFETIME, _OLDEST = 120, 1850  # years
NUMBER = {name: at for at, name in enumerate(OUTCOMES)}

SHORTER: dict[str, Shorter] = {
    "first_name": shorter_name,
    "middle_name": shorter_name,
    "birth_date": shorter_date,
}


def settle(members: Members, field: str) -> Won:
    """The row that gives each golden record its value of `field`, by the chain the spec has for it."""
    if not members.has_some(field):
        return Won.nobody(len(members.groups))
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
    column = members.column(field)
    offered = members.gives & (column.code != NONE)
    won, disputed = undisputed(members.groups, column.code, offered)
    if not disputed.any():
        return won
    ballot = Ballot.among(members.groups, offered & disputed[members.groups.of])
    column = column.at(ballot.rows)
    key = column.key[ballot.rows]
    place, names, decided = elect(ballot, key, _candidates(members, field, column, ballot).ranks(chain))
    if SCALARS[field] in ("text", "date") and "most_frequent" in chain:
        place = best_form(ballot, column, key == key[place][ballot.groups.of], members.ranks["newest"])
    won.row[ballot.outer] = ballot.rows[place]
    won.rule[ballot.outer] = numbers(names)[decided]
    return won


def _candidates(members: Members, field: str, column: Column, ballot: Ballot) -> Candidates:
    chain = members.spec.rules_of(field)
    invalid = column.says_nothing[ballot.rows]
    if field in NAME_FIELDS and field != "salutation":
        invalid = invalid | members.misnamed[ballot.rows]
    if field == "birth_date":
        latest = members.as_of.strftime("%Y-%m-%d") if members.as_of is not None else None
        invalid = column.measure(ballot.rows, lambda day: not is_possible_birthday(day, latest=latest)) > 0
    agreed = (agreement(ballot, column, hollow=invalid, shorter=SHORTER.get(field)),) if asks_others(chain) else ()
    return Candidates(ballot, (column,), agreed, members.ranks, members.id_rank, invalid)


def is_possible_birthday(day: str, *, latest: str | None) -> bool:
    """Whether `day`, `1980-05-01` or `--05-01`, is in the calendar, not after `latest` and within a lifetime of it."""
    try:
        born = date.fromisoformat(f"2000{day[1:]}" if day.startswith("--") else day)
    except ValueError:
        return False
    if day.startswith("--"):
        return True
    until = date.fromisoformat(latest) if latest else date.max
    return born <= until and born.year >= (until.year - _LIFETIME if latest else _OLDEST)


def asks_others(chain: tuple[Rule, ...]) -> bool:
    """Whether a chain looks at what other records say."""
    return not {"most_frequent", "attested"}.isdisjoint(chain)


def numbers(names: list[str]) -> IntArray:
    """The numbers of outcomes by name."""
    return np.array([NUMBER[name] for name in names], dtype=np.int64)


def _extreme(members: Members, field: str, rule: Rule) -> Won:
    """The row with the least or greatest value, the first among equals. A stamp that cannot be right is passed by."""
    value, present = _comparable(members, field)
    offered = members.gives & present
    won, disputed = undisputed(members.groups, value, offered)
    best = members.groups.least(value, offered) if rule == "min" else members.groups.most(value, offered)
    row = members.groups.first(offered & (value == best[members.groups.of]))
    return Won(row, np.where(disputed, NUMBER[rule], won.rule))


def _comparable(members: Members, field: str) -> tuple[IntArray, BoolArray]:
    """Integers in the order of the values, and where there is a value that may win."""
    present = members.there(field)
    if SCALARS[field] == "instant":
        value = members.stamps(field)
        sane = present & (value != np.iinfo(np.int64).min)
        if (sane == present).all():
            return value, present
        only_strange = ~members.groups.any(sane & members.gives)[members.groups.of]
        told = members.values(field).cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)[members.at]
        return told, sane | (present & only_strange)
    if SCALARS[field] == "date":
        column = members.column(field)
        rank = np.argsort(np.argsort(objects(column.distinct)))
        return np.append(rank, NONE)[column.code], present
    numbers = members.values(field).cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False)[members.at]
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64), present
