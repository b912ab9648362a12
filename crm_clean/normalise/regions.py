"""In which country a record's national numbers, postal codes and dates are read.

First what the source's profile says, then the user's default, then what the source's own data say: each country of an
address is one vote, each number with an international prefix one for its country, and each number written the North
American way - (AAA) BBB-CCCC - three for the United States, since nobody else writes so. The country with more than
half of a source's votes, and at least three, wins; otherwise there is none, and national numbers are not guessed at.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_NANP = r"^\s*(\+?1[ .-]?)?(\([2-9]\d{2}\)\s?[2-9]\d{2}[-. ]\d{4}|[2-9]\d{2}([-.])[2-9]\d{2}[-.]\d{4})\b"
_PREFIXED = r"^(?:\+|00)(?P<code>[1-9]\d{2})"
_NANP_VOTES = 3
_LEAST_VOTES = 3
_SAMPLE = 20_000


def decide(sources: pd.Series, given: pd.Series, ballots: list[pd.DataFrame], *, default: str | None) -> pd.Series:
    """The region of each record, missing where nothing tells.

    `sources` and `given` (the profile's region) stand by record; each ballot has `source`, `region` and `n`.
    """
    known = given.fillna(default) if default else given
    cast = [ballot.astype({"source": "object", "region": "object"}) for ballot in ballots if len(ballot)]
    if known.notna().all() or not cast:
        return known
    votes = pd.concat(cast, ignore_index=True)
    counted = votes.groupby(["source", "region"], sort=True, as_index=False)["n"].sum()
    total = counted.groupby("source")["n"].transform("sum")
    winners = counted[(counted["n"] * 2 > total) & (counted["n"] >= _LEAST_VOTES)].set_index("source")["region"]
    return known.fillna(sources.map(winners).astype(known.dtype))


def country_votes(sources: pd.Series, countries: pd.Series) -> pd.DataFrame:
    """One vote for each address with a country, by source."""
    frame = pd.DataFrame({"source": sources, "region": countries}).dropna()
    return frame.groupby(["source", "region"], sort=True).size().rename("n").reset_index()


def phone_votes(sources: pd.Series, raws: pa.Array) -> pd.DataFrame:
    """Votes of the first 20,000 numbers of each source in order of their text."""
    frame = pd.DataFrame({"source": sources.to_numpy(), "raw": raws.to_pandas()}).dropna().drop_duplicates()
    frame = frame.sort_values(["source", "raw"]).groupby("source").head(_SAMPLE)
    texts = pa.array(frame["raw"], pa.string())
    nanp = pc.match_substring_regex(texts, _NANP).to_pandas().to_numpy()
    digits = pc.replace_substring_regex(texts, pattern=r"[^+0-9]", replacement="")
    codes = pc.struct_field(pc.extract_regex(digits, _PREFIXED), "code").to_pandas()
    region = codes.map(_regions_by_prefix(), na_action="ignore").to_numpy(dtype=object)
    frame = frame.assign(region=np.where(nanp, "US", region), n=np.where(nanp, _NANP_VOTES, 1))
    return frame.dropna().groupby(["source", "region"], sort=True)["n"].sum().reset_index()


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
