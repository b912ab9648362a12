"""The e-mails, phones, addresses, profiles, websites and texts of a golden record: each once, the best first.

One row per kind and key, whoever holds it. Order within a kind: the one a person put first; usable before unusable,
not bounced before bounced, people before role and disposable mailboxes, faxes and addresses whose postcode is not of
their country; then by how many records hold it, then as the best witness has it, where of records equally new the one
with the fuller address is the better witness. Consent belongs to the address: see `closures`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge import consent
from crm_clean.merge.bundles import KIND, Held
from crm_clean.merge.closures import Closures
from crm_clean.merge.column import Column, each, is_there, is_true, put, taken
from crm_clean.merge.groups import NONE, BoolArray, Groups, IntArray, dense_rank
from crm_clean.merge.members import Members
from crm_clean.merge.places import ADDRESS, AddressRows, one_line
from crm_clean.merge.postcodes import is_foreign
from crm_clean.merge.preferred import Placed, Preferred
from crm_clean.merge.statements import CHANNELS, Statements
from crm_clean.merge.together import settle_together
from crm_clean.merge.voices import Voices
from crm_clean.records.fields import ADDRESS_PARTS, POINT_KINDS
from crm_clean.records.tables import GOLDEN_POINTS

_TEXT = pa.large_string()
_AS_HELD = ("extension", "is_role", "is_free", "is_disposable", "is_placeholder")
_MOST = (1 << 15) - 1
_CHANNEL = np.array([*(CHANNELS.index(kind) if kind in CHANNELS else NONE for kind in POINT_KINDS), NONE])


@dataclass(frozen=True, eq=False)
class GoldenPoints:
    """`table`: GOLDEN_POINTS by golden id, kind, ordinal. `group`, `row`: golden record and best witness of a row."""

    table: pa.Table
    group: IntArray
    row: IntArray
    kind: IntArray

    def first(self, kind: str) -> IntArray:
        """The rows that come first of their kind."""
        return np.flatnonzero((self.kind == KIND[kind]) & (self.table["ordinal"].to_numpy() == 1))


def golden_points(
    members: Members, held: Held, *, said: Statements, closed: Closures, preferred: Preferred
) -> GoldenPoints:
    """The points of every golden record."""
    first = held.bundles.starts
    best = _best(members, held)
    kind, group = held.kind[first], members.groups.of[held.owner[first]]
    columns = each(lambda name: held.taken(name, best), ("value", "key", *ADDRESS_PARTS, *_AS_HELD))
    columns["label"] = held.taken("label", _labels(held))
    columns |= _mended(columns, held, members)
    columns |= _consent(columns, held, group, said=said, closed=closed)
    given = preferred.among(group * len(KIND) + kind, columns["key"], columns["value"])
    row = np.concatenate([held.owner[first], given.row])
    kind, group = np.concatenate([kind, given.kind]), np.concatenate([group, given.group])
    columns = {name: _with(values, name, given, closed) for name, values in columns.items()}
    support = np.concatenate([_support(held), np.zeros(len(given.row), np.int64)])
    crowd = group * len(KIND) + kind
    rank = _rank(crowd, given.is_second(len(crowd)), _doubt(columns, kind), support)
    before = _fuller_first(columns, crowd, row, members)
    order = before[np.argsort(rank[before], kind="stable")]
    runs = Groups.runs(crowd[order])
    columns["golden_id"] = members.golden_ids.take(pa.array(group[order]))
    columns["kind"] = pa.array(POINT_KINDS).take(pa.array(kind[order]))
    columns["ordinal"] = pa.array(np.arange(len(order)) - runs.starts[runs.of] + 1)
    made = {name: columns.pop(name) for name in ("golden_id", "kind", "ordinal")}
    made |= each(lambda name: _picked(columns[name], order), list(columns))
    table = pa.table(
        [made[name].cast(type_) for name, type_ in GOLDEN_POINTS.columns.items()], schema=GOLDEN_POINTS.schema
    )
    return GoldenPoints(table, group[order], row[order], kind[order])


def _picked(values: pa.Array, at: IntArray) -> pa.Array:
    return values if values.null_count == len(values) else values.take(pa.array(at))


def _rank(crowd: IntArray, is_second: BoolArray, doubt: IntArray, support: IntArray) -> IntArray:
    rank = (((crowd << 1) | is_second) << 4 | doubt) << 15 | (_MOST - np.minimum(support, _MOST))
    return np.asarray(rank, dtype=np.int64)


def _fuller_first(columns: dict[str, pa.Array], crowd: IntArray, row: IntArray, members: Members) -> IntArray:
    """The order of bundles in which, of records equally new, the one with the fuller address goes first."""
    order = np.arange(len(crowd))
    several = np.flatnonzero(crowd[1:] == crowd[:-1])
    at = np.union1d(several, several + 1)
    at = at[crowd[at] % len(KIND) == KIND["address"]]
    if not len(at):
        return order
    filled = sum(is_there(columns[part].take(pa.array(at))).astype(np.int64) for part in ADDRESS_PARTS)
    of_record = Groups.runs(dense_rank(crowd[at], row[at]))
    fullest = np.asarray(filled)[of_record.starts][of_record.of]
    is_dead = ~members.gives[row[at]]
    order[at] = at[np.lexsort([at, -fullest, members.ranks["newest"][row[at]], is_dead, crowd[at]])]
    return order


def _best(members: Members, held: Held) -> IntArray:
    """Per bundle, the row that shows the value: of a record that may give values, if one does."""
    live = held.bundles.first(members.gives[held.owner] & is_there(held.values("value")))
    return np.where(live == NONE, held.bundles.starts, live)


def _several(held: Held) -> tuple[IntArray, IntArray]:
    """Bundles of more than one row, and those rows."""
    many = held.bundles.size() > 1
    return np.flatnonzero(many), np.flatnonzero(many[held.bundles.of])


def _labels(held: Held) -> IntArray:
    """Per bundle the row whose label most give; a telling one before `other`; then as the best witness has it."""
    chosen = held.bundles.starts.copy()
    bundles, rows = _several(held)
    label = Column.of(held.taken("label", rows), is_exact=True)
    said = np.flatnonzero(label.code != NONE)
    vague = np.array([text == "other" for text in label.distinct] + [True])[label.code]
    of = held.bundles.of[rows]
    packed = of * (len(label.distinct) + 1) + label.code
    _, back, votes = np.unique(packed[said], return_inverse=True, return_counts=True)
    order = said[np.lexsort([said, -votes[back], vague[said], of[said]])]
    runs = Groups.runs(of[order])
    chosen[bundles] = NONE
    chosen[of[order[runs.starts]]] = rows[order[runs.starts]]
    return chosen


def _consent(
    columns: dict[str, pa.Array], held: Held, group: IntArray, *, said: Statements, closed: Closures
) -> dict[str, pa.Array]:
    """The consent of each bundle: the strictest word that counts, and what is closed for all who have the address."""
    silent = np.zeros((2, len(held.table)), dtype=bool)
    spoken = closed.overruled & (said.point != NONE)
    silent[said.event[spoken], said.point[spoken]] = True
    silent = silent[:, held.rows]
    status = held.values("consent_status")
    if silent[0].any():
        left = pc.and_(pa.array(silent[0]), pc.fill_null(pc.equal(status, consent.WITHDRAWN), False))
        status = pc.if_else(left, pa.scalar(None, _TEXT), status)
    decisive = consent.strictest(held.bundles, status, held.values("consent_at"), held.values("consent_basis"))
    made = {
        "consent_status": taken(status, decisive.status),
        "consent_at": held.taken("consent_at", decisive.at),
        "consent_basis": held.taken("consent_basis", decisive.basis),
    }
    channel = _CHANNEL[held.kind[held.bundles.starts]]
    for number, (flag, event) in enumerate((("opt_out", "closed"), ("bounced", "bounced"))):
        word = consent.trinary(held.values(flag))
        own = held.bundles.most(np.where(silent[number], np.minimum(word, 0), word))
        own[closed.of_points(event, channel, columns["key"], group)] = 1
        made[flag] = consent.as_flags(own)
    refused = pc.and_(pc.fill_null(made["opt_out"], False), pc.is_valid(made["consent_status"]))
    made["consent_status"] = pc.if_else(refused, pa.scalar(consent.WITHDRAWN, _TEXT), made["consent_status"])
    return made


def _mended(columns: dict[str, pa.Array], held: Held, members: Members) -> dict[str, pa.Array]:
    """The parts of each address that several rows of one place agree on best."""
    bundles, rows = _several(held)
    is_address = held.kind[held.bundles.starts[bundles]] == KIND["address"]
    bundles, rows = bundles[is_address], rows[held.kind[rows] == KIND["address"]]
    if not len(rows):
        return {}
    parts = {part: held.taken(part, rows) for part in ADDRESS_PARTS}
    groups = Groups.runs(held.bundles.of[rows])
    columns_of = {part: Column.of(parts[part], voices=_voices(held, members, part)) for part in ADDRESS_PARTS}
    columns_of["postal_code"] = _of_the_country(columns_of, groups)
    ranks = {rule: rank[held.owner[rows]] for rule, rank in members.ranks.items()}
    ranks["most_complete"] = -sum(is_there(part).astype(np.int64) for part in parts.values())
    gives = members.gives[held.owner[rows]]
    won = settle_together(AddressRows(columns=columns_of, groups=groups, gives=gives, ranks=ranks), ADDRESS)
    before = {part: columns[part].take(pa.array(bundles)) for part in ADDRESS_PARTS}
    mended = {part: taken(parts[part], won[part].row) for part in ADDRESS_PARTS}
    differs, some = np.zeros(len(bundles), dtype=bool), np.zeros(len(bundles), dtype=bool)
    for part in ADDRESS_PARTS:
        same = pc.equal(pc.fill_null(mended[part], ""), pc.fill_null(before[part], ""))
        differs |= ~same.to_numpy(zero_copy_only=False)
        some |= is_there(mended[part])
    at = np.flatnonzero(differs & some)
    street = np.where(won["street"].row == NONE, NONE, rows[won["street"].row])
    mended["value"] = one_line(mended)
    mended["key"] = pc.coalesce(held.taken("key", street), columns["key"].take(pa.array(bundles)))
    return {name: put(columns[name], bundles[at], values.take(pa.array(at))) for name, values in mended.items()}


def _voices(held: Held, members: Members, part: str) -> Voices:
    others = members.crowd.of_addresses(part) if members.crowd else list
    return Voices(lambda: [held.table[part].combine_chunks(), *others()])


def _of_the_country(columns: dict[str, Column], groups: Groups) -> Column:
    """The postcodes, without those that are not of their country where another is."""
    postcode, country = columns["postal_code"], columns["country"]
    foreign = is_foreign(postcode, country)
    spared = groups.any((postcode.code != NONE) & ~foreign)[groups.of]
    return Column(np.where(foreign & spared, NONE, postcode.code), postcode.words, voices=postcode.voices)


def _support(held: Held) -> IntArray:
    """How many members hold each bundle."""
    is_new = np.concatenate([[True], held.owner[1:] != held.owner[:-1]]) if len(held.owner) else held.owner.astype(bool)
    is_new[held.bundles.starts] = True
    return held.bundles.count(is_new)


def _doubt(columns: dict[str, pa.Array], kind: IntArray) -> IntArray:
    """The smaller, the better to reach somebody by: from 0 to 7."""
    flags = {name: is_true(columns[name]) for name in ("is_placeholder", "bounced", "is_role", "is_disposable")}
    unread = pc.fill_null(pc.starts_with(columns["key"], "raw:"), True).to_numpy(zero_copy_only=False)
    unusable = unread | flags["is_placeholder"]
    second_best = flags["is_role"] | flags["is_disposable"]
    second_best |= pc.fill_null(pc.equal(columns["label"], "fax"), False).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(kind == KIND["address"])
    places = [Column.of(columns[name].take(pa.array(at)), is_exact=True) for name in ("postal_code", "country")]
    second_best[at] |= is_foreign(*places)
    return np.asarray(unusable * 4 + flags["bounced"] * 2 + second_best * 1, dtype=np.int64)


def _with(values: pa.Array, name: str, given: Placed, closed: Closures) -> pa.Array:
    """`values` of a column with those of the points a person gave that nobody has."""
    if not len(given.row):
        return values
    if name == "value":
        more = given.value
    elif name == "key":
        more = given.key
    elif name in ("opt_out", "bounced"):
        event = "closed" if name == "opt_out" else "bounced"
        shut = closed.of_points(event, _CHANNEL[given.kind], given.key, given.group)
        more = consent.as_flags(np.where(shut, 1, NONE))
    elif name.startswith("is_"):
        more = pa.array(np.zeros(len(given.row), dtype=bool))
    else:
        more = pa.nulls(len(given.row), values.type)
    return pa.concat_arrays([values, more.cast(values.type)])
