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

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from crm_clean.merge.ballot import Won
from crm_clean.merge.column import text_key
from crm_clean.merge.groups import NONE, BoolArray, IntArray
from crm_clean.merge.members import Members
from crm_clean.merge.names import composed, parted
from crm_clean.merge.points import GoldenPoints
from crm_clean.merge.short import shorter_name

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
    values: npt.NDArray[np.object_]
    rows: IntArray
    rule: str


def derive(members: Members, golden: pd.DataFrame, points: GoldenPoints, won: dict[str, Won]) -> Iterator[Derived]:
    """What can be said of the blanks of `golden` (GOLDEN, one row per group). Changes nothing."""
    yield from _name_parts(golden, won)
    yield _full_names(golden, won)
    yield _nicknames(members, golden, won["first_name"])
    yield _companies(golden, points)


def _full_names(golden: pd.DataFrame, won: dict[str, Won]) -> Derived:
    whole = composed(golden)
    at = np.flatnonzero((golden["full_name"].isna() & whole.notna()).to_numpy())
    witness = np.where(won["last_name"].row[at] == NONE, won["first_name"].row[at], won["last_name"].row[at])
    return Derived("full_name", at, whole.to_numpy(object)[at], witness, "derived:name_parts")


def _name_parts(golden: pd.DataFrame, won: dict[str, Won]) -> Iterator[Derived]:
    bare = golden["first_name"].isna() & golden["last_name"].isna() & golden["full_name"].notna()
    at = np.flatnonzero(bare.to_numpy())
    parts = [parted(full) for full in golden["full_name"].take(at)]
    found = np.array([part is not None for part in parts], dtype=bool)
    for position, field in enumerate(("first_name", "last_name")):
        values = np.array([part[position] for part in parts if part is not None], dtype=object)
        yield Derived(field, at[found], values, won["full_name"].row[at[found]], "derived:full_name")


def _nicknames(members: Members, golden: pd.DataFrame, won: Won) -> Derived:
    """`won`: who gave the first name. The short form is that of the best witness who gives one."""
    column = members.column("first_name")
    chosen = np.where(won.row == NONE, NONE, column.key[won.row])[members.groups.of]
    blank = golden["nickname"].isna().to_numpy()[members.groups.of]
    rows = np.flatnonzero(blank & members.gives & (column.key != NONE) & (chosen != NONE) & (column.key != chosen))
    said = [column.key_text[key] for key in column.key[rows]]
    formal = [column.key_text[key] for key in chosen[rows]]
    is_nick = [len(nick) > 1 and shorter_name(nick, name) < 0 for nick, name in zip(said, formal, strict=True)]
    rows = rows[np.array(is_nick, dtype=bool)]
    groups, first = np.unique(members.groups.of[rows], return_index=True)
    values = np.array([column.distinct[code] for code in column.code[rows[first]]], dtype=object)
    return Derived("nickname", groups, values, rows[first], "derived:first_name")


def _companies(golden: pd.DataFrame, points: GoldenPoints) -> Derived:
    frame = points.frame
    business = frame["kind"].eq("email") & frame["key"].notna()
    business &= ~frame[["is_free", "is_disposable", "is_placeholder"]].fillna(False).any(axis=1)
    at = np.flatnonzero(business.fillna(False).to_numpy(bool))
    domain = frame["value"].take(at).str.replace(r"^.*@", "", regex=True).to_numpy(object)
    mail = pd.DataFrame({"group": points.group[at], "row": points.row[at], "domain": domain})
    mail["company"] = golden["company"].to_numpy(object)[mail["group"]]
    employer = _employers(mail[mail["company"].notna()].drop_duplicates(["group", "domain"]))
    lacking = mail[mail["company"].isna() & mail["domain"].isin(employer.index)].drop_duplicates("group")
    found = employer.reindex(lacking["domain"]).to_numpy(object)
    return Derived(
        "company", lacking["group"].to_numpy(np.int64), found, lacking["row"].to_numpy(np.int64), "derived:email_domain"
    )


def _employers(mail: pd.DataFrame) -> pd.Series[str]:
    """The company of each domain that at least two people have, and four in five of those who name one."""
    keys = {name: text_key(name) for name in mail["company"].unique()}
    named = mail.assign(key=mail["company"].map(keys))
    counted = named.groupby(["domain", "key"], sort=True).size().rename("n").reset_index()
    counted["share"] = counted["n"] / counted.groupby("domain")["n"].transform("sum")
    sure = counted[(counted["n"] >= _COLLEAGUES) & (counted["share"] >= _SHARE)]
    forms = named.merge(sure[["domain", "key"]], on=["domain", "key"])
    used = forms.groupby(["domain", "company"], sort=True).size().rename("n").reset_index()
    best = used.sort_values(["n", "company"], ascending=[False, True]).drop_duplicates("domain")
    return best.set_index("domain")["company"]


def countries(points: GoldenPoints) -> tuple[IntArray, npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Rows of `points.frame` that are addresses without a country, the country each proves, and by which rule."""
    frame = points.frame
    blank = (frame["kind"].eq("address") & frame["country"].isna()).fillna(False).to_numpy(bool)
    at = np.flatnonzero(blank)
    found = np.full(len(at), None, dtype=object)
    rule = np.full(len(at), "derived:phone_prefix", dtype=object)
    by_phone = _countries_of_phones(points)
    found[:] = by_phone.reindex(points.group[at]).to_numpy(object)
    postcode = frame["postal_code"].take(at).str.upper()
    for country, form in _POSTCODES.items():
        fits = postcode.str.match(form).fillna(False).to_numpy(bool)
        found[fits], rule[fits] = country, "derived:postal_code"
    proven = np.array([isinstance(country, str) for country in found], dtype=bool)
    return at[proven], found[proven], rule[proven]


def _countries_of_phones(points: GoldenPoints) -> pd.Series[str]:
    """Per golden record all of whose numbers belong to one country: that country."""
    frame = points.frame
    is_phone: BoolArray = (frame["kind"].eq("phone") & frame["key"].notna()).fillna(False).to_numpy(bool)
    number = frame["key"][is_phone].str.lstrip("+")
    of_prefix = [number.str[:length].map(_CALLING).astype("string[pyarrow]") for length in (3, 2)]
    country = of_prefix[0].fillna(of_prefix[1]).fillna("?")
    held = pd.DataFrame({"group": points.group[is_phone], "country": country.to_numpy(object)}).drop_duplicates()
    alone = held[~held["group"].duplicated(keep=False) & held["country"].ne("?")]
    return alone.set_index("group")["country"]
