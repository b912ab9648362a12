"""In which country a record's national numbers, postal codes and dates are read.

First what the source's profile says, then the user's default, then what the source's own data say. Ballots come first:
each country of an address is one vote, each number with an international prefix one for its country, and each number
written the North American way - (AAA) BBB-CCCC - three for the United States, since nobody else writes so. The country
with more than half of a source's votes, and at least three, wins. Where none does, hints count as well: e-mail domains
of countries, postal codes of a shape that one country has, languages. Nearly all must be for one country then, and in a
source of few records all of them. Otherwise there is no region, and national numbers are not guessed at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.normalise.telephony.region_signs import LOCAL_LANGUAGES, POSTCODES, WORLDWIDE_DOMAINS

_NANP = r"^\s*(\+?1[ .-]?)?(\([2-9]\d{2}\)\s?[2-9]\d{2}[-. ]\d{4}|[2-9]\d{2}([-.])[2-9]\d{2}[-.]\d{4})\b"
_PREFIXED = r"^(?:\+|00)(?P<code>[1-9]\d{2})"
_DOMAIN = r"(?i)@[^@\s]+\.(?P<domain>[a-z]{2})[>)\]\s;,.\"']*$"
_LANGUAGE = r"(?i)^\s*(?P<language>[a-z]{2})(?:[-_](?P<region>[a-z]{2}))?\s*$"
_NANP_VOTES = 3
_LEAST_VOTES = 3
_FEW = 4  # records of a source whose votes must all agree
_PER_VOTE = 4  # records for which one of several votes that agree will do
_NEARLY_ALL = 0.9
_SAMPLE = 20_000

Values = np.ndarray[Any, Any]


def decide(
    sources: pd.Series,
    given: pd.Series,
    ballots: Sequence[pd.DataFrame],
    *,
    default: str | None,
    hints: Sequence[Callable[[], pd.DataFrame]] = (),
) -> pd.Series:
    """The region of each record, missing where nothing tells.

    `sources` and `given` (the profile's region) stand by record; each ballot has `source`, `region` and `n`. `hints`
    give more of them, and are asked only where the ballots leave a source without a region or have few records.
    """
    known = given.fillna(default) if default else given
    if known.notna().all():
        return known
    records = sources[known.isna()].astype("object").value_counts()
    counted = _counted(ballots)
    winners = _majorities(counted, records)
    if len(winners) < len(records):
        counted = _counted([counted, *(hint() for hint in hints)])
        winners = pd.concat([winners, _agreements(counted[~counted["source"].isin(winners.index)], records)])
    return known.fillna(sources.map(winners).astype(known.dtype)) if len(winners) else known


def _counted(ballots: Sequence[pd.DataFrame]) -> pd.DataFrame:
    cast = [ballot.astype({"source": "object", "region": "object"}) for ballot in ballots if len(ballot)]
    if not cast:
        return pd.DataFrame({"source": [], "region": [], "n": []}).astype({"source": "object", "region": "object"})
    votes = pd.concat(cast, ignore_index=True)
    return votes.groupby(["source", "region"], sort=True)["n"].sum().reset_index()


def _majorities(counted: pd.DataFrame, records: pd.Series) -> pd.Series:
    """The region with more than half of the votes of each source of more than a few records, by source."""
    counted = counted[counted["source"].map(records) > _FEW]
    total = counted.groupby("source")["n"].transform("sum")
    chosen = counted[(counted["n"] * 2 > total) & (counted["n"] >= _LEAST_VOTES)]
    return chosen.set_index("source")["region"]


def _agreements(counted: pd.DataFrame, records: pd.Series) -> pd.Series:
    """The region that all or nearly all votes of each source are for, by source.

    Regions that share a country code, as those of North America do, do not contradict each other.
    """
    counted = counted.assign(code=counted["region"].map(_codes()).fillna(0), size=counted["source"].map(records))
    total = counted.groupby("source")["n"].transform("sum")
    share = counted.groupby(["source", "code"])["n"].transform("sum") / total
    agree = (share == 1) | ((share >= _NEARLY_ALL) & (counted["size"] > _FEW))
    chosen = counted[agree & (total * _PER_VOTE >= counted["size"])]
    chosen = chosen.sort_values(["source", "n", "region"], ascending=[True, False, True]).drop_duplicates("source")
    return chosen.set_index("source")["region"]


def country_votes(sources: pd.Series, countries: pd.Series) -> pd.DataFrame:
    """One vote for each address with a country, by source."""
    return _ballot(sources, countries, np.ones(len(sources), dtype=np.int64))


def phone_votes(sources: pd.Series, raws: pa.Array) -> pd.DataFrame:
    """Votes of the distinct numbers of each source, of some 20,000 of them where there are more."""
    sources, texts = _sample(sources, raws)
    nanp = pc.match_substring_regex(texts, _NANP).to_pandas().to_numpy()
    digits = pc.replace_substring_regex(texts, pattern=r"[^+0-9]", replacement="")
    codes = pc.struct_field(pc.extract_regex(digits, _PREFIXED), "code").to_pandas()
    region = codes.map(_regions_by_prefix(), na_action="ignore").to_numpy(dtype=object)
    return _ballot(sources, np.where(nanp, "US", region), np.where(nanp, _NANP_VOTES, 1))


def email_votes(sources: pd.Series, emails: pa.Array) -> pd.DataFrame:
    """A vote for each distinct address (as it came) in a domain of a country: `.fr`, `.de`, `.co.uk`."""
    sources, texts = _sample(sources, emails)
    domain = pc.utf8_upper(pc.struct_field(pc.extract_regex(texts, _DOMAIN), "domain"))
    return _ballot(sources, _regions(domain, but=WORLDWIDE_DOMAINS), np.ones(len(texts), dtype=np.int64))


def postcode_votes(sources: pd.Series, postcodes: pa.Array) -> pd.DataFrame:
    """A vote for each distinct postal code (as it came) of a shape that only one country has."""
    sources, texts = _sample(sources, postcodes)
    region = np.full(len(texts), None, dtype=object)
    for country, pattern in POSTCODES.items():
        region[pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)] = country
    return _ballot(sources, region, np.ones(len(texts), dtype=np.int64))


def language_votes(sources: pd.Series, languages: pa.Array) -> pd.DataFrame:
    """A vote for each code of a language (as it came) with its country, `fr-CA`, or that one country alone speaks.

    Plain English and that of the United States say nothing: many programs write them for everybody.
    """
    parts = pc.extract_regex(languages, _LANGUAGE)
    language = pc.utf8_lower(pc.struct_field(parts, "language"))
    region = pc.utf8_upper(pc.struct_field(parts, "region"))
    is_default = pc.and_(pc.equal(language, "en"), pc.equal(region, "US"))
    alone = pa.array([LOCAL_LANGUAGES.get(said) for said in language.to_pylist()], pa.string())
    told = pc.if_else(pc.equal(region, ""), alone, region)
    told = pc.if_else(pc.fill_null(is_default, True), pa.scalar(None, pa.string()), told)
    return _ballot(sources, _regions(told), np.ones(len(told), dtype=np.int64))


def _regions(letters: pa.Array, *, but: frozenset[str] = frozenset()) -> Values:
    """The region that two capital letters stand for, None for those in `but` and those of no region."""
    known = {region: region for region in _codes().keys() - but} | {"UK": "GB"}
    encoded = letters.dictionary_encode()
    regions = np.array([*(known.get(two) for two in encoded.dictionary.to_pylist()), None], dtype=object)
    found: Values = regions[pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)]
    return found


def _sample(sources: pd.Series, raws: pa.Array) -> tuple[pd.Series, pa.Array]:
    """The distinct texts of each source, some 20,000 of each; which ones depends on the texts, not on their order."""
    texts = raws.to_numpy(zero_copy_only=False)
    codes, names = pd.factorize(sources.to_numpy(dtype=object))
    there = np.flatnonzero(pc.is_valid(raws).to_numpy(zero_copy_only=False) & (codes >= 0))
    sizes = np.bincount(codes[there], minlength=len(names)) if len(there) else np.zeros(len(names), dtype=np.int64)
    if (sizes > _SAMPLE).any():
        chance = pd.util.hash_array(texts[there], categorize=False) / np.float64(2**64)
        there = there[chance * sizes[codes[there]] <= _SAMPLE]
    frame = pd.DataFrame({"source": codes[there], "raw": texts[there]}).drop_duplicates()
    return pd.Series(names[frame["source"]], dtype=object), pa.array(frame["raw"], pa.string())


def _ballot(sources: pd.Series, region: Any, n: Values) -> pd.DataFrame:
    frame = pd.DataFrame({"source": sources.to_numpy(), "region": np.asarray(region, dtype=object), "n": n}).dropna()
    return frame.groupby(["source", "region"], sort=True)["n"].sum().reset_index()


@lru_cache(maxsize=1)
def _codes() -> dict[str, int]:
    """The country code of each region."""
    import phonenumbers

    return {region: phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS}


@lru_cache(maxsize=1)
def _regions_by_prefix() -> dict[str, str]:
    """The main region of each three digits that may follow an international prefix."""
    import phonenumbers

    table = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    regions: dict[str, str] = {}
    for number in range(100, 1000):
        code = next((int(str(number)[:n]) for n in (1, 2, 3) if int(str(number)[:n]) in table), None)
        if code is not None and table[code][0] != "001":
            regions[str(number)] = table[code][0]
    return regions
