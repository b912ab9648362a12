"""Records as the linker sees them: coded columns and bags, and how many people share each value.

Reads normalised keys only. A placeholder has no key and so says nothing; a role mailbox is kept apart from personal
ones. Records are taken in the order of their content, so that ties fall the same way whatever the order of rows.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import jellyfish
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.link.birthdays import births
from crm_clean.link.columns import MISSING, Bag, Column, Ints, TextLike, combined, encode, strings
from crm_clean.link.mailbox_users import telling_users
from crm_clean.link.reading import Flags, Frame, Points, order_of_content, points_of
from crm_clean.link.texts import Texts

_KEYS = ("first_name_key", "last_name_key", "maiden_name_key", "suffix_key", "company_key")
_BIRTH = ("birth_date", "birth_date_raw", "created_at_raw")
RECORD_COLUMNS = ("record_id", "content_hash", *_KEYS, *_BIRTH)
# A whole name that more records bear, and a larger share of all, is nobody's.
_MOST_NAMESAKES, _MOST_NAMESAKES_SHARE = 500, 0.005


@dataclass(frozen=True)
class People:
    """The table to link. Arrays are indexed by record position, 0 to n - 1; `ids[i]` is its record id."""

    ids: pd.Series[str]
    first: Column
    last: Column
    maiden: Column
    suffix: Column
    full: Column  # first and last together, in either order
    nobodys: Column  # a whole name that too many bear to be anybody's; the other columns of names are missing then
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

    @property
    def is_thin(self) -> bool:
        """Whether no more than one of mailbox, phone and street is known of most records."""
        return sum(2 * int(bag.has.sum()) > self.n for bag in (self.emails, self.phones, self.streets)) <= 1

    @cached_property
    def roads(self) -> Bag:
        """Streets without their numbers."""
        return self.streets.mapped([" ".join(w for w in s.split() if not w[0].isdigit()) for s in self.streets.values])

    @cached_property
    def is_named(self) -> npt.NDArray[np.bool_]:
        """Whether each record says any first, last or maiden name."""
        named: npt.NDArray[np.bool_] = (self.first.codes >= 0) | (self.last.codes >= 0) | (self.maiden.codes >= 0)
        return named

    def __getstate__(self) -> dict[str, Any]:
        """Without what was counted: it is kept by where bags and columns lie in this process."""
        return {**vars(self), "_held": {}}

    def holders(self, held: Bag | Column) -> Ints:
        """How many different people hold each distinct value of one of these bags or columns; counted once."""
        if id(held) not in self._held:
            self._held[id(held)] = held.holders(self.person)
        return self._held[id(held)]


def sound_of(name: str) -> str | None:
    """A phonetic key of a folded name, the name itself where the sound says nothing (scripts but Latin)."""
    if not name.isascii():
        return name
    joined = name if name.isalpha() else "".join(c for c in name if c.isalpha())
    return jellyfish.metaphone(joined) or joined or None


def read_people(records: Frame, points: Frame, *, workers: int = 1) -> People:
    """People from the tables `records` and `contact_points`, in the order of their content.

    Both are pandas frames or Arrow tables; other columns than those asked for may be missing. `workers` threads
    read columns side by side, which changes nothing in the result.
    """
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        # A task waits for none but those before it, so that one thread is enough.
        order = pool.submit(order_of_content, records)
        held = pool.submit(lambda: points_of(records, points).in_order(order.result()))
        emails = pool.submit(lambda: _mailboxes(held.result()))
        first, last, maiden, suffix, company = (pool.submit(_column, records[key], order) for key in _KEYS)
        sound = pool.submit(lambda: last.result().mapped([sound_of(v) for v in last.result().values]))
        full = pool.submit(lambda: _either_order(first.result(), last.result()))
        users = pool.submit(lambda: telling_users(emails.result()[0], first.result(), last.result()))
        birth = pool.submit(lambda: _column(births(*(_series(records[name]) for name in _BIRTH)), order))
        where = pool.submit(lambda: _places(held.result()))
        phones, profiles = (pool.submit(_keys, held, kind) for kind in ("phone", "profile"))
        texts = pool.submit(lambda: _texts(held.result().kind("text")))
        nobodys = _nobodys(first.result(), last.result(), full.result())
        return People(
            ids=_series(strings(records["record_id"]).take(pa.array(order.result()))),
            first=_but(first.result(), nobodys),
            last=_but(last.result(), nobodys),
            maiden=maiden.result(),
            suffix=suffix.result(),
            full=_but(full.result(), nobodys),
            nobodys=nobodys,
            sound=_but(sound.result(), nobodys),
            birth=birth.result(),
            company=company.result(),
            emails=emails.result()[0],
            roles=emails.result()[1],
            users=users.result(),
            phones=phones.result(),
            addresses=where.result().addresses,
            streets=where.result().streets,
            postcodes=where.result().postcodes,
            cities=where.result().cities,
            profiles=profiles.result(),
            texts=texts.result(),
            person=_person(first.result(), sound.result()),
        )


def _nobodys(first: Column, last: Column, full: Column) -> Column:
    """Whole names that too many bear to be anybody's, such as `test test`: they say as little as a missing one."""
    times = np.bincount(full.codes + 1)[1:]
    many = np.flatnonzero(times > max(_MOST_NAMESAKES, int(_MOST_NAMESAKES_SHARE * len(full.codes))))
    if not len(many):
        return Column(np.full(len(full.codes), MISSING), Texts.of([]))
    told = np.full(len(times), None, dtype=object)
    for code in many.tolist():
        bearer = int(np.argmax(full.codes == code))
        told[code] = f"{first.values[first.codes[bearer]]} {last.values[last.codes[bearer]]}"
    return full.mapped(pa.array(told, type=pa.string()))


