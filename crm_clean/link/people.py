"""Records as the linker sees them: coded columns and bags, and how many people share each value.

Reads normalised keys only. A placeholder has no key and so says nothing; a role mailbox is kept apart from personal
ones. Records are taken in the order of their content, so that ties fall the same way whatever the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import jellyfish
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.birthdays import births
from crm_clean.link.columns import MISSING, Bag, Column, Ints, combined, strings

_GENERIC_USERS = 3
_TOLD = ("kind", "label", "key", "postal_code", "city", "is_role")
_NEEDED = (
    "content_hash", "record_id", "first_name_key", "last_name_key", "maiden_name_key", "suffix_key", "birth_date",
    "company_key", "birth_date_raw", "created_at_raw",
)  # fmt: skip


@dataclass(frozen=True)
class People:
    """The table to link. Arrays are indexed by record position, 0 to n - 1; `ids[i]` is its record id."""

    ids: pd.Series[str]
    first: Column
    last: Column
    maiden: Column
    suffix: Column
    full: Column  # first and last together, in either order
    sound: Column  # of the last name
    birth: Column
    company: Column
    emails: Bag
    roles: Bag
    users: Bag  # part before the @ of personal mailboxes, where it says more than the name does
    phones: Bag
    addresses: Bag  # street and postcode in one key
    streets: Bag
    postcodes: Bag
    cities: Bag
    profiles: Bag
    texts: dict[str, Bag]
    person: Ints  # a rough code of who it is, to count people rather than rows
    _held: dict[int, Ints] = field(default_factory=dict, repr=False)

    @property
    def n(self) -> int:
        return len(self.ids)

    def holders(self, bag: Bag) -> Ints:
        """How many different people hold each distinct value of one of these bags; counted once."""
        if id(bag) not in self._held:
            self._held[id(bag)] = bag.holders(self.person)
        return self._held[id(bag)]

    @cached_property
    def phone_digits(self) -> list[str]:
        """The digits of each distinct phone, without its extension."""
        numbers = pc.replace_substring_regex(pa.array(self.phones.values, type=pa.string()), ";.*$|[^0-9]", "")
        digits: list[str] = numbers.to_pylist()
        return digits


def sound_of(name: str) -> str | None:
    """A phonetic key of a folded name, the name itself where the sound says nothing (scripts but Latin)."""
    if not name.isascii():
        return name
    joined = "".join(c for c in name if c.isalpha())
    return jellyfish.metaphone(joined) or joined or None


def read_people(records: pd.DataFrame, points: pd.DataFrame) -> People:
    """People from the tables `records` and `contact_points`, in the order of their content."""
    needed = pa.table({name: strings(records[name]) for name in _NEEDED})
    order = pc.sort_indices(needed, sort_keys=[("content_hash", "ascending"), ("record_id", "ascending")])
    records = needed.take(order).to_pandas(types_mapper=lambda _: pd.StringDtype("pyarrow"))
    held = _Held.of(records["record_id"], points)
    first, last = Column.of(records["first_name_key"]), Column.of(records["last_name_key"])
    sound = last.mapped([sound_of(v) for v in last.values])
    emails, places = held.kind("email"), held.kind("address")
    is_role = emails.frame["is_role"].fillna(False).to_numpy(dtype=bool)
    mailboxes = emails.bag("key", where=~is_role)
    return People(
        ids=records["record_id"],
        first=first,
        last=last,
        maiden=Column.of(records["maiden_name_key"]),
        suffix=Column.of(records["suffix_key"]),
        full=_either_order(first, last),
        sound=sound,
        birth=Column.of(births(records["birth_date"], records["birth_date_raw"], records["created_at_raw"])),
        company=Column.of(records["company_key"]),
        emails=mailboxes,
        roles=emails.bag("key", where=is_role),
        users=_telling_users(mailboxes, first, last),
        phones=held.kind("phone").bag("key"),
        addresses=places.bag(_whole_address(places.frame["key"])),
        streets=places.bag(places.frame["key"].str.split("|", n=1).str[0]),
        postcodes=places.bag(places.frame["postal_code"].str.lower().str.replace(" ", "", regex=False)),
        cities=places.bag(_city_key(places.frame)),
        profiles=held.kind("profile").bag("key"),
        texts=_texts(held.kind("text")),
        person=_person(first, sound),
    )


@dataclass(frozen=True)
class _Held:
    """Contact points of one kind or all, with the position of the record that holds each."""

    frame: pd.DataFrame
    record: Ints
    n: int

    @classmethod
    def of(cls, ids: pd.Series[str], points: pd.DataFrame) -> _Held:
        """The points whose record is one of `ids`."""
        place = pc.index_in(strings(points["record_id"]), value_set=strings(ids))
        record = pc.fill_null(place, MISSING).to_numpy(zero_copy_only=False).astype(np.int64)
        here = record >= 0
        return cls(points.loc[here, list(_TOLD)], record[here], len(ids))

    def kind(self, kind: str) -> _Held:
        mine = self.frame["kind"].eq(kind).to_numpy(dtype=bool)
        return _Held(self.frame[mine], self.record[mine], self.n)

    def bag(self, values: str | pd.Series[str], *, where: npt.NDArray[np.bool_] | None = None) -> Bag:
        """A bag of a column, or of values made from one; `where` picks points."""
        series = self.frame[values] if isinstance(values, str) else values
        if where is None:
            return Bag.of(self.record, series, n=self.n)
        return Bag.of(self.record[where], series[where], n=self.n)


def _texts(held: _Held) -> dict[str, Bag]:
    """One bag for each column that is compared as plain text."""
    labels = held.frame["label"].to_numpy(dtype=object)
    return {str(label): held.bag("key", where=labels == label) for label in sorted(set(labels.tolist()))}


def _whole_address(key: pd.Series[str]) -> pd.Series[str]:
    """Address keys that hold both a street and a postcode; the others missing."""
    return key.mask(key.str.startswith("|").fillna(True) | key.str.endswith("|").fillna(True))


def _telling_users(emails: Bag, first: Column, last: Column) -> Bag:
    """The part before the @ of each mailbox, where it is long enough and not the holder's own name.

    `jane.doe` at two providers says no more than that both are called Jane Doe, which the name says already.
    """
    user = Column.of_values([mailbox.partition("@")[0] for mailbox in emails.values])
    recurs = np.flatnonzero(user.counts[user.codes[emails.codes]] > 1)  # at two providers at least
    record, code = emails.record[recurs], user.codes[emails.codes[recurs]]
    given = np.array([*first.values, ""], dtype=object)[first.codes[record]]
    family = np.array([*last.values, ""], dtype=object)[last.codes[record]]
    held = np.array(user.values, dtype=object)[code]
    telling = np.fromiter(
        (_says_more(u, f, g) for u, f, g in zip(held, given, family, strict=True)), dtype=bool, count=len(held)
    )
    return Bag.coded(record[telling], code[telling], user.values, n=len(emails.starts) - 1)


def _says_more(user: str, given: str, family: str) -> bool:
    """Whether letters or digits are left of a mailbox user once the name and its initials are taken out."""
    rest = "".join(c for c in user.lower() if c.isalnum())
    for name in sorted((given.replace(" ", ""), family.replace(" ", ""), *given.split(), *family.split()), key=len):
        if len(name) > 1:
            rest = rest.replace(name, "", 1)
    return len(rest) >= 2 and len(user) > _GENERIC_USERS  # one letter left is an initial


def _city_key(points: pd.DataFrame) -> pd.Series[str]:
    """Folded city per point; folding is done once a distinct city."""
    from crm_clean.text import fold

    city = points["city"]
    distinct = city.dropna().unique()
    return city.map({c: fold(c) or None for c in distinct}).astype("string[pyarrow]")


def _either_order(first: Column, last: Column) -> Column:
    """First and last name as one value, the same whichever of the two fields each stands in."""
    names = sorted(set(first.values) | set(last.values))
    rank = {name: i for i, name in enumerate(names)}
    to_first = np.append(np.array([rank[v] for v in first.values], dtype=np.int64), -1)[first.codes]
    to_last = np.append(np.array([rank[v] for v in last.values], dtype=np.int64), -1)[last.codes]
    key = combined(np.minimum(to_first, to_last), np.maximum(to_first, to_last))
    distinct, codes = np.unique(key, return_inverse=True)
    if len(distinct) and distinct[0] < 0:
        codes, distinct = codes - 1, distinct[1:]
    return Column(codes.astype(np.int64), [""] * len(distinct))


def _person(first: Column, sound: Column) -> Ints:
    """First letter and sound of the surname: coarse enough for typos, fine enough to tell a family apart."""
    letter = first.mapped([v[:1] for v in first.values])
    key = (letter.codes + 1) * (sound.size + 1) + sound.codes + 1
    codes: Ints = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return codes
