"""What the records of a run say is closed: an address they refuse, one that bounced, or a channel as a whole.

A record that refuses a channel, but has no usable address there, closes the channel for its own golden record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.column import codes, is_true, joined
from crm_clean.merge.consent import WITHDRAWN
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.members import Members
from crm_clean.records.tables import CONSENTS

CHANNELS = ("email", "phone", "address")
EVENTS = ("closed", "bounced")
_UNKNOWN = np.iinfo(np.int64).min
# Which scalar flag of a record closes which channel, or says that it bounced.
FLAG_OF = {
    ("email", "closed"): "email_opt_out",
    ("phone", "closed"): "do_not_call",
    ("address", "closed"): "postal_opt_out",
    ("email", "bounced"): "email_bounced",
}


@dataclass(frozen=True, eq=False)
class Statements:
    """One closure each. `channel`, `event`: numbers in CHANNELS and EVENTS. `key`: missing for a channel as a whole.

    `row`: of members. `point`: row of the contact points, or NONE. `since`: microseconds; the smallest where unknown.
    """

    channel: IntArray
    event: IntArray
    key: pa.Array
    row: IntArray
    point: IntArray
    since: IntArray

    def rows(self, members: Members, chosen: BoolArray) -> pa.Table:
        """The `chosen` ones as rows of CONSENTS."""
        row, since = self.row[chosen], self.since[chosen]
        told = {
            "channel": pa.array(CHANNELS).take(pa.array(self.channel[chosen])),
            "key": self.key.filter(pa.array(chosen)),
            "event": pa.array(EVENTS).take(pa.array(self.event[chosen])),
            "since": pa.array(since, pa.int64(), mask=since == _UNKNOWN),
            "record_id": members.taken("record_id", row),
            "source": members.taken("source", row),
            "evidence": _evidence(members, self.channel[chosen], self.event[chosen], row),
            "decided_by": pa.nulls(len(row), pa.string()),
        }
        return pa.table([told[name].cast(kind) for name, kind in CONSENTS.columns.items()], schema=CONSENTS.schema)


def statements(members: Members, points: pa.Table, owner: IntArray) -> Statements:
    """What `points` (CONTACT_POINTS) and their records say; `owner`: the row of members of each point."""
    kind, kinds = codes(points["kind"].combine_chunks())
    channel = np.array([*(CHANNELS.index(k) if k in CHANNELS else NONE for k in kinds.to_pylist()), NONE])[kind]
    usable = (channel != NONE) & pc.is_valid(points["key"]).to_numpy()
    left = pc.fill_null(pc.equal(points["consent_status"], WITHDRAWN), False).to_numpy()
    refused = {0: is_true(points["opt_out"].combine_chunks()) | left, 1: is_true(points["bounced"].combine_chunks())}
    parts = []
    for event, said in refused.items():
        at = np.flatnonzero(said & usable)
        parts.append((channel[at], np.full(len(at), event), at, owner[at]))
        for number, name in enumerate(CHANNELS):
            flag = FLAG_OF.get((name, EVENTS[event]))
            if flag is None or not members.has_some(flag):
                continue
            covered = np.zeros(len(members.at), dtype=bool)
            covered[owner[at[channel[at] == number]]] = True
            bare = np.flatnonzero(is_true(members.values(flag))[members.at] & ~covered)
            parts.append((np.full(len(bare), number), np.full(len(bare), event), np.full(len(bare), NONE), bare))
    channels, events, point, row = (np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True))
    ordinal = np.append(points["ordinal"].to_numpy(), NONE)[point]
    order = np.lexsort([ordinal, events, channels, row])
    channels, events, point, row = (column[order] for column in (channels, events, point, row))
    key = points["key"].combine_chunks().take(pa.array(point, mask=point == NONE)).cast(pa.large_string())
    return Statements(channels, events, key, row, point, _since(members, channels, events, row))


def _since(members: Members, channel: IntArray, event: IntArray, row: IntArray) -> IntArray:
    """When the owner of an e-mail address withdrew, where the record says so."""
    since = np.full(len(row), _UNKNOWN)
    mail = np.flatnonzero((channel == CHANNELS.index("email")) & (event == 0))
    left = pc.fill_null(pc.equal(members.taken("consent_status", row[mail]), WITHDRAWN), False)
    when = pc.if_else(left, members.taken("consent_at", row[mail]).cast(pa.int64()), None)
    since[mail] = pc.fill_null(when, _UNKNOWN).to_numpy(zero_copy_only=False)
    return since


def _evidence(members: Members, channel: IntArray, event: IntArray, row: IntArray) -> pa.Array:
    """The words of the export that say so."""
    words = pa.nulls(len(row), pa.large_string())
    for (name, happened), flag in FLAG_OF.items():
        mine = (channel == CHANNELS.index(name)) & (event == EVENTS.index(happened))
        told = [_quoted(members, flag, row)]
        if name == "email":
            told.append(_quoted(members, "consent_status", row))
        words = pc.if_else(pa.array(mine), joined(told, "; "), words)
    return words


def _quoted(members: Members, field: str, row: IntArray) -> pa.Array:
    raw = members.taken(f"{field}_raw", row).cast(pa.large_string())
    return pc.binary_join_element_wise(pa.scalar(field, pa.large_string()), raw, pa.scalar(": ", pa.large_string()))
