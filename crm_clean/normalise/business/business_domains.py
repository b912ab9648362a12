"""The domain by which a record's company is known: its own, that of its web site, or that of a business mailbox.

A domain is the part somebody registered (`mail.acme.co.uk`: `acme.co.uk`), by the Public Suffix List that comes with
its library; nothing is looked up. Free and throw-away mailboxes and hosts where anybody has pages say nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.text import fold

_HOST = r"^(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/?#@]*@)?(?P<host>[^/?#:]+)"
Positions = np.ndarray[Any, Any]


class Sites(NamedTuple):
    """Web sites: the position of each one's record, in order of records and cells, and the normalised address."""

    at: Positions
    value: pa.Array


class Mailboxes(NamedTuple):
    """E-mails: the position of each one's record, the normalised address, and what kind of mailbox it is."""

    at: Positions
    value: pa.Array
    is_free: pa.Array
    is_disposable: pa.Array
    is_placeholder: pa.Array


def business_domains(
    n_records: int, *, company_domain: pa.Array, websites: Sites, emails: Mailboxes, words: Lexicons
) -> pa.Array:
    """The business domain of each record (string, missing where nothing tells one), by position of record.

    `company_domain` stands by position of record; `websites` and `emails` in the order in which the first that tells a
    domain wins. The field of the company counts before web sites, these before mailboxes.
    """
    sites = _hosts(websites.value)
    business = pc.invert(pc.or_(pc.or_(emails.is_free, emails.is_disposable), emails.is_placeholder))
    domains = pc.replace_substring_regex(emails.value, pattern="^.*@", replacement="")
    mailboxes = pc.if_else(pc.fill_null(business, True), domains, pa.scalar(None, pa.string()))
    found = [_registered(hosts, words) for hosts in (_hosts(company_domain), sites, mailboxes)]
    return pc.coalesce(found[0], _first(websites.at, found[1], n_records), _first(emails.at, found[2], n_records))


def registered_domain(host: str, *, words: Lexicons) -> str | None:
    """The domain somebody registered of which `host` is a part; None where there is none, and for shared hosts."""
    host = host.strip(".").lower().removeprefix("www.")
    shared = words.sets["companies.shared_hosts"]
    if "." not in host or host.replace(".", "").isdecimal() or fold(host) in shared:
        return None
    suffix, domain = _list().publicsuffix(host), _list().privatesuffix(host)
    if not domain or fold(domain) in shared or (suffix and fold(suffix) in shared):
        return None
    return None if domain in words.sets["emails.free"] else str(domain)


def _hosts(addresses: pa.Array) -> pa.Array:
    return pc.struct_field(pc.extract_regex(addresses, _HOST), "host")


def _registered(hosts: pa.Array, words: Lexicons) -> pa.Array:
    """The registered domain of each host, found once for each."""
    encoded = hosts.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    distinct = [registered_domain(host, words=words) for host in encoded.dictionary.to_pylist()]
    return pa.array(distinct, pa.string()).take(encoded.indices)


def _first(at: Positions, values: pa.Array, n_records: int) -> pa.Array:
    """For each record its first value that is there."""
    known = np.flatnonzero(pc.is_valid(values).to_numpy(zero_copy_only=False))
    records, firsts = np.unique(at[known], return_index=True)
    place = np.full(n_records, -1, dtype=np.int64)
    place[records] = known[firsts]
    return values.take(pa.array(place, mask=place < 0))


@lru_cache(maxsize=1)
def _list() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True)
