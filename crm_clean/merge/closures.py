"""Closed stays closed: what was ever refused or bounced holds for everybody who has that address, until a person opens
it, and from then on until somebody closes it anew.

Of an e-mail or phone number what one record says holds for all who have it; of a postal address, and of a channel that
a record refuses as a whole, for the record's own people. A record whose word a person has overruled says nothing until
it says it anew: it had stopped saying so (then the ledger holds that it `lapsed`), or names a later day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.column import codes, is_there, positions, whole
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.statements import CHANNELS, EVENTS, Statements
from crm_clean.records.tables import CONSENTS

_HAPPENED = (*EVENTS, "opened", "lapsed")
_OPENED, _LAPSED = _HAPPENED.index("opened"), _HAPPENED.index("lapsed")
_NOTHING = len(_HAPPENED)
_ADDRESS = CHANNELS.index("address")
_KINDS = 2 * len(CHANNELS)  # an address of each channel, or the channel of a record
_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Closures:
    """What is closed now. `overruled`: per statement, whether a person's word stands against it.

    `news`: rows of CONSENTS that the ledger lacks. `closed`: per event, units: a text (a key or a record id), what kind
    of thing it names and, for an address, whose it is, in one number.
    """

    overruled: BoolArray
    news: pa.Table
    texts: pa.Array
    closed: tuple[IntArray, IntArray]
    n_groups: int

    def of_points(self, event: str, channel: IntArray, key: pa.Array, group: IntArray) -> BoolArray:
        """Whether each point is closed, or bounced; `channel` is NONE for kinds that cannot be."""
        closed = self.closed[EVENTS.index(event)]
        if not len(closed):
            return np.zeros(len(channel), dtype=bool)
        text = positions(key, self.texts)
        known = np.flatnonzero((channel != NONE) & (text != NONE))
        whose = np.where(channel[known] == _ADDRESS, group[known], NONE)
        unit = _unit(text[known], channel[known], whose, self.n_groups)
        shut = np.zeros(len(channel), dtype=bool)
        shut[known] = np.isin(unit, closed)
        return shut

    def of_records(self, event: str, channel: str, members: Members) -> IntArray:
        """Rows of members who closed a channel as a whole."""
        text, kind = np.divmod(self.closed[EVENTS.index(event)] // (self.n_groups + 1), _KINDS)
        mine = text[kind == CHANNELS.index(channel) + len(CHANNELS)]
        if not len(mine):
            return np.empty(0, np.int64)
        row = positions(self.texts.take(pa.array(mine)), members.taken("record_id", np.arange(len(members.at))))
        return np.asarray(row[row != NONE])


def _unit(text: IntArray, kind: IntArray, group: IntArray, n_groups: int) -> IntArray:
    return (text * _KINDS + kind) * (n_groups + 1) + group + 1


@dataclass(frozen=True, eq=False)
class _Side:
    """Rows of the ledger or statements: the number of the unit, the number of the record, what happened and when."""

    unit: IntArray
    record: IntArray
    event: IntArray
    since: IntArray

    @property
    def who(self) -> IntArray:
        """Which record speaks of which unit, and of what."""
        return self.by * len(EVENTS) + np.minimum(self.event, 1)

    @property
    def by(self) -> IntArray:
        return self.unit * (1 << 31) + self.record


def closures(members: Members, said: Statements, ledger: pa.Table, *, former: pa.Table) -> Closures:
    """`ledger`: CONSENTS as it stands, in order. `former`: record_id and golden_id of records that no longer stand."""
    ledger = spread(ledger)
    now, then, texts, units = _side_by_side(members, said, ledger, former)
    place = np.arange(len(then.unit))
    opened_at, opened_since = np.full(len(units), NONE), np.full(len(units), _EVER)
    opened = then.event == _OPENED
    opened_at[then.unit[opened]] = place[opened]  # the last one is written last
    opened_since[then.unit[opened]] = then.since[opened]
    closing = then.event < len(EVENTS)
    stands = closing & (place > opened_at[then.unit])
    silenced = _silenced(then, closing & ~stands)
    known = np.isin(now.who, then.who[stands])
    overruled = np.isin(now.who, then.who[silenced]) & ~known & ~(now.since > opened_since[now.unit])
    unit = np.concatenate([now.unit[~overruled], then.unit[stands]])
    event = np.concatenate([now.event[~overruled], then.event[stands]])
    gone = silenced & ~np.isin(then.who, now.who)
    return Closures(
        overruled=overruled,
        news=pa.concat_tables([said.rows(members, ~overruled & ~known), _lapsed(ledger, gone, members)]),
        texts=texts,
        closed=(units[np.unique(unit[event == 0])], units[np.unique(unit[event == 1])]),
        n_groups=len(members.groups),
    )


def _silenced(then: _Side, overruled: BoolArray) -> BoolArray:
    """Rows of the ledger that a person has overruled, and whose record has neither lapsed nor closed anew since."""
    rows = np.flatnonzero((then.event < len(EVENTS)) | (then.event == _LAPSED))
    by, back = np.unique(then.by[rows], return_inverse=True)
    last = np.full(len(by), NONE)
    last[back] = rows
    silenced = np.zeros(len(then.unit), dtype=bool)
    silenced[rows] = overruled[last[back]]
    return silenced & overruled


def _side_by_side(
    members: Members, said: Statements, ledger: pa.Table, former: pa.Table
) -> tuple[_Side, _Side, pa.Array, IntArray]:
    """Statements and ledger in the same numbers; the texts of the units, and the units, by number."""
    key, record = (whole(ledger[name]) for name in ("key", "record_id"))
    ids = members.taken("record_id", said.row)
    text, texts = codes(pa.concat_arrays([pc.coalesce(said.key, ids), pc.coalesce(key, record)]))
    who, _ = codes(pa.concat_arrays([ids, record]))
    channel = np.concatenate([said.channel, positions(whole(ledger["channel"]), pa.array(CHANNELS, pa.large_string()))])
    has_key = np.concatenate([is_there(said.key), is_there(key)])
    group = np.concatenate([members.groups.of[said.row], _groups_of(members, record, former)])
    group = np.where(has_key & (channel == _ADDRESS), group, NONE)
    unit = _unit(text, channel + np.where(has_key, 0, len(CHANNELS)), group, len(members.groups))
    units, number = np.unique(unit, return_inverse=True)
    happened = positions(whole(ledger["event"]), pa.array(_HAPPENED, pa.large_string()))
    happened[(happened == _OPENED) & ~is_there(whole(ledger["decided_by"]))] = _NOTHING  # a person's word alone opens
    since = whole(ledger["since"]).cast(pa.int64()).fill_null(_EVER).to_numpy(zero_copy_only=False)
    n = len(said.row)
    now = _Side(number[:n], who[:n], said.event, said.since)
    return now, _Side(number[n:], who[n:], np.where(happened == NONE, _NOTHING, happened), since), texts, units


def _groups_of(members: Members, record: pa.Array, former: pa.Table) -> IntArray:
    """The golden record that each of the ledger's records is in, or was in last."""
    if not len(record):
        return np.empty(0, np.int64)
    row = positions(record, members.taken("record_id", np.arange(len(members.at))))
    group = np.where(row == NONE, NONE, np.append(members.groups.of, NONE)[row])
    left = positions(record, whole(former["record_id"]))
    last = positions(whole(former["golden_id"]), members.golden_ids)
    return np.where(row == NONE, np.append(last, NONE)[left], group)


