"""What the words of a column header mean, from `lexicon.toml`. Says what a header may mean, not whether it does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from crm_clean.text import fold, squeeze

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)")


@dataclass(frozen=True)
class Heading:
    """A header read: `concept` is a field, `phone:LABEL`, an ambiguous word, `id`, `never`, or None when unknown.

    `number` is the figure in it (`Email 2`), `qualifier` what it says of place or use (`home`, `mailing`).
    """

    concept: str | None
    number: int | None = None
    qualifier: str | None = None


@dataclass(frozen=True)
class _Lexicon:
    concepts: dict[str, str]
    qualifiers: dict[str, str]
    noise: frozenset[str]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("crm_clean.sources").joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def value_words(kind: str) -> frozenset[str]:
    """The words of values of a `kind`: `civilities`, `statuses`, `legal_forms`, `yes`, `no`, `consents`."""
    return frozenset(_data()["values"][kind])


@cache
def consent_words() -> dict[str, str]:
    """What each word that a header of consent may be made of is: `leave`, `refusal`, `negation`, a channel, ..."""
    groups = sorted(_data()["consent"].items(), key=lambda group: group[0] == "filler", reverse=True)
    return {word: kind for kind, words in groups for word in words}


def heading_words(header: str) -> tuple[str, ...]:
    """The folded words of `header`, `optIn` taken for two."""
    return tuple(fold(_HUMP.sub(" ", header)).split())


@cache
def _lexicon() -> _Lexicon:
    data = _data()
    groups: list[tuple[str, list[str]]] = [("never", data["never"]), ("id", data["ids"])]
    groups += [*data["fields"].items(), *((f"?{word}", words) for word, words in data["ambiguous"].items())]
    concepts: dict[str, str] = {}
    for concept, words in groups:
        for word in words:
            concepts.setdefault(squeeze(word), concept)
    qualifiers = {word: name for name, words in data["qualifiers"].items() for word in words}
    return _Lexicon(concepts, qualifiers, frozenset(data["noise"]["words"]))


@cache
def read_heading(header: str) -> Heading:
    """What `header` may mean."""
    lexicon = _lexicon()
    words = list(heading_words(header))
    whole = lexicon.concepts.get("".join(words))
    if whole:
        return Heading(whole)
    number = next((int(word) for word in words if word.isdecimal() and len(word) < 3), None)
    words = [word for word in words if not word.isdecimal()]
    qualifier = next((lexicon.qualifiers[word] for word in words if word in lexicon.qualifiers), None)
    # least is taken off first: number, then qualifiers, then noise
    without = [word for word in words if word not in lexicon.qualifiers]
    bare = [word for word in without if word not in lexicon.noise]
    for rest, said in ((words, None), (without, qualifier), (bare, qualifier)):
        concept = lexicon.concepts.get("".join(rest))
        if concept and rest:
            return Heading(_in_context(concept, number, said), number, said)
    return Heading(None, number, qualifier)


def _in_context(concept: str, number: int | None, qualifier: str | None) -> str | None:
    """An id of something else (`Account ID 2`, `Work ID`) is none of ours; `Label 1` is no truth."""
    if concept == "id" and (number is not None or qualifier is not None):
        return None
    return concept


def n_known(headers: Iterable[str]) -> int:
    """How many of `headers` mean something."""
    return sum(read_heading(header).concept is not None for header in headers)
