"""Names of people: parts, case, keys, and what is no person's name at all.

The cells a source gives are trusted as far as they go: a first and a last name stay where they are; a whole name, or
two names in one of the cells with the other empty, is taken apart. Case is repaired only where it says nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from crm_clean.normalise.casing import Kind, repair_case
from crm_clean.normalise.full_names import Parsed, split_full_name
from crm_clean.normalise.guard import look
from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.name_keys import family_key, first_and_initials, generation_key, given_key
from crm_clean.normalise.name_kinds import is_company, is_never_a_name, is_nobody, split_couple
from crm_clean.normalise.name_parts import strip_part
from crm_clean.normalise.plain import is_blank
from crm_clean.text import fold

_MAX = 300


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


def read_name(cells: NameCells, *, region: str | None = None, words: Lexicons) -> Name:
    """The name in `cells`; `region` is where the person lives, if known, and tells `M.` from an initial."""
    codes: list[str] = []
    clean = {f: _cell(f, raw, codes, words) for f, raw in zip(NameCells._fields, cells, strict=True) if raw}
    given: dict[str, Any] = {f: v for f, v in clean.items() if v}
    leading = [given[f] for f in ("full_name", "first_name", "last_name") if f in given]
    if is_nobody(leading, words=words) or (not leading and clean and _says_nobody(codes)):
        field = next((f for f in ("full_name", "first_name", "last_name") if f in clean), "full_name")
        shown: dict[str, Any] = {f: _shown(f, v) for f, v in given.items()}
        codes.append(f"{field}|name.placeholder")
        return Name()._replace(**shown, is_placeholder_name=True, codes=_unique(codes))
    field, whole = _whole(given, words)
    name = " ".join(given[f] for f in ("first_name", "last_name") if f in given) if whole is None else whole
    if is_company(name, whole=whole is not None, words=words):
        codes.append(f"{field}|name.company")
        return Name()._replace(**given, is_company_name=True, codes=_unique(codes))
    return _person(given, (field, whole), codes, region, words)


def _cell(field: str, raw: str, codes: list[str], words: Lexicons) -> str:
    """The clean text of a cell, empty when it says that there is none."""
    text = look(raw, limit=_MAX)
    codes += [f"{field}|{'name.mojibake' if c == 'text.mojibake' else c}" for c in text.codes]
    if not text.value:
        return ""
    is_name = field not in ("salutation", "suffix")
    if is_never_a_name(text.value, words=words) if is_name else is_blank(text.value, words=words):
        codes += [f"{field}|name.placeholder"] if is_name else []
        return ""
    return text.value


def _says_nobody(codes: list[str]) -> bool:
    return any(c.endswith("|name.placeholder") for c in codes)


def _whole(given: dict[str, str], words: Lexicons) -> tuple[str, str | None]:
    """The field whose cell holds a whole name, and that name; None when first and last stand in their own cells."""
    first, last, full = given.get("first_name"), given.get("last_name"), given.get("full_name")
    if full and not (first and last):
        return "full_name", full
    if first and not last and " " in first and not _is_given_only(first, words):
        return "first_name", first
    if last and not first and " " in last and _holds_given(last, words):
        return "last_name", last
    return "first_name" if first else "last_name", None


def _is_given_only(text: str, words: Lexicons) -> bool:
    tokens = fold(text).split()
    return len(tokens) == 2 and all(t in words.sets["names.given"] or len(t) == 1 for t in tokens)


def _holds_given(text: str, words: Lexicons) -> bool:
    tokens = fold(text).split()
    return "," in text or is_company(text, whole=True, words=words) or (
        bool(tokens)
        and tokens[0] in words.sets["names.given"]
        and tokens[0] not in words.sets["names.hispanic_surnames"]
    )  # fmt: skip


def _person(
    given: dict[str, str], whole: tuple[str, str | None], codes: list[str], region: str | None, words: Lexicons
) -> Name:
    field, text = whole
    couple = split_couple(text or given.get("first_name", ""), in_first=text is None, words=words)
    if couple:
        codes.append(f"{field}|name.couple")
    if text is not None:
        parsed = _couple(couple, region, words) if couple else split_full_name(text, region=region, words=words)
    else:
        parsed = _from_cells(given, region, words, bool(couple))
    return _finish(given, parsed, bool(couple), codes, words)


def _couple(sides: tuple[str, str], region: str | None, words: Lexicons) -> Parsed:
    left, right = (split_full_name(side, region=region, words=words) for side in sides)
    if right.salutation and _is_address(sides[0], words):
        return right._replace(salutation=f"{sides[0]} & {right.salutation}")
    if left.first and left.last and right.last and fold(left.last) != fold(right.last):
        return Parsed(first=f"{left.first} & {right.first}", last=f"{left.last} & {right.last}")
    last = right.last or left.last
    firsts = [s.first or (s.last if not last else "") for s in (left, right)]
    return Parsed(salutation=left.salutation, first=" & ".join(filter(None, firsts)), last=last)


def _is_address(text: str, words: Lexicons) -> bool:
    local = words.pairs("names.local_civilities")
    return all(fold(t) in words.sets["names.civilities"] or fold(t) in local for t in text.split())


def _from_cells(given: dict[str, str], region: str | None, words: Lexicons, couple: bool) -> Parsed:
    first = strip_part(given.get("first_name", ""), is_last=False, region=None if couple else region, words=words)
    last = strip_part(given.get("last_name", ""), is_last=True, region=region, words=words)
    return Parsed(
        " ".join(dict.fromkeys(filter(None, (first.salutation, last.salutation)))),
        first.name, "", last.name, last.suffix or first.suffix, first.nickname or last.nickname, last.maiden,
    )  # fmt: skip


def _finish(given: dict[str, str], parsed: Parsed, is_couple: bool, codes: list[str], words: Lexicons) -> Name:
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
    if parsed.first and not parsed.last and "last_name" not in given and values["last_name"] == parsed.first:
        values["last_name"] = None
    shown: dict[str, Any] = {f: _shown(f, v) if v else None for f, v in values.items()}
    return Name()._replace(**shown, **_keys(shown, words), is_couple=is_couple, codes=_unique(codes))


def _keys(shown: dict[str, Any], words: Lexicons) -> dict[str, Any]:
    first, initials = None, None
    if shown["first_name"]:
        folded = given_key(shown["first_name"])
        first, initials = first_and_initials(folded) if folded else (None, None)
    middle = given_key(shown["middle_name"]) if shown["middle_name"] else initials
    return {
        "first_name_key": first,
        "last_name_key": family_key(shown["last_name"], words=words) if shown["last_name"] else None,
        "middle_name_key": middle,
        "maiden_name_key": family_key(shown["maiden_name"], words=words) if shown["maiden_name"] else None,
        "nickname_key": given_key(shown["nickname"]) if shown["nickname"] else None,
        "suffix_key": generation_key(shown["suffix"], words=words) if shown["suffix"] else None,
    }


_KINDS: dict[str, Kind] = {"full_name": "last", "last_name": "last", "maiden_name": "last"}


def _shown(field: str, value: str) -> str:
    return value if field in ("salutation", "suffix") else repair_case(value, kind=_KINDS.get(field, "first"))


def _unique(codes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
