"""The cells of a name, cleaned and put in order: what is no name taken out, what stands in the wrong cell moved.

A first and a last name stay where they are. A whole name may stand in any of the cells: in one of its own, in that of
the first or the last name with the other empty, or in both at once.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crm_clean.normalise.letters.guard import look
from crm_clean.normalise.letters.plain import is_blank
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.asian_names import is_asian, surname_length
from crm_clean.normalise.people.name_kinds import is_company, is_never_a_name
from crm_clean.normalise.people.name_strays import oddities, take_remarks, take_strays
from crm_clean.text import fold

_MAX = 300
_USER_NAME = re.compile(r"^([^\W\d_]{3,})[._]([^\W\d_]{3,})$")


class NameCells(NamedTuple):
    """The name cells of a record as they came."""

    full_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None
    nickname: str | None = None
    maiden_name: str | None = None


def read_cell(raw: str, codes: list[str], *, field: str, words: Lexicons) -> str:
    """The clean text of a cell, empty when it says that there is none; what was found is added to `codes`."""
    text = look(raw, limit=_MAX)
    codes += [f"{field}|{'name.mojibake' if c == 'text.mojibake' else c}" for c in text.codes]
    value = text.value
    if field in ("salutation", "suffix"):
        return "" if is_blank(value, words=words) else value
    if not (value.isascii() and value.replace(" ", "").isalpha()) or value[:1] in "zZxX":
        value = _freed(field, value, codes, words)
    if not value:
        return ""
    if is_never_a_name(value, words=words):
        codes.append(f"{field}|name.placeholder")
        return ""
    return value


def _freed(field: str, value: str, codes: list[str], words: Lexicons) -> str:
    """`value` without what is no part of a name."""
    found = oddities(value)
    rest, strays = take_strays(value, words=words)
    rest, is_remarked = take_remarks(rest, words=words)
    codes += [f"{field}|{code}" for code in (*strays, *(["name.remark"] if is_remarked else []), *found)]
    rest = _USER_NAME.sub(r"\1 \2", rest) if field == "full_name" else rest
    return " ".join(rest.replace("_", " ").split()).strip(" ,;:|*~#").removeprefix(".").strip()


def says_nobody(codes: list[str]) -> bool:
    """Whether one of the cells said outright that there is no name."""
    return any(c.endswith("|name.placeholder") for c in codes)


def settle_cells(given: dict[str, str], *, words: Lexicons) -> None:
    """What stands in the wrong cell, put in its own.

    Particles in that of the middle name belong to the surname (Dutch forms have a cell for them), a civility in that of
    the first name is a salutation.
    """
    first = given.get("first_name", "")
    if "last_name" in given and fold(first) in words.sets["names.trailing_civilities"]:
        given.setdefault("salutation", given.pop("first_name"))
    middle = given.get("middle_name")
    if middle and "last_name" in given and all(t in words.sets["names.particles"] for t in middle.lower().split()):
        given["last_name"] = f"{given.pop('middle_name')} {given['last_name']}"


def find_whole(given: dict[str, str], cells: NameCells, *, words: Lexicons) -> tuple[str, str | None]:
    """The field whose cell holds a whole name, and that name; None when first and last stand in their own cells."""
    first, last, full = given.get("first_name"), given.get("last_name"), given.get("full_name")
    if full and not (first and last):
        return "full_name", full
    if first and last and " " in first and cells.first_name == cells.last_name:
        del given["last_name"]
        return "first_name", first
    if first and not last and _is_whole(first, words) and not _is_given_only(first, words):
        return "first_name", first
    if last and not first and _holds_given(last, words):
        return "last_name", last
    return "first_name" if first else "last_name", None


def _is_whole(text: str, words: Lexicons) -> bool:
    return (
        " " in text
        or "," in text
        or (is_asian(text) and len(text) > 2 and surname_length(text, words=words) < len(text))
    )


def _is_given_only(text: str, words: Lexicons) -> bool:
    tokens = fold(text).split()
    return len(tokens) == 2 and all(t in words.sets["names.given"] or len(t) == 1 for t in tokens)


def _holds_given(last: str, words: Lexicons) -> bool:
    if not _is_whole(last, words):
        return False
    tokens = fold(last).split()
    return "," in last or is_asian(last) or is_company(last, whole=True, words=words) or (
        bool(tokens)
        and tokens[0] in words.sets["names.given"]
        and tokens[0] not in words.sets["names.hispanic_surnames"]
    )  # fmt: skip
