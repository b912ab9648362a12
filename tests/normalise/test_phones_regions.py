"""The country in which a source's national numbers are read, from what its data say."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from crm_clean.normalise.telephony import regions

Votes = Callable[[pd.Series, Any], pd.DataFrame]


def region_of(
    n_records: int,
    *ballots: pd.DataFrame,
    hint: pd.DataFrame | None = None,
    given: str | None = None,
    default: str | None = None,
) -> Any:
    sources = pd.Series(["s"] * n_records, dtype=object)
    profile = pd.Series([given] * n_records, dtype=object)
    hints = [] if hint is None else [lambda: hint]
    decided = regions.decide(sources, profile, ballots, default=default, hints=hints)
    assert decided.nunique(dropna=False) == 1
    return decided[0] if isinstance(decided[0], str) else None


def vote(votes: Votes, *values: str | None) -> pd.DataFrame:
    column: Any = pd.Series(values, dtype=object) if votes is regions.country_votes else pa.array(values, pa.string())
    return votes(pd.Series(["s"] * len(values), dtype=object), column)


def told(votes: Votes, *values: str | None) -> dict[str, int]:
    found = vote(votes, *values)
    return dict(zip(found["region"], found["n"].tolist(), strict=True))


@pytest.mark.parametrize(
    ("votes", "value", "region"),
    [
        pytest.param(regions.country_votes, "FR", "FR", id="country of an address"),
        pytest.param(regions.phone_votes, "+33 1 99 00 12 34", "FR", id="international number"),
        pytest.param(regions.phone_votes, "0049 30 23125123", "DE", id="international number with 00"),
        pytest.param(regions.phone_votes, "(212) 555-0123", "US", id="number written the American way"),
        pytest.param(regions.phone_votes, "01 99 00 12 34", None, id="a national number says nothing"),
        pytest.param(regions.phone_votes, "+800 1234 5679", None, id="a number of no country says nothing"),
        pytest.param(regions.email_votes, "anna@example.fr", "FR", id="domain of a country"),
        pytest.param(regions.email_votes, "Anna <anna@EXAMPLE.CO.UK>", "GB", id="domain of Great Britain"),
        pytest.param(regions.email_votes, "anna@example.com", None, id="domain of no country"),
        pytest.param(regions.email_votes, "anna@example.io", None, id="domain of a country that everybody uses"),
        pytest.param(regions.email_votes, "anna@example.zz", None, id="two letters that are no country"),
        pytest.param(regions.email_votes, "example.fr", None, id="no address"),
        pytest.param(regions.postcode_votes, "SW1A 1AA", "GB", id="British postcode"),
        pytest.param(regions.postcode_votes, "K1A 0B1", "CA", id="Canadian postcode"),
        pytest.param(regions.postcode_votes, "D02 AF30", "IE", id="Irish postcode"),
        pytest.param(regions.postcode_votes, "1012 AB", "NL", id="Dutch postcode"),
        pytest.param(regions.postcode_votes, "1000-205", "PT", id="Portuguese postcode"),
        pytest.param(regions.postcode_votes, "00-950", "PL", id="Polish postcode"),
        pytest.param(regions.postcode_votes, "01310-100", "BR", id="Brazilian postcode"),
        pytest.param(regions.postcode_votes, "10001-1234", "US", id="American postcode of nine digits"),
        pytest.param(regions.postcode_votes, "D-10115", "DE", id="postcode with the letter of its country"),
        pytest.param(regions.postcode_votes, "75001 CEDEX 02", "FR", id="French postcode of a large customer"),
        pytest.param(regions.postcode_votes, "75001", None, id="five digits are many a country's"),
        pytest.param(regions.language_votes, "fr-CA", "CA", id="language with its country"),
        pytest.param(regions.language_votes, "de_at", "AT", id="language with its country in small letters"),
        pytest.param(regions.language_votes, "pl", "PL", id="language of one country"),
        pytest.param(regions.language_votes, "es", None, id="language of many countries"),
        pytest.param(regions.language_votes, "en-US", None, id="language that programs write for everybody"),
        pytest.param(regions.language_votes, "French", None, id="a name is no code"),
        pytest.param(regions.language_votes, None, None, id="nothing"),
    ],
)
def test_what_a_value_votes_for(votes: Votes, value: str | None, region: str | None) -> None:
    assert list(told(votes, value)) == ([region] if region else [])


def test_equal_values_are_one_vote() -> None:
    assert told(regions.phone_votes, "+33 199001234", "+33 199001234", "+33 199001235") == {"FR": 2}
    assert told(regions.email_votes, "a@example.fr", "a@example.fr") == {"FR": 1}


@pytest.mark.parametrize(
    ("n_records", "phones", "emails", "expected"),
    [
        pytest.param(1, ["+33 199001234"], [], "FR", id="one record, one vote"),
        pytest.param(2, ["+33 199001234"], ["a@example.fr"], "FR", id="two votes that agree"),
        pytest.param(4, ["+33 199001234"], [], "FR", id="four records, one vote"),
        pytest.param(5, ["+33 199001234"], [], None, id="five records are too many for one vote"),
        pytest.param(8, ["+33 199001234"], ["a@example.fr"], "FR", id="eight records, two votes that agree"),
        pytest.param(2, ["+33 199001234"], ["a@example.de"], None, id="two votes that contradict each other"),
        pytest.param(
            4, [f"+33 19900123{n}" for n in range(9)], ["a@example.de"], None, id="few records: one doubt is enough"
        ),
        pytest.param(
            5, [f"+33 19900123{n}" for n in range(3)], ["a@example.de"], "FR", id="more records: the majority wins"
        ),
        pytest.param(5, ["+33 199001234", "+33 199001235"], ["a@example.de"], None, id="two are no majority to trust"),
        pytest.param(3, ["(416) 555-0134"], ["a@example.ca"], "US", id="North America agrees with itself"),
        pytest.param(3, [], [], None, id="nothing tells"),
    ],
)
def test_who_wins(n_records: int, phones: list[str], emails: list[str], expected: str | None) -> None:
    hint = vote(regions.email_votes, *emails)
    assert region_of(n_records, vote(regions.phone_votes, *phones), hint=hint) == expected


def test_hints_do_not_outvote_ballots() -> None:
    ballot = vote(regions.phone_votes, *(f"(212) 555-01{n:02}" for n in range(40)))
    hint = vote(regions.email_votes, *(f"a{n}@example.de" for n in range(500)))
    assert region_of(1000, ballot, hint=hint) == "US"


def test_hints_of_many_records_may_have_a_few_dissenters() -> None:
    german, french = [f"a{n}@example.de" for n in range(95)], [f"a{n}@example.fr" for n in range(5)]
    assert region_of(300, hint=vote(regions.email_votes, *german, *french)) == "DE"
    assert (
        region_of(300, hint=vote(regions.email_votes, *german, *french * 3, *[f"b{n}@example.fr" for n in range(9)]))
        is None
    )
    assert region_of(900, hint=vote(regions.email_votes, *german)) is None


def test_what_is_given_comes_before_all_votes() -> None:
    ballot = vote(regions.phone_votes, "+33 199001234")
    assert region_of(1, ballot, given="DE") == "DE"
    assert region_of(1, ballot, default="ES") == "ES"
    assert region_of(1, ballot, given="DE", default="ES") == "DE"


def test_each_source_has_a_region_of_its_own() -> None:
    sources = pd.Series(["a", "b", "a", "c"], dtype=object)
    raws = pa.array(["+33 199001234", "+49 30 23125123", None, "030 23125123"])
    ballot = regions.phone_votes(sources, raws)
    decided = regions.decide(sources, pd.Series([None] * 4, dtype=object), [ballot], default=None)
    assert decided.fillna("").tolist() == ["FR", "DE", "FR", ""]


def test_a_sample_of_many_numbers_is_like_all_of_them_and_does_not_depend_on_their_order() -> None:
    dice = random.Random(5)
    raws = [f"(212) {n % 800 + 200}-{n % 9999:04}" for n in range(20_000)] + [f"+33 1{n:08}" for n in range(60_000)]
    first = told(regions.phone_votes, *raws)
    dice.shuffle(raws)
    assert told(regions.phone_votes, *raws) == first
    assert 0.7 < first["FR"] / (first["FR"] + first["US"] / 3) < 0.8
    assert sum(first.values()) < 50_000
