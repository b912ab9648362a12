"""What a sample promises: so many rows, every one in the truth, the same bytes for the same seed."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from crm_clean.errors import UsageError
from crm_clean.sample.generate import write_sample

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
COMMITTED = {"contacts": 2_000, "seed": 1}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_sample(tmp_path / name, contacts=400, seed=3)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    for seed in (3, 4):
        write_sample(tmp_path / str(seed), contacts=400, seed=seed)
    ours, theirs = digests(tmp_path / "3"), digests(tmp_path / "4")
    assert ours.keys() == theirs.keys()
    assert not set(ours.values()) & set(theirs.values())


@pytest.mark.parametrize("contacts", [10, 11, 57, 500, 5_000])
def test_there_are_as_many_rows_as_asked_for(tmp_path: Path, contacts: int, read_back: Any) -> None:
    told = write_sample(tmp_path, contacts=contacts, seed=5)
    records = read_back(tmp_path)
    assert sum(map(len, records.values())) == contacts
    assert {file: len(rows) for file, rows in records.items()} == told["rows"]
    systems = {file.partition("/")[0].partition("-")[0] for file in records}
    assert systems == {"hubspot", "salesforce", "mailchimp", "pipedrive"}


def test_the_truth_names_every_row_once(sample: Any, truth_rows: Any) -> None:
    named = [(file, row) for file, row, _ in truth_rows(sample.folder)]
    there = [(file, row) for file, rows in sample.records.items() for row in range(1, len(rows) + 1)]
    assert sorted(named) == sorted(there)
    assert len(set(sample.truth.values())) == sample.told["people"]


def test_most_people_stand_in_one_row_and_some_in_five(sample: Any) -> None:
    sizes = Counter(Counter(sample.truth.values()).values())
    assert 0.55 < sizes[1] / sizes.total() < 0.66
    assert set(sizes) <= {1, 2, 3, 4, 5}
    assert sizes[2] > sizes[3] > sizes[4] > sizes[5] > 0


def test_some_people_stand_twice_in_one_crm(sample: Any) -> None:
    for system in ("hubspot", "salesforce", "pipedrive"):
        people = Counter(person for (file, _), person in sample.truth.items() if file.startswith(system))
        assert any(n > 1 for n in people.values())


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"contacts": 9, "seed": 1}, id="too few contacts for four exports"),
        pytest.param({"contacts": 9_000_000, "seed": 1}, id="more than a worksheet holds"),
        pytest.param({"contacts": 100, "seed": -1}, id="a negative seed"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(tmp_path: Path, asked: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        write_sample(tmp_path, **asked)
    assert not list(tmp_path.iterdir())


def test_progress_rises_from_nothing_to_all(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    write_sample(tmp_path, contacts=50, seed=1, on_progress=lambda *step: told.append(step))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_the_committed_sample_is_what_the_command_writes(tmp_path: Path, read_back: Any) -> None:
    write_sample(tmp_path, **COMMITTED)
    assert read_back(SAMPLES) == read_back(tmp_path)
    assert (SAMPLES / "truth.csv").read_bytes() == (tmp_path / "truth.csv").read_bytes()
