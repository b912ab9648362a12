"""Blanks filled from what the members themselves prove, each marked as derived.

    full_name         from the parts of the name
    first, last name  from a full name of two words, or `Last, First`
    nickname          the short form of the first name that some member gives
    company           what (nearly) all colleagues with an address at the same business domain have
    country           of an address: from a postcode whose form one country alone has, or from phone numbers that all
                      belong to one country

Nothing is ever replaced, and nothing is looked up outside the data but calling codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.merge.ballot import Won
from crm_clean.merge.bundles import KIND
from crm_clean.merge.column import codes, is_there, objects, positions
from crm_clean.merge.crowd import FROM_DOMAIN, domain_of, is_business
from crm_clean.merge.groups import NONE, Groups, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.names import PARTS, composed, parted
from crm_clean.merge.points import GoldenPoints
from crm_clean.merge.short import shorter_name
from crm_clean.merge.voices import text_keys

_TEXT = pa.large_string()
_COLLEAGUES = 2
_SHARE = 0.8

# Postcodes whose form says the country: two letters or more in fixed places.
_POSTCODES = {
    "GB": r"^(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$",
    "CA": r"^[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d$",
    "NL": r"^[1-9]\d{3} ?[A-Z]{2}$",
    "IE": r"^(?:[AC-FHKNPRTV-Y]\d{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}$",
}

# Calling codes of one country alone; +1, +7, +44 and the like serve several and prove nothing.
_CALLING = {
    "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "36": "HU", "40": "RO",
    "41": "CH", "43": "AT", "45": "DK", "46": "SE", "48": "PL", "49": "DE", "51": "PE", "52": "MX", "54": "AR",
    "55": "BR", "56": "CL", "57": "CO", "58": "VE", "60": "MY", "62": "ID", "63": "PH", "64": "NZ", "65": "SG",
    "66": "TH", "81": "JP", "82": "KR", "84": "VN", "86": "CN", "90": "TR", "91": "IN", "92": "PK", "94": "LK",
    "213": "DZ", "216": "TN", "221": "SN", "225": "CI", "234": "NG", "254": "KE", "351": "PT", "352": "LU",
    "353": "IE", "354": "IS", "356": "MT", "357": "CY", "359": "BG", "370": "LT", "371": "LV", "372": "EE",
    "380": "UA", "385": "HR", "386": "SI", "420": "CZ", "421": "SK", "852": "HK", "886": "TW", "966": "SA",
    "971": "AE", "972": "IL", "974": "QA",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Derived:
    """Values of `field` found for `groups`, the rows of the members that prove them, and how."""

    field: str
    groups: IntArray
    values: pa.Array
    rows: IntArray
    rule: str

    def but(self, groups: IntArray) -> Derived:
        """Without those of `groups`."""
        kept = ~np.isin(self.groups, groups)
        return Derived(self.field, self.groups[kept], self.values.filter(pa.array(kept)), self.rows[kept], self.rule)


Golden = Mapping[str, pa.Array]


def derive(members: Members, golden: Golden, points: GoldenPoints, won: dict[str, Won]) -> Iterator[Derived]:
    """What can be said of the blanks of `golden` (columns of GOLDEN, one row per group). Changes nothing."""
    yield from _name_parts(golden, won)
    yield _full_names(golden, won)
    yield _nicknames(members, golden, won["first_name"])
    yield _companies(members, golden, points)


def _full_names(golden: Golden, won: dict[str, Won]) -> Derived:
    bare = np.flatnonzero(~is_there(golden["full_name"]))
    whole = composed([golden[part].take(pa.array(bare)) for part in PARTS])
    named = is_there(whole)
    at = bare[named]
    witness = np.where(won["last_name"].row[at] == NONE, won["first_name"].row[at], won["last_name"].row[at])
    for part in ("middle_name", "suffix"):
        witness = np.where(witness == NONE, won[part].row[at], witness)
    return Derived("full_name", at, whole.filter(pa.array(named)), witness, "derived:name_parts")


def _name_parts(golden: Golden, won: dict[str, Won]) -> Iterator[Derived]:
    bare = ~is_there(golden["first_name"]) & ~is_there(golden["last_name"]) & is_there(golden["full_name"])
    at = np.flatnonzero(bare)
    parts = [parted(full) for full in golden["full_name"].take(pa.array(at)).to_pylist()]
    found = np.array([part is not None for part in parts], dtype=bool)
    for position, field in enumerate(("first_name", "last_name")):
        values = pa.array([part[position] for part in parts if part is not None], _TEXT)
        yield Derived(field, at[found], values, won["full_name"].row[at[found]], "derived:full_name")


def _nicknames(members: Members, golden: Golden, won: Won) -> Derived:
    """`won`: who gave the first name. The short form is that of the best witness who gives one."""
    column = members.column("first_name")
    chosen = np.where(won.row == NONE, NONE, column.key[won.row])[members.groups.of]
    blank = ~is_there(golden["nickname"])[members.groups.of]
    rows = np.flatnonzero(blank & members.gives & (column.key != NONE) & (chosen != NONE) & (column.key != chosen))
    width = len(column.key_text)
    pairs, back = np.unique(column.key[rows] * max(width, 1) + chosen[rows], return_inverse=True)
    told = [(column.key_text[pair // width], column.key_text[pair % width]) for pair in pairs.tolist()]
    is_nick = np.array([len(nick) > 1 and shorter_name(nick, name) < 0 for nick, name in told], dtype=bool)
    rows = rows[is_nick[back]]
    groups, first = np.unique(members.groups.of[rows], return_index=True)
    return Derived("nickname", groups, members.taken("first_name", rows[first]), rows[first], "derived:first_name")


def _companies(members: Members, golden: Golden, points: GoldenPoints) -> Derived:
    """One row of `mail` a person and domain; of several domains of one person the first that says something counts."""
    mail = points.table.filter(pa.array(points.kind == KIND["email"]))
    at = np.flatnonzero(points.kind == KIND["email"])[is_business(mail).to_numpy()]
    group, row = points.group[at], points.row[at]
    domain, domains = codes(domain_of(points.table["value"].combine_chunks().take(pa.array(at))))
    company = golden["company"].take(pa.array(group))
    is_named = is_there(company)
    lacking = np.flatnonzero(~is_named & (domain != NONE))
    if not len(lacking):
        return Derived("company", lacking, pa.array([], _TEXT), lacking, FROM_DOMAIN)
    asked = np.zeros(len(domains) + 1, dtype=bool)
    asked[domain[lacking]] = True
    named = np.flatnonzero(is_named & asked[domain] & (domain != NONE))
    named = named[np.unique(group[named] * len(domains) + domain[named], return_index=True)[1]]
    table = pa.table({"domain": domains.take(pa.array(domain[named])), "company": company.take(pa.array(named))})
    if members.crowd:
        others = members.crowd.employees(domains.filter(pa.array(asked[:-1])).to_pylist())
        table = pa.concat_tables([table, others.select(table.column_names).cast(table.schema)])
    employer = _employers(table.cast(pa.schema([("domain", _TEXT), ("company", _TEXT)])))
    found = positions(domains.take(pa.array(domain[lacking])), employer["domain"].combine_chunks())
    lacking, found = lacking[found != NONE], found[found != NONE]
    groups, first = np.unique(group[lacking], return_index=True)
    values = employer["company"].combine_chunks().take(pa.array(found[first]))
    return Derived("company", groups, values, row[lacking[first]], FROM_DOMAIN)


def _employers(named: pa.Table) -> pa.Table:
    """domain, company: of each domain that at least two people have, and four in five of those who name one.

    `named`: domain and company, one row a person and domain.
    """
    words = pc.unique(named["company"])
    key = pa.array(text_keys(words.to_pylist()), _TEXT).take(pc.index_in(named["company"], value_set=words))
    named = named.append_column("key", key)
    by_key = named.group_by(["domain", "key"]).aggregate([([], "count_all")])
    total = named.group_by("domain").aggregate([([], "count_all")]).rename_columns(["domain", "total"])
    counted = by_key.join(total, "domain", join_type="inner")
    share = pc.divide(counted["count_all"].cast(pa.float64()), counted["total"].cast(pa.float64()))
    sure = counted.filter(pc.and_(pc.greater_equal(counted["count_all"], _COLLEAGUES), pc.greater_equal(share, _SHARE)))
    forms = named.join(sure.select(["domain", "key"]), ["domain", "key"], join_type="inner")
    used = forms.group_by(["domain", "company"]).aggregate([([], "count_all")])
    used = used.sort_by([("domain", "ascending"), ("count_all", "descending"), ("company", "ascending")])
    domain = codes(used["domain"].combine_chunks())[0]
    return used.take(pa.array(Groups.runs(domain).starts)).select(["domain", "company"]).combine_chunks()


def countries(points: GoldenPoints) -> tuple[IntArray, pa.Array, pa.Array]:
    """Rows of `points.table` that are addresses without a country, the country each proves, and by which rule."""
    is_blank = (points.kind == KIND["address"]) & ~is_there(points.table["country"].combine_chunks())
    at = np.flatnonzero(is_blank)
    by_phone = _countries_of_phones(points)
    group, number = by_phone
    place = np.searchsorted(group, points.group[at])
    has = (place < len(group)) & (np.append(group, NONE)[np.minimum(place, len(group))] == points.group[at])
    found = objects(list(_CALLING.values()))[np.where(has, np.append(number, 0)[np.minimum(place, len(group))], 0)]
    found[~has] = None
    rule = np.full(len(at), "derived:phone_prefix", dtype=object)
    postcode, words = codes(points.table["postal_code"].combine_chunks().take(pa.array(at)))
    for country, form in _POSTCODES.items():
        of_word = [re.match(form, word.upper()) is not None for word in words.to_pylist()]
        fits = np.array([*of_word, False], dtype=bool)[postcode]
        found[fits], rule[fits] = country, "derived:postal_code"
    proven = np.array([country is not None for country in found], dtype=bool)
    return at[proven], pa.array(found[proven], pa.string()), pa.array(rule[proven], pa.string())


def _countries_of_phones(points: GoldenPoints) -> tuple[IntArray, IntArray]:
    """Golden records all of whose numbers belong to one country, ascending, and the number of it in _CALLING."""
    key = points.table["key"].combine_chunks()
    at = np.flatnonzero((points.kind == KIND["phone"]) & is_there(key))
    number = pc.utf8_ltrim(key.take(pa.array(at)), characters="+")
    codes_of = pa.array(list(_CALLING))
    found = [positions(pc.utf8_slice_codeunits(number, 0, length), codes_of) for length in (3, 2)]
    country = np.where(found[0] == NONE, found[1], found[0])
    groups = Groups.runs(points.group[at])
    least, most = groups.least(country), groups.most(country)
    alone = (least == most) & (least != NONE)
    return points.group[at][groups.starts][alone], least[alone]
