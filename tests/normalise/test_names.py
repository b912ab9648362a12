"""What holds for every name: nothing raises, what was read is read again the same, hostile names cost no more."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_clean.normalise.lexicon import load
from crm_clean.normalise.people.names import Name, NameCells, read_name
from crm_clean.normalise.people.plain_names import read_plain, read_plain_full

WORDS = load()
CASES = Path(__file__).parents[1] / "cases" / "normalise_name_words.toml"
REGIONS = st.sampled_from([None, "FR", "ES", "DE", "US", "VN", "HU", "BR", "NL", "JP"])
TOKENS = st.sampled_from(tomllib.loads(CASES.read_text("utf-8"))["words"])
TEXT = st.lists(TOKENS, min_size=1, max_size=6).map(" ".join) | st.text(max_size=25)
CELL = st.none() | TEXT
CELLS = st.builds(NameCells, CELL, CELL, CELL, CELL, CELL, CELL, CELL, CELL)
LIKELY = st.one_of(
    st.builds(NameCells, full_name=TEXT),
    st.builds(NameCells, first_name=TEXT, last_name=TEXT),
    st.builds(NameCells, first_name=TEXT),
    st.builds(NameCells, last_name=TEXT),
)
MANY = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parts(name: Name) -> dict[str, Any]:
    return {f: v for f, v in name._asdict().items() if f != "codes" and not f.startswith("is_")}


def cells_of(name: Name) -> NameCells:
    return NameCells(*(getattr(name, f) for f in NameCells._fields))


@MANY
@given(cells=LIKELY | CELLS, region=REGIONS)
def test_parts_read_again_are_the_same_parts(cells: NameCells, region: str | None) -> None:
    once = read_name(cells, region=region, words=WORDS)
    assert parts(read_name(cells_of(once), region=region, words=WORDS)) == parts(once)


@MANY
@given(cells=CELLS, region=REGIONS)
def test_no_name_raises_and_none_keeps_what_a_file_cannot_hold(cells: NameCells, region: str | None) -> None:
    for value in parts(read_name(cells, region=region, words=WORDS)).values():
        assert value is None or (value and value == value.strip() and value.encode("utf-8"))


@MANY
@given(cells=LIKELY)
def test_keys_are_small_letters_without_marks(cells: NameCells) -> None:
    name = read_name(cells, words=WORDS)
    for key in (name.first_name_key, name.last_name_key, name.middle_name_key):
        assert key is None or (key == key.casefold() and key == " ".join(key.split()))


HOSTILE = {
    "a hundred thousand letters": "a" * 100_000,
    "ten kilobytes of accents": "Z" + "\u0301" * 10_000 + "oe",
    "direction marks": "\u202eabc\u202c" * 2_000,
    "zero-width signs": "a\u200b" * 5_000,
    "joiners": "An\u200dna" * 60,
    "NULs": "An\x00na\x00" * 500,
    "lone surrogates": "An\ud800na" * 50,
    "lookalikes": "aа" * 5_000,
    "nested brackets": "(a " * 100 + "Anna" + ")" * 100,
    "unclosed brackets": "Anna " + "(" * 290,
    "nested quotes": "\"'" * 140,
    "quoted letters": "'a' " * 70,
    "thousands of commas": "a, " * 3_000,
    "commas within bounds": "A, " * 95,
    "civilities": "Dr. " * 75,
    "suffixes": "Anna " + "Jr. " * 70,
    "couples": "a & " * 70,
    "maiden names": "a née " * 50,
    "particles": "de " * 99,
    "addresses": "a@b.co " * 42,
    "ats": "a@" * 149,
    "digits": "1 " * 149,
    "sites": "abc.com." * 37,
    "dashes": " - a" * 70,
    "garbled": "Ã¼" * 149,
    "garbled by a Macintosh": "√º" * 149,
    "Greek pairs": "αυ" * 149,
    "kana": "ジョ" * 149,
    "repeated characters": "人" + "々" * 290,
    "pictures": "👩\u200d💻" * 75,
    "z": "z" * 300,
}
FLAGGED = (
    "a hundred thousand letters", "ten kilobytes of accents", "direction marks", "zero-width signs", "joiners", "NULs",
    "lone surrogates", "lookalikes", "thousands of commas", "addresses", "garbled", "pictures", "z",
)  # fmt: skip


def seconds(raw: str, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        read_name(NameCells(full_name=raw), region="FR", words=WORDS)
        read_name(NameCells(first_name=raw, last_name=raw, maiden_name=raw), words=WORDS)
        read_plain(raw, kind="last", words=WORDS)
        read_plain_full(raw, None, words=WORDS)
    return time.process_time() - started


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_read_in_bounded_time(raw: str) -> None:
    seconds(raw, 1)
    assert seconds(raw, 20) < 2.0


@pytest.mark.parametrize("name", FLAGGED)
def test_hostile_names_are_flagged_and_short(name: str) -> None:
    found = read_name(NameCells(full_name=HOSTILE[name]), words=WORDS)
    assert found.codes
    assert len(found.full_name or "") <= 300


@pytest.mark.parametrize(
    ("raw", "value", "key"),
    [
        pytest.param("Kel\u202eler", "Keller", "keller", id="a direction mark"),
        pytest.param("Kel\u200bler", "Keller", "keller", id="a zero-width blank"),
        pytest.param("Kel\u200dler", "Keller", "keller", id="a joiner where no script needs one"),
        pytest.param("Kel\x00ler\x07", "Keller", "keller", id="controls"),
        pytest.param("Kel\ud800ler", "Keller", "keller", id="half a character"),
        pytest.param("\ufeffKeller", "Keller", "keller", id="a byte order mark"),
        pytest.param("K\u0435ller", "K\u0435ller", "keller", id="a Cyrillic letter stays in the value"),
        pytest.param("Kell\u0435\u0433", "Kell\u0435\u0433", "keller", id="two of them"),
        pytest.param("نیما\u200cراد", "نیما\u200cراد", "nymarad", id="a joiner that Persian needs stays"),
    ],
)
def test_what_hides_in_a_name(raw: str, value: str, key: str) -> None:
    found = read_name(NameCells(first_name="Anna", last_name=raw), words=WORDS)
    assert (found.last_name, found.last_name_key) == (value, key)
    assert bool(found.codes) is (value != "نیما\u200cراد")
