"""A pair is explained in one sentence: what is for it, what is against it, what could not be compared."""

from __future__ import annotations

import pytest

from crm_clean.review.explain import Evidence, Values, parse, reason

VOCABULARY = {
    "name": "exact nickname close swapped part initial like last_alone first_alone familiar first_only last_only "
    "different",
    "generation": "same one_sided conflict",
    "email": "same user close like role different",
    "phone": "same close shared different",
    "address": "same close postcode city different",
    "birth_date": "same swapped close partly near different",
    "company": "same close different",
    "profile": "same different",
    "source": "same_export",
    "text:branch": "same close different",
}


@pytest.mark.parametrize(
    ("levels", "values", "expected"),
    [
        pytest.param(
            "name=exact:8.1 email=null:0.0",
            {},
            "The names are the same; there is no e-mail to compare.",
            id="what agrees, then what is missing",
        ),
        pytest.param(
            "name=close:2.0 phone=same:9.5",
            {},
            "The phone is the same and the names differ by a few letters.",
            id="the strongest evidence first",
        ),
        pytest.param(
            "name=last_only:1.0 phone=same:5 address=same:4 birth_date=different:-6.5 source=same_export:-1",
            {},
            "The phone is the same, the address is the same and only the surnames agree; "
            "but the birth dates differ; both stand in the same export, as with many who are not one person.",
            id="what speaks against it is said with but",
        ),
        pytest.param(
            "name=exact:8 email=same:9",
            {"email": ("ann@example.com", "ann@example.com"), "name": ("Ann Lee", "Ann Lee")},
            "Both write to ann@example.com and both are called Ann Lee.",
            id="a value that both have is named once",
        ),
        pytest.param(
            "name=nickname:4 birth_date=different:-5",
            {"name": ("Bob Ray", "Robert Ray"), "birth_date": ("1980-01-02", "1991-03-04")},
            "The surnames are the same and one first name is a usual short form of the other (Bob Ray / Robert Ray); "
            "but the birth dates differ (1980-01-02 / 1991-03-04).",
            id="values that differ are named left and right",
        ),
        pytest.param(
            "phone=same:3",
            {"phone": ("+14155550101", None)},
            "The phone is the same.",
            id="half a pair of values is not named",
        ),
        pytest.param(
            "phone=shared:0.0 name=first_only:0.9",
            {},
            "Only the first names agree; the phone is one that many people have, which says little by itself.",
            id="evidence without weight is told apart",
        ),
        pytest.param(
            "company=same:-0.4",
            {"company": ("Acme", "Acme")},
            "Both work for Acme, as with many who are not one person.",
            id="an agreement that weighs against a match is one that strangers share",
        ),
        pytest.param(
            "name=exact:1 generation=null:0 company=null:0 profile=null:0 source=other:0.2",
            {},
            "The names are the same.",
            id="gaps that hardly any export fills, and different exports, are not worth a word",
        ),
        pytest.param(
            "name=null:0 phone=null:0 birth_date=null:0 email=same:7",
            {},
            "The e-mail address is the same; there is no name, phone or birth date to compare.",
            id="several gaps are listed",
        ),
        pytest.param(
            "text:shop no. 2=same:3.5 text:till=null:0",
            {"text:shop no. 2": ("K-7", "K-7")},
            "Both have shop no. 2 K-7; there is no till to compare.",
            id="a plain column goes by its own name, blanks and all",
        ),
        pytest.param(
            "loyalty=gold_tier:2.0",
            {},
            "Loyalty is gold tier.",
            id="a comparison without words is still legible",
        ),
        pytest.param("", {}, "Nothing speaks for a match.", id="no comparison at all"),
    ],
)
def test_reason(levels: str, values: Values, expected: str) -> None:
    assert reason(levels, values) == expected


@pytest.mark.parametrize(
    ("comparison", "level"),
    [pytest.param(c, level, id=f"{c} {level}") for c, names in VOCABULARY.items() for level in names.split()],
)
def test_every_level_has_words_of_its_own(comparison: str, level: str) -> None:
    fallback = f"{comparison.replace('_', ' ')} is {level.replace('_', ' ')}"
    said = reason(f"{comparison}={level}:1.0").removesuffix(".").lower()
    assert said != fallback
    others = [reason(f"{comparison}={x}:1.0") for x in VOCABULARY[comparison].split() if x != level]
    assert reason(f"{comparison}={level}:1.0") not in others


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param("name=exact:8.1", [Evidence("name", "exact", 8.1)], id="one comparison"),
        pytest.param(
            "phone=same:-1.25 text:my col=null:0.0",
            [Evidence("phone", "same", -1.25), Evidence("text:my col", "null", 0.0)],
            id="in their order",
        ),
        pytest.param("email=close:1e-05", [Evidence("email", "close", 1e-05)], id="tiny bits"),
        pytest.param("", [], id="none"),
    ],
)
def test_parse(levels: str, expected: list[Evidence]) -> None:
    assert parse(levels) == expected


@pytest.mark.parametrize("levels", ["name", "name=exact", "name=exact:high", "name=exact:1.0 email"])
def test_levels_that_cannot_be_read_are_refused(levels: str) -> None:
    with pytest.raises(ValueError, match="comparison=level:bits"):
        reason(levels)
