"""Columns of consent in an unknown table: whether they are, and what they feed.

Yes may mean leave or refusal, by the header; the values must be of consent. Several columns of one meaning are all fed,
so that the strictest of them can count.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.records.fields import parse_target
from crm_clean.sources import contents as look
from crm_clean.sources import lexicon
from crm_clean.sources.consent_headings import ALL_CHANNELS, TURNED, read_consent_heading
from crm_clean.sources.contents import Contents
from crm_clean.sources.grid import Grid
from crm_clean.sources.lexicon import Heading
from crm_clean.sources.plan import Feed

_CONCEPTS = frozenset({"consent_status", "no_contact", *ALL_CHANNELS})
_MOST_WORDS = 50
_MUST_SAY = 0.5


@cache
def read_heading(header: str) -> Heading:
    """`lexicon.read_heading`, and what it does not know read word by word as a header of consent."""
    known = lexicon.read_heading(header)
    concept = None if known.concept else read_consent_heading(lexicon.heading_words(header))
    return Heading(concept) if concept else known


def is_concept(concept: str) -> bool:
    """Whether `concept` is one of consent that this module feeds."""
    return concept in _CONCEPTS or concept.startswith(TURNED)


def heard(concept: str, values: Contents) -> str | None:
    """What a column called `concept` is once its values have been heard: a status of consent words is consent."""
    if concept == "status":
        return "consent_status" if is_plain(values) else concept
    if values.is_empty or (values.share(look.says_consent) >= _MUST_SAY and not values.share(look.is_figure)):
        return concept
    return "consent_basis" if concept == "consent_status" and values.share(look.is_basis) >= _MUST_SAY else None


def is_plain(values: Contents) -> bool:
    """Whether `values` are words of consent and nothing else, whatever the column is called."""
    return values.share(look.says_consent) >= 0.8 and values.share(look.is_consent) >= _MUST_SAY


def feeds(cells: pa.Array, column: int, concept: str) -> list[Feed]:
    """What a column of `concept` feeds; where yes is leave and the field a refusal, with its words turned round."""
    name = concept.removeprefix(TURNED)
    fields = ALL_CHANNELS if name == "no_contact" else (name,)
    if name == concept:
        return [_feed(column, field) for field in fields]
    turned = _turned(cells)
    return [_feed(column, field, when=turned) for field in fields] if turned else []


def missed(grid: Grid, taken: Collection[int]) -> list[Feed]:
    """What those columns feed that are not `taken` and are plainly of consent, by header and values."""
    found: list[Feed] = []
    for column, name in enumerate(grid.header):
        concept = None if column in taken else read_heading(name).concept
        if concept is None or not is_concept(concept):
            continue
        values = Contents(grid.columns[column])
        if not values.is_empty and heard(concept, values) == concept:
            found.extend(feeds(grid.columns[column], column, concept))
    return found


def _feed(column: int, field: str, when: dict[str, str] | None = None) -> Feed:
    target = parse_target(field)
    assert target is not None
    return Feed(column, target, when=when)


def _turned(cells: pa.Array) -> dict[str, str]:
    """The words of a column, each with the opposite; what is neither yes nor no stays unclear."""
    words = pc.unique(pc.utf8_lower(pc.utf8_trim_whitespace(cells))).drop_null()
    if len(words) > _MOST_WORDS:
        return {}
    found = {}
    for word in sorted(words.to_pylist()):
        said = True if look.is_date(word) else look.is_yes(word)
        if said is not None:
            found[word] = "no" if said else "yes"
    return found | {"*": "unclear"}
