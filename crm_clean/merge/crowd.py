"""What all the others say, where only some of the people are merged: how many records bear a name, who works where.

A value is judged by how many other people bear it. Whoever merges a part of the people alone hears the same from the
rest of what stands as if all were merged at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import ADDRESS_PARTS
from crm_clean.records.table import Table
from crm_clean.records.tables import CONTACT_POINTS, GOLDEN, GOLDEN_POINTS, RECORDS, SURVIVORS

_NAMES = ("first_name", "last_name")
_FLAGS = ("is_free", "is_disposable", "is_placeholder")
FROM_DOMAIN = "derived:email_domain"


class Standing(Protocol):
    """What stands, asked by table and column; a store answers so."""

    def standing(self, table: Table, *, columns: Sequence[str] | None = None) -> pa.Table: ...
    def take(self, table: Table, column: str, keys: pa.Array, *, columns: Sequence[str] | None = None) -> pa.Table: ...


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody who stands but the part that is merged: without the `records` and the `golden` records it touches.

    Both are text arrays of ids. Nothing is read before it is asked for.
    """

    store: Standing
    records: pa.Array
    golden: pa.Array

    def of_records(self, field: str) -> Callable[[], list[pa.Array]]:
        """What the others' records say in `field`."""

        def values() -> list[pa.Array]:
            if field in _NAMES:
                return [self._names[field].combine_chunks()]
            return [self._others(self.store.standing(RECORDS, columns=["record_id", field]))[field].combine_chunks()]

        return values

    def of_addresses(self, part: str) -> Callable[[], list[pa.Array]]:
        """What the others' addresses say in `part`."""
        return lambda: [self._addresses[part].combine_chunks()]

    @cached_property
    def _names(self) -> pa.Table:
        return self._others(self.store.standing(RECORDS, columns=["record_id", *_NAMES]))

    @cached_property
    def _addresses(self) -> pa.Table:
        kind, columns = pa.array(["address"]), ["record_id", *ADDRESS_PARTS]
        return self._others(self.store.take(CONTACT_POINTS, "kind", kind, columns=columns))

    def _others(self, table: pa.Table) -> pa.Table:
        return _without(table, "record_id", self.records)

    def employees(self, domains: Sequence[str]) -> pa.Table:
        """domain, company, golden_id of those others who have a business address at one of `domains` and name a
        company that was not itself told from the domain."""
        columns = ["golden_id", "value", "key", *_FLAGS]
        mail = self.store.take(GOLDEN_POINTS, "kind", pa.array(["email"]), columns=columns)
        mail = _without(mail.append_column("domain", domain_of(mail["value"])), "golden_id", self.golden)
        mail = mail.filter(pc.is_in(mail["domain"], value_set=pa.array(domains, mail["domain"].type)))
        mail = mail.filter(is_business(mail)).group_by(["golden_id", "domain"]).aggregate([])
        derived = self.store.take(SURVIVORS, "rule", pa.array([FROM_DOMAIN]), columns=["golden_id", "field"])
        derived = derived.filter(pc.equal(derived["field"], "company"))
        ids = pc.unique(mail["golden_id"])
        named = self.store.take(GOLDEN, "golden_id", ids, columns=["golden_id", "company"])
        named = _without(named.filter(pc.is_valid(named["company"])), "golden_id", derived["golden_id"])
        return mail.join(named, "golden_id", join_type="inner")


def _without(table: pa.Table, column: str, ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    ids = ids.cast(table[column].type)
    return table.filter(pc.invert(pc.is_in(table[column], value_set=ids)))


def is_business(mail: pa.Table) -> pa.ChunkedArray:
    """Whether each address, of `key` and flags, can be used and belongs to an organisation."""
    common = [pc.fill_null(mail[flag], False) for flag in _FLAGS]
    return pc.and_(pc.is_valid(mail["key"]), pc.invert(pc.or_(pc.or_(common[0], common[1]), common[2])))


def domain_of(addresses: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """What follows the last @ of each address."""
    return pc.replace_substring_regex(addresses, pattern="^.*@", replacement="")