def _lapsed(ledger: pa.Table, gone: BoolArray, members: Members) -> pa.Table:
    """Rows of CONSENTS: those of the ledger that are `gone` and whose record is here and says so no longer."""
    told = ledger.filter(pa.array(gone))
    here = positions(whole(told["record_id"]), members.taken("record_id", np.arange(len(members.at)))) != NONE
    told = told.filter(pa.array(here)).select(["channel", "key", "record_id", "source"])
    each = told.group_by(told.column_names).aggregate([]).sort_by([(name, "ascending") for name in told.column_names])
    missing = pa.nulls(len(each), pa.string())
    more = {"event": pa.array(["lapsed"] * len(each), pa.string()), "evidence": missing, "decided_by": missing}
    columns = [each[n] if n in each.column_names else more.get(n, missing).cast(t) for n, t in CONSENTS.columns.items()]
    return pa.table(columns, schema=CONSENTS.schema)


def spread(ledger: pa.Table) -> pa.Table:
    """`ledger` with a row for each household that closed a postal address which a person opened for all."""
    for_all = pc.and_(pc.equal(ledger["channel"], "address"), pc.and_(pc.equal(ledger["event"], "opened"),
                      pc.and_(pc.is_null(ledger["record_id"]), pc.is_valid(ledger["key"]))))  # fmt: skip
    if not pc.any(for_all).as_py():
        return ledger
    closed: dict[str, dict[str, None]] = {}
    rows = []
    for row in ledger.to_pylist():
        who = closed.setdefault(row["key"], {}) if row["channel"] == "address" and row["key"] else {}
        if row["record_id"] is None and row["event"] == "opened" and who:
            rows += [{**row, "record_id": record} for record in who]
            continue
        who[row["record_id"]] = None
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=ledger.schema)
