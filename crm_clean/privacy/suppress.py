"""Who is not to come back: what is kept of an erased person, and which records of a new export are theirs.

What only they had (a mailbox, an id at a source) is enough to know them by. A telephone may pass to somebody else, so
a record that has it and another name comes in. What others share with them - a family's number, `info@` - and streets
and birthdays tell only together with their name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.errors import UsageError
from crm_clean.privacy.hashes import Key
from crm_clean.records.tables import SUPPRESSIONS

RECORD, EMAIL, PHONE, BORN = "record", "email", "phone", "born"
# An address that others have too, or may have: it tells only beside a name.
BESIDE_NAME = {"email": "email_of", "phone": "phone_of", "address": "address_of"}
NAME_KEYS = ("last_name_key", "first_name_key", "maiden_name_key", "nickname_key")
RECORD_COLUMNS = ("record_id", "source", "source_record_id", "birth_date", *NAME_KEYS)
POINT_COLUMNS = ("record_id", "kind", "key", "is_role")
_FULL_DATE = 10

Address = tuple[str, str]  # kind and key
Name = tuple[str, str]  # last and first; "" where there is none
Said = tuple[str, str]  # kind and hash


@dataclass(frozen=True)
class Person:
    """What is known of somebody: `ids` at their sources, `addresses` (is it a role's?), `names`, `birthdays`.

    `shared`: those of the addresses that others have too.
    """

    ids: frozenset[str]
    addresses: frozenset[tuple[str, str, bool]]
    names: frozenset[Name]
    birthdays: frozenset[str]
    shared: frozenset[Address] = frozenset()


def person(records: pd.DataFrame, points: pd.DataFrame, *, shared: AbstractSet[Address]) -> Person:
    """The person whose records, of all times, these are.

    `records` and `points` have at least RECORD_COLUMNS and POINT_COLUMNS of RECORDS and CONTACT_POINTS.
    """
    told = points[points["key"].notna() & points["kind"].isin(list(BESIDE_NAME))]
    given = zip(told["kind"], told["key"], told["is_role"].fillna(False), strict=True)
    addresses = {(str(kind), str(key), bool(role)) for kind, key, role in given}
    lines = {(kind, line, True) for kind, key, _ in addresses if (line := _line(key)) != key}
    return Person(
        ids=frozenset(_native(records)),
        addresses=frozenset(addresses | lines),
        names=frozenset(name for row in records[list(NAME_KEYS)].itertuples(index=False) for name in _names(row)),
        birthdays=frozenset(day for day in records["birth_date"].dropna() if len(day) == _FULL_DATE),
        shared=frozenset(shared),
    )


def suppressions(who: Person, *, key: Key, reason: str | None, since: datetime) -> pd.DataFrame:
    """SUPPRESSIONS rows by which the person is known when they come again, sorted."""
    said = sorted(set(_said(who, key)))
    kinds, hashes = [kind for kind, _ in said], [value for _, value in said]
    more = {"key_id": key.id, "reason": reason, "since": pd.Timestamp(since)}
    return SUPPRESSIONS.frame(pd.DataFrame({"hash": hashes, "kind": kinds}).assign(**more))


def suppressed(records: pa.Table, points: pa.Table, suppressions: pd.DataFrame, *, key: Key) -> pa.Array:
    """The ids of those `records` that must not come in, sorted.

    `records` and `points` are RECORDS and CONTACT_POINTS, or Arrow tables with RECORD_COLUMNS and POINT_COLUMNS of
    them. Raises UsageError where any of `suppressions` (SUPPRESSIONS) was made with another key, since nobody could
    be recognised by it.
    """
    if not len(suppressions):
        return pa.array([], pa.string())
    _check_key(suppressions, key)
    known = {str(kind): frozenset(rows["hash"]) for kind, rows in suppressions.groupby("kind")}
    people = records.select(list(RECORD_COLUMNS)).to_pandas()
    names = {row[0]: tuple(_names(row[1:])) for row in people[["record_id", *NAME_KEYS]].itertuples(index=False)}
    found = set(_by_id(people, known, key)) | set(_by_birthday(people, names, known, key))
    return pa.array(sorted(found | set(_by_address(points, names, known, key))), pa.string())


def _check_key(suppressions: pd.DataFrame, key: Key) -> None:
    foreign = int((suppressions["key_id"] != key.id).sum())
    if foreign:
        raise UsageError(
            f"{foreign} entries of the suppression list were made with another key than the project's .key: put the "
            "old .key back from where you keep it, or people who were erased would come back."
        )


def _said(who: Person, key: Key) -> Iterator[Said]:
    """Every hash the person is known by."""
    full = [name for name in who.names if all(name)]
    yield from ((RECORD, key.hash(RECORD, native)) for native in who.ids)
    for day in who.birthdays:
        yield from ((BORN, key.hash(BORN, day, _exactly(name))) for name in full)
    for kind, value, is_role in who.addresses:
        if not is_role and (kind, value) not in who.shared and kind != "address":
            yield from _alone(kind, value, who, key)
        yield from ((BESIDE_NAME[kind], key.hash(BESIDE_NAME[kind], value, _exactly(name))) for name in full)


def _alone(kind: str, value: str, who: Person, key: Key) -> Iterator[Said]:
    """An address that only they had."""
    if kind == EMAIL:
        yield EMAIL, key.hash(EMAIL, value)
        return
    parts = {part for name in who.names for part in name}
    forms = {_roughly(name) for name in who.names} | {_roughly((part, "")) for part in parts} | {""}
    yield from ((PHONE, key.hash(PHONE, value, form)) for form in forms)


def _line(key: str) -> str:
    """The telephone line behind an extension; many may have it."""
    return key.partition(";ext=")[0]


def _native(records: pd.DataFrame) -> Iterable[str]:
    """`source:id` of records that have an id at their source."""
    with_id = records[records["source_record_id"].notna()]
    return (f"{source}:{native}" for source, native in zip(with_id["source"], with_id["source_record_id"], strict=True))


def _names(row: Iterable[Any]) -> Iterator[Name]:
    """The names in a row of NAME_KEYS: by birth and by marriage, in full and as friends say it."""
    last, first, maiden, nickname = ("" if value is None or value is pd.NA else str(value) for value in row)
    yield last, first
    if maiden:
        yield maiden, first
    if nickname:
        yield last, nickname


def _exactly(name: Name) -> str:
    """A name in either order."""
    return " ".join(sorted(name))


def _roughly(name: Name) -> str:
    """The initials of a name in either order: no slip of the pen changes them, another member of the family does."""
    return "".join(sorted(part[:1] for part in name))


def _by_id(people: pd.DataFrame, known: dict[str, frozenset[str]], key: Key) -> Iterator[str]:
    if hashes := known.get(RECORD):
        with_id = people[people["source_record_id"].notna()]
        for record_id, native in zip(with_id["record_id"], _native(people), strict=True):
            if key.hash(RECORD, native) in hashes:
                yield record_id


def _by_birthday(
    people: pd.DataFrame, names: dict[str, tuple[Name, ...]], known: dict[str, frozenset[str]], key: Key
) -> Iterator[str]:
    if hashes := known.get(BORN):
        dated = people[people["birth_date"].str.len().eq(_FULL_DATE).fillna(False).astype(bool)]
        for record_id, day in zip(dated["record_id"], dated["birth_date"], strict=True):
            if any(key.hash(BORN, day, _exactly(name)) in hashes for name in names[record_id] if all(name)):
                yield record_id


def _by_address(
    points: pa.Table, names: dict[str, tuple[Name, ...]], known: dict[str, frozenset[str]], key: Key
) -> Iterator[str]:
    """Records with an address that only the person had, or one they shared and their name."""
    usable = pc.and_(pc.is_valid(points["key"]), pc.is_in(points["kind"], value_set=pa.array(list(BESIDE_NAME))))
    told = points.filter(usable).select(["record_id", "kind", "key"])
    asked = _Asked(known, key)
    columns = (told[name].to_pylist() for name in told.column_names)
    for record_id, kind, value in zip(*columns, strict=True):
        theirs = names.get(record_id, ())
        if asked.is_theirs(kind, value) or any(asked.is_named(kind, value, name) for name in theirs):
            yield record_id


class _Asked:
    """Answers about addresses, each found once."""

    def __init__(self, known: dict[str, frozenset[str]], key: Key) -> None:
        self._known, self._key = known, key
        self._answers: dict[tuple[str, ...], bool] = {}

    def is_theirs(self, kind: str, value: str) -> bool:
        return kind == EMAIL and self._has(EMAIL, value)

    def is_named(self, kind: str, value: str, name: Name) -> bool:
        if kind == PHONE and self._has(PHONE, value, _roughly(name)):
            return True
        return all(name) and any(self._has(BESIDE_NAME[kind], one, _exactly(name)) for one in {value, _line(value)})

    def _has(self, *parts: str) -> bool:
        hashes = self._known.get(parts[0])
        if not hashes:
            return False
        answer = self._answers.get(parts)
        if answer is None:
            answer = self._answers[parts] = self._key.hash(*parts) in hashes
        return answer
