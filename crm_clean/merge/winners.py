"""Per field, the record that gives each golden record its value."""

from __future__ import annotations

import numpy as np

from crm_clean.merge.ballot import Won
from crm_clean.merge.fields import NUMBER, settle
from crm_clean.merge.groups import NONE
from crm_clean.merge.members import Members
from crm_clean.merge.names import full_name
from crm_clean.merge.together import settle_together


def winners(members: Members) -> dict[str, Won]:
    """The row of members that gives each field, by the rules; consent is not among the fields.

    Of a field whose values are joined, the row that comes first.
    """
    spec = members.spec
    won = {}
    for field in spec.alone():
        won[field] = _first_said(members, field) if spec.rules_of(field) == ("union",) else settle(members, field)
    for together in spec.together:
        won |= settle_together(members, together)
    return {**won, "full_name": full_name(members, won)}


def _first_said(members: Members, field: str) -> Won:
    if not members.has_some(field):
        return Won.nobody(len(members.groups))
    offered = members.gives & members.there(field)
    row = members.groups.first(offered)
    rule = np.where(members.groups.count(offered) > 1, NUMBER["agreed"], NUMBER["only"])
    return Won(row, np.where(row == NONE, NONE, rule))