def _but(column: Column, nobodys: Column) -> Column:
    """The column, missing where the name is nobody's."""
    return Column(np.where(nobodys.codes >= 0, MISSING, column.codes), column.texts) if nobodys.size else column


def _series(values: TextLike) -> pd.Series[str]:
    return pd.Series(pd.arrays.ArrowStringArray(strings(values)))


def _column(values: TextLike, order: Future[Ints]) -> Column:
    codes, texts = encode(values)
    return Column(codes[order.result()], texts)


def _keys(held: Future[Points], kind: str) -> Bag:
    return held.result().kind(kind).bag("key", in_order=False)


def _mailboxes(held: Points) -> tuple[Bag, Bag]:
    """Personal mailboxes and role mailboxes."""
    emails = held.kind("email")
    is_role = emails.flags("is_role")
    return emails.where(~is_role).bag("key", in_order=False), emails.where(is_role).bag("key", in_order=False)


class _Places(NamedTuple):
    addresses: Bag
    streets: Bag
    postcodes: Bag
    cities: Bag


def _places(held: Points) -> _Places:
    """Addresses, streets, postcodes and cities; texts are made once a distinct value."""
    from crm_clean.text import fold

    places = held.kind("address")
    keys, code, city = places.bag("key", in_order=False), places.bag("postal_code"), places.bag("city")
    streets = pc.list_element(pc.split_pattern(keys.texts.array, "|", max_splits=1), 0)
    return _Places(
        keys.where(_is_whole(keys.texts.array)),
        keys.mapped(streets, in_order=False),
        code.mapped(pc.replace_substring(pc.utf8_lower(code.texts.array), " ", "")),
        city.mapped([fold(value) or None for value in city.values]),
    )


def _is_whole(keys: pa.StringArray) -> Flags:
    """Whether each address key holds both a street and a postcode."""
    is_partial = pc.or_(pc.starts_with(keys, "|"), pc.ends_with(keys, "|"))
    whole: Flags = pc.invert(is_partial).to_numpy(zero_copy_only=False)
    return whole


def _texts(held: Points) -> dict[str, Bag]:
    """One bag for each column that is compared as plain text."""
    labels, names = encode(held.texts("label"))
    return {name: held.where(labels == code).bag("key") for code, name in enumerate(names.values)}


def _either_order(first: Column, last: Column) -> Column:
    """First and last name as one value, the same whichever of the two fields each stands in."""
    known = pc.fill_null(pc.index_in(last.texts.array, value_set=first.texts.array), MISSING).to_numpy()
    new = known < 0
    rank = np.append(np.where(new, first.size + np.cumsum(new), known), MISSING)
    family = rank[last.codes]
    key = combined(np.minimum(first.codes, family), np.maximum(first.codes, family))
    distinct, codes = np.unique(key, return_inverse=True)
    if len(distinct) and distinct[0] < 0:
        codes, distinct = codes - 1, distinct[1:]
    return Column(codes.astype(np.int64), Texts(pa.repeat("", len(distinct))))


def _person(first: Column, sound: Column) -> Ints:
    """First letter and sound of the surname: coarse enough for typos, fine enough to tell a family apart."""
    letter = first.mapped(pc.utf8_slice_codeunits(first.texts.array, 0, 1))
    return (letter.codes + 1) * (sound.size + 1) + sound.codes + 1
