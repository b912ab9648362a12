"""Names of people: parts, case, keys, and what is no person's name at all.

The cells a source gives are trusted as far as they go: a first and a last name stay where they are; a whole name, or
two names in one of the cells with the other empty, is taken apart. Case is repaired only where it says nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from crm_clean.normalise.letters.casing import Kind, repair_case
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.people.civilities import are_civilities, tidy
from crm_clean.normalise.people.couples import are_several, household, read_couple, split_couple
from crm_clean.normalise.people.full_names import Parsed, split_full_name
from crm_clean.normalise.people.name_cells import NameCells, find_whole, read_cell, says_nobody, settle_cells
from crm_clean.normalise.people.name_keys import (
    family_key,
    first_and_initials,
    generation_key,
    given_key,
    surname_generation,
)
from crm_clean.normalise.people.name_kinds import is_company, is_nobody
from crm_clean.normalise.people.name_parts import Part, peel
from crm_clean.normalise.people.plain_words import plain_text

__all__ = ["Name", "NameCells", "read_name"]

_ROUNDS = 4
_SIGNS = frozenset("&+/,;-–—")
_LEADING = ("full_name", "first_name", "last_name")


class Name(NamedTuple):
    """A name made fit to show and to compare. `codes` are `field|code`."""

    full_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    suffix: str | None = None
    nickname: str | None = None
    maiden_name: str | None = None
    first_name_key: str | None = None
    last_name_key: str | None = None
    middle_name_key: str | None = None
    maiden_name_key: str | None = None
    nickname_key: str | None = None
    suffix_key: str | None = None
    is_placeholder_name: bool = False
    is_company_name: bool = False
    is_couple: bool = False
    codes: tuple[str, ...] = ()


_N_PARTS = Name._fields.index("is_placeholder_name")


def read_name(cells: NameCells, *, region: str | None = None, words: Lexicons) -> Name:
    """The name in `cells`; `region` is where the person lives, if known, and tells `M.` from an initial.

    Parts that may hold more than one name are read again until they are what they seem, so that a name that was read
    before stays as it is.
    """
    name = _read(cells, region, words)
    for _ in range(_ROUNDS):
        if _is_settled(name, words):
            break
        again = _read(NameCells(*(getattr(name, f) for f in NameCells._fields)), region, words)
        if again[:_N_PARTS] == name[:_N_PARTS]:
            break
        name = again._replace(
            is_placeholder_name=name.is_placeholder_name or again.is_placeholder_name,
            is_company_name=name.is_company_name or again.is_company_name,
            is_couple=name.is_couple or again.is_couple,
            codes=tuple(dict.fromkeys((*name.codes, *again.codes))),
        )
    return name


def _is_settled(name: Name, words: Lexicons) -> bool:
    """Whether the parts are plain words in their own cells, which mean nothing but themselves."""
    first, last = name.first_name, name.last_name
    if not first or not last or name.middle_name:
        return False
    return plain_text(first, words=words) is not None and plain_text(last, words=words) is not None and first != last


def _read(cells: NameCells, region: str | None, words: Lexicons) -> Name:
    codes: list[str] = []
    clean = {
        f: read_cell(raw, codes, field=f, words=words) for f, raw in zip(NameCells._fields, cells, strict=True) if raw
    }
    given = {f: v for f, v in clean.items() if v}
    leading = [given[f] for f in _LEADING if f in given]
    if is_nobody(leading, words=words) or (not leading and clean and says_nobody(codes)):
        field = next((f for f in _LEADING if f in clean), "full_name")
        codes.append(f"{field}|name.placeholder")
        return _name({f: _shown(f, v, words) for f, v in given.items()}, codes, is_placeholder_name=True)
    settle_cells(given, words=words)
    field, whole = find_whole(given, cells, words=words)
    name = " ".join(given[f] for f in ("first_name", "last_name") if f in given) if whole is None else whole
    if is_company(name, whole=whole is not None, words=words):
        codes.append(f"{field}|name.company")
        return _name(given, codes, is_company_name=True)
    return _person(given, (field, whole), codes, region, words)


def _name(values: dict[str, Any], codes: list[str], **flags: Any) -> Name:
    return Name(**values, **flags, codes=tuple(dict.fromkeys(codes)))


def _person(
    given: dict[str, str], whole: tuple[str, str | None], codes: list[str], region: str | None, words: Lexicons
) -> Name:
    field, text = whole
    if text is None:
        is_couple = split_couple(given.get("first_name", ""), in_first=True, words=words) is not None
        parsed = _from_cells(given, None if is_couple else region, words)
    else:
        parsed, is_couple = _read_whole(field, text, given, region, words)
    if not is_couple and are_several(given.get("salutation", ""), words=words):
        field, is_couple = "salutation", True
    if is_couple:
        codes.append(f"{field}|name.couple")
    if parsed.salutation and is_nobody([p for p in (parsed.first, parsed.last) if p], words=words):
        codes.append(f"{field}|name.placeholder")
        return _name({f: _shown(f, v, words) for f, v in given.items()}, codes, is_placeholder_name=True)
    return _finish(given, parsed, codes, is_couple=is_couple, words=words)


def _read_whole(
    field: str, text: str, given: dict[str, str], region: str | None, words: Lexicons
) -> tuple[Parsed, bool]:
    """The parts of the whole name `text`, which stood in `field`, and whether they are several people's."""
    if not text.replace(" ", "").isalpha():
        text = " ".join(t for t in text.split() if any(map(str.isalpha, t)) or t in _SIGNS)
    home = household(text, words=words)
    if home:
        return Parsed(salutation=home[0], last=home[1]), True
    couple = split_couple(text, in_first=False, words=words)
    if couple:
        return read_couple(couple, region=region, words=words), True
    first, last = given.get("first_name", ""), given.get("last_name", "")
    if field == "full_name":
        text = _led_by(last, text, region, words)
        found = split_full_name(text, region=region, words=words)
        return (
            found._replace(first=first, middle="") if first and first == f"{found.first} {found.middle}" else found
        ), False
    found = split_full_name(text, region=region, words=words)
    given.pop(field)
    if field == "first_name" and not found.first:
        found = found._replace(first=found.last, last="")
    if field == "last_name" and not found.last:
        found = found._replace(last=found.first, first="")
    return found, False


