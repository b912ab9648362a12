"""The golden rows while they are made: values by the rules, then consent, a person's word, and what can be derived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge import consent, unions
from crm_clean.merge.ballot import Won
from crm_clean.merge.closures import Closures
from crm_clean.merge.column import each, is_there, is_true, put, taken
from crm_clean.merge.derive import Derived, countries, derive
from crm_clean.merge.fields import NUMBER
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.names import PARTS, composed
from crm_clean.merge.overrides import Override, by_field, typed
from crm_clean.merge.points import GoldenPoints
from crm_clean.merge.spec import UNITED
from crm_clean.merge.statements import CHANNELS, EVENTS, FLAG_OF, Statements
from crm_clean.records.fields import SCALARS
from crm_clean.records.tables import GOLDEN

_FIRST_POINT = {"closed": "opt_out", "bounced": "bounced"}


@dataclass(frozen=True, eq=False)
class Sheet:
    """`columns`: of GOLDEN, one row per group. `won`: who gave them, by which rule. `derived`: what was filled in.

    `manual`: by field, the groups whose value a person gave.
    """

    members: Members
    won: dict[str, Won]
    columns: dict[str, pa.Array]
    derived: list[Derived] = field(default_factory=list)
    manual: dict[str, IntArray] = field(default_factory=dict)

    @classmethod
    def of(cls, members: Members, won: dict[str, Won]) -> Sheet:
        """The values of those who `won`, and what is joined of all."""
        columns = each(lambda name: members.taken(name, won[name].row), list(won))
        for name in UNITED:
            if name in won and members.spec.rules_of(name) == ("union",) and members.has_some(name):
                groups, joined, row = unions.united(members, name)
                columns[name] = put(columns[name], groups, pa.array(joined, pa.large_string()))
                won[name].row[groups], won[name].rule[groups] = row, NUMBER["union"]
        columns["golden_id"] = members.golden_ids
        columns["custom"] = unions.custom(members)
        columns["n_records"] = pa.array(members.groups.size())
        columns["sources"] = unions.sources(members)
        deleted = is_true(members.values("is_deleted"))[members.at]
        columns["is_deleted"] = pa.array(~members.groups.any(~deleted))
        return cls(members, won, columns)

    def table(self) -> pa.Table:
        """GOLDEN by golden id."""
        return pa.table([self.columns[name].cast(kind) for name, kind in GOLDEN.columns.items()], schema=GOLDEN.schema)

    def close(self, said: Statements, closed: Closures, points: GoldenPoints) -> None:
        """The consent of everybody: the strictest word, and what is closed at the address that comes first."""
        for (channel, event), flag in FLAG_OF.items():
            mine = (said.channel == CHANNELS.index(channel)) & (said.event == EVENTS.index(event))
            silent = _silent(said.row[mine], closed.overruled[mine], len(self.members.at))
            first = points.first(channel)
            shut = first[is_true(points.table[_FIRST_POINT[event]].combine_chunks())[first]]
            as_a_whole = closed.of_records(event, channel, self.members)
            groups = np.concatenate([points.group[shut], self.members.groups.of[as_a_whole]])
            self._flag(flag, silent, groups, np.concatenate([points.row[shut], as_a_whole]))
        mine = (said.channel == 0) & (said.event == 0)
        self._status(_silent(said.row[mine], closed.overruled[mine], len(self.members.at)))

    def _flag(self, flag: str, silent: BoolArray, groups: IntArray, rows: IntArray) -> None:
        word = consent.trinary(self.members.values(flag))[self.members.at]
        word = np.where(silent, np.minimum(word, 0), word)
        strictest = self.members.groups.most(word)
        row = self.members.groups.first((word == strictest[self.members.groups.of]) & (word >= 0))
        rule = np.where(row == NONE, NONE, NUMBER["any_true"])
        more = strictest[groups] != 1
        row[groups[more]], rule[groups[more]], strictest[groups[more]] = rows[more], NUMBER["sticky"], 1
        self.won[flag], self.columns[flag] = Won(row, rule), consent.as_flags(strictest)

    def _status(self, silent: BoolArray) -> None:
        every = np.arange(len(self.members.at))
        status, at, basis = (self.members.taken(f"consent_{name}", every) for name in ("status", "at", "basis"))
        if silent.any():
            left = pc.and_(pa.array(silent), pc.fill_null(pc.equal(status, consent.WITHDRAWN), False))
            status = pc.if_else(left, pa.scalar(None, status.type), status)
        decisive = consent.strictest(self.members.groups, status, at, basis)
        found = {"status": (status, decisive.status), "at": (at, decisive.at), "basis": (basis, decisive.basis)}
        for name, (values, row) in found.items():
            self.won[f"consent_{name}"] = Won(row, np.where(row == NONE, NONE, NUMBER["strictest"]))
            self.columns[f"consent_{name}"] = taken(values, row)
        refused = is_true(self.columns["email_opt_out"]) & is_there(self.columns["consent_status"])
        others = pc.fill_null(pc.not_equal(self.columns["consent_status"], consent.WITHDRAWN), False)
        at = np.flatnonzero(refused & others.to_numpy(zero_copy_only=False))
        withdrawn = pa.array([consent.WITHDRAWN] * len(at), pa.large_string())
        self.columns["consent_status"] = put(self.columns["consent_status"], at, withdrawn)
        won = self.won["consent_status"]
        won.row[at], won.rule[at] = self.won["email_opt_out"].row[at], NUMBER["sticky"]

    def overrule(self, words: Sequence[Override]) -> None:
        """What people said, in place of what the rules chose; a full name follows its parts."""
        for name, said in by_field(words).items():
            groups = np.array([word.group for word in said], dtype=np.int64)
            self.columns[name] = put(self.columns[name], groups, typed(name, said))
            self.won[name].row[groups] = [word.row for word in said]
            self.won[name].rule[groups] = NUMBER["manual"]
            self.manual[name] = groups
        for kind in sorted({word.field for word in words} - set(SCALARS)):
            said = [word for word in words if word.field == kind]
            self.won[kind] = Won.nobody(len(self.members.groups))
            self.won[kind].row[[word.group for word in said]] = [word.row for word in said]
            self.won[kind].rule[[word.group for word in said]] = NUMBER["manual"]
        self._compose()

    def _compose(self) -> None:
        renamed = [self.manual[part] for part in PARTS if part in self.manual]
        if not renamed:
            return
        groups = np.setdiff1d(np.unique(np.concatenate(renamed)), self.manual.get("full_name", np.empty(0, np.int64)))
        whole = composed([self.columns[part].take(pa.array(groups)) for part in PARTS])
        rows = np.full(len(groups), NONE)
        for part in PARTS:
            is_manual = self.won[part].rule[groups] == NUMBER["manual"]
            rows = np.where((rows == NONE) & is_manual, self.won[part].row[groups], rows)
        self._put(Derived("full_name", groups, whole, rows, "derived:name_parts"))

    def _put(self, found: Derived) -> None:
        self.columns[found.field] = put(self.columns[found.field], found.groups, found.values)
        self.derived.append(found)

    def complete(self, points: GoldenPoints) -> GoldenPoints:
        """Blanks filled from what the members prove, but for those that a person wants blank; the points likewise."""
        nobody = np.empty(0, np.int64)
        for found in derive(self.members, self.columns, points, self.won):
            self._put(found.but(self.manual.get(found.field, nobody)))
        at, country, rule = countries(points)
        for name in sorted(set(rule.to_pylist())):
            mine = pc.equal(rule, name)
            chosen = at[mine.to_numpy(zero_copy_only=False)]
            group, first = np.unique(points.group[chosen], return_index=True)
            values = country.filter(mine).take(pa.array(first))
            self.derived.append(Derived("country", group, values, points.row[chosen[first]], name))
        number = points.table.column_names.index("country")
        filled = put(points.table["country"].combine_chunks(), at, country)
        return replace(points, table=points.table.set_column(number, points.table.schema.field(number), filled))


def _silent(row: IntArray, overruled: BoolArray, n_rows: int) -> BoolArray:
    """Rows of members that close something, all of which a person has opened again."""
    silent = np.zeros(n_rows, dtype=bool)
    silent[row] = True
    silent[row[~overruled]] = False
    return silent
