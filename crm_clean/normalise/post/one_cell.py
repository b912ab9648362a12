"""A whole address in one cell, taken apart as far as its punctuation goes.

Parts are parted by two blanks (Mailchimp), line breaks, ` ::: ` or commas; the country stands last, the postal code is
what looks like one, the street stands first. What cannot be placed stays with the street, so that nothing is lost.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crm_clean.normalise.lexicon import Lexicons
from crm_clean.normalise.post.countries import normalise_country
from crm_clean.normalise.post.postcodes import read_postcode
from crm_clean.normalise.post.street_words import words_of
from crm_clean.normalise.post.subdivisions import CODED, region_of
from crm_clean.text import clean, fold

_WIDE = re.compile(r"\s{2,}|[\r\n]+|\s*:::\s*|\s+\|\s+")
_POSTCODE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,3}-)?(\d{5}-\d{4}|\d{5}-\d{3}|\d{3}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{6}|\d{5}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d[\dW] ?[A-Z\d]{4}"
    r"|\d{4} ?[A-Z]{2}(?![A-Z])|\d{3} \d{2}|\d{3} \d{3}|\d{4})(?![\w-])"
)
_HOUSE = re.compile(r"^\d{1,4} ?[A-Za-z]?$|^\d{1,5}[A-Za-z]? - ")
_NUMBERED = re.compile(r"\d")
_BRACKETED = re.compile(r"^(.*\S)\s*\(([^()]{2,40})\)$")
_LETTERS_ONLY = re.compile(r"^[^\W\d_][^\d]*$")


def split_address(raw: str, *, words: Lexicons) -> dict[str, str]:
    """The parts of the address `raw`, under the names of ADDRESS_PARTS; parts not found are left out."""
    pieces = [p for p in (clean(p).strip(" ,;") for p in _pieces(raw)) if p]
    pieces = _with_house_numbers(pieces)
    out: dict[str, str] = {}
    pieces, country = _without_country(pieces, words)
    if country:
        out["country"] = country
    where = _country(country, words) if country else None
    spot = _postcode_at(pieces, where, words)
    if spot is None:
        return _without_postcode(pieces, out, words)
    at, found = spot
    out["postal_code"] = found.group(1)
    before, behind = pieces[at][: found.start()].strip(" ,-〒("), pieces[at][found.end() :].strip(" ,-")
    return _around(pieces, at, (before, behind), out, words)


@lru_cache(maxsize=4_096)
def _country(name: str, words: Lexicons) -> str | None:
    return normalise_country(name, words=words)


@lru_cache(maxsize=65_536)
def _fits(code: str, country: str) -> bool:
    """Whether `code` may be a postal code of `country`."""
    return read_postcode(code, country=country).is_valid is not False


def _pieces(raw: str) -> list[str]:
    if "  " in raw or not raw.isprintable() or ":::" in raw or "|" in raw:
        wide = [p for p in _WIDE.split(raw.strip()) if p]
        if len(wide) > 1:
            return wide
    return raw.replace(";", ",").split(",")


def _with_house_numbers(pieces: list[str]) -> list[str]:
    """`Calle Mayor, 3, 28013 Madrid`: a number alone belongs to the street before it."""
    if len(pieces) > 1 and not _NUMBERED.search(pieces[0]) and _HOUSE.match(pieces[1]):
        number, dash, rest = pieces[1].partition(" - ")
        return [f"{pieces[0]}, {number}", *([rest] if dash else []), *pieces[2:]]
    return pieces


def _without_country(pieces: list[str], words: Lexicons) -> tuple[list[str], str | None]:
    """`pieces` without the country they end in: a piece of its own, or the last words behind a postal code."""
    if not pieces:
        return pieces, None
    last = pieces[-1]
    found = _country(last, words) if len(pieces) > 1 and not _NUMBERED.search(last) else None
    if found and not (len(last) == 2 and _is_state(last, pieces[:-1], found, words)):
        return pieces[:-1], last
    tokens = last.split(" ")
    for count in (1, 2, 3):
        name = " ".join(tokens[-count:]).strip("()")
        if len(tokens) <= count or _NUMBERED.search(name):
            break
        rest = tokens[:-count]
        if not (_NUMBERED.search(rest[-1]) or (len(rest) < 4 and _NUMBERED.search(" ".join(rest)))):
            continue
        if len(name) > 2 and _country(name, words):
            return [*pieces[:-1], " ".join(rest).rstrip(" ,-")], name
    return pieces, None


def _is_state(code: str, before: list[str], country: str, words: Lexicons) -> bool:
    """Whether two letters at the end are an American state (`Los Angeles, CA`) rather than a country."""
    if region_of(code, country="US", words=words) is None or not before:
        return False
    codes = [m.group(1) for p in before[1:] for m in _POSTCODE.finditer(p.upper())]
    if not codes:
        return len(before) < 3 or region_of(before[-1], country=country, words=words) is None
    return not _fits(codes[-1], country)


def _last_postcode(piece: str, country: str | None) -> re.Match[str] | None:
    """The last run in `piece` that looks like a postal code and is one in `country`, if that is known."""
    if not _NUMBERED.search(piece):
        return None
    capitals = piece.upper()
    if len(capitals) != len(piece):
        return None
    found = None
    for match in _POSTCODE.finditer(capitals):
        if country is None or _fits(match.group(1), country):
            found = match
    return found


def _postcode_at(pieces: list[str], country: str | None, words: Lexicons) -> tuple[int, re.Match[str]] | None:
    """Piece and place of the postal code; in the first piece it must stand behind the street, with a name beside it."""
    for at in range(len(pieces) - 1, 0, -1):
        found = _last_postcode(pieces[at], country)
        if found and not _numbers_a_unit(pieces[at], found, words):
            return at, found
    found = _last_postcode(pieces[0], country) if pieces else None
    if found is None or "〒" in pieces[0]:
        return (0, found) if found else None
    before, behind = pieces[0][: found.start()].split(), pieces[0][found.end() :]
    names_a_place = any(map(str.isalpha, behind)) or (before and before[-1] in _codes(words))
    fits = len(found.group(1)) > 4 and any(map(str.isalpha, "".join(before))) and names_a_place
    return (0, found) if fits and not _numbers_a_unit(pieces[0], found, words) else None


def _numbers_a_unit(piece: str, found: re.Match[str], words: Lexicons) -> bool:
    """Whether the number found belongs to the word before it: `Apt 12345`, `PO Box 12345`."""
    known = words_of(words)
    before = piece[: found.start()].split()
    word = known[before[-1]] if before else ()
    return bool(word) and (word[-1] in known.boxes or (word[-1] in known.units and len(before) == 1))


def _around(pieces: list[str], at: int, sides: tuple[str, str], out: dict[str, str], words: Lexicons) -> dict[str, str]:
    """City and region from what stands before and behind the postal code: `75001 Paris`, `Springfield, IL 62701`."""
    before, behind = sides
    left, rest = pieces[:at], pieces[at + 1 :]
    if "〒" in pieces[at]:
        left += [before, behind] if before else [behind]  # Japanese addresses run from the largest part to the smallest
    elif behind:
        out |= _city(behind, words)
        left += [before] if before else []
    elif before:
        left = _region_or_city(left, before, out, words)
    else:
        left = _from_left(left, out, words)
    if rest and "city" not in out:
        out |= _city(rest.pop(0), words)
    if rest and "region" not in out and _LETTERS_ONLY.match(rest[0]):
        out["region"] = rest.pop(0)
    out["street"] = ", ".join([*left, *rest])
    return {part: text for part, text in out.items() if text}


def _city(text: str, words: Lexicons) -> dict[str, str]:
    """City and region in one text: `Roma RM`, `Milano (MI)`, `Madrid (Madrid)`, `São Paulo - SP`."""
    bracketed = _BRACKETED.match(text)
    if bracketed:
        return {"city": bracketed.group(1), "region": bracketed.group(2)}
    head, _, last = text.rpartition(" ")
    head = head.rstrip(" ,-/")
    if head and last.isupper() and 2 <= len(last) <= 3 and _is_code(last, words):
        return {"city": head, "region": last}
    return {"city": text}


def _is_code(code: str, words: Lexicons) -> bool:
    return code in _codes(words)


def _is_region(text: str, words: Lexicons) -> bool:
    return fold(text) in _regions(words)


@lru_cache(maxsize=4)
def _codes(words: Lexicons) -> frozenset[str]:
    return frozenset(code for c in CODED for code in words.maps[f"regions.{c.lower()}"].values())


@lru_cache(maxsize=4)
def _regions(words: Lexicons) -> frozenset[str]:
    """The names and codes of regions that are told from towns."""
    lists = [words.maps[f"regions.{c.lower()}"] for c in (*CODED, "IN")]
    return frozenset(name for names in lists for name in names) | words.sets["regions.counties"]


def _region_or_city(left: list[str], before: str, out: dict[str, str], words: Lexicons) -> list[str]:
    """What stands right before the postal code: a region behind its city, both, a city, or all of it in one run."""
    if len(left) > 1 and _is_region(before, words):
        out |= {"region": before, "city": left[-1]}
        return left[:-1]
    found = _city(before, words)
    if not left:
        return _run_on(found, out, words)
    if "region" not in found:
        found = _long_region(before, words) or found
    out |= found
    return left


def _long_region(text: str, words: Lexicons) -> dict[str, str] | None:
    """`Springfield Illinois`: a region written out behind its city."""
    tokens = text.split(" ")
    for count in (2, 1):
        name = " ".join(tokens[-count:])
        if (
            len(tokens) > count
            and len(name) > 3
            and any(region_of(name, country=c, words=words) for c in ("US", "CA", "AU"))
        ):
            return {"city": " ".join(tokens[:-count]), "region": name}
    return None


def _run_on(found: dict[str, str], out: dict[str, str], words: Lexicons) -> list[str]:
    """An address without commas: the city begins behind the last kind of street (`1 Main St Springfield IL 62701`)."""
    known, ends = words_of(words), words.sets["addresses.street_ends"]
    tokens = found["city"].split(" ")
    for at in range(len(tokens) - 2, 0, -1):
        word = known[tokens[at]]
        if word and word[-1] in ends and not tokens[at + 1][:1].isdigit():
            out |= found | {"city": " ".join(tokens[at + 1 :])}
            return [" ".join(tokens[: at + 1])]
    out |= {"region": found["region"]} if "region" in found else {}
    return [found["city"]]


def _from_left(left: list[str], out: dict[str, str], words: Lexicons) -> list[str]:
    """City, and region behind it, from the pieces before a postal code that stands alone."""
    if len(left) > 2 and "region" not in _city(left[-1], words) and _is_region(left[-1], words):
        out |= {"region": left[-1], "city": left[-2]}
        return left[:-2]
    if len(left) > 1:
        out |= _city(left[-1], words)
        return left[:-1]
    return left


def _without_postcode(pieces: list[str], out: dict[str, str], words: Lexicons) -> dict[str, str]:
    if len(pieces) > 2 and (len(pieces[-1]) == 2 or _is_region(pieces[-1], words)):
        out["region"] = pieces.pop()
    if len(pieces) > 1 and not re.match(r"^\d", pieces[-1]) and not _is_unit(pieces[-1], words):
        out |= {k: v for k, v in _city(pieces.pop(), words).items() if k not in out}
    if len(pieces) == 1 and "country" in out and "city" not in out and _is_town(pieces[0], words):
        out["city"] = pieces.pop()
    out["street"] = ", ".join(pieces)
    return {part: text for part, text in out.items() if text}


def _is_town(piece: str, words: Lexicons) -> bool:
    """Whether what stands alone before a country reads like a town: no number and no kind of street in it."""
    known = words_of(words)
    folded = known.of(piece.split(" "))
    return not _NUMBERED.search(piece) and (len(folded) < 2 or known.kinds.isdisjoint(folded[1:]))


def _is_unit(piece: str, words: Lexicons) -> bool:
    known = words_of(words)
    return not known.hints.isdisjoint(known.of(piece.split(" "))) and _NUMBERED.search(piece) is not None