def _led_by(last: str, text: str, region: str | None, words: Lexicons) -> str:
    """The whole name `text` as `last, rest` when it ends in the family name that has a cell of its own."""
    if not last or not text.endswith(f" {last}"):
        return text
    head = " ".join(t for t in text.removesuffix(last).split() if any(map(str.isalpha, t)))
    titles = [are_civilities(said, region=region, words=words) for said in (head, last)]
    return text if not head or any(titles) else f"{last}, {head}"


def _from_cells(given: dict[str, str], region: str | None, words: Lexicons) -> Parsed:
    first = _peeled(given.get("first_name", ""), region, words)
    last = _peeled(given.get("last_name", ""), region, words)
    return Parsed(
        " ".join(dict.fromkeys(filter(None, (first.salutation, last.salutation)))),
        first.name, "", last.name, last.suffix or first.suffix, first.nickname or last.nickname,
        last.maiden or first.maiden,
    )  # fmt: skip


def _peeled(text: str, region: str | None, words: Lexicons) -> Part:
    return peel(text, is_whole=False, region=region, words=words) if text else Part("")


def _finish(given: dict[str, str], parsed: Parsed, codes: list[str], *, is_couple: bool, words: Lexicons) -> Name:
    values = {
        "full_name": given.get("full_name"),
        "salutation": given.get("salutation") or parsed.salutation,
        "first_name": parsed.first or given.get("first_name"),
        "middle_name": given.get("middle_name") or parsed.middle,
        "last_name": parsed.last or given.get("last_name"),
        "suffix": given.get("suffix") or parsed.suffix,
        "nickname": given.get("nickname") or parsed.nickname,
        "maiden_name": given.get("maiden_name") or parsed.maiden,
    }
    shown = {f: _shown(f, v, words) if v else None for f, v in values.items()}
    return _name(shown | _keys(shown, words), codes, is_couple=is_couple)


def _keys(shown: dict[str, Any], words: Lexicons) -> dict[str, Any]:
    first, initials = None, None
    if shown["first_name"]:
        folded = given_key(shown["first_name"])
        first, initials = first_and_initials(folded) if folded else (None, None)
    middle = given_key(shown["middle_name"]) if shown["middle_name"] else initials
    generation = generation_key(shown["suffix"], words=words) if shown["suffix"] else None
    if not generation and shown["last_name"]:
        generation = surname_generation(shown["last_name"], words=words)
    return {
        "first_name_key": first,
        "last_name_key": family_key(shown["last_name"], words=words) if shown["last_name"] else None,
        "middle_name_key": middle,
        "maiden_name_key": family_key(shown["maiden_name"], words=words) if shown["maiden_name"] else None,
        "nickname_key": given_key(shown["nickname"]) if shown["nickname"] else None,
        "suffix_key": generation,
    }


_KINDS: dict[str, Kind] = {"full_name": "last", "last_name": "last", "maiden_name": "last"}


def _shown(field: str, value: str, words: Lexicons) -> str:
    if field == "salutation":
        return tidy(value, words=words)
    return value if field == "suffix" else repair_case(value, kind=_KINDS.get(field, "first"))
