"""The quick way through names says what the long way says, record by record, or leaves the record to it."""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.distinct import Workers
from crm_clean.normalise.findings import Findings
from crm_clean.normalise.lexicon import load
from crm_clean.normalise.people.columns import read_plain_names
from crm_clean.normalise.people.names import Name, NameCells, read_name
from crm_clean.normalise.points import Tools

WORDS = load()
_MADE = tomllib.loads((Path(__file__).parents[1] / "cases" / "normalise_name_words.toml").read_text("utf-8"))
FIRSTS, LASTS = _MADE["firsts"], _MADE["lasts"]
REGIONS = [None, "ES", "FR", "US", "VN", "HU", "BR"]
SALUTATIONS = [None, "Mr", "MME", "dr.", "Sr.", "Familie", "Mr & Mrs", "n/a", "Hello"]


def by_columns(rows: list[tuple[NameCells, str | None]]) -> list[Name | None]:
    """What the quick way makes of each row, None where it leaves it."""
    raw = {f: pa.array([getattr(c, f) or None for c, _ in rows], pa.string()) for f in NameCells._fields}
    tools = Tools(WORDS, Workers(1), Findings())
    found, is_plain = read_plain_names(raw, pa.array([r for _, r in rows], pa.string()), tools=tools)
    values = {f: column.to_pylist() for f, column in found.items()}
    return [Name(**{f: values[f][at] for f in values}) if is_plain[at] else None for at in range(len(rows))]


def agree(rows: list[tuple[NameCells, str | None]]) -> int:
    """Checks every row that the quick way reads, and says how many those are."""
    quick = by_columns(rows)
    for (cells, region), found in zip(rows, quick, strict=True):
        if found is not None:
            assert found == read_name(cells, region=region, words=WORDS), (cells, region)
    return sum(found is not None for found in quick)


def test_every_pair_of_cells() -> None:
    rows = [(NameCells(first_name=a, last_name=b), None) for a, b in product(FIRSTS + LASTS, FIRSTS + LASTS)]
    assert agree(rows) > len(rows) / 4


@pytest.mark.parametrize("region", REGIONS)
def test_every_two_words_in_one_cell(region: str | None) -> None:
    rows = [(NameCells(full_name=f"{a} {b}"), region) for a, b in product(FIRSTS + LASTS, FIRSTS + LASTS)]
    found = agree(rows)
    assert found > len(rows) / 6 or region in ("VN", "HU")


@pytest.mark.parametrize("region", REGIONS)
def test_three_words_in_one_cell(region: str | None) -> None:
    middles = ["Q.", "q", "Ann", "ANN", "García", "Lopez", "de", "y", "Thi", "Luisa", "O'Hara", "王"]
    firsts = ["Maria", "MARIA", "anna", "Jean-Luc", "Omar", "Nguyen", "Nagy", "J."]
    lasts = ["Keller", "KELLER", "Ruiz", "o'brien", "Moreno", "Filho", "Jr", "K.", "Nguyen"]
    rows = [(NameCells(full_name=" ".join(words)), region) for words in product(firsts, middles, lasts)]
    assert agree(rows) > 20 or region in ("ES", "VN", "HU")


def test_cells_beside_a_whole_name_a_civility_or_a_middle_name() -> None:
    rows: list[tuple[NameCells, str | None]] = []
    for first, last, said in product(
        ["Anna", "ANNA", "Test", None, "王小明", "Mary Ann"], ["Keller", "Test", None, "de la Cruz"], SALUTATIONS
    ):
        for middle, full in product(
            [None, "Q.", "van", "Lea"], [None, "Anna Keller", "KELLER Anna", "Dr. X", "N/A", "a@b.de"]
        ):
            rows.append((NameCells(full, said, first, middle, last), "FR"))
    assert agree(rows) > len(rows) / 10


def test_the_same_words_in_both_cells_are_a_whole_name() -> None:
    rows = [(NameCells(first_name=n, last_name=n), None) for n in ("Anna Keller", "Anna", "ANNA KELLER")]
    agree(rows)
    assert by_columns(rows)[0] is None


WORD = st.sampled_from(FIRSTS + LASTS) | st.text(alphabet="abYZéЖя王'- .", min_size=1, max_size=9)
CELL = st.none() | st.lists(WORD, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.tuples(
            st.builds(NameCells, CELL, st.sampled_from(SALUTATIONS), CELL, st.none() | WORD, CELL),
            st.sampled_from(REGIONS),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_cells(rows: list[tuple[NameCells, str | None]]) -> None:
    agree(rows)


def test_most_of_a_plain_export_goes_the_quick_way() -> None:
    firsts = [f"{a}{b}" for a in ("An", "Be", "Ma", "Lu") for b in ("na", "rta", "ria", "cas")]
    lasts = [f"{a}{b}" for a in ("Kel", "Mor", "Han", "Bau") for b in ("ler", "ton", "sen", "mann")]
    rows: list[Any] = [(NameCells(first_name=a, last_name=b), "DE") for a, b in product(firsts, lasts)]
    rows += [(NameCells(full_name=f"{a.upper()} {b.upper()}"), "FR") for a, b in product(firsts, lasts)]
    rows += [
        (NameCells(full_name=f"{b}, {a}", salutation="Frau", first_name=a, last_name=b), "DE")
        for a, b in product(firsts, lasts)
    ]
    assert agree(rows) == len(rows)
    assert np.all([found is not None for found in by_columns(rows)])
