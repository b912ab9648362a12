"""The quick way through names that need no thought: plain words in their own cells, or two or three of them in one.

Says what `names` says, or nothing: a cell with any word or sign that could mean more than a name is left to it.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import pyarrow as pa

from crm_clean.normalise.letters.casing import repair_case
from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.asian_names import is_asian
from crm_clean.normalise.people.civilities import tidy
from crm_clean.normalise.people.name_cells import read_cell
from crm_clean.normalise.people.name_keys import family_key, given_key
from crm_clean.normalise.people.name_order import is_spanish, is_surname
from crm_clean.normalise.people.plain_words import plain_text
from crm_clean.text import fold

Cell = Literal["first", "middle", "last"]

CELL = pa.schema({"value": pa.string(), "key": pa.string(), "initial": pa.string()})
FULL = pa.schema(
    {
        name: pa.string()
        for name in ("full_name", "first_name", "middle_name", "last_name", "first_key", "middle_key", "last_key")
    }
)
SALUTATION = pa.schema({"value": pa.string()})

_INITIAL = re.compile(r"[^\W\d_]\.?")
_WITH_INITIAL = re.compile(r"([^\W\d_]{2,}) ([^\W\d_])\.?")


class PlainName(NamedTuple):
    """A plain cell: its value and key; both missing where the cell is not plain. `initial`: a key, of a middle name."""

    value: str | None
    key: str | None
    initial: str | None = None


class PlainFull(NamedTuple):
    """A whole name; `full_name` alone where the cell is sound but not plain, all missing where it is neither."""

    full_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    first_key: str | None = None
    middle_key: str | None = None
    last_key: str | None = None


_NOT_PLAIN = PlainName(None, None)


def read_plain(raw: str, *, kind: Cell, words: Lexicons) -> PlainName:
    """The value and key of the cell of a given, middle or family name, or nothing when it is not plain."""
    value = plain_text(raw, words=words)
    if value is None:
        return _with_initial(raw, words) if kind == "first" else _NOT_PLAIN
    if kind == "middle" and all(t in words.sets["names.particles"] for t in fold(value).split()):
        return _NOT_PLAIN
    if value.isascii() and value.isalpha():
        return PlainName(value if value.istitle() else repair_case(value, kind=_case(kind)), value.lower())
    shown = repair_case(value, kind=_case(kind))
    return PlainName(shown, family_key(shown, words=words) if kind == "last" else given_key(shown))


def _with_initial(raw: str, words: Lexicons) -> PlainName:
    """A plain given name with one initial behind it: `Kyle Q.`"""
    found = _WITH_INITIAL.fullmatch(raw)
    if found is None or fold(found[2]) in words.sets["names.couples"]:
        return _NOT_PLAIN
    name = plain_text(found[1], words=words)
    if name is None or fold(name) in words.sets["names.particles"]:
        return _NOT_PLAIN
    shown = repair_case(raw, kind="first")
    return PlainName(shown, given_key(name), given_key(found[2]))


def read_plain_full(raw: str, region: str | None, *, words: Lexicons) -> PlainFull:
    """The parts of a whole name of two or three plain words, the middle one perhaps an initial."""
    codes: list[str] = []
    text = read_cell(raw, codes, field="full_name", words=words)
    if codes or not text:
        return PlainFull()
    shown = repair_case(text, kind="last")
    tokens = text.split(" ")
    if len(tokens) not in (2, 3) or not _is_ordinary(tokens, region, words):
        return PlainFull(shown)
    first = read_plain(tokens[0], kind="first", words=words)
    last = read_plain(tokens[-1], kind="last", words=words)
    middle = read_plain(tokens[1], kind="middle", words=words) if len(tokens) == 3 else _NOT_PLAIN
    if first.value is None or last.value is None or (len(tokens) == 3 and middle.value is None):
        return PlainFull(shown)
    return PlainFull(shown, first.value, middle.value, last.value, first.key, middle.key, last.key)


def read_plain_salutation(raw: str, *, words: Lexicons) -> str | None:
    """A civility of one word, or nothing when it is none."""
    text = look(raw)
    known = words.sets["names.civilities"]
    said = fold(text.value)
    is_known = (
        not text.codes and " " not in text.value and (said in known or said in words.pairs("names.local_civilities"))
    )
    return tidy(text.value, words=words) if is_known else None


def _is_ordinary(tokens: list[str], region: str | None, words: Lexicons) -> bool:
    """Whether the words stand in the order given, middle, family for want of any sign that they do not."""
    if region in ("VN", "HU") or is_asian(tokens[0]) or _INITIAL.fullmatch(tokens[0]) or _INITIAL.fullmatch(tokens[-1]):
        return False
    particles = words.sets["names.particles"]
    loud = tokens[0].isupper()
    if loud != tokens[-1].isupper() or fold(tokens[0]) in particles:
        return False
    if len(tokens) == 2:
        return True
    middle = fold(tokens[1])
    if is_spanish(region, words) or middle in particles or is_surname(middle, words) or middle == "thi":
        return False
    return _INITIAL.fullmatch(tokens[1]) is not None or tokens[1].isupper() == loud


def _case(kind: Cell) -> Literal["first", "last"]:
    return "last" if kind == "last" else "first"


def plain_cells(raws: list[str], *, kind: Cell, words: Lexicons) -> pa.Table:
    """A table of CELL with a row for each of `raws`."""
    found = [read_plain(raw, kind=kind, words=words) for raw in raws]
    columns = list(zip(*found, strict=True)) if found else [()] * len(CELL)
    return pa.table([pa.array(c, pa.string()) for c in columns], schema=CELL)


def plain_full_names(raws: list[str], regions: list[str | None], *, words: Lexicons) -> pa.Table:
    """A table of FULL with a row for each of `raws`, whose people live in `regions`."""
    found = [read_plain_full(raw, region, words=words) for raw, region in zip(raws, regions, strict=True)]
    columns = list(zip(*found, strict=True)) if found else [()] * len(FULL)
    return pa.table([pa.array(c, pa.string()) for c in columns], schema=FULL)


def plain_salutations(raws: list[str], *, words: Lexicons) -> pa.Table:
    """A table of SALUTATION with a row for each of `raws`."""
    return pa.table(
        [pa.array([read_plain_salutation(raw, words=words) for raw in raws], pa.string())], schema=SALUTATION
    )
